"""`full`: what people write, read as go-yaml v3 reads it, with positions."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.krm import full
from modelservice.krm.errors import ReadError


def _value(text: str) -> Any:
    (node,) = full.read(text)
    return node.value


VALUES: dict[str, tuple[str, object]] = {
    "scalars by the rule of Go": (
        "- 0755\n- on\n- 1e3\n- 12:30\n- 1_000\n- '012'\n- \"on\"\n- 1.0\n- ~\n-\n",
        [493, "on", 1000, "12:30", 1000, "012", "on", 1, None, None],
    ),
    "block scalars": ("a: |\n  b\n   c\n\nd: >-\n  e\n  f\n", {"a": "b\n c\n", "d": "e f"}),
    "a block that begins with blanks": ("a: |\n \n  b\n", {"a": "\nb\n"}),
    "no line break at the end": ("a: |\n  b", {"a": "b"}),
    "flow collections": ("a: {b: [c, d], e: }\n", {"a": {"b": ["c", "d"], "e": None}}),
    "alias": ("a: &x [1]\nb: *x\n", {"a": [1], "b": [1]}),
    "repeated anchor": ("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", {"a": 1, "b": 1, "c": 2, "d": 2}),
    "alias as key": ("a: &x b\n*x : c\n", {"a": "b", "b": "c"}),
    "merge": ("a: &x {b: 1, c: 2}\nd:\n  c: 3\n  <<: *x\n", {"a": {"b": 1, "c": 2}, "d": {"c": 3, "b": 1}}),
    "merge of several": (
        "- &x {a: 1, b: 1}\n- &y {b: 2, c: 2}\n- {<<: [*x, *y], d: 3}\n",
        [{"a": 1, "b": 1}, {"b": 2, "c": 2}, {"d": 3, "a": 1, "b": 1, "c": 2}],
    ),
    "merge as kyaml writes it": ("!!merge <<: {a: 1}\nb: 2\n", {"b": 2, "a": 1}),
    "quoted << is a key": ("'<<': {a: 1}\n", {"<<": {"a": 1}}),
    "<< as value": ("a: <<\n", {"a": "<<"}),
    "tags": (
        "- !!str 012\n- !!int '3'\n- !!float 2\n- !!bool 'true'\n- !!null ''\n- ! 012\n- !foo 012\n- !foo {a: 1}\n",
        ["012", 3, 2, True, None, 10, "012", {"a": 1}],
    ),
    "binary": ("a: !!binary |\n  aGVs\n  bG8=\n", {"a": "hello"}),
    "timestamp stays text": ("a: 2024-01-01\nb: !!timestamp 2024-01-01\n", {"a": "2024-01-01", "b": "2024-01-01"}),
    "keys that are no text": ("1: a\n0x1F: b\ntrue: c\n1.5: d\non: e\n", {"1": "a", "31": "b", "true": "c", "1.5": "d", "on": "e"}),
    "tabs between words": ("a:\tb\tc\t\nd: e\t# f\n", {"a": "b\tc", "d": "e"}),
    "escaped pair": ('a: "\\ud83d\\ude00"\n', {"a": "😀"}),
    "CRLF": ("a: b\r\nc: |\r\n  d\r\n", {"a": "b", "c": "d\n"}),
    "comments": ("# a\na: b # c\n# d\n", {"a": "b"}),
}


@pytest.mark.parametrize(("text", "value"), VALUES.values(), ids=VALUES.keys())
def test_value(text: str, value: object) -> None:
    """Text is read as go-yaml reads it."""
    assert _value(text) == value


ERRORS: dict[str, tuple[str, str]] = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", "line 3, column 1: the key 'a' is already in this map, on line 1"),
    "duplicate key as text": ("1: a\n'1': b\n", "line 2, column 1: the key '1' is already in this map, on line 1"),
    "two merges": ("a: {}\n<<: {}\n<<: {}\n", "line 3, column 1: the key '<<' is already in this map, on line 2"),
    "merge of text": ("a: b\n<<: c\n", "line 2, column 1: << merges a map or a list of maps, and this is neither"),
    "unknown alias": ("a: *x\n", "line 1, column 4: there is no anchor &x above *x"),
    "alias within its anchor": ("a: &x [*x]\n", "line 1, column 8: *x is inside of what &x names"),
    "alias of another document": ("a: &x b\n---\nc: *x\n", "line 3, column 4: there is no anchor &x above *x"),
    "anchor that go-yaml refuses": ("a: && b\n", "line 1, column 4: the anchor && may have letters, digits, - and _ only"),
    "null as key": ("~: a\n", "line 1, column 1: null cannot be a key"),
    "map as key": ("a: {{ b }}\n", "line 1, column 5: a map or a list cannot be a key; text that begins with"),
    "infinity": ("a: b\nc: .inf\n", "line 2, column 4: JSON, and so Kubernetes, has no number .inf; if it is text, quote it"),
    "not a number": ("- .nan\n", "line 1, column 3: JSON, and so Kubernetes, has no number .nan"),
    "tag that does not fit": ("a: !!bool 'yes'\n", "line 1, column 4: the tag !!bool does not fit 'yes'"),
    "no base64": ("a: !!binary é\n", "line 1, column 4: the text behind !!binary is not base64"),
    "colon in text": ("a: b: c\n", "line 1, column 5: this is not YAML: no key can stand here: quote text that holds"),
    "tab": ("a:\n\tb: c\n", "line 2, column 1: this is not YAML: a tab cannot stand here: YAML is indented with spaces"),
    "character": ("a: @b\n", "line 1, column 4: this is not YAML: text that begins with this character must be quoted"),
    "no colon": ("a: b\nc\n", "line 2, column 1: this is not YAML: this line is neither `key: value` nor an entry of a list"),
    "indentation": ("a:\n  b: c\n d: e\n", "line 3, column 2: this is not YAML: this line does not fit the indentation"),
    "quote": ('a: "b\nc: d\n', "line 1, column 4: this is not YAML: the quote that opens here is never closed"),
    "bracket": ("a: [b\nc: d\n", "line 1, column 4: this is not YAML: the bracket that opens here is never closed, or a comma is missing"),
    "character that is none": (
        "a: b\nc: é\x01\n",
        "line 2, column 5: the character U+0001 can only be written as an escape, in double quotes",
    ),
    "escape of no character": ('a: "\\UFFFFFFFF"\n', "line 1, column 1: this is not YAML: Python int too large"),
    "unknown version": ("%YAML 1.9\n---\na: b\n", "line 1, column 1: this is not YAML: version minor part"),
    "half a character": ('a: "\\ud83d"\n', "line 1, column 4: an escape from \\ud800 to \\udfff is half a character"),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_error(text: str, message: str) -> None:
    """A text that Kubernetes could not take is refused with its place and what would be right."""
    with pytest.raises(ReadError) as raised:
        full.read(text)
    assert str(raised.value).startswith(message)


def _laughs(levels: int) -> str:
    lines = ["a0: &a0 [" + ", ".join(["lol"] * 10) + "]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]" for level in range(1, levels)]
    return "".join(f"{line}\n" for line in lines)


MANY_KEYS = ", ".join(f"k{number}: 0" for number in range(1000))
BOMBS = {
    "a billion laughs": _laughs(12),
    "the same under what only looks like a block": "z: |\n" + _laughs(12),
    "a long text, often": f's: &s "{"x" * 100_000}"\nl:\n' + "- *s\n" * 1_000,
    "a long key, often": f's: &s {{"{"x" * 1_000}": 1}}\nl:\n' + "- *s\n" * 60_000,
    "merges": f"a: &a {{{MANY_KEYS}}}\n" + "".join(f"b{number}: {{<<: *a}}\n" for number in range(500)),
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_alias_bomb(text: str) -> None:
    """Aliases cannot make a text much larger than it could be without them: they count in values and in bytes."""
    with pytest.raises(ReadError, match="aliases make this text more than 64 MiB larger"):
        full.read(text)


def test_aliases_that_people_need() -> None:
    """A large piece may be used often."""
    (node,) = full.read("a: &a [" + ", ".join(["x"] * 1000) + "]\n" + "".join(f"b{number}: *a\n" for number in range(300)))
    assert len(node.value["b299"]) == 1000


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000 + "a", "a: " + "{b: " * 100_000, "? " * 100_000 + "a"])
def test_depth(text: str) -> None:
    """Nesting without end is an error, no crash."""
    with pytest.raises(ReadError, match="this is nested deeper than 100 levels"):
        full.read(text)


def test_depth_by_aliases() -> None:
    """What an alias gives counts with the depth that it has."""
    lists = "- &a0 x\n" + "".join(f"- &a{number} {'[' * 60}*a{number - 1}{']' * 60}\n" for number in range(1, 3))
    with pytest.raises(ReadError, match=r"^line 3, column 67: this is nested deeper than 100 levels"):
        full.read(lists)


def test_what_an_alias_gives_is_its_own() -> None:
    """A change to one of two values that came from one anchor leaves the other."""
    value = _value("a: &x {b: [1]}\nc: *x\nd: {<<: *x}\n")
    value["c"]["b"].append(2)
    value["d"]["b"].append(3)
    assert value["a"] == {"b": [1]}


def test_positions() -> None:
    """A node has the position of its key; an entry of a list its own."""
    (node,) = full.read("# c\na:\n  b:\n  - c\n  -   d: e\n")
    assert isinstance(node.children, dict)
    b = node.children["a"].children
    assert isinstance(b, dict)
    entries = b["b"].children
    assert isinstance(entries, list)
    assert [(b["b"].line, b["b"].column), *[(entry.line, entry.column) for entry in entries]] == [(3, 3), (4, 5), (5, 7)]
