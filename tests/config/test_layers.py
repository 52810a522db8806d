"""The layers of a spec: maps merge, lists replace, an explicit null deletes (specification: Layers)."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.config.layers import inherited, merge

Map = dict[str, Any]

KEYS = st.sampled_from("abc")
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(0, 3), st.text("xy", max_size=2), st.lists(st.integers(0, 2), max_size=2))
VALUES = st.recursive(LEAVES, lambda below: st.dictionaries(KEYS, below, max_size=3), max_leaves=8)
SPECS = st.dictionaries(KEYS, VALUES, max_size=3)


def leaves(spec: Map, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every value that is not a map, by its path."""
    found: dict[tuple[str, ...], Any] = {}
    for key, value in spec.items():
        if isinstance(value, dict):
            found |= leaves(value, (*path, key))
        else:
            found[*path, key] = value
    return found


@pytest.mark.parametrize(
    ("defaults", "own", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": {"b": {"x": 1}}}, {"a": {"b": {"y": 2}}}, {"a": {"b": {"x": 1, "y": 2}}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": [1]}, {"a": []}, {"a": []}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": None}}, {"a": {"y": 2}}),
        ({"a": {"x": 1}}, {"a": None}, {}),
        ({}, {"a": None}, {}),
        ({"a": 1}, {"a": False}, {"a": False}),
        ({"a": 1}, {"a": ""}, {"a": ""}),
        ({"a": {"x": 1}}, {"a": {}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"x": 1}}, {"a": {"x": 1}}),
    ],
)
def test_what_the_user_wrote_lies_on_top(defaults: Map, own: Map, merged: Map) -> None:
    """Maps merge at any depth, anything else replaces, and null deletes (specification: Layers)."""
    assert merge(defaults, own) == merged


def test_a_map_without_a_default_keeps_its_nulls() -> None:
    """A null in extraConfig is part of a patch, which deletes with it later; it is not the layering's to drop."""
    own = {"extraConfig": {"hostNetwork": True, "affinity": None}}
    assert merge({}, own) == own


@pytest.mark.parametrize(
    ("defaults", "own", "left"),
    [
        ({"a": 1, "b": 2}, {"b": 3}, {"a": 1}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": None}, {}),
        ({"a": [1]}, {"a": [2]}, {}),
        ({"a": {"x": 1}}, {"a": 5}, {}),
    ],
)
def test_what_is_inherited_is_what_the_user_did_not_write(defaults: Map, own: Map, left: Map) -> None:
    """The profile's part of a spec has nothing in it that the user wrote or deleted."""
    assert inherited(defaults, own) == left


@settings(max_examples=50, deadline=None)
@given(SPECS, SPECS)
def test_layers_are_read_only(defaults: Map, own: Map) -> None:
    """Neither layer is changed: the profile's defaults are read once and serve every service of a run."""
    before = copy.deepcopy((defaults, own))
    merge(defaults, own)
    inherited(defaults, own)
    assert (defaults, own) == before


@settings(max_examples=40, deadline=None)
@given(SPECS)
def test_an_empty_layer_changes_nothing(spec: Map) -> None:
    """Without a word from the user the defaults hold, all of them inherited."""
    assert merge(spec, {}) == spec
    assert inherited(spec, {}) == spec


@settings(max_examples=50, deadline=None)
@given(SPECS, SPECS)
def test_inherited_and_own_together_are_the_merged_spec(defaults: Map, own: Map) -> None:
    """What comes from the profile and what comes from the user add up: nothing is lost between the two, nothing is in both."""
    left = inherited(defaults, own)
    assert merge(left, own) == merge(defaults, own)
    assert not leaves(left).keys() & leaves(own).keys()


@settings(max_examples=50, deadline=None)
@given(SPECS, SPECS)
def test_every_value_of_the_user_is_in_the_merged_spec(defaults: Map, own: Map) -> None:
    """No default gets in the way of a value that the user gave."""
    merged = leaves(merge(defaults, own))
    assert all(merged[path] == value for path, value in leaves(own).items() if value is not None)
