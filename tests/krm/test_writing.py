"""`writing`: text that every reader takes for the value that was meant."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from tests.krm.yaml_texts import HOSTILE, TOO_HOSTILE, values

from modelservice.krm import full
from modelservice.krm.writing import write_documents, write_lines, write_yaml


@settings(max_examples=130, deadline=None)
@given(values)
@example({"a": HOSTILE + TOO_HOSTILE})
@example(dict.fromkeys(HOSTILE + TOO_HOSTILE, 1))
@example([[[1, [2]], {"a": [{"b": [[]]}]}], {}])
@example([{"a" * 5000: "x", "b" * 1001: {"c": 1}, '"' * 999: ["d"], "\n" * 600: [{}, "e\nf"]}])
def test_round_trip(value: Any) -> None:
    """What is written is read back as the same value, deep in a resource as at its top."""
    for outer in (value, {"a": {"b": value}}, [[value]]):
        (node,) = full.read(write_yaml(outer))
        assert node.value == outer


@settings(max_examples=60, deadline=None)
@given(values)
@example([[[1, [2]], {"a": [{"b": [[]]}]}], {}])
@example({"a": "x\ny\n", "b" * 1001: {"c": 1}})
def test_lines_know_what_they_hold(value: Any) -> None:
    """The lines are those of the text; each scalar and each empty list or map is held by one, whose path leads to it."""
    lines = write_lines(value)
    assert "".join(f"{line}\n" for line, _ in lines).rstrip("\n") == write_yaml(value).rstrip("\n")
    for line, path in lines:
        if path is None:
            continue
        held = value
        for step in path:
            held = held[step]
        assert not isinstance(held, (dict, list)) or not held
        (node,) = full.read(write_yaml(held))
        assert node.value == held
        if not path:
            assert line == write_yaml(held).removesuffix("\n")
    assert len({path for _, path in lines if path is not None}) == sum(path is not None for _, path in lines)


FORMS: list[tuple[object, str]] = [
    ("a b", "a b"),
    ("--flag=a:b", "--flag=a:b"),
    ("$(POD_IP)", "$(POD_IP)"),
    ("a#b", "a#b"),
    ("日本語 😀", "日本語 😀"),
    ("on", '"on"'),
    ("", '""'),
    ("012", '"012"'),
    ("- a", '"- a"'),
    ("a: b", '"a: b"'),
    ("a #b", '"a #b"'),
    (" a", '" a"'),
    ('{"a": 1}', "'{\"a\": 1}'"),
    ("a\\b's", "a\\b's"),
    ("\\'", "\\'"),
    ("'\\", "'''\\'"),
    ("a\tb", '"a\\tb"'),
    ("\x1b\x85\u2028", '"\\u001b\\u0085\\u2028"'),
    ("a\ud800", '"a\ufffd"'),
    ("a\nb\n", "|\n    a\n    b"),
    ("a\n\n b", "|-\n    a\n\n     b"),
    ("a\n\n\n", "|+\n    a\n\n"),
    ("a \nb", '"a \\nb"'),
    (" a\nb", '" a\\nb"'),
    ("\n", '"\\n"'),
    (True, "true"),
    (None, "null"),
    (1, "1"),
    (0.5, "0.5"),
    (1e-05, "1e-05"),
    ({}, "{}"),
    ([], "[]"),
]


@pytest.mark.parametrize(("value", "text"), FORMS)
def test_each_value_has_one_form(value: object, text: str) -> None:
    """Each value has one form, the simplest that is safe."""
    assert write_yaml({"a": {"b": value}}) == f"a:\n  b: {text}\n"


def test_how_maps_and_lists_are_laid_out() -> None:
    """Keys keep their order, lists are indented like their key, lines are not folded, and nothing is shared."""
    shared = {"y": ["a" * 200 + " b" * 100]}
    value = {"b": [1, [2, 3], {"c": 4, "d": [5]}], "a": shared, "e": shared}
    long = "a" * 200 + " b" * 100
    assert write_yaml(value) == (
        f"b:\n- 1\n- - 2\n  - 3\n- c: 4\n  d:\n  - 5\na:\n  'y':\n  - {long}\ne:\n  'y':\n  - {long}\n".replace("'", '"')
    )


def test_documents() -> None:
    """Documents are separated by `---`, none is before the first; no documents are no text."""
    assert write_documents([{"a": 1}, [2], "on"]) == 'a: 1\n---\n- 2\n---\n"on"\n'
    assert write_documents([]) == ""


@pytest.mark.parametrize("value", [{1: 2}, {"a": {None: 1}}, float("inf"), float("nan"), {"a": {1, 2}}, (1,), b"a"])
def test_what_is_no_json(value: object) -> None:
    """What no Kubernetes resource can hold is refused before it does harm."""
    with pytest.raises(TypeError):
        write_yaml(value)
