"""Which objects a service has, and what it must say (specification: Objects, Missing values)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import document, make
from tests.compose.samples import SAMPLES

from modelservice.config import ModelService
from modelservice.plan import Plan

Map = dict[str, Any]


def plan(spec: Map) -> Plan:
    """Plan a ModelService."""
    return Plan(ModelService(document(spec)))


@pytest.mark.parametrize(
    ("spec", "kinds"),
    [
        ({}, ["ServiceAccount", "Deployment"]),
        ({"profile": "llm-d"}, ["ServiceAccount", "Deployment", "Deployment"]),
        ({"profile": "llm-d", "prefill": {"create": False}}, ["ServiceAccount", "Deployment"]),
        ({"profile": "llm-d", "decode": {"create": False}}, ["ServiceAccount", "Deployment"]),
        ({"profile": "llm-d", "decode": None, "prefill": None}, ["ServiceAccount"]),
        ({"decode": {"create": False}}, ["ServiceAccount"]),
        ({"decode": {"create": None}}, ["ServiceAccount"]),
        ({"serviceAccountOverride": "given"}, ["Deployment"]),
        ({"serviceAccountOverride": ""}, ["ServiceAccount", "Deployment"]),
        ({"multinode": True}, ["ServiceAccount", "LeaderWorkerSet"]),
        ({"profile": "llm-d", "multinode": True}, ["ServiceAccount", "LeaderWorkerSet", "LeaderWorkerSet"]),
        ({"decode": {"monitoring": {"podmonitor": {"enabled": True}}}}, ["ServiceAccount", "Deployment", "PodMonitor"]),
        (
            {"decode": {"create": False, "monitoring": {"podmonitor": {"enabled": True}}}},
            ["ServiceAccount"],
        ),
        ({"dra": {"enabled": True}}, ["ServiceAccount", "ResourceClaimTemplate", "Deployment"]),
        ({"profile": "llm-d", "requester": {"enable": True}}, ["ServiceAccount", "ReplicaSet", "Deployment"]),
        ({"profile": "llm-d", "requester": {"enable": True}, "multinode": True}, ["ServiceAccount", "LeaderWorkerSet", "LeaderWorkerSet"]),
        ({"profile": "llm-d", "requester": {"enable": True}, "decode": {"create": False}}, ["ServiceAccount", "Deployment"]),
        ({"requester": {"enable": True}}, ["ServiceAccount", "Deployment"]),
        ({"routing": {"inferencePool": {"create": True}}}, ["ServiceAccount", "InferencePool", "Deployment"]),
        ({"enabled": False}, []),
        ({"enabled": False, "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}]}, []),
        ({"enabled": None}, ["ServiceAccount", "Deployment"]),
    ],
)
def test_which_objects_there_are(spec: Map, kinds: list[str]) -> None:
    """Each kind of object is there when its facts hold; ``enabled: false`` emits nothing at all (specification: Objects)."""
    assert sorted(make(spec).kinds()) == sorted(kinds)


def test_a_service_that_is_not_enabled_is_not_planned() -> None:
    """What would be wrong with a disabled service does not matter; a mistake of form still does."""
    assert make({"enabled": False, "modelArtifacts": {"name": None}, "prefill": {"create": True}}).errors == []
    assert make({"enabled": False, "nonsense": 1}).errors != []
    assert plan({"enabled": False}).roles == []


@pytest.mark.parametrize("name", [None, ""])
def test_a_model_must_have_a_name(name: str | None) -> None:
    """modelArtifacts.name is required, whatever the uri says (specification: Missing values)."""
    for artifacts in ({"name": name}, {"name": name, "uri": "hf://meta/llama"}):
        errors = make({"modelArtifacts": artifacts}).errors
        assert len(errors) == 1
        assert errors[0].startswith("spec.modelArtifacts.name: missing")


@pytest.mark.parametrize("uri", [None, ""])
def test_a_model_must_have_a_uri(uri: str | None) -> None:
    """Null deletes the default uri, which is made from the name, and then one is needed (specification: Missing values)."""
    errors = make({"modelArtifacts": {"uri": uri}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.modelArtifacts.uri: ")


@pytest.mark.parametrize(
    ("profile", "labels"),
    [
        ("furiosa", None),
        ("llm-d", None),
        ("llm-d", {"llm-d.ai/inference-serving": None}),
        ("furiosa", {"llm-d.ai/inferenceServing": None, "llm-d.ai/model": None}),
    ],
)
def test_a_model_must_have_labels(profile: str, labels: Map | None) -> None:
    """A selector needs labels: null, or none left, is an error (specification: Labels and selectors)."""
    errors = make({"profile": profile, "modelArtifacts": {"labels": labels}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.modelArtifacts.labels: missing")


def test_furiosa_has_no_prefill() -> None:
    """prefill.create with the furiosa profile is refused in the words of the specification (specification: Refusals)."""
    errors = make({"prefill": {"create": True}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.prefill.create: furiosa-llm does not support prefill/decode disaggregation")


def test_furiosa_may_run_vllm_but_not_prefill() -> None:
    """It is the profile that refuses prefill, not the container's engine."""
    assert make({"prefill": {"create": True, "containers": [{"image": "x:1", "modelCommand": "vllmServe"}]}}).errors != []


@pytest.mark.parametrize(
    ("spec", "facts"),
    [
        ({}, {"profile": "furiosa", "artifact": "hf", "authSecret": False, "multinode": False, "serviceAccount": "own"}),
        ({"profile": "llm-d", "tracing": {"enabled": True}}, {"profile": "llm-d", "tracing": True}),
        ({"tracing": {"enabled": True}}, {"tracing": False}),
        ({"profile": "llm-d", "requester": {"enable": True}}, {"requester": True}),
        ({"requester": {"enable": True}}, {"requester": False}),
        ({"modelArtifacts": {"authSecretName": "s"}}, {"authSecret": True}),
        ({"modelArtifacts": {"authSecretName": ""}}, {"authSecret": False}),
        ({"serviceAccountOverride": "x"}, {"serviceAccount": "given"}),
        ({"multinode": True}, {"multinode": True}),
        ({"routing": {"inferencePool": {"create": True}}}, {"inferencePool": True, "httpRoute": False}),
        ({"routing": {"httpRoute": {"create": True}}}, {"inferencePool": False, "httpRoute": True}),
        ({"modelArtifacts": {"uri": "pvc+hf://c/a/b"}}, {"artifact": "pvc+hf"}),
    ],
)
def test_facts_of_a_service(spec: Map, facts: Map) -> None:
    """What overlays are chosen by; tracing and the requester are of profile llm-d alone."""
    found = plan(spec).service.facts
    assert {fact: found[fact] for fact in facts} == facts


def test_all_roles_see_the_facts_and_parameters_of_the_service() -> None:
    """An overlay of a role can ask for, and be filled with, whatever one of the service can."""
    for spec in SAMPLES.values():
        made = plan(spec)
        for role in made.roles:
            assert made.service.facts.items() <= role.facts.items()
            assert made.service.parameters.keys() <= role.parameters.keys()


def test_mistakes_of_a_plan_are_told_together() -> None:
    """One run tells everything that is wrong, each with its field (specification: Refusals)."""
    spec = {
        "modelArtifacts": {"name": None, "uri": "s3://x", "labels": None},
        "routing": {"servicePort": None},
        "prefill": {"create": True},
        "decode": {"containers": [{"name": "a"}, {"name": "a", "image": "x:1", "modelCommand": "custom"}]},
    }
    assert sorted({error.partition(":")[0] for error in make(spec).errors}) == [
        "spec.decode.containers[0].image",
        "spec.decode.containers[1].command",
        "spec.decode.containers[1].name",
        "spec.modelArtifacts.labels",
        "spec.modelArtifacts.name",
        "spec.modelArtifacts.uri",
        "spec.prefill.create",
        "spec.routing.servicePort",
    ]
