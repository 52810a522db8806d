"""The full reader: ruamel.yaml's parser with go-yaml's rules on top; slow, complete, and it knows every position.

Only the events of ruamel.yaml are used. What they add up to is decided here as go-yaml v3 decides it: scalars by
`scalars.resolve`, a repeated anchor is allowed, a repeated key is an error, `<<` merges, aliases may not explode, an
unknown tag changes nothing. Importing ruamel.yaml costs more than everything else in this package together: import
this module only where it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from modelservice.krm.errors import ReadError
from modelservice.krm.scalars import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG = "tag:yaml.org,2002:"
_MAX_ALIASED = 400_000  # nodes that aliases may add to a document; go-yaml begins to worry at the same number
_NUMBERS = (int, float)


class Node:
    """A value with the position (from 1) of its key, or of itself if it has none, and the nodes of its fields."""

    __slots__ = ("children", "column", "line", "size", "value")

    def __init__(self, value: Any, line: int, column: int, children: Any = None, size: int = 1) -> None:
        self.value = value
        self.line = line
        self.column = column
        self.children: dict[str, Node] | list[Node] | None = children
        self.size = size


def read(text: str, first_line: int = 1) -> list[Node]:
    """The documents of `text`, whose first line is line `first_line` of what the user knows.

    Raises `ReadError` with the position where the text is not YAML, or not YAML that Kubernetes could take.
    """
    try:
        return list(_Composer(text.removeprefix("\ufeff"), first_line).documents())
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        problem = f"this is not YAML: {error.problem or error.context}"
        raise ReadError(problem, line + first_line, column + 1) from None
    except YAMLError as error:
        raise ReadError(f"this is not YAML: {error}", first_line) from None
    except RecursionError:
        raise ReadError("this is nested too deeply to be a Kubernetes resource", first_line) from None


class _Composer:
    """One reading of one text."""

    def __init__(self, text: str, first_line: int) -> None:
        self._events: Iterator[Any] = YAML(typ="safe", pure=True).parse(text)
        self._first_line = first_line
        self._anchors: dict[str, Node | None] = {}
        self._aliased = 0

    def documents(self) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, StreamEndEvent):
                return
            if isinstance(event, DocumentStartEvent):
                self._anchors = {}
                yield self._node(next(self._events))

    def _node(self, event: Any) -> Node:
        if isinstance(event, AliasEvent):
            return self._alias(event)
        if event.anchor:
            self._anchors[event.anchor] = None  # known, but not complete: it must not contain itself
        if isinstance(event, ScalarEvent):
            node = self._at(event, self._scalar(event))
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(event)
        else:
            node = self._sequence(event)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _at(self, event: Any, value: Any, children: Any = None, size: int = 1) -> Node:
        mark = event.start_mark
        return Node(value, mark.line + self._first_line, mark.column + 1, children, size)

    def _error(self, event: Any, problem: str) -> ReadError:
        mark = event.start_mark
        return ReadError(problem, mark.line + self._first_line, mark.column + 1)

    def _alias(self, event: Any) -> Node:
        if event.anchor not in self._anchors:
            raise self._error(event, f"*{event.anchor} refers to an anchor &{event.anchor} that is not above it")
        node = self._anchors[event.anchor]
        if node is None:
            raise self._error(event, f"*{event.anchor} is inside of what &{event.anchor} names")
        self._aliased += node.size
        if self._aliased > _MAX_ALIASED:
            raise self._error(event, f"aliases make this document more than {_MAX_ALIASED} values larger")
        return self._at(event, _copy(node.value), node.children, node.size)

    def _sequence(self, event: Any) -> Node:
        nodes = []
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            nodes.append(self._node(inner))
        return self._at(event, [node.value for node in nodes], nodes, 1 + sum(node.size for node in nodes))

    def _mapping(self, event: Any) -> Node:
        children: dict[str, Node] = {}
        merged: list[Node] = []
        merge_line = 0
        while not isinstance(inner := next(self._events), MappingEndEvent):
            line = inner.start_mark.line + self._first_line
            if _is_merge(inner):
                if merge_line:
                    raise self._error(inner, f"the key << is already in this map, on line {merge_line}")
                merge_line = line
                merged = self._merge(next(self._events))
                continue
            key = self._key(inner)
            if key in children:
                raise self._error(inner, f"the key {key!r} is already in this map, on line {children[key].line}")
            node = self._node(next(self._events))
            children[key] = Node(node.value, line, inner.start_mark.column + 1, node.children, node.size)
        for source in merged:
            for key, node in (source.children or {}).items():  # type: ignore[union-attr]
                children.setdefault(key, Node(_copy(node.value), node.line, node.column, node.children, node.size))
        value = {key: node.value for key, node in children.items()}
        return self._at(event, value, children, 1 + sum(node.size for node in children.values()))

    def _merge(self, event: Any) -> list[Node]:
        node = self._node(event)
        sources = node.children if isinstance(node.children, list) else [node]
        if not all(isinstance(source.children, dict) for source in sources):
            raise self._error(event, "<< merges a map or a list of maps, and this is neither")
        return sources

    def _key(self, event: Any) -> str:
        """The key as JSON, which only has strings for keys, spells it."""
        node = self._node(event)
        value = node.value
        if isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, _NUMBERS):
            return str(value)
        raise self._error(event, "a key must be text (or a number or a boolean, which become text)")

    def _scalar(self, event: Any) -> Any:
        tag: str = event.tag or ""
        text: str = event.value
        if tag.startswith(_TAG):
            value = self._tagged(event, tag.removeprefix(_TAG), text)
        elif tag not in ("", "!") or event.style not in (None, ""):
            return text
        else:
            value = resolve(text)
        if isinstance(value, float) and not abs(value) < float("inf"):
            raise self._error(event, f"{text} is not a number that JSON, and so Kubernetes, can hold; quote it if it is text")
        return value

    def _tagged(self, event: Any, kind: str, text: str) -> Any:
        if kind == "binary":
            return self._binary(event, text)
        if kind not in ("int", "float", "bool", "null"):
            return text
        value = resolve(text)
        fits = {
            "int": isinstance(value, int) and not isinstance(value, bool),
            "float": isinstance(value, _NUMBERS) and not isinstance(value, bool),
            "bool": isinstance(value, bool),
            "null": value is None,
        }
        if not fits[kind]:
            raise self._error(event, f"{text!r} cannot be read as the !!{kind} that its tag demands")
        return value

    def _binary(self, event: Any, text: str) -> str:
        import binascii

        try:
            return binascii.a2b_base64(text).decode("utf-8", "replace")
        except binascii.Error:
            raise self._error(event, "the text behind !!binary is not base64") from None


def _is_merge(event: Any) -> bool:
    if not isinstance(event, ScalarEvent) or event.value != "<<":
        return False
    return event.tag == _TAG + "merge" or (event.tag in (None, "!") and not event.style)


def _copy(value: Any) -> Any:
    """A value of its own, so that a change to what an alias gave does not change what its anchor names."""
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copy(inner) for inner in value]
    return value
