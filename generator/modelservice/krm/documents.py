"""Files of YAML documents, and where in them a field stands."""

from __future__ import annotations

import re

from modelservice.krm.errors import ReadError
from modelservice.krm.reading import decode, quickly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Protocol

    from modelservice.krm.comments import Comments, Path

    class _Node(Protocol):
        """A position, and those within it."""

        @property
        def line(self) -> int: ...
        @property
        def column(self) -> int: ...
        @property
        def children(self) -> Mapping[str, Any] | Sequence[Any] | None: ...


class _Source:
    """The text of a file, and the nodes of its documents: those of the full reader if it has read them, else found when asked for."""

    __slots__ = ("_nodes", "name", "text")

    def __init__(self, text: str, name: str, nodes: Sequence[_Node] | None) -> None:
        self.text = text
        self.name = name
        self._nodes = nodes

    def node(self, index: int) -> _Node | None:
        """Return the node of a document; None for JSON that is too long to be read once more."""
        if self._nodes is None:
            from modelservice.krm import places  # noqa: PLC0415  only for messages

            self._nodes = places.documents(self.text)
        return self._nodes[index] if self._nodes else None


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

    @property
    def text(self) -> str:
        """The text of the file."""
        return self._source.text

    def position(self, path: str = "") -> tuple[int, int]:
        """Return line and column, from 1, of the key of the field at `path` (`spec.decode.containers[0].image`).

        An entry of a list has no key: it is its own position. For a field that is not there, it is that of the
        innermost field around it that is.
        """
        node = self._source.node(self.index)
        if node is None:
            return 1, 1
        while path and (step := _step(node, path)):
            node, path = step
        return node.line, node.column

    def place(self, path: str = "") -> str:
        """Return the position in the form that editors understand: `file:line:column`."""
        line, column = self.position(path)
        return f"{self.name}:{line}:{column}"

    def comments(self) -> dict[Path, Comments]:
        """Return the comments of the file, of which this is the first document, by the places that they belong to."""
        from modelservice.krm.comments import read_comments  # noqa: PLC0415  imports ruamel.yaml: only for who writes them again

        return read_comments(self._source.text)


def read_documents(data: bytes | str, name: str) -> list[Document]:
    """Read the documents in `data`, without the empty ones; raises `ReadError`, which gives `name` as the file."""
    nodes = None
    try:
        text = decode(data)
        values = quickly(text)
        if values is None:
            from modelservice.krm import full  # noqa: PLC0415  imports ruamel.yaml: only where text needs it

            nodes = full.read(text)
            values = [node.value for node in nodes]
    except ReadError as error:
        raise ReadError(error.problem, error.line, error.column, name) from None
    source = _Source(text, name, nodes)
    return [Document(value, source, index) for index, value in enumerate(values) if value is not None]


def _step(node: _Node, path: str) -> tuple[_Node, str] | None:
    """Return the node that the beginning of `path` leads to, and the rest; None if there is none.

    A key may hold dots itself, so the longest key that the path begins with is the one that is meant.
    """
    children = node.children
    if isinstance(children, list):
        match = re.match(r"\[([0-9]+)\]\.?", path)
        if match is None or int(match[1]) >= len(children):
            return None
        return children[int(match[1])], path[match.end() :]
    if not isinstance(children, dict):
        return None
    ends = [match.start() for match in re.finditer(r"[.\[]|\Z", path)]
    key = next((path[:end] for end in reversed(ends) if path[:end] in children), None)
    return None if key is None else (children[key], path[len(key) :].removeprefix("."))
