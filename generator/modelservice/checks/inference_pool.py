"""An InferencePool that selects no pods, or sends requests to a port that its pods do not serve."""

from __future__ import annotations

from modelservice.checks.world import and_more, finding, name_of, namespace_of
from modelservice.texts import MOST, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "inference-pool", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such pool; that no pods are selected is only told where all workloads can be seen."""
    for pool in world.of("InferencePool"):
        spec = pool.get("spec") or {}
        selector = (spec.get("selector") or {}).get("matchLabels") or {}
        selected = world.selected(selector, namespace_of(pool))
        if selector and not selected and world.complete and world.pods:
            there = listed([f"{name_of(pods.workload)} has {_written(pods.labels)}" for pods in world.pods[: MOST + 1]], "; ")
            yield finding(pool, "spec.selector.matchLabels", f"selects no pods: {_written(selector)}; {there}", "warning")
        for index, port in enumerate(spec.get("targetPorts") or []):
            number = port.get("number")
            lacking = world.not_serving(selector, namespace_of(pool), number)
            if lacking:
                ports = listed([str(one) for one in sorted(lacking[0].ports())])
                message = f"is {number}, and the pods of {name_of(lacking[0].workload)} serve {ports}{and_more(lacking)}"
                yield finding(pool, f"spec.targetPorts[{index}].number", message, SEVERITY, number)


def _written(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "no labels"
