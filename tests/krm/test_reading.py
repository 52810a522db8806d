"""`reading`: which reader answers, and how text becomes text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from tests.krm.yaml_texts import values

from modelservice.krm.errors import ReadError
from modelservice.krm.reading import decode, parse, parse_all, quickly


def test_parse() -> None:
    """Text or bytes, fast or full: the value of the one document."""
    assert parse("a: 012\n") == {"a": 10}
    assert parse(b"\xef\xbb\xbfa: b\n") == {"a": "b"}
    assert parse("") is None
    assert parse("3") == 3


def test_parse_wants_one_document() -> None:
    """A second document is not overlooked."""
    with pytest.raises(ReadError, match="one YAML document was expected, and there are 2"):
        parse("a: b\n---\nc: d\n")


@pytest.mark.parametrize("extra", ["", "x: &a 1\n"], ids=["fast", "full"])
def test_parse_all(extra: str) -> None:
    """All documents come, in their order; an empty one is None, and a comment before the first `---` is no document."""
    documents = parse_all(f"# c\n---\na: b\n---\n---\n{extra}c: d\n")
    assert documents[:2] == [{"a": "b"}, None]
    assert documents[2]["c"] == "d"


def test_decode() -> None:
    """A byte order mark is no part of the text; what is not UTF-8 is refused with its place."""
    assert decode("\ufeffé".encode()) == "é"
    assert decode("\ufeffé") == "é"
    with pytest.raises(ReadError, match=r"^line 2, column 4: this is not UTF-8"):
        decode("a\né: ".encode() + b"\xff")


@settings(deadline=None)
@given(values)
def test_json_is_read_as_json(value: Any) -> None:
    """JSON does not go the slow way, in whatever form."""
    for indent in (None, 2):
        for ascii_only in (True, False):
            text = json.dumps({"a": value}, indent=indent, ensure_ascii=ascii_only)
            documents = quickly(text)
            assert documents is None or documents == [{"a": value}]
            if not any(mark in text for mark in ('"<<"', "E+", "e+")):
                assert documents is not None


def test_json_numbers() -> None:
    """Numbers in JSON are what they are in YAML."""
    assert quickly('{"a": 1.0, "b": 1e3, "c": 1E400, "d": 1}') is None
    assert quickly('{"a": 1.0, "b": 1e3, "d": 0.5}') == [{"a": 1, "b": 1000, "d": 0.5}]
    assert parse('{"a": 1E400}') == {"a": "1E400"}


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"b": {"a": 1, "a": 2}}'])
def test_json_with_a_duplicate_key(text: str) -> None:
    """JSON has no excuse for a duplicate key either."""
    with pytest.raises(ReadError, match="the key 'a' is already in this map, on line 1"):
        parse(text)


@pytest.mark.parametrize(("text", "value"), [("{a: b}", {"a": "b"}), (" [a, b]", ["a", "b"]), ("{a: NaN}", {"a": "NaN"})])
def test_flow_is_no_json(text: str, value: object) -> None:
    """A flow collection that is no JSON is read as YAML."""
    assert parse(text) == value


def test_depth() -> None:
    """JSON that is nested without end is an error, no crash."""
    with pytest.raises(ReadError, match="this is nested deeper than 200 levels"):
        parse("[" * 3000 + "]" * 3000)


def test_json_constant() -> None:
    """NaN and Infinity of sloppy JSON writers are text in YAML, and so they are here."""
    assert parse('{"a": NaN, "b": -Infinity}') == {"a": "NaN", "b": "-Infinity"}
