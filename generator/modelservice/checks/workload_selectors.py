"""Two workloads of one namespace where the selector of one also selects pods of the other: each then takes the other's pods for its own."""

from __future__ import annotations

from modelservice.checks.world import finding, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import Pods, World
    from modelservice.krm import Result

NAME, SEVERITY = "workload-selectors", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each two such workloads, about the later one; pods are looked up by the selector's rarest label."""
    by_label: dict[tuple[str, str, str], list[Pods]] = {}
    for pods in world.pods:
        for key, value in pods.labels.items():
            by_label.setdefault((pods.namespace, key, str(value)), []).append(pods)
    order = {id(pods.workload): index for index, pods in enumerate(world.pods)}
    told: set[tuple[int, int]] = set()
    for pods in world.pods:
        selector = ((pods.workload.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
        candidates = [by_label.get((pods.namespace, key, str(value)), []) for key, value in selector.items()]
        for other in min(candidates, key=len, default=[]):
            if other.workload is pods.workload or not selector.items() <= other.labels.items():
                continue
            if world.is_generated(pods.workload) and world.is_generated(other.workload):
                continue
            first, second = sorted((pods, other), key=lambda one: order[id(one.workload)])
            if (id(first.workload), id(second.workload)) not in told:
                told.add((id(first.workload), id(second.workload)))
                labels = ", ".join(f"{key}={value}" for key, value in selector.items())
                message = f"{name_of(pods.workload)} selects the pods of {name_of(other.workload)} too ({labels})"
                yield finding(second.workload, "spec.selector.matchLabels", message, SEVERITY)
