"""An InferencePool and the pods that it selects."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import LABELS, Map, deployment, found, leader_worker_set, pod, thing
from tests.compose.made import engine, make

PORTS: list[Map] = [{"name": "http", "containerPort": 8000}, {"containerPort": 9000}]


def pool(*numbers: Any, labels: Map | None = None, namespace: str | None = None, **spec: Any) -> Map:
    """Return an InferencePool with these ports."""
    body = {"selector": {"matchLabels": LABELS if labels is None else labels}, "targetPorts": [{"number": one} for one in numbers], **spec}
    return thing("InferencePool", "pool", "inference.networking.k8s.io/v1", namespace, spec=body)


def serving(*args: str, ports: list[Map] | None = None, **more: Any) -> Map:
    """Return a Deployment whose container has these arguments and ports."""
    template = pod(ports=PORTS if ports is None else ports)
    template["spec"]["containers"][0]["args"] = list(args)
    return deployment(template=template, **more)


def test_a_port_off_by_one_names_both_numbers() -> None:
    """A port that the pods do not serve is an error with the pool's number and the pods' own."""
    assert found("inference-pool", pool(8001), serving()) == [
        ("error", "InferencePool/pool", "spec.targetPorts[0].number", "is 8001, and the pods of Deployment web serve 8000, 9000", 8001)
    ]


def test_each_port_is_looked_at() -> None:
    """Of several ports those are told that are not served."""
    fields = [one.field for one in found("inference-pool", pool(8000, 8002, 9000, 8003), serving())]
    assert fields == ["spec.targetPorts[1].number", "spec.targetPorts[3].number"]


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("args", [("--port", "8001"), ("--port=8001",), ("serve", "m", "--port", "8001", "--x")])
def test_a_port_may_be_said_by_an_argument(args: tuple[str, ...], complete: bool) -> None:
    """What a container declares and what its --port says are both served."""
    assert found("inference-pool", pool(8000, 8001), serving(*args), complete=complete) == []
    assert found("inference-pool", pool(8002), serving(*args), complete=complete) != []


@pytest.mark.parametrize("ports", [[], None])
def test_pods_that_say_no_port_may_serve_any(ports: list[Map] | None) -> None:
    """Nothing is told of pods of which no port is known."""
    assert found("inference-pool", pool(8001), deployment(template=pod(ports=ports))) == []


def test_ports_of_init_containers_count() -> None:
    """The routing proxy is an init container, and serves the pool's port."""
    template = pod(ports=[{"containerPort": 8200}], initContainers=[{"name": "proxy", "ports": [{"containerPort": 8000}]}])
    assert found("inference-pool", pool(8000), deployment(template=template)) == []


def test_each_workload_that_is_selected_is_looked_at() -> None:
    """A pool may select several workloads, also ReplicaSets, StatefulSets and LeaderWorkerSets; the one that does not fit is named."""
    right = serving()
    wrong = leader_worker_set({"workerTemplate": pod(ports=[{"containerPort": 1}])}, "lws")
    (one,) = found("inference-pool", pool(8000), right, wrong)
    assert one.message == "is 8000, and the pods of LeaderWorkerSet lws serve 1"
    for kind in ("ReplicaSet", "StatefulSet", "DaemonSet"):
        assert found("inference-pool", pool(8001), {**right, "kind": kind}) != []


def test_no_pods_are_a_warning_with_the_labels_there_are() -> None:
    """A pool that selects nothing is told with its labels and those of the pods, but only where all pods can be seen and there are some."""
    other = pool(8000, labels={"app": "web", "tier": "1"})
    (one,) = found("inference-pool", other, serving(), thing("Pod", "bare", spec=pod()["spec"]))
    assert (one.severity, one.resource, one.field) == ("warning", "InferencePool/pool", "spec.selector.matchLabels")
    assert one.message == "selects no pods: app=web, tier=1; Deployment web has app=web; Pod bare has no labels"
    assert found("inference-pool", other, serving(), complete=False) == []
    assert found("inference-pool", other) == []


def test_pods_of_another_namespace_are_not_selected() -> None:
    """A pool selects in its namespace; none is the namespace default."""
    assert found("inference-pool", pool(8001, namespace="ml"), serving(namespace="ml")) != []
    assert found("inference-pool", pool(8001, namespace="default"), serving()) != []
    (one,) = found("inference-pool", pool(8001, namespace="ml"), serving())
    assert "selects no pods" in one.message


def test_an_older_pool_is_left_alone() -> None:
    """The pool of the alpha API has its labels and its port elsewhere, so nothing is claimed of them."""
    old = thing("InferencePool", "pool", "inference.networking.x-k8s.io/v1alpha2", spec={"selector": LABELS, "targetPortNumber": 8001})
    assert found("inference-pool", old, serving()) == []


@pytest.mark.parametrize("spec", [{}, {"multinode": True}, {"routing": {"proxy": {"enabled": False}}}, {"profile": "llm-d"}])
def test_a_generated_pool_fits_the_generated_pods(spec: Map) -> None:
    """What a ModelService makes has nothing to tell; with the pool's port changed by one, it has."""
    routing = {**spec.get("routing", {}), "inferencePool": {"create": True}}
    role = {"containers": [engine(modelCommand="vllmServe")]}
    service = {**spec, "routing": routing, "decode": role}
    if spec.get("profile"):
        service["prefill"] = role
    objects = make(service).objects
    assert found("inference-pool", *objects) == []
    (made,) = [obj for obj in objects if obj["kind"] == "InferencePool"]
    wrong = {**made, "spec": {**made["spec"], "targetPorts": [{"number": 8001}]}}
    for one in found("inference-pool", wrong, *[obj for obj in objects if obj is not made]):
        assert "is 8001" in one.message
        assert "8000" in one.message


def test_many_pods_are_one_finding() -> None:
    """However many workloads a pool selects, each of its ports is told once, with the first of them and how many more."""
    many = [serving(name=f"w{index}") for index in range(50)]
    (one,) = found("inference-pool", pool(8001, 8000), *many)
    assert one.message == "is 8001, and the pods of Deployment w0 serve 8000, 9000; and so for 49 more of the workloads that it selects"
    (none,) = found("inference-pool", pool(8001, labels={"app": "none"}), *many)
    assert none.message.endswith("and 1 more")
    assert none.message.count("Deployment") == 20


def test_objectives_and_policies_of_no_pool() -> None:
    """What names a pool that is not there does nothing: a warning, since the pool may come from elsewhere."""
    objective = thing("InferenceObjective", "chat", "llm-d.ai/v1alpha2", spec={"poolRef": {"name": "pool"}})
    target = {"kind": "InferencePool", "name": "pool"}
    policy = thing("GCPBackendPolicy", "p", "networking.gke.io/v1", spec={"targetRef": target})
    for one, field in ((objective, "spec.poolRef.name"), (policy, "spec.targetRef.name")):
        (told,) = found("inference-pool", one)
        assert (told.severity, told.field, told.message) == ("warning", field, "there is no InferencePool pool in namespace default")
        assert found("inference-pool", one, pool(8000)) == found("inference-pool", one, complete=False) == []
    assert found("inference-pool", {**policy, "spec": {"targetRef": {"kind": "Service", "name": "x"}}}) == []


def test_a_health_check_at_another_port() -> None:
    """A pod that is asked where it does not serve is taken for dead."""
    target = {"kind": "InferencePool", "name": "pool"}
    policy = thing("HealthCheckPolicy", "p", "networking.gke.io/v1", spec={"targetRef": target})
    policy["spec"]["default"] = {"config": {"httpHealthCheck": {"port": 8001}}}
    (told,) = found("inference-pool", policy, pool(8000))
    assert (told.severity, told.resource) == ("error", "HealthCheckPolicy/p")
    assert told.message == "is 8001, and InferencePool pool sends requests to 8000"
    assert found("inference-pool", policy, pool(8001)) == []
