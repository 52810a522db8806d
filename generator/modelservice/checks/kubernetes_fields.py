"""What a Kubernetes API server refuses in an object: an unknown field, a wrong type, a name, label or quantity that is none."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.krm import ResourceRef
    from modelservice.kubernetes import Problem

    Map = dict[str, Any]

NAME, SEVERITY = "kubernetes-fields", "error"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such thing in the objects of a service and its pods, at the field that a user wrote."""
    if service.is_plain:
        return
    spec = service.plan.config.spec
    found = [(obj, problem) for obj in _looked_at(service) for problem in _problems(obj, spec) if not _is_mount(problem)]
    if not found:
        return
    from modelservice.origin import Trace  # only for what is wrong  # noqa: PLC0415

    trace, told = Trace(service), set()
    for obj, problem in found:
        result = _result(trace, obj, problem)
        if (result.field, result.message) not in told:  # one mistake may show in both roles, or in several objects
            told.add((result.field, result.message))
            yield result


def _looked_at(service: Composition) -> list[Map]:
    """The objects, and the pods that are only text in one of them."""
    hidden = [role for role in service.plan.roles if role.facts["workload"] == "ReplicaSet"]
    pods = [
        {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": role.name}, "template": service.pods[role.name]} for role in hidden
    ]
    return [*service.objects, *pods]


def _problems(obj: Map, spec: Map) -> list[Problem]:
    from modelservice.kubernetes import problems  # its data takes a millisecond to read  # noqa: PLC0415

    return problems(obj, spec.get("kubernetesVersion"))


def _is_mount(problem: Problem) -> bool:
    """Whether a mount lacks its volume: a check of its own tells that, at the field that should have it."""
    return problem.path[-3:-2] == ("volumeMounts",) and problem.path[-1] == "name" and bool(problem.current)


def _result(trace: Any, obj: Map, problem: Problem) -> Result:
    from modelservice.krm import ResourceRef  # noqa: PLC0415

    path = problem.path
    if obj["kind"] == "PodTemplate" and path[:1] == ("template",):
        origin = trace.in_pod(obj["metadata"]["name"], path[1:])
    else:
        origin = trace.origin(obj, path)
    resource: ResourceRef | None = origin.resource if origin is not None else ResourceRef.of(obj)
    field = origin.field if origin is not None else written(path)
    return Result(problem.message, problem.severity, field=field, current=problem.current, resource=resource)


def written(path: tuple[str | int, ...]) -> str:
    """A path as it is written in results."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
