"""HorizontalPodAutoscalers."""

from __future__ import annotations

from modelservice.kubernetes.rules.containers import RESOURCES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

FIELDS = {"ContainerResource": "containerResource", "External": "external", "Object": "object", "Pods": "pods", "Resource": "resource"}


def autoscaler(spec: Map) -> Mistakes:
    """Mistakes of the numbers of an autoscaler."""
    low, high = spec.get("minReplicas", 1), spec.get("maxReplicas", 0)
    if 0 < high < low:
        yield ("maxReplicas",), f"is {high}; must be at least minReplicas, {low}"
    target = spec.get("scaleTargetRef") or {}
    version = target.get("apiVersion", "")
    if version.count("/") > 1 or ("/" not in version and target.get("kind") != "ReplicationController"):
        yield ("scaleTargetRef", "apiVersion"), f"is {version!r}; must be a group and a version, as in apps/v1"


def metric(value: Map) -> Mistakes:
    """Mistakes of a metric: one source, the one that the type says."""
    wanted = FIELDS.get(value.get("type", ""))
    if wanted is None:
        return
    if wanted not in value:
        yield (wanted,), f"is missing; a metric of the type {value['type']} needs it"
    for field in FIELDS.values():
        if field in value and field != wanted:
            yield (field,), f"is there; a metric of the type {value['type']} takes {wanted} only"


def resource_metric(value: Map) -> Mistakes:
    """Mistakes of what a resource is held to."""
    yield from _target(value, ("averageUtilization", "averageValue"), exclusive=True)


def container_metric(value: Map) -> Mistakes:
    """Mistakes of a resource of one container."""
    name = value.get("name", "")
    if name and "/" not in name and name not in RESOURCES and not name.startswith("hugepages-"):
        yield ("name",), f"is {name!r}; must be one of {', '.join(RESOURCES)}"
    yield from resource_metric(value)


def external_metric(value: Map) -> Mistakes:
    """Mistakes of what a metric of the outside is held to."""
    yield from _target(value, ("value", "averageValue"), exclusive=True)


def object_metric(value: Map) -> Mistakes:
    """Mistakes of what a metric of an object is held to."""
    yield from _target(value, ("value", "averageValue"), exclusive=False)


def pods_metric(value: Map) -> Mistakes:
    """Mistakes of what a metric of pods is held to."""
    yield from _target(value, ("averageValue",), exclusive=False)


def _target(value: Map, fields: tuple[str, ...], *, exclusive: bool) -> Mistakes:
    target = value.get("target")
    if target is None:
        return
    there = [field for field in fields if field in target]
    if not there:
        yield ("target", fields[-1]), f"is missing; must be a target by {' or '.join(fields)}"
    elif exclusive and len(there) > 1:
        yield ("target", there[1]), f"is there beside {there[0]}; must be one of them"
