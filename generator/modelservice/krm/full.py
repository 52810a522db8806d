"""The full reader: ruamel.yaml's parser with go-yaml's rules on top. Slow, complete, and it knows every position.

Only the events of ruamel.yaml are used. What they add up to is decided here as go-yaml v3 decides it: scalars by
`scalars.resolve`, a repeated anchor is fine, a repeated key is an error, `<<` merges, aliases may not explode, an
unknown tag changes nothing. Importing ruamel.yaml costs more than the whole rest of this package, so this module is
imported where a text needs it and nowhere else.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Collection, Iterator
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError
from ruamel.yaml.scanner import Scanner

from modelservice.krm.errors import ReadError
from modelservice.krm.limits import MAX_BYTES, MAX_DEPTH, TOO_DEEP, TOO_MANY_ALIASES, VALUE_BYTES
from modelservice.krm.scalars import resolve
from modelservice.texts import as_text

_TAG = "tag:yaml.org,2002:"
_ANCHOR = r"[0-9A-Za-z_-]+"
_HALF = "[\ud800-\udfff]"

# What ruamel.yaml says of frequent mistakes, and what helps: seen from where it noticed, or from where it began.
_NOTICED = (
    ("mapping values are not allowed", 'no key can stand here: quote text that holds ": ", or look at the line above'),
    ("found character '\\t'", "a tab cannot stand here: YAML is indented with spaces"),
    ("cannot start any token", "text that begins with this character must be quoted"),
    ("expected <block end>", "this line does not fit the indentation of the lines above it"),
)
_BEGUN = (
    ("could not find expected ':'", "this line is neither `key: value` nor an entry of a list"),
    ("found unexpected end of stream", "the quote that opens here is never closed"),
    ("expected ',' or", "the bracket that opens here is never closed, or a comma is missing"),
)


class Node:
    """A value with the position (from 1) of its key, or its own if it has none, and the nodes within it.

    `size` is what an alias of it adds to a document, in bytes as `limits` counts them; `depth` counts the maps and lists
    within one another, itself included.
    """

    __slots__ = ("children", "column", "depth", "line", "size", "value")

    def __init__(
        self,
        value: Any,
        line: int,
        column: int,
        children: dict[str, Node] | list[Node] | None = None,
        size: int = VALUE_BYTES,
        depth: int = 0,
    ) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.children = children
        self.size = size
        self.depth = depth

    def at(self, line: int, column: int, value: Any = None) -> Node:
        """Return this node at another position, and with another but equal value if one is given."""
        return Node(self.value if value is None else value, line, column, self.children, self.size, self.depth)


def read(text: str) -> list[Node]:
    """Read the documents of `text`.

    Raises `ReadError` with the position where it is not YAML, or no YAML that Kubernetes could take.
    """
    try:
        return list(Composer(text).documents())
    except MarkedYAMLError as error:
        raise _read_error(error) from None
    except ReaderError as error:
        above = text[: error.position]
        problem = f"the character U+{error.character:04X} can only be written as an escape, in double quotes"
        raise ReadError(problem, above.count("\n") + 1, len(above) - above.rfind("\n")) from None
    except ReadError:
        raise
    except (AssertionError, OverflowError, ValueError) as error:  # what ruamel.yaml does not look at: escapes, directives
        raise ReadError(f"this is not YAML: {error}") from None


def _read_error(error: MarkedYAMLError) -> ReadError:
    words = error.problem or error.context or ""
    begun = next((better for theirs, better in _BEGUN if theirs in words), None)
    problem = begun or next((better for theirs, better in _NOTICED if theirs in words), words)
    mark = (error.context_mark if begun else None) or error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    return ReadError(f"this is not YAML: {problem}", line + 1, column + 1)


class _Scanner(Scanner):
    """ruamel.yaml's scanner, made to take what go-yaml takes.

    That is tabs behind a key and in plain text, and blanks in the empty lines that a block scalar begins with.
    """

    def scan_to_next_token(self) -> Any:
        """Skip blanks, comments and line ends; a tab only where it cannot be indentation."""
        super().scan_to_next_token()
        while self.reader.peek() == "\t" and not self.allow_simple_key:
            self.reader.forward()
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> Any:
        """Take the blanks behind a word of a plain scalar: dropped at the end of a line, else part of the text."""
        length = 0
        while self.reader.peek(length) in (" ", "\t"):
            length += 1
        blanks = self.reader.prefix(length)
        if "\t" in blanks:
            self.reader.forward(length)
            if self.reader.peek() not in "\0\r\n":
                return [blanks]
        return super().scan_plain_spaces(indent, start_mark)

    def scan_block_scalar_indentation(self) -> Any:
        """Return the line breaks before the first line of a block scalar, its indentation and where the breaks end."""
        breaks = []
        indentation = 0
        end = self.reader.get_mark()
        while (char := self.reader.peek()) in " \r\n":
            if char == " ":
                self.reader.forward()
                indentation = max(indentation, self.reader.column)
            else:
                breaks.append(self.scan_line_break())
                end = self.reader.get_mark()
        return breaks, indentation, end


class Composer:
    """One reading of one text: events in, nodes out."""

    def __init__(self, text: str) -> None:
        parser = YAML(typ="safe", pure=True)
        parser.Scanner = _Scanner
        self._events: Iterator[Any] = parser.parse(text)
        self._anchors: dict[str, Node | None] = {}
        self._aliased = 0
        self._depth = 0

    def documents(self) -> Iterator[Node]:
        """Yield the node of each document."""
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                self._anchors.clear()
                yield self._node(next(self._events))

    def _node(self, event: Any) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if event.anchor:
            if not re.fullmatch(_ANCHOR, event.anchor):
                raise self._error(event, f"the anchor &{event.anchor} may have letters, digits, - and _ only")
            self._anchors[event.anchor] = None  # known, but not complete yet
        node = self._scalar_node(event) if isinstance(event, ScalarEvent) else self._collection(event)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _error(self, event: Any, problem: str) -> ReadError:
        return ReadError(problem, *_position(event))

    def _alias(self, event: Any) -> Node:
        name = event.anchor
        node = self._anchors.get(name)
        if node is None:
            inside = name in self._anchors
            problem = f"*{name} is inside of what &{name} names" if inside else f"there is no anchor &{name} above *{name}"
            raise self._error(event, problem)
        self._aliased += node.size
        if self._aliased > MAX_BYTES:
            raise self._error(event, TOO_MANY_ALIASES)
        if self._depth + node.depth > MAX_DEPTH:
            raise self._error(event, TOO_DEEP)
        return node.at(*_position(event), _copy(node.value))

    def _collection(self, event: Any) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(event, TOO_DEEP)
        node = self._mapping(event) if isinstance(event, MappingStartEvent) else self._sequence(event)
        self._depth -= 1
        return node

    def _sequence(self, event: Any) -> Node:
        nodes = []
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            nodes.append(self._node(inner))
        return _around(event, [node.value for node in nodes], nodes, nodes)

    def _mapping(self, event: Any) -> Node:
        fields: dict[str, Node] = {}
        merges: list[tuple[Any, Node]] = []
        while not isinstance(inner := next(self._events), MappingEndEvent):
            if _is_merge(inner):
                if merges:
                    raise self._repeated(inner, "<<", merges[0][0].start_mark.line + 1)
                merges.append((inner, self._node(next(self._events))))
                continue
            key = self._key(inner)
            if key in fields:
                raise self._repeated(inner, key, fields[key].line)
            node = self._node(next(self._events))
            fields[key] = node.at(*_position(inner))
            fields[key].size += len(key)
        for merge, node in merges:
            self._merge(merge, node, fields)
        return _around(event, {key: node.value for key, node in fields.items()}, fields, fields.values())

    def _repeated(self, event: Any, key: str, line: int) -> ReadError:
        return self._error(event, f"the key {key!r} is already in this map, on line {line}")

    def _merge(self, event: Any, node: Node, fields: dict[str, Node]) -> None:
        """Add what `<<` brings: a key of the map itself wins, then that of an earlier source."""
        for source in node.children if isinstance(node.children, list) else [node]:
            if not isinstance(source.children, dict):
                raise self._error(event, "<< merges a map or a list of maps, and this is neither")
            for key, found in source.children.items():
                fields.setdefault(key, found.at(found.line, found.column, _copy(found.value)))

    def _key(self, event: Any) -> str:
        """Return the key as text, as in JSON: kubectl makes text of numbers and booleans, kustomize refuses them."""
        value = self._node(event).value
        if isinstance(value, str | int | float):
            return as_text(value)
        if value is None:
            raise self._error(event, "null cannot be a key")
        raise self._error(event, "a map or a list cannot be a key; text that begins with { or [ must be quoted")

    def _scalar_node(self, event: Any) -> Node:
        return Node(self._scalar(event), *_position(event), size=VALUE_BYTES + len(event.value))

    def _scalar(self, event: Any) -> Any:
        tag: str = event.tag or ""
        if tag.startswith(_TAG):
            value = self._tagged(event, tag.removeprefix(_TAG))
        elif event.style or tag not in ("", "!"):
            return self._text(event)
        else:
            value = resolve(event.value)
        if isinstance(value, float) and not abs(value) < float("inf"):
            raise self._error(event, f"JSON, and so Kubernetes, has no number {event.value}; if it is text, quote it")
        return value

    def _text(self, event: Any) -> str:
        """Return the text of a string; a pair of escapes for one character is JSON's way, and JSON is YAML."""
        text: str = event.value
        if event.style != '"' or not re.search(_HALF, text):
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            raise self._error(event, "an escape from \\ud800 to \\udfff is half a character") from None

    def _tagged(self, event: Any, kind: str) -> Any:
        """Read a scalar with one of YAML's own tags; those that go-yaml has no type for leave it the text it is."""
        if kind == "binary":
            try:
                return binascii.a2b_base64("".join(event.value.split()), strict_mode=True).decode("utf-8", "replace")
            except ValueError:
                raise self._error(event, "the text behind !!binary is not base64") from None
        types = {"int": (int,), "float": (int, float), "bool": (bool,), "null": (type(None),)}.get(kind)
        if types is None:
            return self._text(event)
        value = resolve(event.value)
        if type(value) not in types:
            raise self._error(event, f"the tag !!{kind} does not fit {event.value!r}")
        return value


def _position(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _around(event: Any, value: Any, children: Any, nodes: Collection[Node]) -> Node:
    """Return the node of a map or list, of which `nodes` are the nodes within."""
    size = VALUE_BYTES + sum(node.size for node in nodes)
    return Node(value, *_position(event), children, size, 1 + max((node.depth for node in nodes), default=0))


def _is_merge(event: Any) -> bool:
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == _TAG + "merge" or (event.tag in (None, "!") and not event.style)


def _copy(value: Any) -> Any:
    """Return a value of its own: a change to what an alias gave must not change what its anchor names."""
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value
