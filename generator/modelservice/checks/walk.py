"""The places that checks look at."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition

    Map = dict[str, Any]


def own_roles(service: Composition) -> Iterator[tuple[str, Map]]:
    """The created roles, as the user wrote them: path and fields."""
    for role in service.plan.roles:
        yield f"spec.{role.name}", service.plan.config.own.get(role.name) or {}


def says_group_size(service: Composition, workload: str) -> bool:
    """Whether the user says how many pods a group of a LeaderWorkerSet has.

    Values of older charts do not: their groups were as large as ``data``, and what is refused of one pod may be right as it was meant.
    """
    roles = {role.parameters["workload"]["name"]: role.name for role in service.plan.roles}
    return workload not in roles or "workers" in ((service.plan.config.own.get(roles[workload]) or {}).get("parallelism") or {})


def own_containers(service: Composition) -> Iterator[tuple[str, Map]]:
    """The engine containers of the created roles, as the user wrote them: path and fields."""
    for path, role in own_roles(service):
        for index, container in enumerate(role.get("containers") or []):
            yield f"{path}.containers[{index}]", container


def pod_containers(pod: Map) -> Iterator[tuple[str, Map]]:
    """All containers of a pod template: path below it, and fields."""
    for key in ("initContainers", "containers"):
        for index, container in enumerate(pod["spec"].get(key) or []):
            yield f"spec.{key}[{index}]", container
