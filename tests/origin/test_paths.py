"""Paths as people write them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compose.made import document
from tests.compose.samples import SAMPLES

from modelservice.compose import compose
from modelservice.config import ModelService
from modelservice.origin.history import leaves
from modelservice.origin.paths import PathError, at, keyed, resolved, written
from modelservice.patch.three_way import ABSENT
from modelservice.plan import Plan

KEYS = st.text(st.characters(exclude_characters="[].=", exclude_categories=["C", "Z"]), min_size=1)
VALUES = st.recursive(st.integers() | st.text() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=12)


@given(VALUES)
def test_a_path_by_places_leads_to_its_value(value: Any) -> None:
    """What is written of a path is read as the path."""
    for path in leaves(value, []):
        assert resolved(value, written(path)) == path


def test_a_path_by_merge_keys_leads_to_its_value() -> None:
    """In every object of a ModelService that says much: labels with dots, resources with slashes, items by their keys."""
    for obj in compose(Plan(ModelService(document(SAMPLES["everything of a role"])))).objects:
        for path in leaves(obj, []):
            assert resolved(obj, written(keyed(obj, path))) == path


@given(st.text(), VALUES)
def test_any_text_is_a_path_or_a_path_error(text: str, value: Any) -> None:
    """Nothing else is raised, and what is found is there."""
    with suppress(PathError):
        assert at(value, resolved(value, text)) is not ABSENT


OBJ = {"a.b": {"c": 1}, "a": {"d": [{"name": "x", "port": 1}, {"name": "y"}], "args": ["--port", "--seed=1"]}}


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("a.b.c", ["a.b", "c"]),
        (".a.d[1].name", ["a", "d", 1, "name"]),
        ("a.d[name=y]", ["a", "d", 1]),
        ("a.d[name=x,port=1].port", ["a", "d", 0, "port"]),
        ("a.args[--port]", ["a", "args", 0]),
        ("a.args[--seed]", ["a", "args", 1]),
        ("", []),
    ],
)
def test_a_path_is(text: str, steps: list[str | int]) -> None:
    """Keys, the longest that fits; places; items by their fields, or by their text."""
    assert resolved(OBJ, text) == steps


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("b", "the object has no b; it has: a.b, a"),
        ("a.e", "a has no e; it has: d, args"),
        ("a.arg", "a has no arg; did you mean args? It has: d, args"),
        ("a.d[name=z]", "a.d has no [name=z]; it has: [name=x], [name=y]"),
        ("a.d[9]", "a.d has no [9]: it has 2 items"),
        ("a.args[--x]", "a.args has no [--x]; it has: --port, --seed=1"),
        ("a[0]", "a is no list, and has no [0]"),
        ("a.d.name", "a.d is a list: write [0], or [name=…]"),
        ("a.d[0", "a bracket is not closed"),
    ],
)
def test_a_path_leads_nowhere(text: str, words: str) -> None:
    """The message says how far it goes, and what is there."""
    with pytest.raises(PathError) as caught:
        resolved(OBJ, text)
    assert words in str(caught.value)
