"""References by a name that kustomize has changed since."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import LABELS, Map, deployment, found, leader_worker_set, pod, thing


def renamed(kind: str, name: str = "x", **fields: Any) -> Map:
    """Return an object that kustomize gave a prefix."""
    obj = thing(kind, f"p-{name}", **fields)
    obj["metadata"]["annotations"] = {
        "internal.config.kubernetes.io/previousNames": name,
        "internal.config.kubernetes.io/previousNamespaces": "default",
    }
    return obj


def route(name: str, **more: Any) -> Map:
    """Return an HTTPRoute to an InferencePool."""
    return thing("HTTPRoute", "r", spec={"rules": [{"backendRefs": [{"kind": "InferencePool", "name": name, **more}]}]})


BACKEND = "spec.rules[0].backendRefs[0].name"
CLAIM: Map = {"resourceClaims": [{"name": "c", "resourceClaimTemplateName": "x"}]}
GROUP = "spec.leaderWorkerTemplate.workerTemplate.spec"
STALE: list[tuple[Map, str, str]] = [
    (route("x"), "InferencePool", BACKEND),
    (thing("HTTPRoute", "r", spec={"rules": [{"backendRefs": [{"name": "x"}]}]}), "Service", BACKEND),
    (thing("InferencePool", "i", spec={"endpointPickerRef": {"name": "x"}}), "Service", "spec.endpointPickerRef.name"),
    (thing("ScaledObject", "s", spec={"scaleTargetRef": {"name": "x"}}), "Deployment", "spec.scaleTargetRef.name"),
    (
        thing("HorizontalPodAutoscaler", "h", spec={"scaleTargetRef": {"kind": "LeaderWorkerSet", "name": "x"}}),
        "LeaderWorkerSet",
        "spec.scaleTargetRef.name",
    ),
    (deployment(template=pod(**CLAIM)), "ResourceClaimTemplate", "spec.template.spec.resourceClaims[0].resourceClaimTemplateName"),
    (leader_worker_set({"workerTemplate": pod(serviceAccountName="x")}), "ServiceAccount", f"{GROUP}.serviceAccountName"),
    (leader_worker_set({"workerTemplate": pod(imagePullSecrets=[{"name": "x"}])}), "Secret", f"{GROUP}.imagePullSecrets[0].name"),
    (leader_worker_set({"workerTemplate": pod(**CLAIM)}), "ResourceClaimTemplate", f"{GROUP}.resourceClaims[0].resourceClaimTemplateName"),
]


@pytest.mark.parametrize(("obj", "kind", "field"), STALE, ids=[f"{obj['kind']}-{kind}" for obj, kind, _ in STALE])
def test_what_kustomize_does_not_follow_by_itself(obj: Map, kind: str, field: str) -> None:
    """A reference by the former name is told, where all resources are seen; the name that it has now is right."""
    (told,) = found("renamed-references", obj, renamed(kind))
    assert told[:3] == ("warning", f"{obj['kind']}/{obj['metadata']['name']}", field)
    assert f"{kind} x is called p-x now" in told.message
    assert found("renamed-references", obj, renamed(kind), complete=False) == []
    assert found("renamed-references", obj, thing(kind, "x")) == []
    assert found("renamed-references", obj, renamed(kind), thing(kind, "x")) == []
    assert found("renamed-references", obj) == []


FOLLOWED: list[tuple[Map, str]] = [
    (deployment(template=pod(serviceAccountName="x")), "ServiceAccount"),
    (deployment(template=pod(imagePullSecrets=[{"name": "x"}])), "Secret"),
    (thing("HorizontalPodAutoscaler", "h", spec={"scaleTargetRef": {"kind": "Deployment", "name": "x"}}), "Deployment"),
]


@pytest.mark.parametrize(("obj", "kind"), FOLLOWED)
def test_what_kustomize_follows_is_not_told(obj: Map, kind: str) -> None:
    """It writes the new name there after all functions have run."""
    assert found("renamed-references", obj, renamed(kind)) == []


@pytest.mark.parametrize(("note", "told"), [("modelservice", 0), ("compact", 1)])
def test_with_the_component_everything_is_followed(note: str, told: int) -> None:
    """Its note, on any object, says that kustomize has the configuration."""
    noted = thing("ConfigMap", "c")
    noted["metadata"]["annotations"] = {"internal.config.kubernetes.io/seqindent": note}
    assert len(found("renamed-references", route("x"), renamed("InferencePool"), noted)) == told


def test_the_name_that_it_has_now() -> None:
    """And a reference into another namespace, of which nothing is known."""
    assert found("renamed-references", route("p-x"), renamed("InferencePool")) == []
    assert found("renamed-references", route("x", namespace="other"), renamed("InferencePool")) == []
    assert found("renamed-references", deployment(labels=LABELS)) == []
