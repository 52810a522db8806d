"""Files of YAML documents, with the position of each field for messages."""

from __future__ import annotations

from typing import Any

from modelservice.krm import full
from modelservice.krm.errors import ReadError


class Document:
    """One document: its value, the name of its file and its place among the file's documents (from 0)."""

    __slots__ = ("_node", "index", "name", "value")

    def __init__(self, node: full.Node, name: str, index: int) -> None:
        self._node = node
        self.value: Any = node.value
        self.name = name
        self.index = index


def read_documents(data: bytes | str, name: str) -> list[Document]:
    """The documents in `data`, without empty ones; raises `ReadError` with `name` as its file."""
    from modelservice.krm.reading import decode

    try:
        nodes = full.read(decode(data))
    except ReadError as error:
        raise ReadError(error.problem, error.line, error.column, name) from None
    return [Document(node, name, index) for index, node in enumerate(nodes) if node.value is not None]
