"""Paths of objects in which an item of a list is told by its merge keys, so that they hold while the list grows or changes its order."""

from __future__ import annotations

from modelservice.patch.merge_keys import fields_of, type_of
from modelservice.patch.three_way import ABSENT
from modelservice.texts import as_text, cut, listed, shown, whole_number

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
    for place, item in enumerate(items):
        if isinstance(item, dict):
            for key, value in step:
                if item.get(key) != value:
                    break
            else:
                return place
    return None


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


class PathError(ValueError):
    """A path that leads nowhere; the message says how far it goes, and what is there."""


def resolved(value: Any, path: str) -> list[str | int]:
    """The fields and places of a path as people write it: ``spec.template.spec.containers[name=vllm].env[0]``.

    An item of a list is told by its place or by fields of it, one of a list of texts by the text (``args[--port]``). A key may have dots
    itself: the longest one that fits is meant. PathError where it leads nowhere.
    """
    steps: list[str | int] = []
    rest = path.strip().removeprefix(".")
    while rest:
        if rest.startswith("["):
            inside, end, rest = rest[1:].partition("]")
            if not end:
                raise PathError(f"{shown(path)} is no path: a bracket is not closed")
            step: str | int = _item(value, inside, written(steps))
        else:
            step = _key(value, rest, written(steps))
            rest = rest[len(step) :]
        steps.append(step)
        value = child(value, step)
        rest = rest.removeprefix(".")
    return steps


def _key(value: Any, rest: str, place: str) -> str:
    if not isinstance(value, dict):
        raise PathError(f"{_place(place)} is {'a list: write [0], or [name=…]' if isinstance(value, list) else shown(value)}")
    fits: list[str] = [key for key in value if rest == key or rest.startswith((f"{key}.", f"{key}["))]
    if fits:
        return max(fits, key=len)
    from difflib import get_close_matches  # only for a mistake  # noqa: PLC0415

    wanted = rest.partition(".")[0].partition("[")[0]
    close = get_close_matches(wanted, [*value], 1)
    meant = f"did you mean {close[0]}? It has" if close else "it has"
    raise PathError(f"{_place(place)} has no {cut(wanted)}; {meant}: {listed([*value]) or 'nothing'}")


def _item(value: Any, inside: str, place: str) -> int:
    if not isinstance(value, list):
        raise PathError(f"{_place(place)} is no list, and has no [{cut(inside)}]")
    if (number := whole_number(inside)) is not None:
        if number < len(value):
            return number
        raise PathError(f"{_place(place)} has no [{number}]: it has {len(value)} items")
    wanted = [pair.partition("=")[::2] for pair in inside.split(",")]
    for index, item in enumerate(value):
        if isinstance(item, dict) and all(key in item and as_text(item[key]) == text for key, text in wanted):
            return index
        if isinstance(item, str) and (item == inside or item.startswith(f"{inside}=")):
            return index
    key = wanted[0][0] if "=" in inside else "name"
    there = [f"[{key}={as_text(item[key])}]" for item in value if isinstance(item, dict) and key in item]
    there = there or [item for item in value if isinstance(item, str)]
    raise PathError(f"{_place(place)} has no [{cut(inside)}]; it has: {listed(there) or f'{len(value)} items'}")


def _place(place: str) -> str:
    return place.removeprefix(".") or "the object"
