"""An autoscaler owns the replicas (specification: Replicas)."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("replicas", [{}, {"replicas": 3}])
def test_replicas_are_left_out(multinode: bool, replicas: dict[str, int]) -> None:
    """With autoscaling a LeaderWorkerSet omits replicas, and so does a Deployment: nobody fights over them (specification: Replicas)."""
    spec = make({"multinode": multinode, "decode": {"autoscaling": {"enabled": True}, **replicas}}).workload()["spec"]
    assert "replicas" not in spec
    kept = make({"multinode": multinode, "decode": {"autoscaling": {"enabled": False}, **replicas}}).workload()["spec"]
    assert kept["replicas"] == replicas.get("replicas", 1)


def test_each_role_for_itself() -> None:
    """Autoscaling decode leaves prefill alone."""
    made = make({"profile": "llm-d", "decode": {"autoscaling": {"enabled": True}}})
    assert "replicas" not in made.workload("decode")["spec"]
    assert made.workload("prefill")["spec"]["replicas"] == 0
