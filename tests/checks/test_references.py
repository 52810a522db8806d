"""What pods refer to, and whether it is there."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import Map, deployment, found, leader_worker_set, pod, thing

SPEC = "spec.template.spec"
PLACES: dict[str, tuple[Map, str, str]] = {  # what is in the pod or its container, the field, the kind
    "claim": (
        {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "x"}}]},
        "volumes[0].persistentVolumeClaim.claimName",
        "PersistentVolumeClaim",
    ),
    "secret volume": ({"volumes": [{"name": "v", "secret": {"secretName": "x"}}]}, "volumes[0].secret.secretName", "Secret"),
    "config volume": (
        {"volumes": [{"name": "e", "emptyDir": {}}, {"name": "v", "configMap": {"name": "x"}}]},
        "volumes[1].configMap.name",
        "ConfigMap",
    ),
    "projected secret": (
        {"volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "x"}}]}}]},
        "volumes[0].projected.sources[0].secret.name",
        "Secret",
    ),
    "projected config": (
        {"volumes": [{"name": "v", "projected": {"sources": [{"serviceAccountToken": {}}, {"configMap": {"name": "x"}}]}}]},
        "volumes[0].projected.sources[1].configMap.name",
        "ConfigMap",
    ),
    "claim template": (
        {"resourceClaims": [{"name": "c", "resourceClaimTemplateName": "x"}]},
        "resourceClaims[0].resourceClaimTemplateName",
        "ResourceClaimTemplate",
    ),
    "pull secret": ({"imagePullSecrets": [{"name": "x"}]}, "imagePullSecrets[0].name", "Secret"),
    "secret variable": (
        {"container": {"env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "x", "key": "k"}}}]}},
        "containers[0].env[1].valueFrom.secretKeyRef.name",
        "Secret",
    ),
    "config variable": (
        {"container": {"env": [{"name": "B", "valueFrom": {"configMapKeyRef": {"name": "x", "key": "k"}}}]}},
        "containers[0].env[0].valueFrom.configMapKeyRef.name",
        "ConfigMap",
    ),
    "all of a secret": ({"container": {"envFrom": [{"secretRef": {"name": "x"}}]}}, "containers[0].envFrom[0].secretRef.name", "Secret"),
    "all of a config": (
        {"container": {"envFrom": [{"configMapRef": {"name": "x"}}]}},
        "containers[0].envFrom[0].configMapRef.name",
        "ConfigMap",
    ),
    "an init container": (
        {"initContainers": [{"name": "i", "envFrom": [{"secretRef": {"name": "x"}}]}]},
        "initContainers[0].envFrom[0].secretRef.name",
        "Secret",
    ),
}


def using(case: str, **change: Any) -> Map:
    """Return a Deployment that refers to x, with the reference changed."""
    fields: Any = changed(PLACES[case][0], change)
    template = pod(**{key: value for key, value in fields.items() if key != "container"})
    template["spec"]["containers"][0] |= fields.get("container", {})
    return deployment(template=template)


def changed(value: Any, change: Map) -> Any:
    """Return a value whose innermost maps that name x have more fields."""
    if isinstance(value, dict):
        more = change if "x" in value.values() else {}
        return {**{key: changed(below, change) for key, below in value.items()}, **more}
    return [changed(item, change) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", PLACES)
def test_what_is_not_there(case: str) -> None:
    """Each place where pods name something is looked at; the finding says what it is, and how to declare it external."""
    _, field, kind = PLACES[case]
    message = f"there is no {kind} x here; add it, or declare it: external: [{kind}/x]"
    assert found("references", using(case)) == [("warning", "Deployment/web", f"{SPEC}.{field}", message, "x")]


@pytest.mark.parametrize("case", PLACES)
def test_what_is_there_or_declared(case: str) -> None:
    """Nothing is told of what is among the resources, in the pods' namespace, or declared, by name or by kind."""
    kind = PLACES[case][2]
    assert found("references", using(case), thing(kind, "x")) == []
    assert found("references", using(case), thing(kind, "x", namespace="default")) == []
    assert found("references", using(case), thing(kind, "x", namespace="ml")) != []
    assert found("references", using(case), thing("Other", "x"), thing(kind, "y")) != []
    assert found("references", using(case), external=(f"{kind}/x",)) == []
    assert found("references", using(case), external=(f"{kind}/*",)) == []
    assert found("references", using(case), external=(f"{kind}/y", "Other/*")) != []


@pytest.mark.parametrize("case", PLACES)
def test_only_where_all_can_be_seen(case: str) -> None:
    """In a kustomize build, other resources may come later."""
    assert found("references", using(case), complete=False) == []


@pytest.mark.parametrize("case", [case for case in PLACES if PLACES[case][2] in ("Secret", "ConfigMap") and case != "pull secret"])
def test_what_is_optional_may_be_missing(case: str) -> None:
    """A reference that Kubernetes may leave empty is left alone, and one that says false is not."""
    assert found("references", using(case, optional=True)) == []
    assert found("references", using(case, optional=False)) != []


def test_each_name_once_a_workload() -> None:
    """A name that a workload uses in many places is told once, at the first; another kind or another workload tells it again."""
    volumes = [{"name": name, "secret": {"secretName": "x"}} for name in "ab"] + [{"name": "c", "configMap": {"name": "x"}}]
    template = pod(volumes=volumes, imagePullSecrets=[{"name": "x"}])
    told = found("references", deployment(template=template), deployment("other", template=template))
    assert [(one.resource, one.field.removeprefix(f"{SPEC}.")) for one in told] == [
        (f"Deployment/{name}", field)
        for name in ("web", "other")
        for field in ("volumes[0].secret.secretName", "volumes[2].configMap.name")
    ]
    lws = leader_worker_set({"leaderTemplate": template, "workerTemplate": template})
    assert [one.field for one in found("references", lws)] == [
        "spec.leaderWorkerTemplate.leaderTemplate.spec.volumes[0].secret.secretName",
        "spec.leaderWorkerTemplate.leaderTemplate.spec.volumes[2].configMap.name",
    ]


def test_pods_by_themselves() -> None:
    """A Pod has its references at its own spec."""
    (one,) = found("references", thing("Pod", "p", **pod(imagePullSecrets=[{"name": "x"}])))
    assert one.field == "spec.imagePullSecrets[0].name"


def test_volumes_that_refer_to_nothing() -> None:
    """Other volumes, claims that are there by themselves, plain variables: nothing to tell."""
    volumes = [{"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {"path": "/x"}}, {"name": "c", "projected": {"sources": []}}]
    template = pod(volumes=volumes, resourceClaims=[{"name": "c", "resourceClaimName": "x"}])
    template["spec"]["containers"][0]["env"] = [{"name": "A", "value": "x"}, {"name": "B", "valueFrom": {"fieldRef": {"fieldPath": "x"}}}]
    assert found("references", deployment(template=template)) == []


def test_the_account_of_pods() -> None:
    """Without it no pod is made; `default` is in every namespace."""
    one = deployment(template=pod(serviceAccountName="x"))
    assert [(told.field, told.current) for told in found("references", one)] == [("spec.template.spec.serviceAccountName", "x")]
    assert found("references", one, thing("ServiceAccount", "x")) == []
    assert found("references", one, external=("ServiceAccount/x",)) == []
    assert found("references", deployment(template=pod(serviceAccountName="default"))) == []
