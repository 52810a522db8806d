"""Files of YAML documents, and where in them a field stands."""

from __future__ import annotations

import re

from modelservice.krm.errors import ReadError
from modelservice.krm.reading import decode, parse_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.krm.full import Node


class _Source:
    """The text of a file; its nodes, which cost a full reading, come into being when a position is asked for."""

    __slots__ = ("_nodes", "name", "text")

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self._nodes: list[Node] | None = None

    def node(self, index: int) -> Node:
        if self._nodes is None:
            from modelservice.krm import full  # noqa: PLC0415  imports ruamel.yaml: only for messages

            try:
                self._nodes = full.read(self.text)
            except ReadError:  # JSON's own parser has read what the full reader does not take
                self._nodes = [full.Node(None, 1, 1)]
        return self._nodes[index]


class Document:
    """One document of a file: its value, and its place among the documents of the file (`index`, from 0)."""

    __slots__ = ("_source", "index", "value")

    def __init__(self, value: Any, source: _Source, index: int) -> None:
        self.value = value
        self.index = index
        self._source = source

    @property
    def name(self) -> str:
        """The name of the file."""
        return self._source.name

    def position(self, path: str = "") -> tuple[int, int]:
        """Return line and column, from 1, of the key of the field at `path` (`spec.decode.containers[0].image`).

        An entry of a list has no key: it is its own position. For a field that is not there, it is that of the
        innermost field around it that is.
        """
        node = self._source.node(self.index)
        while path and (step := _step(node, path)):
            node, path = step
        return node.line, node.column

    def place(self, path: str = "") -> str:
        """Return the position in the form that editors understand: `file:line:column`."""
        line, column = self.position(path)
        return f"{self.name}:{line}:{column}"


def read_documents(data: bytes | str, name: str) -> list[Document]:
    """Read the documents in `data`, without the empty ones; raises `ReadError`, which gives `name` as the file."""
    try:
        text = decode(data)
        values = parse_all(text)
    except ReadError as error:
        raise ReadError(error.problem, error.line, error.column, name) from None
    source = _Source(text, name)
    return [Document(value, source, index) for index, value in enumerate(values) if value is not None]


def _step(node: Node, path: str) -> tuple[Node, str] | None:
    """Return the node that the beginning of `path` leads to, and the rest; None if there is none.

    A key may hold dots itself, so the longest key that the path begins with is the one that is meant.
    """
    if isinstance(node.children, list):
        match = re.match(r"\[([0-9]+)\]\.?", path)
        if match is None or int(match[1]) >= len(node.children):
            return None
        return node.children[int(match[1])], path[match.end() :]
    found = ""
    for key in node.children or {}:
        if path.startswith(key) and path[len(key) : len(key) + 1] in ("", ".", "[") and len(key) > len(found):
            found = key
    return (node.children[found], path[len(found) :].removeprefix(".")) if found and node.children else None
