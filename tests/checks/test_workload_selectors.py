"""Workloads whose selectors take each other's pods."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.worlds import Map, deployment, found, pod, thing

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


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(LABELS, LABELS), max_size=5))
def test_every_two_that_overlap_are_told_and_no_others(given_labels: list[tuple[Map, Map]]) -> None:
    """Looking pods up by a label finds what comparing each with each finds."""
    workloads = [deployment(f"w{index}", selector, template=pod(labels)) for index, (selector, labels) in enumerate(given_labels)]
    expected = {
        max(one, other)
        for one, (selector, _) in enumerate(given_labels)
        for other, (_, labels) in enumerate(given_labels)
        if one != other and selector.items() <= labels.items()
    }
    pairs = {
        (min(one, other), max(one, other))
        for one, (selector, _) in enumerate(given_labels)
        for other, (_, labels) in enumerate(given_labels)
        if one != other and selector.items() <= labels.items()
    }
    told = found("workload-selectors", *workloads)
    assert {one.resource for one in told} == {f"Deployment/w{index}" for index in expected}
    assert len(told) == len(pairs)
