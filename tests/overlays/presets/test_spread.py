"""Preset spread: pods of a role over zones and nodes."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
@pytest.mark.parametrize("given", [None, "DoNotSchedule"])
def test_pods_of_a_role_are_spread(profile: str, given: str | None) -> None:
    """The constraints count the pods that the Deployment selects, and so its own."""
    made = make({"profile": profile, "presets": [{"name": "spread", **({"whenUnsatisfiable": given} if given else {})}]})
    for role in ("decode", "prefill") if profile == "llm-d" else ("decode",):
        constraints = made.pod(role)["topologySpreadConstraints"]
        assert [one["topologyKey"] for one in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        for one in constraints:
            assert (one["maxSkew"], one["whenUnsatisfiable"]) == (1, given or "ScheduleAnyway")
            assert one["labelSelector"] == made.workload(role)["spec"]["selector"]
            assert one["labelSelector"]["matchLabels"].items() <= made.template(role)["metadata"]["labels"].items()


def test_a_choice_that_is_none_is_told() -> None:
    """With those that there are."""
    (error,) = make({"presets": [{"name": "spread", "whenUnsatisfiable": "schedule-anyway"}]}).errors
    assert error.startswith("spec.presets[0].whenUnsatisfiable: is 'schedule-anyway'; must be one of ScheduleAnyway, DoNotSchedule")


def test_groups_are_not_spread() -> None:
    """A LeaderWorkerSet keeps the pods of a group together."""
    (error,) = make({"multinode": True, "presets": ["spread"]}).errors
    assert error.startswith("spec.presets[0]: is for services with workload Deployment; this one has workload LeaderWorkerSet")
