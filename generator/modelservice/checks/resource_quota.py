"""Containers without the cpu or memory that a ResourceQuota wants of each: the quota refuses their pods."""

from __future__ import annotations

from modelservice.checks.world import finding
from modelservice.kubernetes.names import named, namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.krm import Result

    Map = dict[str, Any]

NAME, SEVERITY = "resource-quota", "warning"
# what a quota may limit -> the field of a container that must then be there
WANTED = {
    "cpu": ("requests", "cpu"),
    "memory": ("requests", "memory"),
    "requests.cpu": ("requests", "cpu"),
    "requests.memory": ("requests", "memory"),
    "limits.cpu": ("limits", "cpu"),
    "limits.memory": ("limits", "memory"),
}
DEFAULTS = {"requests": ("defaultRequest", "default"), "limits": ("default",)}


def check_world(world: World) -> Iterator[Result]:
    """A finding for each container that lacks what a quota of its namespace wants, and that no LimitRange gives."""
    for quota in world.of("ResourceQuota"):
        namespace = namespace_of(quota)
        hard = _map(_map(quota.get("spec")).get("hard"))
        if _map(quota.get("spec")).get("scopes") or _map(quota.get("spec")).get("scopeSelector"):
            continue  # for some pods only, and which they are is not said here
        wanted = {WANTED[key] for key in hard if key in WANTED} - _given(world, namespace)
        for pods in world.pods if wanted else ():
            if pods.namespace == namespace:
                for path, container in pods.containers():
                    if missing := [".".join(one) for one in sorted(wanted) if not _has(container, one)]:
                        message = f"{named(quota)} refuses the pods: container {container.get('name')} has no {', '.join(missing)}; give it"
                        message += " (the routing proxy's: routing.proxy.resources)" if container.get("name") == "routing-proxy" else ""
                        yield finding(pods.workload, f"{path}.resources", message, SEVERITY, container.get("resources"))


def _has(container: Map, wanted: tuple[str, str]) -> bool:
    """Whether a container says it; a limit is a request, too."""
    resources = _map(container.get("resources"))
    kinds = ("requests", "limits") if wanted[0] == "requests" else ("limits",)
    return any(wanted[1] in _map(resources.get(kind)) for kind in kinds)


def _given(world: World, namespace: str) -> set[tuple[str, str]]:
    """What LimitRanges of a namespace give to containers that say nothing."""
    found = set()
    for limits in world.of("LimitRange"):
        listed = _map(limits.get("spec")).get("limits")
        for item in listed if namespace_of(limits) == namespace and isinstance(listed, list) else ():
            if _map(item).get("type") == "Container":
                found |= {(kind, name) for kind, keys in DEFAULTS.items() for key in keys for name in _map(item.get(key))}
    return found


def _map(value: Any) -> Map:
    return value if isinstance(value, dict) else {}
