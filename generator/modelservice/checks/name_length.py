"""Names over 63 characters: Kubernetes makes labels of them, and DNS names, and refuses the pods then."""

from __future__ import annotations

from modelservice.krm import ResourceRef, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.compose import Composition

NAME, SEVERITY = "name-length", "error"
LIMIT = 63
# kind -> how many characters of a name its controller needs for itself: a LeaderWorkerSet's pods are NAME-GROUP-WORKER
TAKEN = {"Deployment": 0, "StatefulSet": 0, "InferencePool": 0, "LeaderWorkerSet": len("-0-0")}


def check(service: Composition) -> Iterator[Result]:
    """A result for each object of the service whose name is too long for its kind."""
    yield from _too_long(service.objects)


def check_world(world: World) -> Iterator[Result]:
    """A result for each other object whose name is too long for its kind."""
    yield from _too_long(obj for obj in world.objects if not world.is_generated(obj))


def _too_long(objects: Iterable[dict[str, Any]]) -> Iterator[Result]:
    for obj in objects:
        name, kind = str((obj.get("metadata") or {}).get("name")), str(obj.get("kind"))
        longest = LIMIT - TAKEN.get(kind, -len(name))
        if len(name) > longest:
            message = f"has {len(name)} characters; a {kind} may have {longest}"
            yield Result(message, SEVERITY, field="metadata.name", current=name, resource=ResourceRef.of(obj))
