"""Two services of one run and namespace where the selector of one also selects pods of the other: each then counts and routes to both."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.compose import Composition

    Labels = dict[str, str]

NAME, SEVERITY = "selectors", "error"


class _Pods:
    """The pods of one role: who has them, their labels, and what their workload selects."""

    __slots__ = ("labels", "name", "owner", "selector")

    def __init__(self, owner: int, name: str, selector: Labels, labels: Labels) -> None:
        self.owner, self.name, self.selector, self.labels = owner, name, selector, labels


def check_all(services: Sequence[Composition]) -> Iterator[tuple[int, Result]]:
    """A finding for each service that meets an earlier one so, with its place in ``services``; the first that it meets is named."""
    by_namespace: dict[str | None, list[_Pods]] = {}
    for index, service in enumerate(services):
        for pods in _pods(index, service):
            by_namespace.setdefault(service.plan.config.namespace, []).append(pods)
    told: dict[int, tuple[_Pods, _Pods]] = {}
    for all_pods in by_namespace.values():
        for selecting, selected in _overlaps(all_pods):
            told.setdefault(max(selecting.owner, selected.owner), (selecting, selected))
    for later, (selecting, selected) in sorted(told.items()):
        labels = ", ".join(f"{key}={value}" for key, value in selecting.selector.items())
        yield (
            later,
            Result(
                f"{selecting.name} selects the pods of {selected.name} too ({labels}); give each service a label of its own, "
                "for instance llm-d.ai/model",
                SEVERITY,
                field="spec.modelArtifacts.labels",
            ),
        )


def _pods(index: int, service: Composition) -> Iterator[_Pods]:
    for role in service.plan.roles:
        selector, labels = role.parameters["selector"], service.pods[role.name]["metadata"].get("labels") or {}
        if role.facts["workload"] == "ReplicaSet":
            selector = labels = {"app": "dp-app"}
        yield _Pods(index, role.parameters["workload"]["name"], selector, labels)


def _overlaps(all_pods: list[_Pods]) -> Iterator[tuple[_Pods, _Pods]]:
    """Pods that select others, such that each service which meets an earlier one is the later of some pair; linear in their number.

    Pods with the same selector and labels are looked at together, and others found by the rarest label of a selector. Workloads of one
    name are left to the check of collisions.
    """
    alike: dict[tuple[Any, ...], list[_Pods]] = {}
    for pods in all_pods:
        alike.setdefault((tuple(sorted(pods.selector.items())), tuple(sorted(pods.labels.items()))), []).append(pods)
    by_label: dict[tuple[str, str], list[list[_Pods]]] = {}
    for group in alike.values():
        for label in group[0].labels.items():
            by_label.setdefault(label, []).append(group)
    for group in alike.values():
        selector = group[0].selector
        candidates = min((by_label.get(label, []) for label in selector.items()), key=len, default=[])
        for other in candidates:
            if selector.items() <= other[0].labels.items():
                yield from ((first, pods) for pods, first in _firsts(other, group))
                yield from _firsts(group, other)


def _firsts(group: list[_Pods], others: list[_Pods]) -> Iterator[tuple[_Pods, _Pods]]:
    """Each of a group with the first of ``others`` that is of another service and name, where there is one."""
    for pods in group:
        first = next((one for one in others if one.owner != pods.owner and one.name != pods.name), None)
        if first is not None:
            yield pods, first
