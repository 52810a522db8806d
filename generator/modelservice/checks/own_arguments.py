"""Arguments of one's own that say again, or otherwise, what the spec says."""

from __future__ import annotations

from modelservice.checks.engines import Run, engines_of, number
from modelservice.krm import Result
from modelservice.plan.engine import document, is_serve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.engines import Engine
    from modelservice.compose import Composition

NAME, SEVERITY = "own-arguments", "warning"
# flag -> what says it in the spec
SPEC_KEYS = {"model": "modelArtifacts.uri", "otlp-traces-endpoint": "tracing.otlpEndpoint"}
DEVICE_FLAGS = ("tensor-parallel-size", "pipeline-parallel-size", "data-parallel-size")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such argument; the port is looked at with the other ports of the pod."""
    for role in service.plan.roles:
        for engine in engines_of(service, role):
            if engine.plain:
                continue
            told: dict[str, str] = {}  # one finding a flag
            for key, message in _findings(engine):
                told.setdefault(key, message)
            for key, message in told.items():
                field, brought = engine.written_at(key)
                yield Result(message, SEVERITY, field=field, resource=brought)


def _findings(engine: Engine) -> Iterator[tuple[str, str]]:
    """The flags that there is something to say of, each with a message."""
    for run in engine.runs():
        if engine.generated:
            own = Run(run.engine, engine.own_args)
            yield from _before_script(engine, run)
            yield from _generated_again(engine, run, own)
            yield from _sizes(engine, run)
            yield from _different(own, run)
        else:
            yield from _devices(engine, run)
            yield from _different(run, run)


def _before_script(engine: Engine, run: Run) -> Iterator[tuple[str, str]]:
    """Flags that the mode's script gives behind those of the user, which say another value of each pod."""
    for key in sorted(engine.scripted()):
        if run.count(key) > 1:
            yield key, f"--{key} is what parallelism.mode says for each pod, behind this one, and the last one counts; leave it out"


def _generated_again(engine: Engine, run: Run, own: Run) -> Iterator[tuple[str, str]]:
    """Flags of the user's arguments that are generated already; they come last, and the last one counts."""
    generated = engine.planned()
    if generated is None:
        return
    for key, values in own.flags[:1]:
        if not key and values:  # `--` alone has neither
            before = generated.flags[-1][0]
            yield key, f"{values[0]} is no flag, and becomes one more value of --{before}; leave it out, or write it behind its flag"
    for key in dict.fromkeys(key for key, _ in own.flags if key):
        one, other = generated.values(key), own.values(key)
        if key == "model" and is_serve(engine.container.facts["modelCommand"]):
            yield (
                key,
                f"--model {_text(other)} stands beside the model of the generated command; leave it out, and write modelArtifacts.uri",
            )
        elif one is not None and run.count(key) > 1 and (key != "port" or one == other):
            said = f"--{key} {_text(one)}"
            again = f"--{key} {_text(other)} comes after the generated {said}, and the last one counts; {_mend(engine, key, other)}"
            yield key, f"{said} is generated already; leave it out" if one == other else again


def _sizes(engine: Engine, run: Run) -> Iterator[tuple[str, str]]:
    """Sizes other than the spec's, which the environment, the devices and the size of the group follow."""
    split = engine.role.parameters["parallelism"]
    for size, flag in document(engine.container.facts["engine"])["sizes"].items():
        value = run.number(flag)
        if value is not None and value != split[size]:
            says = f"--{flag} {value} is not what parallelism says: environment and devices are for {size} {split[size]}"
            yield flag, f"{says}; leave it out, and write parallelism: {{{size}: {value}}}"


def _devices(engine: Engine, run: Run) -> Iterator[tuple[str, str]]:
    """A command of the user's that needs more devices than were computed; in a group of pods, who knows."""
    device = engine.container.parameters["device"]
    given = engine.container.parameters["container"].get("resources") or {}
    asked = number(device.get("count") or "")
    by_user = any(device.get("resource") in (given.get(part) or {}) for part in ("limits", "requests"))
    together = any(run.count(key) for key in run.engine.get("group") or ())
    if asked is None or by_user or together or engine.container.facts["engine"] != "vllm":
        return
    sizes = {key: size for key in DEVICE_FLAGS if (size := run.number(key)) is not None}
    needed = 1
    for size in sizes.values():
        needed *= size
    if needed > asked:
        written = " ".join(f"--{key} {size}" for key, size in sizes.items())
        yield next(iter(sizes)), f"{written} needs {needed} devices, and the container gets {asked}; write the sizes under parallelism, too"


def _different(own: Run, run: Run) -> Iterator[tuple[str, str]]:
    """Flags that the user wrote twice, with different values, and that are still there twice."""
    for key, values in own.flags:
        last = own.values(key)
        if key and values != last and run.count(key) > 1 and key not in (own.engine.get("repeatable") or ()):
            yield key, f"--{key} is there twice, with {_text(values)} and with {_text(last)}, and the last one counts; leave one out"


def _mend(engine: Engine, key: str, values: list[str] | None) -> str:
    sizes = {flag: size for size, flag in document(engine.container.facts["engine"])["sizes"].items()}
    if key in sizes:
        return f"write parallelism: {{{sizes[key]}: {_text(values)}}}, which devices and environment follow"
    if key in SPEC_KEYS:
        return f"write {SPEC_KEYS[key]}"
    return f"write flags: {{{key}: {_text(values)}}}, which takes its place"


def _text(values: list[str] | None) -> str:
    return " ".join(values or [])
