"""Any other fields of a LeaderWorkerSet."""

from __future__ import annotations

from tests.compose.made import make


def test_fields_go_over_all_else() -> None:
    """They are merged last; a Deployment has none of them."""
    own = {"leaderWorkerSet": {"startupPolicy": "LeaderReady", "leaderWorkerTemplate": {"restartPolicy": "None"}}}
    spec = make({"profile": "llm-d", "multinode": True, "decode": own, "prefill": {"create": False}}).workload()["spec"]
    assert (spec["startupPolicy"], spec["leaderWorkerTemplate"]["restartPolicy"]) == ("LeaderReady", "None")
    assert spec["leaderWorkerTemplate"]["size"] == 1
    assert "startupPolicy" not in make({"decode": own}).workload()["spec"]
