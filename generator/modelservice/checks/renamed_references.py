"""References by a name that an object had before kustomize renamed it, in fields that kustomize does not follow by itself.

kustomize writes new names into references after all functions have run, and which fields it then knows no function can see. Those below
it knows only from the configuration in ``plugins/kustomize``, whose component leaves a note for this check.
"""

from __future__ import annotations

from modelservice.checks.world import finding
from modelservice.kubernetes.names import namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import Reference, World
    from modelservice.krm import Result

    Map = dict[str, Any]

NAME, SEVERITY = "renamed-references", "warning"
HELP = "list the component plugins/kustomize, or give the new name"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such reference; only where all resources can be seen, and the component is not there."""
    if not world.complete or world.follows_names():
        return
    for obj in [*world.of("HTTPRoute"), *world.of("InferencePool"), *world.of("ScaledObject"), *world.of("HorizontalPodAutoscaler")]:
        yield from _stale(world, obj, _references(obj))
    for pods in world.pods:
        custom = pods.workload.get("kind") == "LeaderWorkerSet"
        found = [one for one in pods.references() if custom or one[1] == "ResourceClaimTemplate"]
        yield from _stale(world, pods.workload, found)


def _stale(world: World, obj: Map, references: list[Reference]) -> Iterator[Result]:
    for field, kind, name in references:
        if (now := world.was_called(kind, name, namespace_of(obj))) is not None:
            message = f"{kind} {name} is called {now} now, and kustomize does not follow this name by itself; {HELP}"
            yield finding(obj, field, message, SEVERITY, name)


def _references(obj: Map) -> list[Reference]:
    """The references of an object that is no workload: field, kind and name."""
    spec = obj.get("spec") or {}
    found: list[Reference] = []
    for place, rule in enumerate(spec.get("rules") or []):
        for index, backend in enumerate(rule.get("backendRefs") or []):
            if (backend.get("namespace") or namespace_of(obj)) != namespace_of(obj):
                continue  # a grant of another namespace is not looked at
            field = f"spec.rules[{place}].backendRefs[{index}].name"
            found.append((field, backend.get("kind") or "Service", str(backend.get("name"))))
    picker, target = spec.get("endpointPickerRef") or {}, spec.get("scaleTargetRef") or {}
    if picker:
        found.append(("spec.endpointPickerRef.name", picker.get("kind") or "Service", str(picker.get("name"))))
    kind = target.get("kind") or "Deployment"
    if target and (obj["kind"] == "ScaledObject" or kind == "LeaderWorkerSet"):
        found.append(("spec.scaleTargetRef.name", kind, str(target.get("name"))))
    return found
