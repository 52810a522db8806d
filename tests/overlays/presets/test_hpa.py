"""Preset hpa: a HorizontalPodAutoscaler by the requests that wait."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, engine, make

HPA: Map = {"name": "hpa", "maxReplicas": 4}
KINDS = {"Deployment": "apps/v1", "LeaderWorkerSet": "leaderworkerset.x-k8s.io/v1"}


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_it_scales_the_workload_of_decode(profile: str, multinode: bool) -> None:
    """The target is the workload as it is made, which then has no replicas of its own."""
    made = make({"profile": profile, "multinode": multinode, "presets": [HPA]}, namespace="serving")
    workload, scaler = made.workload(), made.one("HorizontalPodAutoscaler")
    reference = {key: workload[key] for key in ("apiVersion", "kind")} | {"name": workload["metadata"]["name"]}
    assert scaler["spec"]["scaleTargetRef"] == reference
    assert scaler["metadata"]["namespace"] == workload["metadata"]["namespace"]
    assert workload["apiVersion"] == KINDS[workload["kind"]]
    assert "replicas" not in workload["spec"]
    assert (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]) == (1, 4)


@pytest.mark.parametrize(
    ("profile", "command", "metric"),
    [
        ("furiosa", "furiosaLLMServe", "furiosa_llm_num_requests_waiting"),
        ("furiosa", "vllmServe", "vllm:num_requests_waiting"),
        ("llm-d", "vllmServe", "vllm:num_requests_waiting"),
        ("llm-d", "furiosaLLMServe", "furiosa_llm_num_requests_waiting"),
    ],
)
def test_the_metric_is_the_engines(profile: str, command: str, metric: str) -> None:
    """Each engine has its own name for the requests that wait; and it is that of the container that serves."""
    side = engine(name="side", modelCommand="custom", command=["sleep"])
    containers = [side, engine(modelCommand=command)]
    scaler = make({"profile": profile, "decode": {"containers": containers}, "presets": [HPA]}).one("HorizontalPodAutoscaler")
    (found,) = scaler["spec"]["metrics"]
    assert found == {"type": "Pods", "pods": {"metric": {"name": metric}, "target": {"type": "AverageValue", "averageValue": "5"}}}


def test_all_parameters_of_the_autoscaler() -> None:
    """Limits, metric and target are what the service says."""
    given = {"minReplicas": 2, "maxReplicas": 8, "metric": "tokens_per_second", "target": 2.5}
    spec: Any = make({"presets": [{"name": "hpa", **given}]}).one("HorizontalPodAutoscaler")["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 8)
    assert spec["metrics"][0]["pods"] == {
        "metric": {"name": "tokens_per_second"},
        "target": {"type": "AverageValue", "averageValue": "2500m"},
    }


def test_a_role_scales_where_it_says_so() -> None:
    """Decode does by itself, prefill when its autoscaling is on; and decode does not when it says so."""
    scaled = {"profile": "llm-d", "presets": [HPA], "prefill": {"autoscaling": {"enabled": True}}}
    names = [obj["metadata"]["name"] for obj in make(scaled).objects if obj["kind"] == "HorizontalPodAutoscaler"]
    assert names == ["llama-decode", "llama-prefill"]
    (error,) = make({"presets": [HPA], "decode": {"autoscaling": {"enabled": False}}}).errors
    assert error.startswith(
        "spec.presets[0]: is for services with autoscaling true and workload Deployment or LeaderWorkerSet; this one has "
    )


def test_the_users_replicas_are_told() -> None:
    """The autoscaler sets them, so that nothing is made of them."""
    made = make({"presets": [HPA, "graceful-shutdown"], "decode": {"replicas": 3}})
    assert [field for _, field, _ in made.found("unused-keys")] == ["spec.decode.replicas"]


def test_what_is_said_of_its_defaults_is_told_where_it_is_named() -> None:
    """The user wrote no autoscaling: that pods lose requests when they are scaled away is the preset's doing."""
    made = make({"presets": ["shm", HPA]})
    assert [(severity, field) for severity, field, _ in made.found("draining")] == [("info", "spec.presets[1]")]


def test_keda_is_another() -> None:
    """Two autoscalers on one workload fight."""
    keda = {"name": "keda", "serverAddress": "http://p:9090", "maxReplicaCount": 2}
    assert make({"presets": [keda, HPA]}).errors == ["spec.presets[1]: goes not together with preset keda; leave one out"]
