"""Pods run only on nodes with the named accelerators (specification: Node affinity)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

TYPES = {"labelKey": "nvidia.com/gpu.product", "labelValues": ["H100", "H200"]}


def affinity(values: list[str]) -> dict[str, Any]:
    """Return the affinity of pods to nodes with these values of the label."""
    expression = {"key": "nvidia.com/gpu.product", "operator": "In", "values": values}
    return {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}


@pytest.mark.parametrize(
    ("given_values", "values"),
    [({"labelValues": ["H100", "H200"]}, ["H100", "H200"]), ({"labelValue": "H100"}, ["H100"]), ({"labelValue": ["H100"]}, ["H100"])],
)
def test_accelerator_types_are_a_required_node_affinity(given_values: dict[str, Any], values: list[str]) -> None:
    """Nodes must have one of the values of labelKey; labelValue is the README's form of labelValues (specification: Node affinity)."""
    made = make({"decode": {"acceleratorTypes": {"labelKey": "nvidia.com/gpu.product", **given_values}}})
    assert made.pod()["affinity"] == {"nodeAffinity": affinity(values)}


def test_each_role_has_its_own() -> None:
    """A role without acceleratorTypes has no affinity."""
    made = make({"profile": "llm-d", "prefill": {"acceleratorTypes": TYPES}})
    assert "affinity" not in made.pod("decode")
    assert made.pod("prefill")["affinity"] == {"nodeAffinity": affinity(["H100", "H200"])}


def test_other_affinities_of_the_user_stay_beside_it() -> None:
    """ExtraConfig may add pod affinities."""
    other: dict[str, Any] = {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}
    made = make({"decode": {"acceleratorTypes": TYPES, "extraConfig": {"affinity": other}}})
    assert made.pod()["affinity"] == {"nodeAffinity": affinity(["H100", "H200"]), **other}
