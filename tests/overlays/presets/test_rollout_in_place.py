"""Preset rollout-in-place: a pod goes before the new one comes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

STEP = {"maxUnavailable": 1, "maxSurge": 0}


def spec_of(**spec: Any) -> Any:
    """Return the spec of the workload of a service with the preset."""
    return make({"presets": ["rollout-in-place"], **spec}).workload()["spec"]


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_no_device_is_needed_beside_those_that_run(profile: str) -> None:
    """Of a Deployment a pod at a time, of a LeaderWorkerSet a group."""
    assert spec_of(profile=profile)["strategy"] == {"type": "RollingUpdate", "rollingUpdate": STEP}
    rollout = {"type": "RollingUpdate", "rollingUpdateConfiguration": STEP}
    assert spec_of(profile=profile, multinode=True)["rolloutStrategy"] == rollout


def test_the_users_strategy_wins() -> None:
    """Field by field; one that does not roll takes all of it away, which Kubernetes would refuse beside it."""
    faster = {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 2}}
    assert spec_of(decode={"strategy": faster})["strategy"]["rollingUpdate"] == {"maxUnavailable": 2, "maxSurge": 0}
    assert spec_of(decode={"strategy": {"type": "Recreate"}})["strategy"] == {"type": "Recreate"}


def test_it_is_for_workloads_that_roll() -> None:
    """A requester alone has none."""
    made = make({"profile": "llm-d", "requester": {"enable": True}, "prefill": {"create": False}, "presets": ["rollout-in-place"]})
    assert made.errors[0].startswith("spec.presets[0]: is for services with workload Deployment or LeaderWorkerSet; this one has ")
