"""The four URI schemes, and the MODEL that each gives the engine (specification: Model URIs, Model storage)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import make

from modelservice.plan.artifacts import read_uri
from modelservice.plan.problems import Problems

Map = dict[str, Any]


def read(uri: str, **artifacts: Any) -> Map:
    """Return what a uri says; there must be no problem."""
    problems = Problems()
    found = read_uri({"uri": uri, "mountPath": "/model-cache", **artifacts}, problems)
    assert [problem.message for problem in problems.results] == []
    return found


def problem(uri: str) -> str:
    """Return the one thing that is wrong with a uri."""
    problems = Problems()
    read_uri({"uri": uri, "mountPath": "/model-cache"}, problems)
    (found,) = problems.results
    assert (found.field, found.current, found.severity) == ("spec.modelArtifacts.uri", uri, "error")
    return found.message


@pytest.mark.parametrize(
    ("uri", "artifacts", "found"),
    [
        ("hf://meta/llama", {}, {"scheme": "hf", "model": "meta/llama"}),
        ("hf://gpt2", {}, {"scheme": "hf", "model": "gpt2"}),
        ('hf://"meta/llama"', {}, {"scheme": "hf", "model": "meta/llama"}),
        ('hf://"meta/llama', {}, {"scheme": "hf", "model": '"meta/llama'}),
        ("pvc://models/llama/8b", {}, {"scheme": "pvc", "claim": "models", "model": "/model-cache/llama/8b"}),
        ("pvc://models", {}, {"scheme": "pvc", "claim": "models", "model": "/model-cache"}),
        ("pvc://models/", {}, {"scheme": "pvc", "claim": "models", "model": "/model-cache"}),
        ("pvc://models/a", {"mountPath": "/data"}, {"scheme": "pvc", "claim": "models", "model": "/data/a"}),
        (
            "pvc+hf://models/hub/cache/meta/llama",
            {},
            {"scheme": "pvc+hf", "claim": "models", "model": "meta/llama", "hubCache": "/model-cache/hub/cache"},
        ),
        ("pvc+hf://models/meta/llama", {}, {"scheme": "pvc+hf", "claim": "models", "model": "meta/llama", "hubCache": "/model-cache"}),
        (
            "pvc+hf://models/hub/meta/llama",
            {"mountPath": "/data"},
            {"scheme": "pvc+hf", "claim": "models", "model": "meta/llama", "hubCache": "/data/hub"},
        ),
        ("s3://models/llama/8b", {}, {"scheme": "s3", "source": "s3://models/llama/8b", "model": "/model-cache"}),
        (
            "oci://registry.example:5000/llama:1@sha256:ab",
            {},
            {"scheme": "oci", "reference": "registry.example:5000/llama:1@sha256:ab", "model": "/model-cache", "pullPolicy": "Always"},
        ),
        (
            "oci://llama:1",
            {"path": "weights/8b", "mountPath": "/data", "imagePullPolicy": "Never"},
            {"scheme": "oci", "reference": "llama:1", "model": "/data/weights/8b", "pullPolicy": "Never"},
        ),
        (
            "oci://llama:1",
            {"path": "", "imagePullPolicy": ""},
            {"scheme": "oci", "reference": "llama:1", "model": "/model-cache", "pullPolicy": "Always"},
        ),
    ],
)
def test_each_scheme_says_where_the_model_is(uri: str, artifacts: Map, found: Map) -> None:
    """MODEL is the id, the path below the mount, or the mount; claim, cache and reference come from the uri (specification: Model URIs)."""
    assert read(uri, **artifacts) == found


@pytest.mark.parametrize("uri", ["", "meta/llama", "http://x", "HF://meta/llama", "hf:/meta/llama", "://x", "hf"])
def test_another_scheme_is_an_error_that_lists_those_that_there_are(uri: str) -> None:
    """What is not one of the schemes is refused, and they are named."""
    message = problem(uri)
    for form in ("hf://", "pvc://", "pvc+hf://", "oci://", "s3://"):
        assert form in message


@pytest.mark.parametrize(
    ("uri", "right"),
    [
        ("hf://", "hf://NAMESPACE/MODEL"),
        ("pvc://", "pvc://CLAIM/PATH"),
        ("pvc:///llama", "pvc://CLAIM/PATH"),
        ("pvc+hf://", "pvc+hf://CLAIM/PATH/NAMESPACE/MODEL"),
        ("pvc+hf://models", "pvc+hf://CLAIM/PATH/NAMESPACE/MODEL"),
        ("pvc+hf://models/llama", "pvc+hf://CLAIM/PATH/NAMESPACE/MODEL"),
        ("pvc+hf://models/meta/", "pvc+hf://CLAIM/PATH/NAMESPACE/MODEL"),
        ("pvc+hf://models//llama", "pvc+hf://CLAIM/PATH/NAMESPACE/MODEL"),
        ("pvc+hf:///meta/llama", "pvc+hf://CLAIM/PATH/NAMESPACE/MODEL"),
        ("oci://", "oci://REGISTRY/REPOSITORY:TAG"),
        ("s3://", "s3://BUCKET/PATH"),
        ("s3://bucket/", "s3://BUCKET/PATH"),
        ("s3:///path", "s3://BUCKET/PATH"),
    ],
)
def test_a_malformed_uri_is_an_error_that_shows_the_form(uri: str, right: str) -> None:
    """A uri without claim, or pvc+hf without namespace and id, is refused (specification: Model URIs)."""
    assert right in problem(uri)


SEGMENT = st.text("abz09._-", min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(SEGMENT, st.lists(SEGMENT, max_size=3), SEGMENT, SEGMENT)
def test_a_cached_model_is_its_last_two_segments(claim: str, between: list[str], namespace: str, identifier: str) -> None:
    """pvc+hf: the last two are the model, what lies between is the cache, which has no slash at its end (specification: Model URIs)."""
    found = read("/".join([f"pvc+hf://{claim}", *between, namespace, identifier]))
    assert found["claim"] == claim
    assert found["model"] == f"{namespace}/{identifier}"
    assert found["hubCache"] == "".join(["/model-cache", *(f"/{segment}" for segment in between)])


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["", "hf://", "pvc://", "pvc+hf://", "oci://", "s3://"]), st.text('a/:"+ \u00e9', max_size=8))
def test_no_uri_is_too_odd(scheme: str, rest: str) -> None:
    """Any text is a uri of one of the schemes, or one error."""
    problems = Problems()
    found = read_uri({"uri": scheme + rest, "mountPath": "/m"}, problems)
    assert len(problems.results) <= 1
    assert problems.results or f"{found['scheme']}://" == scheme


@pytest.mark.parametrize(
    ("uri", "command", "model"),
    [
        ("hf://other/model", "furiosaLLMServe", "other/model"),
        ("pvc://models/llama", "vllmServe", "/model-cache/llama"),
        ("pvc+hf://models/hub/meta/llama", "furiosaLLMServe", "meta/llama"),
        ("oci://registry.example/llama:1", "furiosaLLMServe", "/model-cache"),
        ("oci://registry.example/llama:1", "vllmServe", "/model-cache"),
        ("oci://registry.example/llama:1", "imageDefault", "/model-cache"),
    ],
)
def test_every_scheme_works_with_generated_commands(uri: str, command: str, model: str) -> None:
    """MODEL stands in the arguments; oci too, which the charts refuse there (specification: Model URIs)."""
    made = make({"modelArtifacts": {"uri": uri}, "decode": {"containers": [{"image": "x:1", "modelCommand": command}]}})
    args = made.container()["args"]
    assert args[: 2 if command == "imageDefault" else 1] == (["--model", model] if command == "imageDefault" else [model])
