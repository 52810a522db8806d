"""A Deployment whose pods take whole nodes, and that wants a free node for each update."""

from __future__ import annotations

from modelservice.krm import Result
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "whole-nodes", "info"
NODE = 8  # devices that a node has
CURE = "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such Deployment: an update of it waits for ever where no node is free."""
    for role in service.plan.roles:
        devices = _devices(service.pods[role.name], role)
        for obj in service.objects if devices >= NODE else ():
            mine = obj.get("kind") == "Deployment" and obj["metadata"].get("name") == role.parameters["workload"]["name"]
            if mine and not _makes_room(obj["spec"]):
                message = f"an update waits until a whole node is free for a new pod of {devices} devices; {CURE} needs none"
                yield Result(message, SEVERITY, field=f"spec.{role.name}.strategy", current=obj["spec"].get("strategy"))


def _devices(pod: Map, role: Scope) -> int:
    """The accelerators that a pod takes."""
    if role.facts["accelerator"] == "dra":
        count = role.parameters["claimTemplate"].get("count")
        return count if isinstance(count, int) else 0
    names = {container.parameters["device"].get("resource") for container in role.containers}
    found = 0
    for container in pod["spec"]["containers"]:
        limits = (container.get("resources") or {}).get("limits") or {}
        found += sum(whole_number(str(count)) or 0 for name, count in limits.items() if name in names)
    return found


def _makes_room(spec: Map) -> bool:
    """Whether an update may take a pod away before the new one is there."""
    strategy, replicas = spec.get("strategy") or {}, spec.get("replicas", 1)
    if strategy.get("type") == "Recreate" or replicas == 0:
        return True
    unavailable = (strategy.get("rollingUpdate") or {}).get("maxUnavailable", "25%")
    share = whole_number(unavailable[:-1]) if isinstance(unavailable, str) and unavailable.endswith("%") else None
    if share is not None and isinstance(replicas, int):
        return share * replicas // 100 > 0  # rounded down
    return unavailable not in (0, "0", "0%")
