"""A LeaderWorkerSet runs the role when the service is multinode (specification: LeaderWorkerSets)."""

from __future__ import annotations

from tests.compose.made import make


def test_a_leader_worker_set_has_the_pod_as_worker_template() -> None:
    """Size is the workers, the pod is the workerTemplate, and there is no selector (specification: LeaderWorkerSets)."""
    made = make({"multinode": True, "decode": {"parallelism": {"workers": 3}, "replicas": 2}}, namespace="serving")
    workload = made.one("LeaderWorkerSet")
    assert workload["apiVersion"] == "leaderworkerset.x-k8s.io/v1"
    assert workload["metadata"]["namespace"] == "serving"
    assert set(workload["spec"]) == {"replicas", "leaderWorkerTemplate"}
    assert workload["spec"]["replicas"] == 2
    assert set(workload["spec"]["leaderWorkerTemplate"]) == {"size", "workerTemplate"}
    assert workload["spec"]["leaderWorkerTemplate"]["size"] == 3
    assert made.template()["metadata"]["labels"]["llm-d.ai/role"] == "decode"


def test_the_object_carries_the_selectors_labels_too() -> None:
    """The role's selector labels are on the LeaderWorkerSet itself, beside the service's (specification: Labels and selectors)."""
    labels = make({"multinode": True}).one("LeaderWorkerSet")["metadata"]["labels"]
    assert labels == {
        "app.kubernetes.io/name": "modelservice",
        "app.kubernetes.io/instance": "llama",
        "app.kubernetes.io/part-of": "llm-d",
        "app.kubernetes.io/managed-by": "modelservice",
        "llm-d.ai/inferenceServing": "true",
        "llm-d.ai/model": "meta_llama-8b",
        "llm-d.ai/role": "decode",
    }


def test_a_sub_group_policy_is_the_template_s() -> None:
    """SubGroupPolicy is a field of leaderWorkerTemplate (specification: LeaderWorkerSets)."""
    made = make({"multinode": True, "decode": {"subGroupPolicy": {"subGroupSize": 2}}})
    assert made.one("LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]["subGroupPolicy"] == {"subGroupSize": 2}
    assert "subGroupPolicy" not in str(make({"decode": {"subGroupPolicy": {"subGroupSize": 2}}}).workload())


def test_a_strategy_is_a_deployments() -> None:
    """A LeaderWorkerSet has no field strategy (specification: LeaderWorkerSets)."""
    assert "strategy" not in make({"multinode": True, "decode": {"strategy": {"type": "Recreate"}}}).workload()["spec"]
