"""`reading`: which reader answers, and how text becomes text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from tests.krm.yaml_texts import values

from modelservice.krm import reading
from modelservice.krm.errors import ReadError
from modelservice.krm.limits import MAX_DEPTH
from modelservice.krm.reading import decode, parse, parse_all, quickly
from modelservice.krm.writing import write_yaml


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


NESTED: dict[str, Callable[[int], str]] = {
    "JSON": lambda depth: "[" * depth + "1" + "]" * depth,
    "JSON maps": lambda depth: '{"a":' * depth + "1" + "}" * depth,
    "maps of kustomize": lambda depth: "".join(f"{' ' * level}a:\n" for level in range(depth - 1)) + " " * (depth - 1) + "a: 1\n",
    "lists of kustomize": lambda depth: "- " * depth + "1\n",
    "lists that people write": lambda depth: "- " * depth + "&a 1\n",
    "flow collections": lambda depth: "a: " + "[" * (depth - 1) + "]" * (depth - 1),
}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED.keys())
def test_one_depth_for_all_readers(nested: Callable[[int], str]) -> None:
    """Up to a depth that is told, what one reader takes the others take, and what is read can be written and read again."""
    value = parse(nested(MAX_DEPTH))
    assert parse(write_yaml(value)) == parse(json.dumps(value)) == value
    for depth in (MAX_DEPTH + 1, 7 * MAX_DEPTH, 30 * MAX_DEPTH):
        with pytest.raises(ReadError, match=f"this is nested deeper than {MAX_DEPTH} levels"):
            parse(nested(depth))


@pytest.mark.parametrize("begin", ['{"a":"', '"', "&a "], ids=["JSON", "fast", "full"])
def test_one_size_for_all_readers(begin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too large is not looked at, and what just fits is read, as bytes and as text."""
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    end = {'{"a":"': '"}', '"': '"'}.get(begin, "")
    fits = begin + "x" * (1000 - len(begin + end)) + end
    assert parse(fits) == parse(fits.encode()) is not None
    for larger in (fits + "\n", fits.encode() + b"\n"):
        with pytest.raises(ReadError, match=r"^line 1, column 1: this is larger than 64 MiB"):
            parse(larger)


def test_json_constant() -> None:
    """NaN and Infinity of sloppy JSON writers are text in YAML, and so they are here."""
    assert parse('{"a": NaN, "b": -Infinity}') == {"a": "NaN", "b": "-Infinity"}
