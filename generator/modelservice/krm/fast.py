"""The fast reader: yaml12, a YAML 1.2 parser in Rust, asked only where it is sure to agree with go-yaml.

yaml12 reads what kustomize writes exactly and starts in a millisecond. In other YAML it takes `012` for 12 and large
integers for floats, expands alias bombs, lets duplicate keys pass and dies of depth. So this module says which text it is
sure of, and `read` answers None to any other: then the full reader has the word. To answer None too often costs
time; to answer wrongly would cost trust.

It is sure of lines that are each one of these, in the form in which kustomize writes them:

    # a comment                    also behind what follows
    ---                            between documents
    key:                           its map or list is in the lines below
    key: scalar
    key: |                         or >, with or without an indentation, - or +: a block, and the lines that are deeper
                                   than the column of the key are its text
    - scalar                       or a block, deeper than the column of the dash, or any line above but ---

A scalar or key is text in quotes, or plain: it begins with a character that means nothing in YAML, and a number is
written as JSON writes it. A collection in brackets, which kustomize only writes empty, is in one line and holds the same scalars.

yaml12 gives the values. Each key and each dash that was seen has to be an entry of them: there are fewer where
a key was given twice, or where a line only goes on with the text above it.
"""

from __future__ import annotations

import re

from yaml12 import parse_yaml

from modelservice.krm.limits import MAX_DEPTH
from modelservice.krm.scalars import json_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# The entries (keys and dashes) in one line. If it opens a block: the column of what holds it, counted from where the line's
# content begins, and the indentation in its header (0: that of its first line).
_Line = tuple[int, int | None, int]

_MAX_COLUMN = 2 * MAX_DEPTH
_LONGEST_KEY = 1000  # go-yaml: 1024 with what is around it
_REMEMBERED = 4096  # lines: those of many services are alike
_LARGEST = float(1 << 63)  # from here on yaml12 gives floats for integers

_QUOTES, _BLOCKS, _BRACKETS, _SIGNS, _DIGITS = map(frozenset, ("'\"", "|>", "[{", "-.", "0123456789"))
_BEGINS_TEXT = frozenset("_/$(^;=~\\<")  # and any letter
_NO_TEXT = frozenset(("", " "))
# Whatever has another character in it is no number in any YAML; a number that does not begin with 0 is decimal.
_DECIMALS, _NUMERALS = "0123456789eE_.+-", "0123456789abcdefABCDEFxXoO_.+-"
# Made of those alone, and yet sure: a number as JSON writes it, .5, a version, a date.
_SURE = (
    r"-?(?:(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?|\.[0-9]{1,17})(?:[eE][-+]?[0-9]{1,3})?"
    r"|[0-9]+(?:\.[0-9]+){2,}(?:-.+)?|[0-9]{4}-[0-9]{2}-[0-9]{2}"
)
_IN_DOUBLE_QUOTES = (
    r'"(?:[^"\\]|\\(?:["\\/abefnrtv0]|x[0-9A-Fa-f]{2}|u(?![dD][89A-Fa-f])[0-9A-Fa-f]{4}|U00(?:0[1-9A-Fa-f]|10)[0-9A-Fa-f]{4}))*"'
)
# In a collection in brackets: a string where a value or key can be, and a collection that holds no other.
_STRING_WITHIN = r"""(?<=[\[{, ])(?:"[^"\\]*"|'[^']*')(?=[,\]}:])"""
_INNERMOST = r"(?<![^\[{, ])(?:\[([^\[\]{}]*)\]|\{([^\[\]{}]*)\})(?![^,\]}])"
_NOT_IN_FLOW = frozenset(",[]{}\"'\1\0")
_STRING, _COLLECTION = "\1", "\0"  # what stands for them: no text has these characters
_MAX_FLOW_DEPTH = 20


def read(text: str) -> list[Any] | None:
    """Read the documents of `text`, or answer None where only the full reader can be sure."""
    # Control characters, line breaks other than LF and spaces other than SPACE are unprintable to Python.
    entries = _entries(text) if text.replace("\n", " ").replace("\t", " ").isprintable() else None
    if entries is None:
        return None
    try:
        documents: list[Any] = parse_yaml(text, multi=True)
    except ValueError:
        return None
    return documents if _count(documents) == entries else None


def _entries(text: str) -> int | None:
    """Count the entries in the lines of `text`; None if one of them is not sure."""
    lines = text.split("\n")
    alone = not any(lines[1:])  # only then a scalar can do without a key or dash
    known: dict[str, _Line] = {}
    entries = block = 0  # `block` is the indentation of the text of a block
    below = iter(lines)
    for line in below:
        content = line.lstrip(" ")
        column = len(line) - len(content)
        if not content or (block and column >= block):
            continue
        if column > _MAX_COLUMN or (column and content == "---"):
            return None
        found = known.get(content)
        if found is None:
            found = _line(content, alone)
            if found is None:
                return None
            if len(known) == _REMEMBERED:  # those of the services to come are others
                known.clear()
            known[content] = found
        count, holder, block = found
        entries += count
        if holder is not None:
            block = _indentation(below, column + holder, block)
            if not block:
                return None
    return None if block and lines[-1] else entries  # a block whose last line has no end: go-yaml adds none


def _indentation(below: Iterator[str], holder: int, told: int) -> int:
    """Take the first line of a block's text and return the text's indentation, which the header may have told; 0 if it is not sure."""
    line = next(below, "")
    while told and not line.strip(" "):  # told, it may begin with empty lines
        line = next(below, "-")
    content = line.lstrip(" ")
    column = len(line) - len(content)
    if not content or content[0] == "\t" or column < holder + (told or 1):
        return 0
    return holder + told if told else column


def _line(content: str, alone: bool) -> _Line | None:
    """Tell what a line holds, from its first character that is no space; None if that is not sure."""
    if content[0] == "#" or content == "---":
        return 0, None, 0
    if "\t" in content:
        return None
    if " #" in content:  # a comment, if what is before it makes sense alone; else it is within quotes
        return _entry(content.partition(" #")[0], alone) or _entry(content, alone)
    return _entry(content, alone)


def _entry(content: str, alone: bool) -> _Line | None:
    content = content.rstrip(" ")
    dashes = 0
    while content[:2] == "- " and dashes < MAX_DEPTH:
        content = content[2:]
        dashes += 1
    key, colon, value = content.partition(": ")
    if not colon and content[-1] == ":":
        key, colon = content[:-1], ":"
    if not colon or key[:1] in _BRACKETS or (key[:1] in _QUOTES and _quoted(content)):
        return _value(content, dashes, 2 * dashes - 2) if dashes or alone else None
    if not key.isidentifier() and (len(key) > _LONGEST_KEY or key[-1:] == " " or not _scalar(key)):
        return None
    return _value(value.lstrip(" "), dashes + 1, 2 * dashes)


def _value(value: str, entries: int, holder: int) -> _Line | None:
    """Tell what a line holds that ends in `value`; the holder is the column of the key or dash before it."""
    first = value[:1]
    if first in _BLOCKS:
        indentation = value[1:2] if value[1:2] in _DIGITS else ""
        sure = holder >= 0 and value[1 + len(indentation) :] in ("", "-", "+")
        return (entries, holder, int(indentation or 0)) if sure else None
    if first in _BRACKETS:
        within = _entries_of_flow(value)
        return None if within is None else (entries + within, None, 0)
    return (entries, None, 0) if not value or _scalar(value) else None


def _scalar(text: str) -> bool:
    """Tell whether a scalar, or key, is sure."""
    first = text[:1]
    if first in _QUOTES:
        return _quoted(text)
    if first.isalpha() or first in _BEGINS_TEXT or _is_no_number(text):
        return ": " not in text and " #" not in text and text[-1] != ":" and text != "<<"
    return (text.isdecimal() and (first != "0" or text == "0") and len(text) < 19) or re.fullmatch(_SURE, text) is not None


def _is_no_number(text: str) -> bool:
    """Tell whether a text that begins like a number is none in any YAML."""
    if text[:1] in _DIGITS:
        return text.strip(_NUMERALS if text[0] == "0" else _DECIMALS) != ""
    if text[:1] not in _SIGNS or text[:3] == "..." or text.lstrip("-")[:1] in _NO_TEXT:
        return False
    return text.lstrip("-.")[:1].isalpha() or text.strip(_NUMERALS) != ""


def _quoted(text: str) -> bool:
    """Tell whether the text is one string in quotes, with escapes that all readers know."""
    quote, within = text[0], text[1:-1]
    if len(text) < 2 or quote not in "\"'" or text[-1] != quote:
        return False
    if quote == "'":
        return "'" not in within.replace("''", "")
    if "\\" not in within:
        return '"' not in within
    return re.fullmatch(_IN_DOUBLE_QUOTES, text) is not None


def _entries_of_flow(text: str) -> int | None:
    """Count the entries of a collection in brackets; None if they are not sure."""
    text = re.sub(_STRING_WITHIN, _STRING, text)
    entries = 0
    for _ in range(_MAX_FLOW_DEPTH):  # from the inside out
        found = re.findall(_INNERMOST, text)
        for in_list, in_map in found:
            values = re.split(", ?", in_list or in_map) if in_list or in_map else []
            if in_map:
                values = [part for pair in values for part in pair.partition(": ")[::2]]
            if not all(value in (_STRING, _COLLECTION) or _scalar_of_flow(value) for value in values):
                return None
            entries += len(values) // (2 if in_map else 1)
        if not found:
            break
        text = re.sub(_INNERMOST, _COLLECTION, text)
    return entries if text == _COLLECTION else None


def _scalar_of_flow(text: str) -> bool:
    """Tell whether a scalar, or key, is sure where commas and brackets end it."""
    return text != "" and not set(text) & _NOT_IN_FLOW and _scalar(text)


def _count(documents: list[Any]) -> int | None:
    """Count the entries of all maps and lists, and bring numbers into the form that JSON gives them; None if a value is not sure."""
    entries = -len(documents)
    level: list[Any] = [documents]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for node in level:
            entries += len(node)
            if not _sort(node, below):
                return None
        if not below:
            return entries
        level = below
    return None


def _sort(node: Any, below: list[Any]) -> bool:
    """Append the maps and lists within one map or list to `below`; False if it has a key or a value that is not sure."""
    is_map = type(node) is dict
    if is_map and ("<<" in node or {*map(type, node)} - {str}):
        return False
    for key, value in node.items() if is_map else enumerate(node):
        kind = type(value)
        if kind is dict or kind is list:
            below.append(value)
        elif kind is float:
            if not -_LARGEST < value < _LARGEST:  # NaN too
                return False
            node[key] = json_number(value)
        elif kind is not str and value is not None and kind is not int and kind is not bool:
            return False  # it has a tag
    return True
