"""Pods that name a claim, secret, config map or claim template which is neither there nor declared external."""

from __future__ import annotations

from modelservice.checks.world import finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import Pods, World
    from modelservice.krm import Result

    Reference = tuple[str, str, str]

NAME, SEVERITY = "references", "warning"
# field of a volume, or of a source of a projected one -> kind, and the field that holds its name
VOLUMES = {
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
    "secret": ("Secret", "secretName"),
    "configMap": ("ConfigMap", "name"),
}
PROJECTED = {"secret": ("Secret", "name"), "configMap": ("ConfigMap", "name")}
VARIABLES = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}
ENVIRONMENTS = {"secretRef": "Secret", "configMapRef": "ConfigMap"}


def check_world(world: World) -> Iterator[Result]:
    """A result for each such name, once a workload; only where all resources can be seen."""
    if not world.complete:
        return
    told = set()
    for pods in world.pods:
        for field, kind, name in _references(pods):
            if (id(pods.workload), kind, name) not in told and world.lacks(kind, name, pods.namespace):
                told.add((id(pods.workload), kind, name))
                message = f"there is no {kind} {name} here; add it, or declare it: external: [{kind}/{name}]"
                yield finding(pods.workload, field, message, SEVERITY, name)


def _references(pods: Pods) -> Iterator[Reference]:
    """The names that pods refer to, with where and of what kind; optional ones are left out."""
    prefix = f"{pods.path}.spec" if pods.path else "spec"
    spec = pods.template.get("spec") or {}
    for index, volume in enumerate(spec.get("volumes") or []):
        yield from _sources(f"{prefix}.volumes[{index}]", volume, VOLUMES)
        for place, source in enumerate((volume.get("projected") or {}).get("sources") or []):
            yield from _sources(f"{prefix}.volumes[{index}].projected.sources[{place}]", source, PROJECTED)
    for index, claim in enumerate(spec.get("resourceClaims") or []):
        if claim.get("resourceClaimTemplateName"):
            field = f"{prefix}.resourceClaims[{index}].resourceClaimTemplateName"
            yield field, "ResourceClaimTemplate", claim["resourceClaimTemplateName"]
    for index, secret in enumerate(spec.get("imagePullSecrets") or []):
        yield f"{prefix}.imagePullSecrets[{index}].name", "Secret", str(secret.get("name"))
    for path, container in pods.containers():
        for index, variable in enumerate(container.get("env") or []):
            yield from _named(f"{path}.env[{index}].valueFrom", variable.get("valueFrom") or {}, VARIABLES)
        for index, source in enumerate(container.get("envFrom") or []):
            yield from _named(f"{path}.envFrom[{index}]", source, ENVIRONMENTS)


def _sources(field: str, volume: dict[str, Any], kinds: dict[str, tuple[str, str]]) -> Iterator[Reference]:
    for key, (kind, name) in kinds.items():
        source = volume.get(key) or {}
        if source.get(name) and not source.get("optional"):
            yield f"{field}.{key}.{name}", kind, source[name]


def _named(field: str, source: dict[str, Any], kinds: dict[str, str]) -> Iterator[Reference]:
    for key, kind in kinds.items():
        reference = source.get(key) or {}
        if reference.get("name") and not reference.get("optional"):
            yield f"{field}.{key}.name", kind, reference["name"]
