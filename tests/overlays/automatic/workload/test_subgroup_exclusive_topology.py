"""Each subgroup of a LeaderWorkerSet is scheduled on one host (specification: LeaderWorkerSets)."""

from __future__ import annotations

from tests.compose.made import make

KEY = "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology"


def test_object_and_pod_template_are_annotated() -> None:
    """The annotation is on both, beside the user's."""
    role = {
        "subGroupExclusiveTopology": True,
        "subGroupPolicy": {"subGroupSize": 1},
        "annotations": {"a": "1"},
        "podAnnotations": {"b": "2"},
    }
    made = make({"multinode": True, "decode": role})
    assert made.workload()["metadata"]["annotations"] == {KEY: "kubernetes.io/hostname", "a": "1"}
    assert made.template()["metadata"]["annotations"] == {KEY: "kubernetes.io/hostname", "b": "2"}


def test_only_leader_worker_sets_that_ask_for_it() -> None:
    """A Deployment has no subgroups, and false asks for nothing."""
    for spec in ({"decode": {"subGroupExclusiveTopology": True}}, {"multinode": True, "decode": {"subGroupExclusiveTopology": False}}):
        assert KEY not in str(make(spec).workload())
