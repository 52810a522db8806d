"""A PodMonitor and the pods that it scrapes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import LABELS, Map, deployment, found, pod, thing

METRICS = deployment(template=pod(ports=[{"name": "metrics", "containerPort": 1}, {"name": "http", "containerPort": 2}]))


def monitor(*ports: Any, labels: Map | None = None, namespace: str | None = None, **spec: Any) -> Map:
    """Return a PodMonitor that scrapes these ports."""
    endpoints = [{"port": port} if port else {} for port in ports]
    selector = {"matchLabels": LABELS if labels is None else labels}
    body = {"selector": selector, "podMetricsEndpoints": endpoints, **spec}
    return thing("PodMonitor", "mon", "monitoring.coreos.com/v1", namespace, spec=body)


@pytest.mark.parametrize("complete", [True, False])
def test_a_port_that_no_container_names(complete: bool) -> None:
    """Prometheus finds no target then, and says nothing: the port is told, with the names there are."""
    assert found("pod-monitor", monitor("http", "metric"), METRICS, complete=complete) == [
        (
            "warning",
            "PodMonitor/mon",
            "spec.podMetricsEndpoints[1].port",
            "no container of Deployment web has a port called metric (they name http, metrics)",
            "metric",
        )
    ]
    (one,) = found("pod-monitor", monitor("metrics"), deployment(), complete=complete)
    assert one.message == "no container of Deployment web has a port called metrics (they name none)"


def test_a_monitor_that_selects_no_pods_is_told() -> None:
    """A selector that finds nothing is told where all pods can be seen, and there are some."""
    wrong = monitor("metrics", labels={"app": "wbe"})
    assert found("pod-monitor", wrong, METRICS) == [
        ("warning", "PodMonitor/mon", "spec.selector.matchLabels", "selects no pods: app=wbe", None)
    ]
    assert found("pod-monitor", wrong, METRICS, complete=False) == []
    assert found("pod-monitor", wrong) == []
    assert found("pod-monitor", monitor("metrics", namespace="ml"), METRICS) != []


@pytest.mark.parametrize(
    "right",
    [
        monitor("metrics", "http"),
        monitor(None),
        monitor(),
        monitor("none", namespaceSelector={"any": True}),
        monitor("none", selector={}),
        monitor("none", selector={"matchExpressions": [{"key": "app", "operator": "Exists"}]}),
        monitor("none", selector={"matchLabels": LABELS, "matchExpressions": [{"key": "x", "operator": "Exists"}]}),
    ],
)
def test_what_fits_or_cannot_be_told(right: Map) -> None:
    """Ports that are there, endpoints without a name, other namespaces and selectors beyond labels: nothing to tell."""
    assert found("pod-monitor", right, METRICS) == []


def test_a_generated_one_is_told_by_its_own_check() -> None:
    """A PodMonitor of a ModelService has been looked at by podmonitor-port, in the words of its config."""
    wrong = monitor("none")
    assert found("pod-monitor", wrong, METRICS, generated=(wrong,)) == []


def test_many_pods_are_one_finding() -> None:
    """However many workloads a PodMonitor selects, each of its endpoints is told once."""
    many = [deployment(f"w{index}", LABELS) for index in range(50)]
    (one,) = found("pod-monitor", monitor("none"), *many)
    assert one.message.endswith("; and so for 49 more of the workloads that it selects")
