"""Objects as an API server stores them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from modelservice.kubernetes.stored import stored

Map = dict[str, Any]


def deployment(**pod: Any) -> Map:
    """Return a Deployment with this pod."""
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": {"spec": pod}}}


def test_quantities_are_text_in_the_servers_form() -> None:
    """In containers, volumes and claims, as numbers or text; what is no quantity stays for the check to tell."""
    given = deployment(
        containers=[
            {"resources": {"limits": {"cpu": 4, "memory": "1024Mi", "nvidia.com/gpu": 2}, "requests": {"cpu": 0.5, "memory": "lots"}}}
        ],
        volumes=[{"name": "v", "emptyDir": {"sizeLimit": "2048Mi"}}],
    )
    before = copy.deepcopy(given)
    pod = stored(given, defaults=True)["spec"]["template"]["spec"]
    assert pod["containers"][0]["resources"] == {
        "limits": {"cpu": "4", "memory": "1Gi", "nvidia.com/gpu": "2"},
        "requests": {"cpu": "500m", "memory": "lots"},
    }
    assert pod["volumes"][0]["emptyDir"]["sizeLimit"] == "2Gi"
    assert given == before
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "spec": {"resources": {"requests": {"storage": "1024Gi"}}}}
    assert stored(claim, defaults=False)["spec"]["resources"]["requests"]["storage"] == "1Ti"


def test_what_needs_no_change_is_shared() -> None:
    """An object that is right already is given back as it is."""
    given = deployment(containers=[{"resources": {"limits": {"cpu": "4"}}}])
    assert stored(given, defaults=True) is given


def test_a_monitor_gets_what_its_definition_fills_in() -> None:
    """In a list that kubectl replaces whole; not where an object is brought as it is."""
    monitor = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "spec": {"endpoints": [{"relabelings": [{"targetLabel": "node"}, {"action": "drop"}]}]},
    }
    (endpoint,) = stored(monitor, defaults=True)["spec"]["endpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "node", "action": "replace"}, {"action": "drop"}]
    assert stored(monitor, defaults=False) is monitor


@pytest.mark.parametrize(
    ("api_version", "kind", "spec"),
    [
        ("monitoring.coreos.com/v1", "PodMonitor", {"podMetricsEndpoints": [{"relabelings": [{"targetLabel": "node"}]}]}),
        (
            "leaderworkerset.x-k8s.io/v1",
            "LeaderWorkerSet",
            {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"ports": [{"containerPort": 1}]}]}}}},
        ),
    ],
)
def test_what_the_charts_make_stays_as_users_wrote_it(api_version: str, kind: str, spec: Map) -> None:
    """The rules of a PodMonitor and the ports of a group come out as they do of a chart, where they were written so."""
    obj = {"apiVersion": api_version, "kind": kind, "spec": spec}
    assert stored(obj, defaults=True, as_charts=True) == obj
    assert stored(obj, defaults=True) != obj


def test_a_route_gets_what_its_definition_fills_in() -> None:
    """Group and kind of gateways, weight of backends, and where requests go."""
    route = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "spec": {"parentRefs": [{"name": "g"}], "rules": [{"backendRefs": [{"name": "s", "port": 80}]}]},
    }
    assert stored(route, defaults=True)["spec"] == {
        "parentRefs": [{"name": "g", "group": "gateway.networking.k8s.io", "kind": "Gateway"}],
        "rules": [
            {
                "backendRefs": [{"name": "s", "port": 80, "group": "", "kind": "Service", "weight": 1}],
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
            }
        ],
    }


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"kind": "Deployment"},
        {"apiVersion": "apps/v1", "kind": "Deployment", "spec": [1]},
        {"apiVersion": ["x"], "kind": {"a": 1}},
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "spec": {"rules": {"a": 1}, "parentRefs": "x"}},
        deployment(containers={"a": 1}),
        deployment(containers=[None, 1, {"resources": {"limits": [1]}}]),
    ],
)
def test_what_is_misshapen_stays(value: Map) -> None:
    """Nothing is raised; the check of Kubernetes' fields tells it."""
    assert stored(value, defaults=True) == value
