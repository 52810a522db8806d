"""The engine containers of a role, planned."""

from __future__ import annotations

from modelservice.plan import accelerators, drain, engine
from modelservice.plan.scopes import PROFILE, SPEC, Container, deletions, last_of_each, says_something

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.config import ModelService
    from modelservice.plan.problems import Problems
    from modelservice.plan.scopes import Scope

    Map = dict[str, Any]

PROBES = {"livenessProbe", "readinessProbe", "startupProbe"}


def add_all(scope: Scope, config: ModelService, kind: str, problems: Problems) -> None:
    """Plan the containers of the role ``scope``, whose accelerators are of type ``kind``, and note on the role what they mean for it."""
    field = f"spec.{scope.name}.containers"
    given = config.spec[scope.name].get("containers") or []
    layer = SPEC if (config.own.get(scope.name) or {}).get("containers") else PROFILE
    if not given:
        problems.error(field, "missing; give at least one engine container")
    for index, fields in enumerate(given):
        container = _planned(scope, config, kind, fields, f"{field}[{index}]", layer, problems)
        if any(container.name == other.name for other in scope.containers):
            problems.error(
                f"{field}[{index}].name",
                f"another container of the role is called {container.name} too",
                container.name,
            )
        container.facts["serves"] = len(given) == 1 or container.facts["modelCommand"] != "custom"
        scope.containers.append(container)


def _planned(scope: Scope, config: ModelService, kind: str, given: Map, field: str, layer: str, problems: Problems) -> Container:
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
    fields = says_something(given)
    if "env" in fields:
        fields["env"] = last_of_each(fields["env"], "name")
    if "resources" in fields:  # claims go with the pod's own, below, where it has any
        fields["resources"] = says_something(
            {key: value for key, value in fields["resources"].items() if key != "claims" or not pod_claims}
        )
    for probe in PROBES & fields.keys():  # one with another handler must not meet a preset's
        fields[probe] = {"$patch": "replace", **fields[probe]}
    lifecycle = (fields.get("extraConfig") or {}).get("lifecycle")
    if isinstance(lifecycle, dict):  # nor a hook with another
        hooks = {key: {"$patch": "replace", **hook} if isinstance(hook, dict) else hook for key, hook in lifecycle.items()}
        fields["extraConfig"] = {**fields["extraConfig"], "lifecycle": hooks}
    return Container(
        name,
        facts,
        {
            "container": {**given, "name": name},
            "engine": {
                **engine.command_and_args(given, _serving(scope, config), field, problems),
                "port": scope.parameters["port"],
                "drainFlags": drain.flags(given, facts, scope.parameters["drain"]),
            },
            "device": {**device, "env": accelerators.environment(config.spec, kind)},
            "claims": {"pod": pod_claims, "container": accelerators.container_claims(given, pod_claims)},
        },
        {
            layer: {
                "container": fields,
                "replaced": {
                    "env": deletions(given.get("env"), "name"),
                    "volumeMounts": deletions(given.get("volumeMounts"), "mountPath"),
                },
            }
        },
    )


def _serving(scope: Scope, config: ModelService) -> Map:
    return {
        "profile": config.profile,
        "model": scope.parameters["artifact"]["model"],
        "port": scope.parameters["port"],
        "name": (config.spec.get("modelArtifacts") or {}).get("name"),
        "split": scope.parameters["parallelism"],
        "tracing": config.spec.get("tracing") if scope.facts["tracing"] else None,
    }
