"""A Validation: the config of the function when it only looks at resources."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import API_VERSION

from modelservice.config.validation_config import validation_spec

Map = dict[str, Any]


def fields(spec: Any, **more: Any) -> list[str]:
    """Return the fields that are wrong of a Validation with this spec."""
    document = {"apiVersion": API_VERSION, "kind": "Validation", "metadata": {"name": "look"}, "spec": spec, **more}
    return [problem.field for problem in validation_spec(document)[1]]


@pytest.mark.parametrize("spec", [None, {}, {"checks": {"references": "off"}}, {"external": ["Secret/hf", "ConfigMap/*"]}])
def test_a_right_validation(spec: Map | None) -> None:
    """It says which checks are how serious, and what is there although nobody sees it."""
    assert fields(spec) == []


def test_its_spec_is_what_it_says() -> None:
    """Checks and external mean what they mean in a ModelService."""
    spec: Map = {"checks": {"references": "error"}, "external": ["Secret/hf"]}
    document = {"apiVersion": API_VERSION, "kind": "Validation", "metadata": {"name": "look"}, "spec": spec}
    assert validation_spec(document) == (spec, [])


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"multinode": True}, "spec.multinode"),
        ({"nonsense": 1}, "spec.nonsense"),
        ({"checks": {"nonsense": "off"}}, "spec.checks.nonsense"),
        ({"checks": {"references": "fatal"}}, "spec.checks.references"),
        ({"external": ["hf"]}, "spec.external[0]"),
        ({"external": "Secret/hf"}, "spec.external"),
        ("text", "spec"),
    ],
)
def test_what_is_wrong_is_told_with_its_field(spec: Any, field: str) -> None:
    """Keys of a ModelService mean nothing here, and what is misspelt is told."""
    assert fields(spec) == [field]


def test_a_name_is_needed() -> None:
    """It is a resource like others."""
    assert fields({}, metadata={}) == ["metadata.name"]
