"""Fast model actuation: the serving pod as text in a requester (specification: Requesters)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, engine, make

from modelservice.compose.server_patch import ANNOTATION
from modelservice.krm import parse

Map = dict[str, Any]

ENABLED: Map = {"profile": "llm-d", "requester": {"enable": True}, "prefill": {"create": False}}


def serving(made: Made) -> Map:
    """Return the patch that a requester holds, read."""
    patch = parse(made.one("ReplicaSet")["spec"]["template"]["metadata"]["annotations"][ANNOTATION])
    assert isinstance(patch, dict)
    return patch


@pytest.mark.parametrize(
    ("model", "registry", "rest"),
    [("meta/llama-8b", "meta", "llama-8b"), ("a/b/c", "a", "b/c"), ("123/08", "123", "08")],
)
def test_labels_name_the_model(model: str, registry: str, rest: str) -> None:
    """The controller finds pods by the model's name, cut at its first slash; the requester's own label app is taken away."""
    labels = serving(make({**ENABLED, "modelArtifacts": {"name": model}}))["metadata"]["labels"]
    assert labels == {"model-reg": rest, "model-repo": registry, "app": None}


@pytest.mark.parametrize("proxy", [True, False])
def test_containers_are_those_of_a_pod_that_serves(proxy: bool) -> None:
    """Containers and init containers are a Deployment's, whole; nothing else of the pod is in the patch."""
    spec = {
        "profile": "llm-d",
        "routing": {"proxy": {"enabled": proxy}},
        "decode": {"containers": [engine(env=[{"name": "A", "value": "1"}])]},
    }
    pod = make(spec).pod()
    patch = serving(make({**ENABLED, **spec}))
    assert patch["spec"] == {key: pod[key] for key in ("initContainers", "containers") if key in pod}
    assert ("initContainers" in patch["spec"]) is proxy
    assert patch.keys() == {"metadata", "spec"}


def test_overlays_and_own_fields_are_in_the_text() -> None:
    """What changes the pod changes the text: presets, fields, extraConfig, flags and patches."""
    decode = {"containers": [engine(modelCommand="vllmServe", tty=True, flags={"a": 1}, extraConfig={"workingDir": "/srv"})]}
    patches = [{"target": {"part": "container"}, "patch": {"stdin": True}}]
    container = serving(make({**ENABLED, "presets": ["probes"], "decode": decode, "patches": patches}))["spec"]["containers"][0]
    assert container["args"][-2:] == ["--a", "1"]
    assert (container["tty"], container["workingDir"], container["stdin"]) == (True, "/srv", True)
    assert "startupProbe" in container


def test_a_patch_replaces_the_text_alone() -> None:
    """A patch of the serving pod leaves the requester's other annotations, labels and containers as they are."""
    patches = [{"target": {"part": "container"}, "patch": {"stdin": True}}]
    before, after = (copy.deepcopy(make({**ENABLED, **more}).one("ReplicaSet")) for more in ({}, {"patches": patches}))
    texts = [one["spec"]["template"]["metadata"]["annotations"].pop(ANNOTATION) for one in (before, after)]
    assert texts[0] != texts[1]
    assert before == after
    assert "dual-pod.llm-d.ai/admin-port" in after["spec"]["template"]["metadata"]["annotations"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=12).filter(lambda text: "{{" not in text), max_size=4))
def test_every_value_survives_the_text(values: list[str]) -> None:
    """What a variable holds is read back from the text as it was, whatever YAML could take it for."""
    values = [*values, "on", "1e3", "0x1F", "", " x ", "a\nb\n", "{x}", "# no comment", "${HOME}"]
    env = [{"name": f"V{index}", "value": value} for index, value in enumerate(values)]
    container = serving(make({**ENABLED, "decode": {"containers": [engine(env=env)]}}))["spec"]["containers"][0]
    assert container["env"][: len(env)] == env
