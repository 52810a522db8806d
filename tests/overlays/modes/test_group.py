"""The pods of a group start together, and fail together."""

from __future__ import annotations

import pytest
from tests.compose.made import make
from tests.compose.serving import served


@pytest.mark.parametrize("mode", ["internal", "hybrid", "multi-port"])
def test_a_group_is_one(mode: str) -> None:
    """Whatever the mode; without one it is as the charts have it."""
    found = make(served(mode=mode, data=4, dataLocal=2)).workload()["spec"]
    assert (found["startupPolicy"], found["leaderWorkerTemplate"]["restartPolicy"]) == ("LeaderCreated", "RecreateGroupOnPodRestart")
    charts = make({**served(data=4, dataLocal=2, workers=2), "multinode": True}).workload()["spec"]
    assert "startupPolicy" not in charts
    assert "restartPolicy" not in charts["leaderWorkerTemplate"]
