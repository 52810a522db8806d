"""Two workloads of one namespace where the selector of one also selects pods of the other: each then takes the other's pods for its own."""

from __future__ import annotations

from modelservice.checks.world import finding, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "workload-selectors", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each two such workloads, about the later one."""
    order = {id(pods.workload): index for index, pods in enumerate(world.pods)}
    told: set[tuple[int, int]] = set()
    for pods in world.pods:
        whole = (pods.workload.get("spec") or {}).get("selector") or {}
        selector = {} if whole.get("matchExpressions") else whole.get("matchLabels") or {}  # expressions may keep them apart
        for other in world.selected(selector, pods.namespace):
            if other.workload is pods.workload:
                continue
            if world.is_generated(pods.workload) and world.is_generated(other.workload):
                continue
            first, second = sorted((pods, other), key=lambda one: order[id(one.workload)])
            if (id(first.workload), id(second.workload)) not in told:
                told.add((id(first.workload), id(second.workload)))
                labels = ", ".join(f"{key}={value}" for key, value in selector.items())
                message = f"{name_of(pods.workload)} selects the pods of {name_of(other.workload)} too ({labels})"
                yield finding(second.workload, "spec.selector.matchLabels", message, SEVERITY)
