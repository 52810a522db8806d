"""A Patches: the config of the function when it patches the resources that it is given."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import API_VERSION

from modelservice.config.patches_config import patches_spec

Map = dict[str, Any]

ENTRY: Map = {"target": {"kind": "Pod", "labelSelector": "a=b"}, "patch": "a: b", "options": {"allowNameChange": True}}


def fields(spec: Any, **more: Any) -> list[str]:
    """Return the fields that are wrong of a Patches with this spec."""
    document = {"apiVersion": API_VERSION, "kind": "Patches", "metadata": {"name": "own"}, "spec": spec, **more}
    return [problem.field for problem in patches_spec(document)[1]]


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"mergeKeys": {"example.com/Cache": {"spec.shards": ["name"], "spec.template": "PodTemplateSpec"}}},
        {"checks": {"kubernetes-fields": "warning"}, "kubernetesVersion": "1.34"},
    ],
)
def test_a_right_config(more: Map) -> None:
    """Patches, merge keys, the one check and the version of the cluster are those of a ModelService."""
    spec = {"patches": [ENTRY, {"patch": [{"op": "test"}]}], **more}
    document = {"apiVersion": API_VERSION, "kind": "Patches", "metadata": {"name": "own"}, "spec": spec}
    assert patches_spec(document) == (spec, [])


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (None, ["spec.patches"]),
        ({}, ["spec.patches"]),
        ({"patches": None}, ["spec.patches"]),
        ({"patches": {}}, ["spec.patches"]),
        ({"patches": [], "multinode": True, "external": []}, ["spec.multinode", "spec.external"]),
        ({"patches": [{"target": {"kinds": "x"}}, "x"]}, ["spec.patches[0].patch", "spec.patches[0].target.kinds", "spec.patches[1]"]),
        (
            {"patches": [{"patch": {}, "target": {"role": "decode", "part": "pod"}}]},
            ["spec.patches[0].target.role", "spec.patches[0].target.part"],
        ),
        ({"patches": [], "checks": {"kubernetes-fields": "off", "references": "off"}}, ["spec.checks.references"]),
        ({"patches": [], "mergeKeys": {"a/B": {"c": 1}}}, ["spec.mergeKeys.a/B.c"]),
    ],
)
def test_what_is_wrong_is_told_with_its_field(spec: Any, expected: list[str]) -> None:
    """Every mistake is told at once; without patches there is nothing to do, and roles are a ModelService's."""
    assert sorted(fields(spec)) == sorted(expected)


def test_a_name_is_needed() -> None:
    """It is a resource like others."""
    assert fields({"patches": []}, metadata={}) == ["metadata.name"]
