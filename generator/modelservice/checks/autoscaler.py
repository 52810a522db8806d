"""An autoscaler and fixed replicas on one workload: each apply sets back what the autoscaler did."""

from __future__ import annotations

from modelservice.checks.world import finding
from modelservice.kubernetes.names import named, namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "autoscaler", "warning"
DEFAULT_KIND = {"ScaledObject": "Deployment"}


def check_world(world: World) -> Iterator[Result]:
    """A result for each HorizontalPodAutoscaler or ScaledObject whose target has replicas, or is not there."""
    for scaler in [*world.of("HorizontalPodAutoscaler"), *world.of("ScaledObject")]:
        target = (scaler.get("spec") or {}).get("scaleTargetRef") or {}
        kind, name = target.get("kind") or DEFAULT_KIND.get(scaler["kind"], ""), str(target.get("name"))
        workload = world.find(kind, name, namespace_of(scaler))
        if world.lacks(kind, name, namespace_of(scaler)):
            yield finding(scaler, "spec.scaleTargetRef.name", f"there is no {kind} {name}", SEVERITY, name)
        elif workload is not None and "replicas" in (workload.get("spec") or {}):
            message = f"{named(scaler)} scales this; leave replicas out (in a ModelService: autoscaling.enabled: true for the role)"
            yield finding(workload, "spec.replicas", message, SEVERITY, workload["spec"]["replicas"])
