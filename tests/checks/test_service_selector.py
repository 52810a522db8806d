"""A Service and the pods that it selects."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import LABELS, Map, deployment, found, leader_worker_set, pod, thing

WEB = deployment(template=pod(ports=[{"name": "http", "containerPort": 8000}, {"containerPort": 1}]))


def service(*targets: Any, selector: Map | None = None, namespace: str | None = None) -> Map:
    """Return a Service whose ports go to these targets."""
    ports = [{"port": 80, "targetPort": target} for target in targets]
    return thing("Service", "svc", namespace=namespace, spec={"selector": LABELS if selector is None else selector, "ports": ports})


def test_a_service_that_selects_no_pods_is_told() -> None:
    """A Service that selects nothing is told where all pods can be seen."""
    wrong = service(80, selector={"app": "wbe", "tier": "1"})
    assert found("service-selector", wrong, WEB) == [("warning", "Service/svc", "spec.selector", "selects no pods: app=wbe, tier=1", None)]
    assert found("service-selector", wrong, WEB, complete=False) == []
    assert found("service-selector", service(80, namespace="ml"), WEB) != []


@pytest.mark.parametrize("complete", [True, False])
def test_a_port_name_that_the_pods_lack(complete: bool) -> None:
    """Traffic to a name that no container has goes nowhere."""
    assert found("service-selector", service("http", "htpt"), WEB, complete=complete) == [
        (
            "warning",
            "Service/svc",
            "spec.ports[1].targetPort",
            "no container of Deployment web has a port called htpt (they name http)",
            "htpt",
        )
    ]
    (one,) = found("service-selector", service("http"), deployment(), complete=complete)
    assert "they name none" in one.message


@pytest.mark.parametrize(
    "right",
    [
        service("http", 8000, 9, None, "9"),
        service(selector={}),
        thing("Service", "external", spec={"type": "ExternalName"}),
        thing("Service", "s"),
    ],
)
def test_what_fits_or_cannot_be_told(right: Map) -> None:
    """Names that are there, numbers, and Services that select nothing themselves: nothing to tell."""
    assert found("service-selector", right, WEB) == []


def test_pods_of_all_kinds_are_seen() -> None:
    """Pods by themselves and either template of a LeaderWorkerSet are selected as those of a Deployment are."""
    bare: Map = {**thing("Pod", "p", **pod()), "metadata": {"name": "p", "labels": LABELS}}
    assert found("service-selector", service(80), bare) == []
    for template in ("leaderTemplate", "workerTemplate"):
        assert found("service-selector", service(80), leader_worker_set({template: pod()})) == []


def test_many_pods_are_one_finding() -> None:
    """However many workloads a Service selects, each of its ports is told once."""
    many = [deployment(f"w{index}", LABELS) for index in range(50)]
    (one,) = found("service-selector", service("none"), *many)
    assert one.message == (
        "no container of Deployment w0 has a port called none (they name none); and so for 49 more of the workloads that it selects"
    )


def test_other_digits_are_a_name() -> None:
    """A target port of digits of other scripts is no number."""
    (one,) = found("service-selector", service("²"), WEB)
    assert "has a port called ²" in one.message
