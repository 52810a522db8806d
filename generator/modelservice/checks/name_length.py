"""Names over 63 characters, or over what a controller leaves of them: Kubernetes makes labels of them, and refuses the pods then."""

from __future__ import annotations

from modelservice.checks.walk import says_group_size
from modelservice.krm import ResourceRef, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.compose import Composition

NAME, SEVERITY = "name-length", "error"
LIMIT = 63
KINDS = ("Deployment", "StatefulSet", "InferencePool")
CHARTS = 59  # so long are the names of LeaderWorkerSets that the charts were tried with
REVISION = len("-0123456789")  # a StatefulSet writes its name and the revision's hash into a label of its pods


def check(service: Composition) -> Iterator[Result]:
    """A result for each object of the service whose name is too long for its kind; told only where the size of a group is not said."""
    for result in _too_long(service.objects):
        name = str(result.current)
        if result.resource and result.resource.kind == "LeaderWorkerSet" and len(name) <= CHARTS and not says_group_size(service, name):
            result.severity = "warning"
        yield result


def check_world(world: World) -> Iterator[Result]:
    """A result for each other object whose name is too long for its kind."""
    yield from _too_long(obj for obj in world.objects if not world.is_generated(obj))


def _too_long(objects: Iterable[dict[str, Any]]) -> Iterator[Result]:
    for obj in objects:
        name, kind = str((obj.get("metadata") or {}).get("name")), str(obj.get("kind"))
        longest = LIMIT if kind in KINDS else _of_groups(obj) if kind == "LeaderWorkerSet" else len(name)
        if len(name) > longest:
            message = f"has {len(name)} characters; a {kind} may have {longest}"
            yield Result(message, SEVERITY, field="metadata.name", current=name, resource=ResourceRef.of(obj))


def _of_groups(obj: dict[str, Any]) -> int:
    """The longest name of a LeaderWorkerSet: the workers of each group are a StatefulSet called NAME-GROUP."""
    spec = obj.get("spec") or {}
    size, replicas = (spec.get("leaderWorkerTemplate") or {}).get("size", 1), spec.get("replicas", 1)
    last = max(replicas, 1) - 1 if isinstance(replicas, int) else 0
    return LIMIT - REVISION - (0 if size == 1 else len(f"-{last}"))
