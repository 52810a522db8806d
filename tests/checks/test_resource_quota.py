"""ResourceQuotas that refuse pods."""

from __future__ import annotations

import pytest
from tests.checks.worlds import Map, deployment, found, pod, thing
from tests.compose.made import engine, make


def quota(*names: str, namespace: str | None = None, **spec: object) -> Map:
    """Return a ResourceQuota over these resources."""
    return thing("ResourceQuota", "q", namespace=namespace, spec={"hard": dict.fromkeys(names, "10"), **spec})


def limit_range(kind: str = "Container", **defaults: Map) -> Map:
    """Return a LimitRange with these defaults."""
    return thing("LimitRange", "l", spec={"limits": [{"type": kind, **defaults}]})


def running(**resources: Map) -> Map:
    """Return a Deployment whose container has these resources."""
    template = pod()
    template["spec"]["containers"][0]["resources"] = resources
    return deployment(template=template)


CASES: list[tuple[list[str], Map, list[str]]] = [
    (["cpu"], {}, ["requests.cpu"]),
    (["requests.memory", "limits.cpu"], {}, ["limits.cpu", "requests.memory"]),
    (["cpu"], {"requests": {"cpu": "1"}}, []),
    (["cpu", "requests.cpu"], {"limits": {"cpu": "1"}}, []),
    (["limits.memory"], {"requests": {"memory": "1Gi"}}, ["limits.memory"]),
    (["limits.memory"], {"limits": {"memory": "1Gi"}}, []),
    (["pods", "requests.nvidia.com/gpu", "count/services"], {}, []),
]


@pytest.mark.parametrize(("hard", "resources", "missing"), CASES)
@pytest.mark.parametrize("complete", [True, False])
def test_each_container_says_what_a_quota_wants(hard: list[str], resources: Map, missing: list[str], complete: bool) -> None:
    """Requests for cpu and memory, limits for limits; a limit is a request, too. Other resources need none."""
    told = found("resource-quota", quota(*hard), running(**resources), complete=complete)
    assert [one[:3] for one in told] == [("warning", "Deployment/web", "spec.template.spec.containers[0].resources")] * bool(missing)
    assert all(f"has no {', '.join(missing)};" in one.message for one in told)


def test_a_limit_range_gives_what_is_missing() -> None:
    """Its defaults for containers, of the same namespace; a default limit is a request, too."""
    pods, wanted = running(), quota("requests.cpu", "limits.memory")
    assert found("resource-quota", wanted, pods, limit_range(default={"cpu": "1", "memory": "1Gi"})) == []
    assert found("resource-quota", wanted, pods, limit_range(defaultRequest={"cpu": "1"}, default={"memory": "1Gi"})) == []
    assert len(found("resource-quota", wanted, pods, limit_range(defaultRequest={"cpu": "1", "memory": "1Gi"}))) == 1
    assert len(found("resource-quota", wanted, pods, limit_range("Pod", default={"cpu": "1", "memory": "1Gi"}))) == 1
    elsewhere = {**limit_range(default={"cpu": "1", "memory": "1Gi"}), "metadata": {"name": "l", "namespace": "ml"}}
    assert len(found("resource-quota", wanted, pods, elsewhere)) == 1


def test_other_namespaces_and_some_pods_only() -> None:
    """A quota is about its namespace; one with scopes is about pods that nobody can tell."""
    assert found("resource-quota", quota("cpu", namespace="ml"), running()) == []
    assert found("resource-quota", quota("cpu", scopes=["BestEffort"]), running()) == []


def test_the_proxy_of_a_service_can_be_given_resources() -> None:
    """Its pods lack them by default, and the message names the key that gives them."""
    sized = {"requests": {"cpu": "1", "memory": "1Gi"}}
    spec: Map = {"decode": {"containers": [engine(resources=sized)]}}
    (told,) = found("resource-quota", quota("cpu", "memory"), *make(spec).objects)
    assert told.field == "spec.template.spec.initContainers[0].resources"
    assert "routing.proxy.resources" in told.message
    spec["routing"] = {"proxy": {"resources": sized}}
    assert found("resource-quota", quota("cpu", "memory"), *make(spec).objects) == []


@pytest.mark.parametrize("spec", [None, {"hard": None}, {"hard": "x"}, {"hard": {"cpu": None}}])
def test_odd_quotas_end_nothing(spec: object) -> None:
    """What is not shaped as a quota is left to the API server."""
    assert len(found("resource-quota", thing("ResourceQuota", "q", spec=spec), running())) <= 1
    assert len(found("resource-quota", quota("cpu"), running(), thing("LimitRange", "l", spec={"limits": spec}))) == 1
