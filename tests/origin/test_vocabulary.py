"""What fields of a ModelService are: from the schema, the profiles, the overlays and the checks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example as with_example
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.config.validation import conforms, schema
from modelservice.krm import parse_all, write_documents
from modelservice.origin.effects import changed_by
from modelservice.origin.paths import PathError
from modelservice.origin.uses import checks_of, used_by
from modelservice.origin.vocabulary import defaults, example, example_document, look_up

Map = dict[str, Any]

ROOT = schema("modelservice")
WHOLE: Map = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "ModelService", "metadata": {"name": "x"}, "spec": {}}


def resolved(node: Map) -> Map:
    """Return a node of the schema, or that to which it refers."""
    return {**ROOT["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node


def fields(node: Map, path: str) -> Iterator[str]:
    """Return the paths of all fields that the schema has."""
    node = resolved(node)
    for name, below in (node.get("properties") or {}).items():
        yield f"{path}.{name}"
        yield from fields(below, f"{path}.{name}")
    if "items" in node:
        yield from fields(node["items"], f"{path}[]")
    if isinstance(node.get("additionalProperties"), dict):
        yield from fields(node["additionalProperties"], f"{path}.KEY")


ALL = [*fields(ROOT["properties"]["spec"], "spec"), *fields(ROOT["properties"]["metadata"], "metadata")]


def test_there_are_fields() -> None:
    """The tests below have something to look at."""
    assert len(ALL) > 300


def test_every_field_is_found_and_has_an_example_that_is_right() -> None:
    """What the schema has is explained, with a value that the schema takes, and what it needs beside it."""
    wrong = []
    for path in ALL:
        field = look_up(path)
        assert field.path == path
        document = {**WHOLE, **example_document(field)}
        if not conforms({**document, "metadata": {**WHOLE["metadata"], **document["metadata"]}}, ROOT, ROOT):
            wrong.append((path, example_document(field)))
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "kind", "holder"),
    [
        ("decode.extraConfig", "map", "PodSpec"),
        ("extraConfig.dnsPolicy", "text", "PodSpec"),
        ("decode.extraConfig.affinity.nodeAffinity", "NodeAffinity", "Affinity"),
        ("decode.tolerations[0].effect", "text", "Toleration"),
        ("decode.containers[name=x].extraConfig.lifecycle.preStop", "LifecycleHandler", "Lifecycle"),
        ("engine.env.LOG.valueFrom.fieldRef.fieldPath", "text", "ObjectFieldSelector"),
        ("engine.livenessProbe.httpGet.port", "int-or-string", "HTTPGetAction"),
        ("decode.podSecurityContext.fsGroup", "number", "PodSecurityContext"),
        ("decode.replicas", "number", ""),
        ("decode.nodeSelector.pool", "text", ""),
    ],
)
def test_the_vocabulary_of_kubernetes_is_known(path: str, kind: str, holder: str) -> None:
    """What overlays pass on as it is has the type of the place to which they do."""
    field = look_up(path)
    assert (field.type, field.kubernetes) == (kind, holder)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("decode.replica", "spec.decode has no replica; did you mean replicas? It has: create, "),
        ("tensor", "did you mean spec.decode.parallelism.tensor? It has: profile, "),
        ("decode.replicas.x", "spec.decode.replicas has no fields: it is number"),
        ("decode[0]", "spec.decode is no list"),
        ("decode.tolerations[0].efect", "spec.decode.tolerations[] has no efect, as Toleration has none; did you mean effect?"),
        ("decode.extraConfig.hostNetwork.x", "spec.decode.extraConfig.hostNetwork has no fields: it is true or false"),
        ("decode..", None),
    ],
)
def test_a_path_that_leads_nowhere(path: str, words: str | None) -> None:
    """One error, with what there is, and what may have been meant; dots too many are none."""
    if words is None:
        assert look_up(path).path == "spec.decode"
        return
    with pytest.raises(PathError) as caught:
        look_up(path)
    assert words in str(caught.value)


def test_defaults_are_those_of_the_profiles() -> None:
    """An engine's field is that of the profile's container."""
    assert defaults(look_up("engine.modelCommand")) == {
        "furiosa": "furiosaLLMServe",
        "furiosa-2026.3": "furiosaLLMServe",
        "llm-d": "imageDefault",
    }
    assert defaults(look_up("decode.containers[0].name")) == {"furiosa": "furiosa-llm", "furiosa-2026.3": "furiosa-llm", "llm-d": "vllm"}
    assert defaults(look_up("decode.drain")) == {"furiosa": None, "furiosa-2026.3": None, "llm-d": None}


@pytest.mark.parametrize(
    ("path", "name", "place"),
    [
        ("modelArtifacts.size", "overlay artifact-hf", "pod.spec.volumes[name=model-storage].emptyDir.sizeLimit"),
        ("decode.engine.flags", "overlay fields", "container flags"),
        ("engine.image", "bases/container.yaml", "container.image"),
        ("prefill.drain", "overlay drain", "pod.spec.terminationGracePeriodSeconds"),
        ("routing.servicePort", "preset probes", "container.startupProbe.httpGet"),
        ("decode.tolerations[0].key", "overlay fields", "pod.spec.tolerations"),
        ("decode.parallelism", "overlay parallelism", "container.env[name=TP_SIZE].value"),
    ],
)
def test_a_field_is_used_by(path: str, name: str, place: str) -> None:
    """Overlays and bases whose parameters come from the field, or from something in it."""
    assert (name, place) in [(use.name, use.place) for use in used_by(look_up(path).steps)]


@pytest.mark.parametrize(
    ("path", "profile", "change"),
    [
        ("multinode", "llm-d", "LeaderWorkerSet/model-decode comes"),
        ("routing.proxy.enabled", "furiosa", "Deployment/model-decode spec.template.spec.initContainers"),
        ("modelArtifacts.authSecretName", "llm-d", "Deployment/model-decode spec.template.spec.containers[name=vllm].env[name=HF_TOKEN]"),
        ("decode.parallelism.tensor", "llm-d", "Deployment/model-decode spec.template.spec.containers[name=vllm].args"),
        ("serviceAccountOverride", "furiosa", "ServiceAccount/model goes"),
    ],
)
def test_a_field_changes(path: str, profile: str, change: str) -> None:
    """What is another in the objects of a small ModelService, overlays that come and go included."""
    assert change in changed_by(look_up(path))[profile]


@pytest.mark.parametrize(
    ("path", "check"),
    [("decode.parallelism", "parallelism"), ("engine.image", "image-tag"), ("drain", "draining"), ("checks", "preset-tolerations")],
)
def test_checks_speak_of_a_field(path: str, check: str) -> None:
    """Those whose pages have a message about it, or its name."""
    assert (check in checks_of(look_up(path).steps)) == (path != "checks")


def test_examples_of_the_schema_are_yaml() -> None:
    """An example can be written and read again."""
    values = [example(look_up(path)) for path in ALL]
    assert parse_all(write_documents(values)) == values


WORDS = ["spec", "metadata", "decode", "engine", "containers", "env", "extraConfig", "affinity", "volumes", "x", "[0]", "[]", "labels", ""]


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(WORDS)).map(".".join))
@with_example("[0]")
@with_example("metadata[0].x")
def test_any_text_is_a_field_or_a_path_error(text: str) -> None:
    """Nothing else is raised; what is found has an example, and what is told of it."""
    with suppress(PathError):
        field = look_up(text)
        assert field.type
        assert [*example_document(field)]
        assert used_by(field.steps) is not None
        assert checks_of(field.steps) is not None
        assert changed_by(field) is not None
