"""The engine containers of a role, planned (specification: Containers)."""

from __future__ import annotations

from modelservice.config.rules import rules_of
from modelservice.plan import accelerators, drain, engine
from modelservice.plan.scopes import PROFILE, SPEC, WORKER, Container, placed, replacing, says_something

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.config import ModelService
    from modelservice.plan.problems import Problems
    from modelservice.plan.scopes import Scope

    Map = dict[str, Any]

KEYS = {"env": "name", "volumeMounts": "mountPath"}  # of lists that overlays generate items of
PROBES = {"livenessProbe", "readinessProbe", "startupProbe"}


def add_all(scope: Scope, config: ModelService, kind: str, problems: Problems) -> None:
    """Plan the containers of the role ``scope``, whose accelerators are of type ``kind``, and note on the role what they mean for it."""
    field = f"spec.{scope.name}.containers"
    given = config.spec[scope.name].get("containers") or []
    layer = SPEC if config.own_containers(scope.name) else PROFILE
    if not given:
        problems.error(field, "missing; give at least one engine container")
    for index, fields in enumerate(given):
        engine_parts = config.engines.get(scope.name) if index == 0 else None
        parts = {PROFILE: engine_parts.inherited, SPEC: engine_parts.own} if engine_parts else {layer: fields}
        container = _planned(scope, config, kind, fields, f"{field}[{index}]", parts, problems)
        if any(container.name == other.name for other in scope.containers):
            problems.error(
                f"{field}[{index}].name",
                f"another container of the role is called {container.name} too",
                container.name,
            )
        container.parameters["drops"] = _dropped(config, scope.name, fields) if index == 0 and layer == SPEC else ()
        container.facts["serves"] = scope.facts["pod"] != WORKER and (len(given) == 1 or container.facts["modelCommand"] != "custom")
        scope.containers.append(container)


def _dropped(config: ModelService, role: str, given: Map) -> tuple[str, ...]:
    """What the profile's container has and one of the user's own says nothing of: ``command``, to serve; ``volume``, the model's."""
    below = ((config.defaults.get(role) or {}).get("containers") or [{}])[0]
    serves = engine.is_serve(engine.model_command(below)) and not (given.get("modelCommand") or given.get("command"))
    mounts = below.get("mountModelVolume") and given.get("mountModelVolume") is None
    return (*(("command",) if serves else ()), *(("volume",) if mounts else ()))


def _planned(scope: Scope, config: ModelService, kind: str, given: Map, field: str, parts: dict[str, Map], problems: Problems) -> Container:
    """The container ``given``, planned; ``parts`` are what each layer says of it."""
    if not given.get("image"):
        problems.error(f"{field}.image", "missing; give the container's image")
    rules = rules_of(config.profile)
    if rules.get("commandSaid") and not (given.get("modelCommand") or given.get("command")):
        problems.error(f"{field}.modelCommand", "missing; give furiosaLLMServe, or a command")
    runs = engine.engine_of(given, config.profile)
    facts = {
        "modelCommand": engine.model_command(given),
        "engine": runs,
        "mountModelVolume": bool(given.get("mountModelVolume")),
    }
    device: Map = {}
    needed = scope.parameters["parallelism"]["devices"]
    if scope.facts["accelerator"] == "device":
        device = accelerators.device(config.spec, kind, config.profile, given, needed, problems)
        facts["accelerator"] = "device" if device else "none"
    elif rules["accelerator"].get("told"):
        asked = accelerators.device(config.spec, kind, config.profile, given, needed, problems)
        device = {key: value for key, value in asked.items() if key == "mismatch"}
    if device.get("mismatch") and not scope.facts["acceleratorMismatch"]:
        scope.facts["acceleratorMismatch"] = True
        scope.parameters["acceleratorWarning"] = device["mismatch"]
    pod_claims = scope.parameters["claims"]["pod"]
    name = given.get("name") or engine.of_profile(config.profile)
    serving = _serving(scope, config)
    if scope.facts["pod"] == WORKER:
        parts = {layer: _without_serving(part, scope.parameters["group"]) for layer, part in parts.items()}
    return Container(
        name,
        facts,
        {
            "container": {**given, "name": name},
            "first": {listed: placed(given.get(listed), key) for listed, key in KEYS.items()},
            "engine": {
                **engine.command_and_args(given, serving, field, problems),
                "port": scope.parameters["port"],
                "probes": engine.probes(runs, serving),
                "compiledFlags": engine.compiled_flags(given, facts, scope.parameters["compiled"]),
                "drainFlags": drain.flags(given, facts, scope.parameters["drain"]),
            },
            "devices": accelerators.whole(device, scope.parameters["devices"]),
            "device": {**device, "env": accelerators.environment(config.spec, kind)},
            "claims": {"pod": pod_claims, "container": accelerators.container_claims(given, pod_claims)},
        },
        {layer: _fields(part, bool(pod_claims)) for layer, part in parts.items()},
    )


def _without_serving(part: Map, group: Map) -> Map:
    """What a layer says of a container, for a pod in which it answers nobody: no probes, nor flags for who answers."""
    fields = {key: value for key, value in part.items() if key not in PROBES}
    if fields.get("flags"):
        left_out = (group.get("worker") or {}).get("without") or ()
        fields["flags"] = {name: value for name, value in fields["flags"].items() if name.lstrip("-").replace("_", "-") not in left_out}
    return fields


def _fields(part: Map, with_claims: bool) -> Map:
    """What one layer says of a container, as overlays take it."""
    fields = says_something(part)
    for name in KEYS.keys() & fields.keys():
        fields[name] = replacing(fields[name], KEYS[name])
    if "resources" in fields:  # claims go with the pod's own, where it has any
        fields["resources"] = says_something(
            {key: value for key, value in fields["resources"].items() if key != "claims" or not with_claims}
        )
    for probe in PROBES & fields.keys():  # one with another handler must not meet a preset's
        fields[probe] = {"$patch": "replace", **fields[probe]}
    fields = _with_whole_hooks(fields)
    if "extraConfig" in fields:
        fields["extraConfig"] = _with_whole_hooks(fields["extraConfig"])
    return {"container": fields}


def _with_whole_hooks(fields: Map) -> Map:
    """``fields`` with hooks that take the place of others: one with another handler must not meet a preset's."""
    lifecycle = fields.get("lifecycle")
    if not isinstance(lifecycle, dict):
        return fields
    hooks = {key: {"$patch": "replace", **hook} if isinstance(hook, dict) else hook for key, hook in lifecycle.items()}
    return {**fields, "lifecycle": hooks}


def _serving(scope: Scope, config: ModelService) -> Map:
    return {
        "profile": config.profile,
        "model": scope.parameters["artifact"]["model"],
        "port": scope.parameters["port"],
        "name": (config.spec.get("modelArtifacts") or {}).get("name"),
        "split": scope.parameters["parallelism"],
        "adapters": scope.parameters["adapters"].get("words"),
        "tracing": config.spec.get("tracing") if scope.facts["tracing"] else None,
        "mode": scope.parameters["group"],
        "pod": scope.facts["pod"],
    }
