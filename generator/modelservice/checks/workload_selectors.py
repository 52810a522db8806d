"""Two workloads of one namespace where the selector of one also selects pods of the other: each then takes the other's pods for its own."""

from __future__ import annotations

from modelservice.checks.world import finding
from modelservice.kubernetes.names import named
from modelservice.texts import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import Pods, World
    from modelservice.krm import Result

    Map = dict[str, Any]

NAME, SEVERITY = "workload-selectors", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each selector that takes others' pods, about the later of the first two that meet; two that meet are told once."""
    order: dict[int, int] = {}
    by_selector: dict[int, tuple[Map, list[Pods], list[Map]]] = {}
    for pods in world.pods:
        if id(pods.workload) not in order:
            order[id(pods.workload)] = len(order)
            selector = _selector(pods.workload)
            selected = world.selected(selector, pods.namespace)  # the same list for the same selector
            by_selector.setdefault(id(selected), (selector, selected, []))[2].append(pods.workload)
    told: set[tuple[int, int]] = set()
    for selector, selected, owners in by_selector.values():
        owner, others = _meeting(world, sorted(_candidates(world, owners), key=lambda one: order[id(one)]), selected)
        if not others:
            continue
        first, second = sorted((owner, others[0]), key=lambda workload: order[id(workload)])
        if (id(first), id(second)) not in told:
            told.add((id(first), id(second)))
            labels = ", ".join(f"{key}={value}" for key, value in selector.items())
            message = f"{named(owner)} selects the pods of {listed([named(other) for other in others], most=3)} too ({labels})"
            yield finding(second, "spec.selector.matchLabels", message, SEVERITY)


def _selector(workload: Map) -> Map:
    whole = (workload.get("spec") or {}).get("selector") or {}
    return {} if whole.get("matchExpressions") else whole.get("matchLabels") or {}  # expressions may keep them apart


def _candidates(world: World, owners: list[Map]) -> list[Map]:
    """Of workloads with one selector those among which there is one that meets others, if any does: two of each sort."""
    generated = [one for one in owners if world.is_generated(one)]
    return generated[:2] + [one for one in owners if not world.is_generated(one)][:2]


def _meeting(world: World, owners: list[Map], selected: list[Pods]) -> tuple[Map, list[Map]]:
    """The first of ``owners``, which have one selector, that selects others' pods, and these others; two generated ones are left out."""
    workloads = list({id(pods.workload): pods.workload for pods in selected}.values())
    for owner in owners:
        generated = world.is_generated(owner)
        others = [one for one in workloads if one is not owner and not (generated and world.is_generated(one))]
        if others:
            return owner, others
    return owners[0], []
