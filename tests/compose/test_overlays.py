"""Overlays: what they are made of, and which facts they apply to."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import overlay

from modelservice import data
from modelservice.compose.overlays import Overlay, base, folder, holds, preset

Map = dict[str, Any]

FACTS = {"artifact": "hf", "proxy": True, "tracing": False, "serviceAccount": "own"}


@pytest.mark.parametrize(
    ("when", "answer"),
    [
        ({}, True),
        ({"artifact": "hf"}, True),
        ({"artifact": "oci"}, False),
        ({"artifact": ["pvc", "hf"]}, True),
        ({"artifact": ["pvc", "oci"]}, False),
        ({"artifact": []}, False),
        ({"proxy": True}, True),
        ({"proxy": False}, False),
        ({"tracing": False}, True),
        ({"tracing": [True, False]}, True),
        ({"artifact": "hf", "tracing": False}, True),
        ({"artifact": "hf", "tracing": True}, False),
        ({"unknown": "x"}, False),
        ({"unknown": False}, False),
    ],
)
def test_all_facts_must_hold(when: Map, answer: bool) -> None:
    """A fact has the value, or one of the values, that is asked for; facts can be false, and tested for it."""
    assert holds(when, FACTS) is answer


def test_an_overlay_is_what_its_document_says() -> None:
    """Name, scope, facts, and patches with their targets."""
    made = Overlay(
        overlay(
            {"target": "pod", "patch": {"spec": {"hostNetwork": True}}},
            {"target": {"kind": "ServiceAccount"}, "when": {"role": "decode"}, "patch": {}},
            name="mine",
            when={"proxy": True},
        )
    )
    assert (made.name, made.scope, made.when) == ("mine", "role", {"proxy": True})
    assert [(patch.part, patch.kind, patch.when) for patch in made.patches] == [
        ("pod", None, {}),
        (None, "ServiceAccount", {"role": "decode"}),
    ]


def test_a_patch_is_filled_with_parameters() -> None:
    """Filling a patch twice gives each time what its parameters say."""
    (patch,) = Overlay(overlay({"target": "pod", "patch": {"metadata": {"name": "${name}"}}})).patches
    assert patch.fill({"name": "a"}) == {"metadata": {"name": "a"}}
    assert patch.fill({"name": "b"}) == {"metadata": {"name": "b"}}


def test_resources_are_bases_by_name_or_manifests() -> None:
    """A text names a file in bases/, a map is a manifest of its own; both are filled."""
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}"}}
    first, second = Overlay(overlay(resources=["serviceaccount.yaml", manifest], scope="service")).resources()
    assert first({"name": "a", "labels": {"l": "1"}}) == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "a", "labels": {"l": "1"}},
    }
    assert second({"name": "a"})["metadata"] == {"name": "a"}


def test_bases_are_read_once() -> None:
    """A base is compiled once for all services of a run."""
    assert base("deployment.yaml") is base("deployment.yaml")


def test_a_folder_is_in_the_order_of_its_paths() -> None:
    """Automatic overlays apply in one order, that of their files; the fields of the spec before extraConfig."""
    assert [made.name for made in folder("spec")] == ["fields", "autoscaling", "extra-config", "leader-worker-set"]
    names = [made.name for made in folder("automatic")]
    variables = ["parallelism", "artifact-hf", "artifact-pvc", "auth-secret", "accelerator-env", "routing-proxy", "tracing"]
    assert [name for name in names if name in variables] == variables
    assert folder("automatic") is folder("automatic")


@pytest.mark.parametrize("name", data.names("overlays", "presets"))
def test_each_preset_is_found_by_its_name(name: str) -> None:
    """The file of a preset has its name."""
    assert preset(name).name == name
