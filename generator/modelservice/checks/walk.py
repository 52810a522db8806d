"""Where checks look: roles, containers and pods of a service, as the user wrote them and as they became."""

from __future__ import annotations

from modelservice.plan.scopes import LEADER
from modelservice.workloads import POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.krm import ResourceRef
    from modelservice.plan import Scope

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
    own = (service.plan.config.own.get(roles.get(workload, "")) or {}).get("parallelism") or {}
    return workload not in roles or bool(own.get("mode")) or "workers" in own


def own_containers(service: Composition) -> Iterator[tuple[str, Map]]:
    """The engine containers of the created roles, as the user wrote them: path and fields."""
    for path, role in own_roles(service):
        for index, container in enumerate(role.get("containers") or []):
            yield f"{path}.containers[{index}]", container


def own_engines(service: Composition) -> Iterator[tuple[str, Map]]:
    """What the user says of the engine containers of the created roles beside their lists: path and fields."""
    own = service.plan.config.own
    places = [("spec", own)] if service.plan.roles else []
    for path, given in [*places, *own_roles(service)]:
        if given.get("engine"):
            yield f"{path}.engine", given["engine"]


def items_of(given: Any) -> Iterator[tuple[str, str, Any]]:
    """The items of a list that has names, or of a map in its place: path below it, name, and the item or what stands for it."""
    if isinstance(given, dict):
        yield from ((f".{name}", name, item) for name, item in given.items())
    for index, item in enumerate(given if isinstance(given, list) else []):
        yield f"[{index}]", item.get("name"), item


def pod_containers(pod: Map) -> Iterator[tuple[str, Map]]:
    """All containers of a pod template: path below it, and fields."""
    for key in ("initContainers", "containers"):
        for index, container in enumerate(pod["spec"].get(key) or []):
            yield f"spec.{key}[{index}]", container


def origin_of(service: Composition, role: Scope, path: Sequence[str | int], otherwise: str) -> tuple[str, ResourceRef | None]:
    """The field that set what stands at ``path`` of a role's pod template, and the overlay, where it is one's; ``otherwise`` if none did.

    It composes the service once more, so it is for findings.
    """
    from modelservice.origin import Trace  # only findings need it  # noqa: PLC0415

    trace, name = Trace(service), role.parameters["workload"]["name"]
    workload = next((one for one in service.objects if _is_workload(one, name)), None)
    template = POD_TEMPLATES[workload["kind"]][0 if role.facts["pod"] == LEADER else -1] if workload else ()
    origin = trace.origin(workload, [*template, *path]) if workload else trace.in_pod(role.pod, path)
    return (origin.field, origin.resource) if origin is not None else (otherwise, None)


def _is_workload(obj: Map, name: str) -> bool:
    kind, metadata = obj.get("kind"), obj.get("metadata")
    return isinstance(kind, str) and kind in POD_TEMPLATES and isinstance(metadata, dict) and metadata.get("name") == name
