"""Text to values: JSON by the JSON parser, YAML by the fast reader where it is sure, by the full one elsewhere."""

from __future__ import annotations

import json

from modelservice.krm import fast
from modelservice.krm.errors import ReadError
from modelservice.krm.limits import MAX_BYTES, MAX_DEPTH, TOO_LARGE
from modelservice.krm.scalars import resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def decode(data: bytes | str) -> str:
    """Return the text of `data`, which must be UTF-8 and may begin with a byte order mark; raises `ReadError`, also if it is too large."""
    if len(data) > MAX_BYTES:
        raise ReadError(TOO_LARGE)
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = len(data[: error.start].rpartition(b"\n")[2].decode("utf-8")) + 1
        raise ReadError("this is not UTF-8, as YAML and JSON have to be", line, column) from None


def parse_all(data: bytes | str) -> list[Any]:
    """Read the values of all documents in `data`, None for an empty one; raises `ReadError`."""
    text = decode(data)
    documents = quickly(text)
    if documents is not None:
        return documents
    from modelservice.krm import full  # noqa: PLC0415  imports ruamel.yaml: only where text needs it

    return [node.value for node in full.read(text)]


def parse(data: bytes | str) -> Any:
    """Read the one document in `data`, None if it is empty; raises `ReadError`, also for a second document."""
    documents = parse_all(data)
    if len(documents) > 1:
        raise ReadError(f"one YAML document was expected, and there are {len(documents)}")
    return documents[0] if documents else None


def quickly(text: str) -> list[Any] | None:
    """Read the documents of `text`, or answer None if it takes the full reader to tell."""
    if begins_with_bracket(text):
        try:
            value = json.loads(text, object_pairs_hook=_object, **_NUMBERS)
        except (ValueError, RecursionError):
            pass  # a flow collection of YAML begins the same way
        else:
            if is_shallow(value):
                return [value]
    return fast.read(text)


def begins_with_bracket(text: str) -> bool:
    """Tell whether the text may be JSON: then its lines are not those of YAML."""
    return text.lstrip()[:1] in ("{", "[")


def is_shallow(value: Any, levels: int = MAX_DEPTH) -> bool:
    """Tell whether a value has at most so many levels of maps and lists."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        collections = (node.values() if isinstance(node, dict) else node for node in level)
        level = [inner for collection in collections for inner in collection if isinstance(inner, dict | list)]
    return not level


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs) or "<<" in value:
        raise ValueError
    return value


def _number(text: str) -> Any:
    """Read a JSON number as go-yaml does, which reads JSON too; one that it takes for text is doubtful."""
    value = resolve(text)
    if isinstance(value, str):
        raise ValueError
    return value


_NUMBERS: dict[str, Any] = {"parse_float": _number, "parse_int": _number, "parse_constant": _number}
