"""Two services of one run and namespace where the selector of one selects pods of the other (specification: Labels and selectors)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import document

from modelservice.generate import generate

Map = dict[str, Any]


def overlaps(*services: tuple[Map, str | None]) -> list[tuple[int, str, str]]:
    """Return what is found of services of profile llm-d with these labels and namespaces: whose, severity, message."""
    documents = [
        document({"profile": "llm-d", "modelArtifacts": {"labels": labels}}, name=f"s{index}", namespace=namespace)
        for index, (labels, namespace) in enumerate(services)
    ]
    return [
        (index, result.severity, result.message)
        for index, made in enumerate(generate(documents))
        for result in made.results
        if result.tags == {"check": "selectors"} and result.field == "spec.modelArtifacts.labels"
    ]


def test_equal_labels_are_an_error_of_the_later_service() -> None:
    """Both would count and route to both services' pods; the finding names both workloads and what would help."""
    ((index, severity, message),) = overlaps(({}, None), ({}, None))
    assert (index, severity) == (1, "error")
    assert "s0-decode" in message
    assert "s1-decode" in message
    assert "llm-d.ai/model" in message


@pytest.mark.parametrize("order", [1, -1])
def test_a_selector_that_is_part_of_the_others_labels_overlaps_in_either_direction(order: int) -> None:
    """The wider selector selects the other's pods, whichever service comes first (specification: Labels and selectors)."""
    services = [({}, None), ({"team": "a"}, None)][::order]
    assert [found[:2] for found in overlaps(*services)] == [(1, "error")]


@pytest.mark.parametrize(
    "services",
    [
        [({"team": "a"}, None), ({"team": "b"}, None)],
        [({}, "one"), ({}, "two")],
        [({}, "one"), ({}, None)],
    ],
)
def test_services_that_do_not_meet(services: list[tuple[Map, str | None]]) -> None:
    """Another value of one label, or another namespace, keeps services apart."""
    assert overlaps(*services) == []


def test_each_service_is_told_once() -> None:
    """Of alike services each but the first is told the first that it meets, whatever their roles: a hundred are no thousands of errors."""
    found = overlaps(*[({}, None)] * 100)
    assert [index for index, _, _ in found] == list(range(1, 100))
    assert all("s0-decode" in message for _, _, message in found)


def test_the_roles_of_one_service_do_not_meet() -> None:
    """Decode and prefill differ by llm-d.ai/role."""
    assert overlaps(({}, None)) == []


def test_requesters_all_have_the_same_selector() -> None:
    """Fast model actuation's ReplicaSets select app=dp-app, so that two in one namespace take each other's pods."""
    spec: Map = {"profile": "llm-d", "requester": {"enable": True}, "prefill": {"create": False}}
    first, second = (document({**spec, "modelArtifacts": {"labels": {"t": team}}}, name=team) for team in "ab")
    made = generate([first, second])
    assert [result.tags for result in made[1].results if result.severity == "error"] == [{"check": "selectors"}]


def test_labels_that_an_overlay_adds_to_pods_count() -> None:
    """What a selector meets are the labels that pods have in the end."""
    extra = {
        "apiVersion": "modelservice.llm-d.ai/v1alpha1",
        "kind": "Overlay",
        "metadata": {"name": "own"},
        "spec": {"patches": [{"target": "pod", "patch": {"metadata": {"labels": {"team": "a"}}}}]},
    }
    wide = document({"profile": "llm-d", "modelArtifacts": {"labels": {"llm-d.ai/inference-serving": None, "team": "a"}}}, name="wide")
    other = document({"profile": "llm-d", "modelArtifacts": {"labels": {"x": "1"}}, "overlays": [extra]}, name="other")
    assert [one.failed for one in generate([other, wide])] == [False, True]


LABELS = st.dictionaries(st.sampled_from(["a", "b"]), st.sampled_from(["1", "2"]), max_size=2)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(LABELS, st.sampled_from([None, "x"])), min_size=2, max_size=4))
def test_overlaps_are_those_of_an_independent_look(services: list[tuple[Map, str | None]]) -> None:
    """Told are exactly those with an earlier one in their namespace whose labels are part of theirs, or that hold theirs."""
    expected = [
        later
        for later in range(len(services))
        for earlier in range(later)
        if services[earlier][1] == services[later][1]
        and (services[earlier][0].items() <= services[later][0].items() or services[later][0].items() <= services[earlier][0].items())
    ]
    assert [found[0] for found in overlaps(*services)] == sorted(set(expected))
