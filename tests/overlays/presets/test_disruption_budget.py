"""Preset disruption-budget: few pods of a role away at a time."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_each_role_has_its_budget(profile: str, multinode: bool) -> None:
    """It is called as the workload is, and selects its pods."""
    made = make({"profile": profile, "multinode": multinode, "presets": ["disruption-budget"]}, namespace="serving")
    budgets = {obj["metadata"]["name"]: obj for obj in made.objects if obj["kind"] == "PodDisruptionBudget"}
    roles = ["decode", "prefill"] if profile == "llm-d" else ["decode"]
    assert set(budgets) == {made.workload(role)["metadata"]["name"] for role in roles}
    for role in roles:
        budget = budgets[made.workload(role)["metadata"]["name"]]
        assert budget["spec"]["maxUnavailable"] == 1
        assert budget["metadata"]["namespace"] == "serving"
        labels = budget["spec"]["selector"]["matchLabels"].items()
        for other in roles:
            assert (labels <= made.template(other)["metadata"]["labels"].items()) is (other == role)


def test_more_may_be_away() -> None:
    """As many as are said; a text is none."""
    made = make({"presets": [{"name": "disruption-budget", "maxUnavailable": 2}]})
    assert made.one("PodDisruptionBudget")["spec"]["maxUnavailable"] == 2
    (error,) = make({"presets": [{"name": "disruption-budget", "maxUnavailable": "2"}]}).errors
    assert error == "spec.presets[0].maxUnavailable: is '2'; must be a whole number, as in 2 without quotes"


def test_a_requester_has_none() -> None:
    """Its serving pods are made by a controller that scales nothing, and a budget would count none of them."""
    made = make({"profile": "llm-d", "requester": {"enable": True}, "presets": ["disruption-budget"]})
    assert [obj["metadata"]["name"] for obj in made.objects if obj["kind"] == "PodDisruptionBudget"] == ["llama-prefill"]
