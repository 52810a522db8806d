"""Paths of objects in which an item of a list is told by its merge keys, so that they hold while the list grows or changes its order."""

from __future__ import annotations

from modelservice.patch.merge_keys import fields_of, type_of
from modelservice.patch.three_way import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Key = tuple[tuple[str, Any], ...]
    Step = str | int | Key
    """A field, the place of an item in a list without merge keys, or the merge keys of an item with their values."""


def keyed(obj: dict[str, Any], path: Iterable[str | int]) -> list[Step]:
    """``path``, of fields and places, as a path by merge keys; it may end in a field that is not there."""
    steps: list[Step] = []
    value: Any = obj
    schema: Any = type_of(obj, obj)
    for step in path:
        if isinstance(step, int) and isinstance(schema, list):
            schema, *keys = schema
            item = value[step] if isinstance(value, list) and step < len(value) else None
            known = tuple((key, item[key]) for key in keys if key in item) if isinstance(item, dict) else ()
            steps.append(known if known and place_in(value, known) == step else step)  # an item may have another's keys
        else:
            schema = fields_of(schema).get(step) if isinstance(step, str) else None
            steps.append(step)
        value = child(value, step)
    return steps


def child(value: Any, step: Step) -> Any:
    """What one step leads to; ABSENT where it leads nowhere."""
    if isinstance(value, dict):
        return value.get(step, ABSENT) if isinstance(step, str) else ABSENT
    if isinstance(value, list):
        place = place_in(value, step)
        return ABSENT if place is None else value[place]
    return ABSENT


def place_in(items: Sequence[Any], step: Step) -> int | None:
    """The place of the item that ``step`` means."""
    if isinstance(step, int):
        return step if step < len(items) else None
    if isinstance(step, str):
        return None
    return next((place for place, item in enumerate(items) if isinstance(item, dict) and all(item.get(k) == v for k, v in step)), None)


def at(value: Any, steps: Iterable[Step]) -> Any:
    """What stands at a path; ABSENT where nothing does."""
    for step in steps:
        value = child(value, step)
    return value


def written(steps: Iterable[Step], value: Any = None) -> str:
    """The path as it is written in messages, to be put behind a field; ``value`` is what it is a path of, for the places of items."""
    text = ""
    for step in steps:
        if isinstance(step, str):
            text += f".{step}"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            place = place_in(value, step) if isinstance(value, list) else None
            text += f"[{','.join(f'{key}={item}' for key, item in step)}]" if place is None else f"[{place}]"
        value = child(value, step)
    return text
