"""The engine's command and arguments, as a container's modelCommand asks; what an engine is, its file in ``bases/engines`` says.

The rules are written down (specification: Commands, Modes).
"""

from __future__ import annotations

from modelservice import data
from modelservice.config.rules import rules_of
from modelservice.plan import drain
from modelservice.template import ABSENT, compile_template, look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from modelservice.plan.problems import Problems

    Map = dict[str, Any]

SHELL = ["/bin/sh", "-c"]
NO_MODE: Map = {}


def document(engine: str) -> Map:
    """The file of an engine."""
    found: Map = data.document("bases", "engines", f"{engine}.yaml")
    return found


def of_profile(profile: str) -> str:
    """The engine of a built-in profile: what its own containers run."""
    role = data.document("bases", "profiles", f"{profile}.yaml")["spec"]["decode"]
    name: str = role["containers"][0]["name"]
    return name


def model_command(container: Map) -> str:
    """The container's modelCommand; when it has none, ``custom`` for one that brings a command, else ``imageDefault``."""
    return container.get("modelCommand") or ("custom" if container.get("command") else "imageDefault")


def is_serve(command: str) -> bool:
    """Whether a modelCommand is the serve command of an engine."""
    return command not in ("imageDefault", "custom")


def engine_of(container: Map, profile: str) -> str:
    """The engine that a container runs: of its serve command, else the profile's."""
    usual, command = of_profile(profile), model_command(container)
    if not is_serve(command) or document(usual)["modelCommand"] == command:
        return usual
    return next((name for name in data.names("bases", "engines") if document(name)["modelCommand"] == command), usual)


def mode_of(engine: str, mode: str) -> Map:
    """How the pods of a group serve together in a mode of an engine; empty for one that it has not."""
    return (document(engine).get("modes") or NO_MODE).get(mode) or NO_MODE


def probes(engine: str, service: Map) -> Map:
    """How the engine is asked whether it has started, lives, and serves: a handler for each; none where no port is known."""
    if service["port"] is None:
        return {}
    asked = (service.get("mode") or NO_MODE).get("probes") or document(engine)["probes"]
    return _filled(asked, service)


def command_and_args(container: Map, service: Map, field: str, problems: Problems) -> Map:
    """``command`` and ``args`` of a container, each only where it has one; every value is text.

    ``service`` has ``profile``, ``model``, ``port``, ``name`` (served model name), ``split`` (sizes), ``tracing`` (its spec, or None), and
    where pods serve together the ``mode``, and ``pod``, which of them this is.
    """
    kind = model_command(container)
    user = container.get("args") or []
    if kind == "custom":
        command = container.get("command")
        if not command:
            problems.error(f"{field}.command", "missing; modelCommand custom runs nothing else")
        return {**({"command": command} if command else {}), **({"args": user} if user else {})}
    engine = document(engine_of(container, service["profile"]))
    command = engine["command"] if is_serve(kind) else None
    before = engine.get("model", "" if command else "model")
    args = [
        *([f"--{before}"] if before else ()),
        service["model"],
        "--port",
        str(service["port"]),
        *_flags(engine, service, problems),
        *user,
    ]
    if mode := service.get("mode"):
        return _together(mode, service, command, args, f"{field}.modelCommand", problems)
    return {**({"command": command} if command else {}), "args": args}


def compiled_flags(container: Map, facts: Map, compiled: Map) -> Map | None:
    """The flags that tell a container of the compiled part of its model; None where there is none, or its engine takes none."""
    flag = document(facts["engine"]).get("compiled") if compiled else None
    return {flag: compiled["file"]} if flag and drain.takes_flags(container, facts) else None


def _together(mode: Map, service: Map, command: list[str] | None, args: list[str], field: str, problems: Problems) -> Map:
    """The same of a pod that serves with others: run by a shell where only that can say its rank."""
    own = mode.get(service["pod"]) or NO_MODE
    script = (own.get("script") or mode.get("script")) if service["split"]["workers"] > 1 else None
    if script is None:
        return {**({"command": command} if command else {}), "args": args}
    if command is None:
        problems.error(
            field, "imageDefault has a command that nobody knows here, and this mode puts a script around it; write the engine's own"
        )
        return {"args": args}
    filled = compile_template(script)({**_places(service), "command": " ".join(command)})
    if own.get("arguments") is False:
        return {"command": [*SHELL, filled]}
    return {"command": [*SHELL, filled, "sh"], "args": args}


def _flags(engine: Map, service: Map, problems: Problems) -> list[str]:
    split = service["split"]
    said: Map = dict(engine.get("flags") or {})
    least = 0 if rules_of(service["profile"]).get("everySize") else 1
    said |= {flag: split[size] for size, flag in engine["sizes"].items() if split[size] > least}
    if split.get("expert"):
        said |= _filled(engine["expert"], service)
    if name := engine.get("servedName"):
        said[name] = service["name"]
    if service.get("adapters"):
        said |= _adapters(engine, service, problems)
    for key, flag in (engine.get("tracing") or {}).items() if service["tracing"] else ():
        value = said[flag] = look_up(service["tracing"], key.split("."))
        if value is ABSENT:
            problems.error(f"spec.tracing.{key}", "missing; tracing needs it")
    if mode := service.get("mode"):
        for part in (mode, mode.get(service["pod"]) or NO_MODE):
            said |= _filled(part.get("flags") or NO_MODE, service)
    return [word for flag, value in said.items() for word in _written(flag, value)]


def _written(flag: str, value: Any) -> list[str]:
    if isinstance(value, list):  # one flag with several values
        return [f"--{flag}", *value]
    return [f"--{flag}"] if value is True else [f"--{flag}", str(value)]


def _adapters(engine: Map, service: Map, problems: Problems) -> Map:
    """The flags that load LoRA adapters with the model."""
    known = engine.get("lora")
    if known is None:
        problems.error("spec.modelArtifacts.lora", f"{engine['programs'][0].split()[0]} takes no LoRA adapters; leave it out")
        return {}
    return {**known["flags"], known["adapters"]: service["adapters"]}


_FILLERS: dict[int, Callable[[Map], Any]] = {}  # of the engines' files, which stay


def _filled(template: Map, service: Map) -> Map:
    """A part of an engine's file with sizes and ports put in."""
    if id(template) not in _FILLERS:
        _FILLERS[id(template)] = compile_template(template)
    filled: Map = _FILLERS[id(template)](_places(service))
    return filled


def _places(service: Map) -> Map:
    """What the flags, scripts and probes of an engine are filled with: sizes and ports."""
    split, port = service["split"], service["port"]
    return {
        **split,
        "pipeline": split["pipeline"] if split["pipeline"] > 1 else None,
        "port": port,
        "supervisor": (port if isinstance(port, int) else 0) + split["dataLocal"],
    }
