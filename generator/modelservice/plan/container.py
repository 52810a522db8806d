"""The engine containers of a role, planned."""

from __future__ import annotations

from modelservice.plan import accelerators, drain, engine
from modelservice.plan.scopes import PROFILE, SPEC, Container, placed, replacing, says_something

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
        container.facts["serves"] = len(given) == 1 or container.facts["modelCommand"] != "custom"
        scope.containers.append(container)


def _dropped(config: ModelService, role: str, given: Map) -> tuple[str, ...]:
    """What the profile's container has and one of the user's own says nothing of: ``command``, to serve; ``volume``, the model's."""
    below = ((config.defaults.get(role) or {}).get("containers") or [{}])[0]
    serves = engine.model_command(below) in engine.SERVE and not (given.get("modelCommand") or given.get("command"))
    mounts = below.get("mountModelVolume") and given.get("mountModelVolume") is None
    return (*(("command",) if serves else ()), *(("volume",) if mounts else ()))


def _planned(scope: Scope, config: ModelService, kind: str, given: Map, field: str, parts: dict[str, Map], problems: Problems) -> Container:
    """The container ``given``, planned; ``parts`` are what each layer says of it."""
    if not given.get("image"):
        problems.error(f"{field}.image", "missing; give the container's image")
    facts = {
        "modelCommand": engine.model_command(given),
        "engine": engine.engine_of(given, config.profile),
        "mountModelVolume": bool(given.get("mountModelVolume")),
    }
    device: Map = {}
    if scope.facts["accelerator"] == "device":
        needed = scope.parameters["parallelism"]["devices"]
        device = accelerators.device(config.spec, kind, config.profile, given, needed, problems)
        facts["accelerator"] = "device" if device else "none"
    if device.get("mismatch") and not scope.facts["acceleratorMismatch"]:
        scope.facts["acceleratorMismatch"] = True
        scope.parameters["acceleratorWarning"] = device["mismatch"]
    pod_claims = scope.parameters["claims"]["pod"]
    name = given.get("name") or engine.PROFILE_ENGINE[config.profile]
    return Container(
        name,
        facts,
        {
            "container": {**given, "name": name},
            "first": {listed: placed(given.get(listed), key) for listed, key in KEYS.items()},
            "engine": {
                **engine.command_and_args(given, _serving(scope, config), field, problems),
                "port": scope.parameters["port"],
                "drainFlags": drain.flags(given, facts, scope.parameters["drain"]),
            },
            "devices": accelerators.whole(device, scope.parameters["devices"]),
            "device": {**device, "env": accelerators.environment(config.spec, kind)},
            "claims": {"pod": pod_claims, "container": accelerators.container_claims(given, pod_claims)},
        },
        {layer: _fields(part, bool(pod_claims)) for layer, part in parts.items()},
    )


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
    lifecycle = (fields.get("extraConfig") or {}).get("lifecycle")
    if isinstance(lifecycle, dict):  # nor a hook with another
        hooks = {key: {"$patch": "replace", **hook} if isinstance(hook, dict) else hook for key, hook in lifecycle.items()}
        fields["extraConfig"] = {**fields["extraConfig"], "lifecycle": hooks}
    return {"container": fields}


def _serving(scope: Scope, config: ModelService) -> Map:
    return {
        "profile": config.profile,
        "model": scope.parameters["artifact"]["model"],
        "port": scope.parameters["port"],
        "name": (config.spec.get("modelArtifacts") or {}).get("name"),
        "split": scope.parameters["parallelism"],
        "tracing": config.spec.get("tracing") if scope.facts["tracing"] else None,
    }
