"""Which field of a ModelService a parameter of overlays comes from."""

from __future__ import annotations

from modelservice.origin.paths import child, place_in
from modelservice.patch.three_way import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.config import ModelService
    from modelservice.origin.paths import Step
    from modelservice.plan import Scope
    from modelservice.plan.scopes import Container

# Parameters that are computed: the field that decides them, and whether what is below it is theirs, too.
COMPUTED: dict[str, tuple[str, bool]] = {
    "namespace": ("metadata.namespace", False),
    "selector": ("spec.modelArtifacts.labels", True),
    "workload.labels": ("spec.modelArtifacts.labels", True),
    "artifact": ("spec.modelArtifacts.uri", False),
    "adapters": ("spec.modelArtifacts.lora", False),
    "compiled": ("spec.modelArtifacts.compiled", False),
    "endpointPicker": ("spec.routing.inferencePool.endpointPicker", False),
    "pool.selector": ("spec.routing.inferencePool.selector", True),
    "pool": ("spec.routing.servicePort", False),
    "route": ("spec.routing.httpRoute", False),
    "epp.env": ("spec.routing.epp.env", True),
    "epp.config": ("spec.routing.epp.plugins", False),
    "epp.configDigest": ("spec.routing.epp.plugins", False),
    "epp": ("spec.routing.epp", False),
    "item": ("spec.routing.objectives[]", True),
    "parallelism": ("spec.{role}.parallelism", True),
    "devices": ("spec.{role}.parallelism", False),
    "first.env": ("{container}.env", True),
    "first.volumeMounts": ("{container}.volumeMounts", True),
    "first.volumes": ("spec.{role}.volumes", True),
    "first.proxyEnv": ("spec.routing.proxy.env", True),
    "podmonitor": ("spec.{role}.monitoring.podmonitor", True),
    "computeDomain.nodes": ("spec.accelerator.computeDomain.nodes", False),
    "claims.pod": ("spec.{role}.resourceClaims", True),
    "claims.container": ("{container}.resources.claims", True),
    "proxy.args": ("spec.routing.proxy", False),
    "proxyFields": ("spec.routing.proxy", True),
    "everyRole": ("spec", True),
    "port": ("spec.routing.{port}", False),
    "engine.port": ("spec.routing.{port}", False),
    "engine.probes": ("spec.routing.{port}", False),
    "ranks": ("spec.{role}.parallelism", False),
    "pool.targetPorts": ("spec.routing.servicePort", False),
    "engine.command": ("{container}.command", True),
    "engine.compiledFlags": ("spec.modelArtifacts.compiled", False),
    "engine.args": ("{container}.args", False),
    "device.resource": ("spec.accelerator.resources", False),
    "device.count": ("{container}.resources", False),
    "device.env": ("spec.accelerator.env.{kind}", True),
    "acceleratorWarning": ("spec.{role}.containers", False),
    "serverPatch": ("spec.{role}", False),
    "tracingServiceName": ("spec.tracing.serviceNames", False),
    "waitingMetric": ("spec.{role}.containers", False),
}
CLAIM_TEMPLATES = {"furiosa": "spec.dra.claimTemplates"}


def field_of(config: ModelService, scope: Scope, container: Container | None, path: Sequence[str], below: Sequence[Step]) -> str:
    """The field of ``config`` that the parameter at ``path`` comes from, and within it what ``below`` leads to, as far as it is there.

    What a preset says of the spec comes from where the preset is named.
    """
    field = _field_of(config, scope, container, path, below)
    if config.presets:
        from modelservice.config.presets import place_of  # few services have presets that say any of it  # noqa: PLC0415

        return place_of(config.presets, config.own, field)
    return field


def _field_of(config: ModelService, scope: Scope, container: Container | None, path: Sequence[str], below: Sequence[Step]) -> str:
    named = path[0] in ("name", "labels", "workload", "serviceAccountName", "computeDomain")
    if named and tuple(path) not in (("workload", "labels"), ("computeDomain", "nodes")):
        return _name_field(config, path[0])
    if path[0] == "claimTemplate":
        return CLAIM_TEMPLATES.get(config.profile, "spec.accelerator.resourceClaimTemplates")
    if path[0] == "drain" or tuple(path) == ("engine", "drainFlags"):
        return _drain_field(config, scope.name)
    of_container = _container_field(scope, container)
    for length in range(len(path), 0, -1):
        if (computed := COMPUTED.get(".".join(path[:length]))) is not None:
            field, whole = computed
            port = "proxy.targetPort" if scope.facts.get("proxy") else "servicePort"
            field = field.format(role=scope.name, container=of_container, kind=_accelerator_with(config, container), port=port)
            return _within(config, field, [*path[length:], *below] if whole else [])
    if tuple(path) == ("role", "schedulerName") and not (config.own.get(scope.name) or {}).get("schedulerName"):
        return "spec.schedulerName"
    scopes = {"role": f"spec.{scope.name}", "container": of_container}
    return _within(config, scopes.get(path[0], "spec"), [*path[path[0] in scopes :], *below])


def fields_of(path: Sequence[str]) -> list[str]:
    """The fields of a spec that the parameter at ``path`` may come from, with ``*`` for the name of a role, a place or any key."""
    if [*path] == ["computeDomain", "template"]:
        return ["spec.fullnameOverride", "metadata.name"]
    if path[0] in ("name", "labels", "serviceAccountName") or (path[0] == "workload" and path[1:2] != ["labels"]):
        own = ["spec.serviceAccountOverride"] if path[0] == "serviceAccountName" else []
        return [*own, "spec.fullnameOverride", "metadata.name"]
    if path[0] == "claimTemplate":
        return [*CLAIM_TEMPLATES.values(), "spec.accelerator.resourceClaimTemplates"]
    if path[0] == "drain" or [*path] == ["engine", "drainFlags"]:
        return ["spec.*.drain", "spec.drain"]
    for length in range(len(path), 0, -1):
        if (computed := COMPUTED.get(".".join(path[:length]))) is not None:
            field, whole = computed
            below = [*path[length:]] if whole else []
            ports = ("proxy.targetPort", "servicePort") if "{port}" in field else ("",)
            return [".".join([field.format(role="*", container="spec.*.containers[*]", kind="*", port=port), *below]) for port in ports]
    scopes = {"role": "spec.*", "container": "spec.*.containers[*]"}
    above = ["spec.schedulerName"] if [*path] == ["role", "schedulerName"] else []
    return [".".join([scopes.get(path[0], "spec"), *path[path[0] in scopes :]]), *above]


def is_passed_on(path: Sequence[str]) -> bool:
    """Whether what is in the field of a parameter is in the parameter, too; not of one that is computed of it."""
    computed = [COMPUTED[name] for length in range(len(path), 0, -1) if (name := ".".join(path[:length])) in COMPUTED]
    return computed[0][1] if computed else path[0] not in ("name", "labels", "serviceAccountName", "claimTemplate", "drain")


def _drain_field(config: ModelService, role: str) -> str:
    return f"spec.{role}.drain" if (config.spec.get(role) or {}).get("drain") is not None else "spec.drain"


def _container_field(scope: Scope, container: Container | None) -> str:
    place = scope.containers.index(container) if container in scope.containers and container else 0
    return f"spec.{scope.name}.containers[{place}]"


def _accelerator_with(config: ModelService, container: Container | None) -> str:
    """The accelerator type whose variables a container has."""
    variables = container.parameters["device"].get("env") if container else None
    by_type = (config.spec.get("accelerator") or {}).get("env") or {}
    return next((kind for kind, given in by_type.items() if given is variables), "")


def _name_field(config: ModelService, parameter: str) -> str:
    if parameter == "serviceAccountName" and config.spec.get("serviceAccountOverride"):
        return "spec.serviceAccountOverride"
    return "spec.fullnameOverride" if config.spec.get("fullnameOverride") else "metadata.name"


def _within(config: ModelService, field: str, below: Sequence[Step]) -> str:
    """``field``, and what ``below`` leads to in it; a step that leads nowhere in what was written ends the path."""
    text = field.rstrip(".")
    value: Any = {"spec": config.spec}
    for name, _, place in (step.partition("[") for step in text.split(".")):
        value = child(value, name)
        value = child(value, int(place.rstrip("]"))) if place else value
    for step in below:
        if isinstance(value, list) and (found := place_in(value, step)) is not None:
            text, value = f"{text}[{found}]", value[found]
        elif isinstance(step, str) and child(value, step) is not ABSENT:
            text, value = f"{text}.{step}", value[step]
        else:
            break
    return text
