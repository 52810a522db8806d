"""What a Kubernetes API server refuses, in services and in all other resources."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.checks.worlds import LABELS, Map, deployment, found, pod, thing
from tests.compose.made import make

from modelservice import checks
from modelservice.checks.world import World

CHECK = "kubernetes-fields"
UNKNOWN = "is no field of DeploymentSpec; did you mean replicas?"


def versioned(obj: Map, version: str | None) -> list[tuple[str, str]]:
    """Return severity and field of what the check finds in one resource for a cluster of this version."""
    results = checks.check_world(World([obj], complete=False, kubernetes_version=version), {})
    return [(one.severity, one.field) for one in results if one.tags == {"check": CHECK}]


# Of a service


@pytest.mark.parametrize(
    ("spec", "field", "message"),
    [
        (
            {"decode": {"volumes": [{"name": "a", "emptydir": {}}]}},
            "spec.decode.volumes[0].emptydir",
            "is no field of Volume; did you mean emptyDir?",
        ),
        (
            {"decode": {"extraConfig": {"terminationGracePeriodSeconds": "30"}}},
            "spec.decode.extraConfig.terminationGracePeriodSeconds",
            "is '30'; must be a whole number, as in 30 without quotes",
        ),
        (
            {"extraObjects": [thing("ConfigMap", data={"port": 80})]},
            "spec.extraObjects[0].data.port",
            'is 80; must be text, as in "80"',
        ),
    ],
)
def test_the_field_is_the_one_that_the_user_wrote(spec: Map, field: str, message: str) -> None:
    """Whatever became of it in the objects, it is told where it stands in the config."""
    assert ("error", field, message) in make(spec).found(CHECK)


def test_a_mistake_in_both_roles_is_told_in_each() -> None:
    """Roles are written one by one; what only one place says is told once."""
    role = {"tolerations": [{"operater": "Exists"}], "containers": [{"name": "e", "image": "e:1"}]}
    fields = [field for _, field, _ in make({"profile": "llm-d", "decode": role, "prefill": {**role, "create": True}}).found(CHECK)]
    assert len(fields) == len(set(fields))
    assert {"spec.decode.tolerations[0].operater", "spec.prefill.tolerations[0].operater"} <= set(fields)


# Of all resources


def test_a_resource_in_any_shape() -> None:
    """Also what no other check looks at, since it is not shaped as Kubernetes has it."""
    broken = {**deployment(), "metadata": {"name": "web", "labels": "x"}}
    assert found(CHECK, broken) == [("error", "Deployment/web", "metadata.labels", "is 'x'; must be a map", "x")]
    assert [one.field for one in found(CHECK, {"apiVersion": "v1", "kind": "ConfigMap", "data": []})] == ["data", "metadata.name"]


@pytest.mark.parametrize("complete", [True, False])
def test_each_mistake_has_its_field_and_value(complete: bool) -> None:
    """Fields are paths as results have them, with indexes in brackets."""
    obj = deployment(template=pod(ports=[{"containerPort": 1}, {"containerPort": 0}]), replica=2)
    assert [(one.field, one.current) for one in found(CHECK, obj, complete=complete)] == [
        ("spec.template.spec.containers[0].ports[1].containerPort", 0),
        ("spec.replica", 2),
    ]


@pytest.mark.parametrize(
    "obj",
    [
        {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "ModelService", "metadata": {"name": "a", "label": {}}},
        {**deployment(replica=1), "metadata": {"name": "a", "annotations": {"config.kubernetes.io/local-config": "true"}}},
        {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": ["a.yaml"]},
    ],
)
def test_what_never_reaches_kubernetes(obj: Map) -> None:
    """Configs of tools on this side of the cluster are theirs to check."""
    assert found(CHECK, obj) == []


def test_what_was_generated_is_told_with_its_service() -> None:
    """An object of this run is looked at with the service; what someone edited in it since, here."""
    made = deployment(replica=1)
    edited: Any = copy.deepcopy(made)
    edited["spec"]["template"]["spec"]["containers"][0]["imge"] = "x"
    assert found(CHECK, made, generated=(made,)) == []
    assert [one.field for one in found(CHECK, edited, generated=(made,))] == ["spec.template.spec.containers[0].imge"]
    assert [one.message for one in found(CHECK, made, generated=(deployment("other"),))] == [UNKNOWN]


def test_where_others_are_not_judged() -> None:
    """Only a Validation is asked about resources that others wrote; what was edited is looked at all the same."""
    other, made = deployment("other", replica=1), deployment()
    world = World([other, {**made, "sepc": 1}], complete=True, generated=(made,), judged=False)
    results = [one for one in checks.check_world(world, {}) if one.tags == {"check": CHECK}]
    assert [one.field for one in results] == ["sepc"]


def test_a_name_that_is_too_long_is_told_once() -> None:
    """Of a StatefulSet's name the check name-length tells that it is too long, this one that it is none."""
    spec = {"selector": {"matchLabels": LABELS}, "template": pod()}
    assert found(CHECK, thing("StatefulSet", "x" * 64, spec=spec)) == []
    assert [one.field for one in found(CHECK, thing("StatefulSet", "a.b", spec=spec))] == ["metadata.name"]
    assert [one.field for one in found(CHECK, thing("Service", "x" * 64, spec={"ports": [{"port": 80}]}))] == ["metadata.name"]


@pytest.mark.parametrize(
    ("version", "told"),
    [(None, []), ("1.30", ["error"]), ("1.33", ["warning"]), ("1.35", [])],
)
def test_what_the_cluster_does_not_have_yet(version: str | None, told: list[str]) -> None:
    """With a version: an error for what it lacks, a warning for what it has off; without, nothing."""
    obj = deployment(template=pod(volumes=[{"name": "m", "image": {"reference": "a:1"}}]))
    field = "spec.template.spec.volumes[0].image"
    assert versioned(obj, version) == [(severity, field) for severity in told]
