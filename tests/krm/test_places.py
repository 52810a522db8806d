"""`places`: where fields stand, found in the lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.krm.yaml_texts import block_texts, canonical_texts, yaml_texts

from modelservice.krm import fast, full, places
from modelservice.krm.documents import read_documents


def _positions(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield each field and entry with its position: all that a walk through the nodes finds."""
    yield path, node.line, node.column
    children = node.children
    if isinstance(children, dict):
        for key, inner in children.items():
            yield from _positions(inner, (*path, key))
    for number, inner in enumerate(children if isinstance(children, list) else []):
        yield from _positions(inner, (*path, number))


@settings(max_examples=100, deadline=None)
@given(st.one_of(canonical_texts, block_texts, yaml_texts))
@example("# c\n\na:  # d\n# e\n\n  b:\n  - c\n  # f\n  -  g: h\n")
@example("a:\n- |\n  b: c\n- d: {e: [f, {g: h}]} # i\n---\n- - j: k\n    l:\n    - m\n")
@example("---\n---\na:\n---\n")
@example("# c\n---\na: b\n")
@example('"a: b": c\n"\\x41": d\n')
def test_same_as_the_full_reader_says(text: str) -> None:
    """In every text that the fast reader takes, each field is found where the full reader sees it."""
    documents = fast.read(text)
    if not documents or '"\\' in text:  # a key with an escape is not found by name; what is around it is
        return
    found, nodes = places.documents(text), full.read(text)
    assert len(found) == len(nodes)
    for value, place, node in zip(documents, found, nodes, strict=True):
        if value is not None:
            assert list(_positions(place)) == list(_positions(node))


MANY = "".join(f"      - --option-{number}\n" for number in range(3000))
LARGE = f"spec:\n  decode:\n    containers:\n    - name: a\n      args:\n{MANY}      image: b\n    replicas: 2\n"


@pytest.fixture
def no_full_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the full reader fail."""

    def read(_: str) -> list[full.Node]:
        raise AssertionError("the full reader was asked")

    monkeypatch.setattr(full, "read", read)


@pytest.mark.usefixtures("no_full_reading")
def test_large_text() -> None:
    """A field below a long list is found without a reading of the text."""
    (document,) = read_documents(LARGE, "f.yaml")
    assert document.position("spec.decode.containers[0].image") == (3006, 7)
    assert document.position("spec.decode.containers[0].args[2999]") == (3005, 9)
    assert document.position("spec.decode.replicas") == (3007, 5)


@pytest.mark.usefixtures("no_full_reading")
def test_long_line_and_long_json() -> None:
    """What is in brackets and too long for another reading has the place of what holds it."""
    (document,) = read_documents(f"a: 1\nb: {{c: [{'d, ' * 30_000}e]}}\n", "f.yaml")
    assert document.position("b.c[7]") == (2, 1)
    (document,) = read_documents(json.dumps({"a": ["b"] * 30_000}), "f.json")
    assert document.position("a[7]") == (1, 1)


def test_in_brackets() -> None:
    """What is in brackets is found in its line."""
    (document,) = read_documents("a: 1\nb:\n- {c: d, e: [f, g]} # h\n", "f.yaml")
    assert document.position("b[0].e") == (3, 10)
    assert document.position("b[0].e[1]") == (3, 17)


def test_read_in_full_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text that took the full reader is not read a second time for a place in it."""
    (document,) = read_documents("a: &a 1\nb:\n  c: *a\n", "f.yaml")
    monkeypatch.delattr(full, "read")
    assert document.position("b.c") == (3, 3)
