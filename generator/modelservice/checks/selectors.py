"""Two services of one run and namespace where the selector of one also selects pods of the other: each then counts and routes to both."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from modelservice.compose import Composition

    Labels = dict[str, str]

NAME, SEVERITY = "selectors", "error"


class _Pods:
    """The pods of one role: who has them, their labels, and what their workload selects."""

    __slots__ = ("labels", "name", "owner", "selector")

    def __init__(self, owner: int, name: str, selector: Labels, labels: Labels) -> None:
        self.owner, self.name, self.selector, self.labels = owner, name, selector, labels


def check_all(services: Sequence[Composition]) -> Iterator[tuple[int, Result]]:
    """A finding, with the later service's place in ``services``, for each two services that select each other's pods."""
    by_namespace: dict[str | None, list[_Pods]] = {}
    for index, service in enumerate(services):
        for pods in _pods(index, service):
            by_namespace.setdefault(service.plan.config.namespace, []).append(pods)
    told = set()
    for all_pods in by_namespace.values():
        for selecting, selected in _overlaps(all_pods):
            first, second = sorted((selecting.owner, selected.owner))
            if (first, second) not in told:
                told.add((first, second))
                labels = ", ".join(f"{key}={value}" for key, value in selecting.selector.items())
                yield (
                    second,
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
    """Each selector with the pods of others that it selects, looked up by its rarest label: linear where labels differ.

    Workloads of one name are left to the check of collisions.
    """
    by_label: dict[tuple[str, str], list[_Pods]] = {}
    for pods in all_pods:
        for label in pods.labels.items():
            by_label.setdefault(label, []).append(pods)
    for selecting in all_pods:
        candidates = min((by_label.get(label, []) for label in selecting.selector.items()), key=len, default=[])
        for selected in candidates:
            if (
                selected.owner != selecting.owner
                and selected.name != selecting.name
                and selecting.selector.items() <= selected.labels.items()
            ):
                yield selecting, selected
