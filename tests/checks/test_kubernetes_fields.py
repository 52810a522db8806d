"""What a Kubernetes API server refuses, told at the field that a user wrote."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import deployment, found, pod, thing
from tests.compose.made import Made, engine, make, overlay

from modelservice.origin import Trace

Map = dict[str, Any]

LLM_D: Map = {"profile": "llm-d", "prefill": {"create": False}}


def told(spec: Map, **more: Any) -> list[tuple[str, str]]:
    """Return what the check finds: severity and field."""
    return [(severity, field) for severity, field, _ in make(spec, **more).found("kubernetes-fields")]


def decode(**fields: Any) -> Map:
    """Return a spec of profile llm-d with these fields of decode, and one engine container."""
    return {**LLM_D, "decode": {"containers": [engine(modelCommand="vllmServe")], **fields}}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (decode(volumes=[{"name": "a", "emptyDir": {}}, {"name": "x", "emptydir": {}}]), "spec.decode.volumes[1].emptydir"),
        (decode(tolerations=[{"key": "a", "operater": "Exists"}]), "spec.decode.tolerations[0].operater"),
        (decode(initContainers=[{"name": "x"}]), "spec.decode.initContainers[0].image"),
        (decode(extraConfig={"hostNetwerk": True}), "spec.decode.extraConfig.hostNetwerk"),
        (decode(strategy={"type": "Recreated"}), "spec.decode.strategy.type"),
        (decode(replicas=3_000_000_000), "spec.decode.replicas"),
        (decode(nodeSelector={"a": "b/c"}), "spec.decode.nodeSelector.a"),
        (decode(containers=[engine(env=[{"name": "A", "value": 8080}])]), "spec.decode.containers[0].env[0].value"),
        (decode(containers=[engine(env=[{"name": "A", "valu": "x"}])]), "spec.decode.containers[0].env[0].valu"),
        (decode(containers=[engine(ports=[{"containerPort": "http"}])]), "spec.decode.containers[0].ports[0].containerPort"),
        (decode(containers=[engine(ports=[{"containerPort": 99999}])]), "spec.decode.containers[0].ports[0].containerPort"),
        (decode(containers=[engine(resources={"limits": {"memory": "10GB"}})]), "spec.decode.containers[0].resources.limits.memory"),
        (decode(containers=[engine(readinessProbe={"httpget": {"port": 1}})]), "spec.decode.containers[0].readinessProbe.httpget"),
        (decode(containers=[engine(name="Furiosa_LLM")]), "spec.decode.containers[0].name"),
        (decode(containers=[engine(extraConfig={"lifecycel": {}})]), "spec.decode.containers[0].extraConfig.lifecycel"),
        ({**LLM_D, "modelArtifacts": {"labels": {"llm-d.ai/model": "Qwen/Qwen3"}}}, "spec.modelArtifacts.labels.llm-d.ai/model"),
        ({**LLM_D, "modelArtifacts": {"size": "lots"}}, "spec.modelArtifacts.size"),
        ({**LLM_D, "modelArtifacts": {"authSecretName": "HF TOKEN"}}, "spec.modelArtifacts.authSecretName"),
        ({**LLM_D, "fullnameOverride": "Bad_Name"}, "spec.fullnameOverride"),
        ({**LLM_D, "routing": {"proxy": {"image": " "}}}, "spec.routing.proxy.image"),
        ({**LLM_D, "extraObjects": [thing("ConfigMap", "a", data={"a": 1})]}, "spec.extraObjects[0].data.a"),
        (
            {**LLM_D, "patches": [{"target": {"kind": "Deployment"}, "patch": {"spec": {"replica": 1}}}]},
            "spec.patches[0].patch.spec.replica",
        ),
        (
            {**LLM_D, "overlays": [overlay({"target": "container", "patch": {"flags": {"a": 1}}})]},
            "spec.overlays[0].spec.patches[0].patch.flags",
        ),
    ],
)
def test_the_field_is_the_one_that_the_user_wrote(spec: Map, field: str) -> None:
    """Wherever it ends up in an object, the error is at its place in the config."""
    assert ("error", field) in told(spec)


def test_names_of_the_service_are_told_at_its_metadata() -> None:
    """They become names and namespaces of objects."""
    assert ("error", "metadata.namespace") in told(LLM_D, namespace="ML_ns")


def test_one_mistake_of_both_roles_is_one_error() -> None:
    """A label that both roles have is written once."""
    spec = {"profile": "llm-d", "modelArtifacts": {"labels": {"a": "b/c"}}}
    assert told(spec) == [("error", "spec.modelArtifacts.labels.a")]


def test_pods_that_are_only_text_are_looked_at() -> None:
    """A requester holds the serving pod in an annotation, where no API server looks."""
    role = {"containers": [engine(modelCommand="vllmServe", env=[{"name": "A", "valu": "x"}])]}
    spec = {**LLM_D, "requester": {"enable": True}, "decode": role}
    assert ("error", "spec.decode.containers[0].env[0].valu") in told(spec)


@pytest.mark.parametrize("name", ["extra", "decode"])
def test_a_pod_template_of_ones_own_is_none_of_a_role(name: str) -> None:
    """Only the pods of a requester have no object; a PodTemplate is one, also where it is called as a role is."""
    spec = {"extraObjects": [{"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": name}, "template": {"spec": {"x": 1}}}]}
    assert ("error", "spec.extraObjects[0].template.spec.x") in told(spec)


@pytest.mark.parametrize(
    ("version", "severity"),
    [("1.27", ["error"]), ("1.33", ["warning"]), ("1.36", [])],
)
def test_what_is_newer_than_the_cluster_is_told(version: str, severity: list[str]) -> None:
    """An image volume: unknown, there behind a feature gate, there."""
    role = {"containers": [engine(modelCommand="vllmServe")], "volumes": [{"name": "tools", "image": {"reference": "r/tools:1"}}]}
    spec = {**LLM_D, "kubernetesVersion": version, "decode": role}
    field = "spec.decode.volumes[0].image"
    assert [(said, where) for said, where in told(spec) if where == field] == [(said, field) for said in severity]


def test_a_check_that_is_off_lets_everything_through() -> None:
    """For a cluster whose types are others."""
    spec = decode(volumes=[{"name": "x", "emptydir": {}}])
    made: Made = make({**spec, "checks": {"kubernetes-fields": "off"}})
    assert made.objects


def test_mistakes_of_every_stage_are_told_in_one_run() -> None:
    """A wrong type, a wrong key, a label, a field of Kubernetes, an unknown preset and a patch without target: six mistakes, one run."""
    spec = {
        **LLM_D,
        "multinode": "yes",
        "presets": ["shn"],
        "modelArtifacts": {"labels": {"a": "b/c"}},
        "decode": {"replica": 2, "volumes": [{"name": "x", "emptydir": {}}], "containers": [engine(modelCommand="vllmServe")]},
        "extraObjects": [thing("ConfigMap", "a", data={"a": 1})],
    }
    fields = {error.partition(": ")[0] for error in make(spec).errors}
    assert fields == {
        "spec.multinode",
        "spec.presets[0]",
        "spec.decode.replica",
        "spec.modelArtifacts.labels.a",
        "spec.decode.volumes[0].emptydir",
        "spec.extraObjects[0].data.a",
    }


def test_other_resources_are_judged_in_whatever_shape() -> None:
    """Also one that no other check can look at."""
    wrong = deployment(template={**pod(), "spec": {"containers": "none"}})
    ((severity, resource, field, _, _),) = found("kubernetes-fields", wrong)
    assert (severity, resource, field) == ("error", "Deployment/web", "spec.template.spec.containers")
    assert found("kubernetes-fields", {"namespace": "x", "resources": []}) == []


def test_of_many_mistakes_in_a_list_a_few_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """To find what the user wrote takes a millisecond; those that are not told only count."""
    origins: list[Any] = []
    find = Trace.origin

    def counted(self: Trace, obj: Map, path: Any) -> Any:
        origins.append(path)
        return find(self, obj, path)

    monkeypatch.setattr(Trace, "origin", counted)
    made = make({"decode": {"containers": [engine(env=[{"name": f"A{index}", "valu": "1"} for index in range(500)])]}})
    messages = [text for _, _, text in made.found("kubernetes-fields")]
    assert len(messages) == len(origins) == 20
    assert messages[-1].endswith("; and 480 more like this")


def test_what_an_edit_only_moves_is_not_new() -> None:
    """What is wrong in a generated object is told where it is generated from, also when it stands elsewhere in its list by now."""
    containers: list[Map] = [{"name": "a", "image": "a:1", "imagePullPolicy": "sometimes"}, {"name": "b", "image": "b:1"}]
    template = pod(containers=containers)
    moved = pod(containers=[containers[1], containers[0]])
    worse = pod(containers=[{**containers[1], "tty": "yes"}, containers[0]])
    assert found("kubernetes-fields", deployment(template=moved), generated=(deployment(template=template),)) == []
    ((_, _, field, _, _),) = found("kubernetes-fields", deployment(template=worse), generated=(deployment(template=template),))
    assert field == "spec.template.spec.containers[0].tty"
