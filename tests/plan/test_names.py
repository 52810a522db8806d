"""Names, labels and selectors (specification: Names, Labels and selectors)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import make

from modelservice.plan.names import full_name, labels, selector

Map = dict[str, Any]

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,80}[a-z0-9])?", fullmatch=True)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("llama", "llama"),
        ("a" * 55, "a" * 55),
        ("a" * 56, "a" * 55),
        ("a" * 54 + "-b", "a" * 54),
        ("a" * 52 + "---b", "a" * 52),
        ("a" * 50 + "-bcdefghij", "a" * 50 + "-bcde"),
    ],
)
def test_a_long_name_is_cut(asked: str, name: str) -> None:
    """The base name has at most 55 characters, and no ``-`` at its end (specification: Names)."""
    assert full_name({}, asked) == (name, asked)


@pytest.mark.parametrize(("override", "name"), [("other", "other"), ("", "llama"), (None, "llama")])
def test_fullname_override_takes_the_place_of_the_name(override: str | None, name: str) -> None:
    """spec.fullnameOverride is the base name where it says something, and is cut the same way."""
    assert full_name({"fullnameOverride": override}, "llama")[0] == name
    assert full_name({"fullnameOverride": "b" * 60}, "llama")[0] == "b" * 55


def test_labels_of_generated_objects() -> None:
    """Name, instance, part-of and managed-by are the labels of every generated object (specification: Labels and selectors)."""
    assert labels("llama") == {
        "app.kubernetes.io/name": "modelservice",
        "app.kubernetes.io/instance": "llama",
        "app.kubernetes.io/part-of": "llm-d",
        "app.kubernetes.io/managed-by": "modelservice",
    }


def test_a_selector_is_the_models_labels_and_the_role() -> None:
    """A selector has nothing else: it is immutable, and a release moved from Helm keeps its own (specification: Labels and selectors)."""
    assert selector({"a": "b"}, "decode") == {"a": "b", "llm-d.ai/role": "decode"}
    made = make({"profile": "llm-d", "modelArtifacts": {"labels": {"team": "x"}}})
    for role in ("decode", "prefill"):
        expected = {"llm-d.ai/inference-serving": "true", "team": "x", "llm-d.ai/role": role}
        assert made.workload(role)["spec"]["selector"] == {"matchLabels": expected}
        assert made.template(role)["metadata"]["labels"] == expected


def names_of(made: Any) -> list[str]:
    """Return the names of all objects."""
    return [obj["metadata"]["name"] for obj in made.objects]


ALL: Map = {
    "profile": "llm-d",
    "accelerator": {"dra": True},
    "routing": {"inferencePool": {"create": True}, "httpRoute": {"create": True}, "parentRefs": [{"name": "g"}]},
    "decode": {"monitoring": {"podmonitor": {"enabled": True}}},
    "prefill": {"monitoring": {"podmonitor": {"enabled": True}}},
}


def test_names_of_generated_objects() -> None:
    """Base name, ``-decode`` and ``-prefill`` for workloads, ``-podmonitor`` after those (specification: Names)."""
    assert sorted(names_of(make(ALL, name="ns-model"))) == [
        "ns-model",  # ServiceAccount
        "ns-model",  # InferencePool
        "ns-model",  # HTTPRoute
        "ns-model-decode",
        "ns-model-decode-podmonitor",
        "ns-model-prefill",
        "ns-model-prefill-podmonitor",
        "nvidia-claim-template-decode",
        "nvidia-claim-template-prefill",
    ]


@pytest.mark.parametrize("multinode", [False, True])
def test_override_names_everything(multinode: bool) -> None:
    """FullnameOverride names the objects; metadata.name is nowhere then."""
    made = make({"fullnameOverride": "other", "multinode": multinode}, name="llama")
    assert names_of(made) == ["other", "other-decode"]
    assert made.workload()["metadata"]["labels"]["app.kubernetes.io/instance"] == "other"


@settings(max_examples=40, deadline=None)
@given(NAMES)
def test_names_and_labels_are_what_kubernetes_takes(name: str) -> None:
    """However long the name is: all names are DNS labels of at most 63 characters but for PodMonitors, all label values valid."""
    made = make(ALL, name=name)
    for obj in made.objects:
        assert DNS_LABEL.fullmatch(obj["metadata"]["name"])
        assert len(obj["metadata"]["name"]) <= (253 if obj["kind"] == "PodMonitor" else 63)
        assert all(LABEL_VALUE.fullmatch(value) for value in obj["metadata"]["labels"].values())


def test_the_service_account_is_the_base_name() -> None:
    """Pods use the generated ServiceAccount, which has the base name (specification: Names)."""
    made = make({}, name="x" * 60)
    assert made.one("ServiceAccount")["metadata"]["name"] == "x" * 55
    assert made.pod()["serviceAccountName"] == "x" * 55


def test_a_given_service_account_is_used() -> None:
    """With serviceAccountOverride no ServiceAccount is generated, and pods use the given one (specification: Names)."""
    made = make({"serviceAccountOverride": "given"})
    assert made.kinds() == ["Deployment"]
    assert made.pod()["serviceAccountName"] == "given"
