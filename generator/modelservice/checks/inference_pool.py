"""An InferencePool that selects no pods, or sends requests to a port that its pods do not serve."""

from __future__ import annotations

from modelservice.checks.world import finding, name_of, namespace_of

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
            labels = ", ".join(f"{key}={value}" for key, value in selector.items())
            there = "; ".join(f"{name_of(pods.workload)} has {_written(pods.labels)}" for pods in world.pods)
            yield finding(pool, "spec.selector.matchLabels", f"selects no pods: {labels}; {there}", "warning")
        for pods in selected:
            served = pods.ports()
            for index, port in enumerate(spec.get("targetPorts") or []):
                number = port.get("number")
                if served and number not in served:
                    ports = ", ".join(str(one) for one in sorted(served))
                    message = f"is {number}, and the pods of {name_of(pods.workload)} serve {ports}"
                    yield finding(pool, f"spec.targetPorts[{index}].number", message, SEVERITY, number)


def _written(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "no labels"
