"""Text to values: by the fast reader where it is sure, by the full one elsewhere, JSON by the JSON parser."""

from __future__ import annotations

import json
from typing import Any

from modelservice.krm import fast
from modelservice.krm.errors import ReadError
from modelservice.krm.scalars import resolve


def decode(data: bytes | str) -> str:
    """The text of `data`, which is UTF-8 and may begin with a byte order mark."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8")) + 1
        raise ReadError("this is not UTF-8 text, which YAML and JSON have to be", line, column) from None


def parse_all(data: bytes | str, first_line: int = 1) -> list[Any]:
    """The values of all YAML documents (or the one JSON document) in `data`; raises `ReadError`."""
    text = decode(data)
    if text[:1] in ("{", "["):
        documents = _json(text)
        if documents is not None:
            return documents
    documents = fast.read(text)
    if documents is not None:
        return documents
    from modelservice.krm import full  # ruamel.yaml: only for text that people wrote

    return [node.value for node in full.read(text, first_line)]


def parse(data: bytes | str) -> Any:
    """The value of the one document in `data`, None if there is none; raises `ReadError`, also for a second one."""
    documents = parse_all(data)
    if len(documents) > 1:
        raise ReadError(f"one YAML document was expected, and there are {len(documents)}")
    return documents[0] if documents else None


def _json(text: str) -> list[Any] | None:
    """The one document of a JSON text, or None if it is no JSON or doubtful: a flow mapping begins the same way."""
    try:
        return [json.loads(text, object_pairs_hook=_object, parse_float=_number, parse_int=_number, parse_constant=_number)]
    except (ValueError, RecursionError):
        return None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs) or "<<" in value:
        raise ValueError
    return value


def _number(text: str) -> Any:
    value = resolve(text)
    if isinstance(value, str):  # NaN, Infinity, -Infinity
        raise ValueError(text)  # noqa: TRY004
    return value
