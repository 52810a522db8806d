"""Preset keda: a ScaledObject by what a Prometheus says."""

from __future__ import annotations

import re

import pytest
from tests.compose.made import Map, make
from tests.compose.samples import KEDA


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_it_scales_the_workload_of_decode(profile: str, multinode: bool) -> None:
    """The target is the workload as it is made, which then has no replicas of its own."""
    made = make({"profile": profile, "multinode": multinode, "presets": [KEDA]}, namespace="serving")
    workload, scaled = made.workload(), made.one("ScaledObject")
    reference = {key: workload[key] for key in ("apiVersion", "kind")} | {"name": workload["metadata"]["name"]}
    assert scaled["spec"]["scaleTargetRef"] == reference
    assert scaled["metadata"]["namespace"] == workload["metadata"]["namespace"]
    assert "replicas" not in workload["spec"]
    assert (scaled["spec"]["minReplicaCount"], scaled["spec"]["maxReplicaCount"]) == (1, 4)


@pytest.mark.parametrize(("profile", "metric"), [("furiosa", "furiosa_llm_num_requests_waiting"), ("llm-d", "vllm:num_requests_waiting")])
def test_it_asks_for_the_pods_of_the_workload(profile: str, metric: str) -> None:
    """Whose names begin with the workload's, in a Deployment and in a LeaderWorkerSet; all that KEDA reads of a trigger is text."""
    for multinode, pod in ((False, "llama-decode-5d4f8-x2x9z"), (True, "llama-decode-0-1")):
        (trigger,) = make({"profile": profile, "multinode": multinode, "presets": [KEDA]}).one("ScaledObject")["spec"]["triggers"]
        assert trigger["type"] == "prometheus"
        assert trigger["metadata"]["serverAddress"] == "http://prometheus.monitoring:9090"
        assert trigger["metadata"]["threshold"] == "5"
        query = re.fullmatch(rf'sum\({metric}\{{pod=~"(.*)"\}}\)', trigger["metadata"]["query"])
        assert query is not None
        assert re.fullmatch(query[1], pod)
        assert not re.fullmatch(query[1], "llama-prefill-5d4f8-x2x9z")


def test_all_of_it_may_be_said() -> None:
    """A query of one's own is never filled, whatever it says."""
    given: Map = {"query": "avg(${name})", "threshold": 2.5, "minReplicaCount": 0, "maxReplicaCount": 9}
    spec = make({"presets": [{**KEDA, **given}]}).one("ScaledObject")["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (0, 9)
    assert spec["triggers"][0]["metadata"] == {
        "serverAddress": "http://prometheus.monitoring:9090",
        "query": "avg(${name})",
        "threshold": "2.5",
    }


def test_each_value_that_is_missing_is_told() -> None:
    """All of them at once."""
    assert [error.partition(": ")[0] for error in make({"presets": ["keda"]}).errors] == [
        "spec.presets[0].serverAddress",
        "spec.presets[0].maxReplicaCount",
    ]
