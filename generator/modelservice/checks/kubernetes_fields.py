"""What a Kubernetes API server refuses in an object: an unknown field, a wrong type, a name, label or quantity that is none."""

from __future__ import annotations

from modelservice.krm import FirstOfEachPlace, Item, ResourceRef, Result
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.compose import Composition
    from modelservice.kubernetes.problem import Problem

    Map = dict[str, Any]

NAME, SEVERITY = "kubernetes-fields", "error"
OURS = "modelservice.llm-d.ai/"
LOCAL = "config.kubernetes.io/local-config"
LONGEST = 63  # characters; a StatefulSet's name that has more is told by the check name-length


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such thing in the objects of a service and its pods, at the field that a user wrote."""
    if service.is_plain:
        return
    version = service.plan.config.spec.get("kubernetesVersion")
    looked_at = [(obj, "") for obj in service.objects] + _hidden_pods(service)
    found = [(obj, role, problem) for obj, role in looked_at for problem in _problems(obj, version) if not _is_mount(problem)]
    if not found:
        return
    from modelservice.origin import Trace  # only for what is wrong  # noqa: PLC0415

    trace, told = Trace(service), set()
    of_lists: dict[tuple[Any, ...], list[Result]] = {}
    for obj, role, problem in found:
        alike = of_lists.setdefault((id(obj), role, problem.severity, *_list_of(problem.path)), [])
        only_counts = len(alike) == FirstOfEachPlace.MOST  # and to find the field takes a millisecond
        if not only_counts:
            alike.append(_result(trace, obj, role, problem))
        result = alike[-1]
        if only_counts or (result.field, result.message) not in told:  # one mistake may show in both roles, or in several objects
            told.add((result.field, result.message))
            yield result


def check_world(world: World) -> Iterator[Result]:
    """A finding for each such thing in what was edited after it was generated and, where others are judged, in them."""
    for obj in world.raw:
        made = world.generated(obj)
        if made is None and not world.judged:
            continue
        for problem in new_problems(made, obj, world.kubernetes_version):
            resource = ResourceRef.of(obj)
            file, index = ("", 0) if resource else _file_of(obj)
            field, current = written(problem.path), problem.current
            yield Result(problem.message, problem.severity, field=field, current=current, resource=resource, file=file, index=index)


def _file_of(obj: Map) -> tuple[str, int]:
    """The file that an object without a name is in, by which alone it can be told, and its place among the documents there."""
    item = Item(obj)
    return item.path or "", whole_number(item.index or "") or 0


def new_problems(before: Map | None, obj: Map, version: str | None) -> list[Problem]:
    """What is refused in ``obj`` and was not in the object that it was ``before``, wherever in its list an item stands now."""
    found = _problems(obj, version) if _reaches_kubernetes(obj) else []
    if before is None or not found:
        return found
    from modelservice.origin.paths import keyed  # only for what is wrong  # noqa: PLC0415

    known = {(str(keyed(before, one.path)), one.message) for one in _problems(before, version)}
    return [one for one in found if (str(keyed(obj, one.path)), one.message) not in known]


def _reaches_kubernetes(obj: Map) -> bool:
    """Whether a resource is more than a config for tools on this side of the cluster; a kustomization.yaml needs no kind."""
    if not obj.get("apiVersion") and not obj.get("kind"):
        return False
    metadata = obj.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    local = isinstance(annotations, dict) and annotations.get(LOCAL) not in (None, "false")
    return not local and not str(obj.get("apiVersion")).startswith(OURS)


def _problems(obj: Map, version: str | None) -> list[Problem]:
    from modelservice.kubernetes import problems  # its data takes a millisecond to read  # noqa: PLC0415

    return [one for one in problems(obj, version) if one.path != ("metadata", "name") or not _is_told_by_length(obj, one)]


def _is_told_by_length(obj: Map, problem: Problem) -> bool:
    """Whether the check name-length tells that a name is too long for a label."""
    return obj["kind"] == "StatefulSet" and len(str(problem.current)) > LONGEST


def _is_mount(problem: Problem) -> bool:
    """Whether a mount is of a volume that the pod does not have, which the check volume-mounts tells of a service."""
    return (
        problem.path[-3:-2] == ("volumeMounts",)
        and problem.path[-1] == "name"
        and isinstance(problem.current, str)
        and problem.current != ""
    )


def _hidden_pods(service: Composition) -> list[tuple[Map, str]]:
    """The pods that are only text in an object, and their roles."""
    hidden = [role.name for role in service.plan.roles if role.facts["workload"] == "ReplicaSet"]
    head = {"apiVersion": "v1", "kind": "PodTemplate"}
    return [({**head, "metadata": {"name": role}, "template": service.pods[role]}, role) for role in hidden]


def _list_of(path: tuple[str | int, ...]) -> list[str | int]:
    """``path`` without the place in the innermost list, and the last field."""
    holder = list(path[:-1])
    last = max((place for place, step in enumerate(holder) if isinstance(step, int)), default=len(holder))
    return holder[:last] + holder[last + 1 :]


def _result(trace: Any, obj: Map, role: str, problem: Problem) -> Result:
    """The finding about an object; or, with a role, about its pods."""
    path = problem.path
    origin = trace.in_pod(role, path[1:]) if role and path[:1] == ("template",) else trace.origin(obj, path)
    resource: ResourceRef | None = origin.resource if origin is not None else ResourceRef.of(obj)
    field = origin.field if origin is not None else written(path)
    return Result(problem.message, problem.severity, field=field, current=problem.current, resource=resource)


def written(path: tuple[str | int, ...]) -> str:
    """A path as it is written in results."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
