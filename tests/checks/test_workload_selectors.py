"""Workloads whose selectors take each other's pods."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.worlds import Map, deployment, found, leader_worker_set, pod, thing

PLAIN, CANARY = {"app": "web"}, {"app": "web", "track": "canary"}


def test_a_selector_that_takes_anothers_pods() -> None:
    """The later of the two is told, with who selects whom and by which labels, once for both directions."""
    assert found("workload-selectors", deployment("a", PLAIN), deployment("b", CANARY)) == [
        ("error", "Deployment/b", "spec.selector.matchLabels", "Deployment a selects the pods of Deployment b too (app=web)", None)
    ]
    assert found("workload-selectors", deployment("b", CANARY), deployment("a", PLAIN)) == [
        ("error", "Deployment/a", "spec.selector.matchLabels", "Deployment a selects the pods of Deployment b too (app=web)", None)
    ]
    assert len(found("workload-selectors", deployment("a", PLAIN), deployment("b", PLAIN))) == 1


def test_what_is_apart() -> None:
    """Other labels, another namespace, the workload's own pods: nothing to tell; the same where not all can be seen."""
    for complete in (True, False):
        others = (deployment("b", {"app": "db"}), deployment("c", PLAIN, "ml"), thing("Service", "s", spec={"selector": PLAIN}))
        assert found("workload-selectors", deployment("a", PLAIN), *others, complete=complete) == []
    assert found("workload-selectors", deployment("a", PLAIN), deployment("b", CANARY), complete=False) != []


def test_a_bare_pod_is_taken_too() -> None:
    """A workload adopts a pod that has its labels."""
    bare: Map = {**thing("Pod", "p", **pod()), "metadata": {"name": "p", "labels": PLAIN}}
    (one,) = found("workload-selectors", deployment("a", PLAIN), bare)
    assert one.message == "Deployment a selects the pods of Pod p too (app=web)"


def test_selectors_with_expressions_are_left_alone() -> None:
    """An expression may keep the pods apart, so nothing is claimed of labels alone."""
    one = deployment("a", PLAIN)
    one["spec"]["selector"]["matchExpressions"] = [{"key": "track", "operator": "NotIn", "values": ["canary"]}]
    assert found("workload-selectors", one, deployment("b", CANARY)) == []
    only: Any = deployment("a", PLAIN)
    only["spec"]["selector"] = {"matchExpressions": [{"key": "app", "operator": "Exists"}]}
    assert found("workload-selectors", only, deployment("b", CANARY)) == []


def test_two_generated_workloads_are_told_by_their_own_check() -> None:
    """Workloads of ModelServices have been held against each other by the check selectors; one of them and one of others is told here."""
    one, two = deployment("a", PLAIN), deployment("b", CANARY)
    assert found("workload-selectors", one, two, generated=(one, two)) == []
    assert found("workload-selectors", one, two, generated=(two,)) != []
    assert found("workload-selectors", one, two, generated=(one,)) != []


LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2"]), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LABELS, LABELS), max_size=5))
def test_every_selector_that_takes_others_pods_is_told_and_no_other(given_labels: list[tuple[Map, Map]]) -> None:
    """Each selector is told with the first two that meet by it, unless these two have been told, as comparing each with each finds."""
    workloads = [deployment(f"w{index}", selector, template=pod(labels)) for index, (selector, labels) in enumerate(given_labels)]
    by_selector: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    for one, (selector, _) in enumerate(given_labels):
        for other, (_, labels) in enumerate(given_labels):
            if one != other and selector.items() <= labels.items():
                by_selector.setdefault(tuple(sorted(selector.items())), []).append((one, other))
    firsts = {frozenset(pairs[0]): max(pairs[0]) for pairs in by_selector.values()}
    told = found("workload-selectors", *workloads)
    assert sorted(one.resource for one in told) == sorted(f"Deployment/w{later}" for later in firsts.values())


def test_many_of_one_selector_are_one_finding() -> None:
    """However many workloads have a label in common, each selector is told once, with the first that it takes and how many more."""
    same = [deployment(f"w{index}", PLAIN) for index in range(300)]
    (one,) = found("workload-selectors", *same, deployment("apart", {"app": "db"}))
    assert one.resource == "Deployment/w1"
    assert one.message == "Deployment w0 selects the pods of Deployment w1, Deployment w2, Deployment w3, and 296 more too (app=web)"
    canaries = [deployment(f"c{index}", CANARY) for index in range(300)]
    assert [len(one.message) < 200 for one in found("workload-selectors", *same, *canaries)] == [True, True]


def test_one_of_many_that_is_not_generated() -> None:
    """Among generated workloads of one selector, the one that is not meets them, wherever it stands."""
    same = [deployment(f"w{index}", PLAIN) for index in range(5)]
    for index, own in enumerate(same):
        (one,) = found("workload-selectors", *same, generated=tuple(each for each in same if each is not own))
        assert f"Deployment w{index}" in one.message


def test_a_workload_of_two_templates_is_one() -> None:
    """The pods of a leader and of its workers are one workload's."""
    templates = {"leaderTemplate": pod(PLAIN), "workerTemplate": pod(PLAIN)}
    group: Any = leader_worker_set(templates, "group")
    group["spec"]["selector"] = {"matchLabels": PLAIN}
    assert found("workload-selectors", group) == []
    (one,) = found("workload-selectors", group, deployment("d", CANARY))
    assert one.message == "LeaderWorkerSet group selects the pods of Deployment d too (app=web)"
