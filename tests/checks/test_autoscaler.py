"""An autoscaler and what it scales."""

from __future__ import annotations

import pytest
from tests.checks.worlds import Map, deployment, found, thing
from tests.compose.made import make


def scaler(target: Map, kind: str = "HorizontalPodAutoscaler", namespace: str | None = None) -> Map:
    """Return an autoscaler of a target."""
    return thing(kind, "scaler", "autoscaling/v2", namespace, spec={"scaleTargetRef": target})


WEB = {"kind": "Deployment", "name": "web"}


@pytest.mark.parametrize("complete", [True, False])
@pytest.mark.parametrize("replicas", [0, 1, 3])
def test_fixed_replicas(replicas: int, complete: bool) -> None:
    """Replicas of a workload that is scaled are told, at the workload, with who scales it and what to do."""
    assert found("autoscaler", scaler(WEB), deployment(replicas=replicas), complete=complete) == [
        (
            "warning",
            "Deployment/web",
            "spec.replicas",
            "HorizontalPodAutoscaler scaler scales this; leave replicas out (in a ModelService: autoscaling.enabled: true for the role)",
            replicas,
        )
    ]


def test_keda_scales_deployments_where_it_says_no_kind() -> None:
    """A ScaledObject without a kind means a Deployment."""
    (one,) = found("autoscaler", scaler({"name": "web"}, "ScaledObject"), deployment(replicas=1))
    assert one.message.startswith("ScaledObject scaler scales this")
    assert found("autoscaler", scaler({"name": "web"}, "ScaledObject"), deployment()) == []


def test_a_target_that_is_not_there() -> None:
    """A target that is missing is told, where all resources can be seen and it is not external."""
    for others in ((), (deployment(namespace="ml"),), ({**deployment(), "kind": "StatefulSet"},)):
        assert found("autoscaler", scaler(WEB), *others) == [
            ("warning", "HorizontalPodAutoscaler/scaler", "spec.scaleTargetRef.name", "there is no Deployment web", "web")
        ]
    assert found("autoscaler", scaler(WEB), complete=False) == []
    assert found("autoscaler", scaler(WEB), external=("Deployment/web",)) == []
    assert found("autoscaler", scaler(WEB), external=("Deployment/*",)) == []


def test_a_workload_without_replicas_fits_its_autoscaler() -> None:
    """A workload without replicas, also of another kind, and in the autoscaler's namespace: nothing to tell."""
    assert found("autoscaler", scaler(WEB), deployment()) == []
    assert (
        found(
            "autoscaler",
            scaler({"kind": "LeaderWorkerSet", "name": "l"}, "ScaledObject", "ml"),
            thing("LeaderWorkerSet", "l", namespace="ml"),
        )
        == []
    )
    assert found("autoscaler", deployment(replicas=1)) == []


@pytest.mark.parametrize("multinode", [True, False])
def test_what_the_message_says_helps(multinode: bool) -> None:
    """With autoscaling enabled, what a ModelService makes has nothing to tell; without, it has."""
    kind = "LeaderWorkerSet" if multinode else "Deployment"
    hpa = scaler({"kind": kind, "name": "llama-decode"})
    spec: Map = {"multinode": multinode, "decode": {"autoscaling": {"enabled": True}}}
    assert found("autoscaler", hpa, *make(spec).objects) == []
    assert [one.resource for one in found("autoscaler", hpa, *make({"multinode": multinode}).objects)] == [f"{kind}/llama-decode"]
