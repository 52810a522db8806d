"""Where a field of a spec was written: a container's field may be `engine`'s, an item of a list may stand in a map."""

from __future__ import annotations

from modelservice.config.engine import KEYED
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Map = dict[str, Any]
    Step = str | int | tuple[str, Any]
    """A key, the place of an item, or the key of an item and its value."""

KEYS = {name: key for name, (key, _) in KEYED.items()} | {"volumes": "name"}


def find(given: Map, spec: Map, field: str) -> tuple[str, bool]:
    """The field of ``given`` that says, or should say, what ``field`` of ``spec`` says; and whether it is there.

    ``given`` is a spec as somebody wrote it, ``spec`` one that was made of it, where the engine container is the first of a role's.
    """
    steps = [*_steps({"spec": spec}, f".{field}")]
    places: list[list[Step]] = [steps]
    if steps[2:4] == ["containers", 0]:
        places = [["spec", steps[1], "engine", *steps[4:]], ["spec", "engine", *steps[4:]], steps]
    found = [_walk({"spec": given}, place) for place in places]
    for place, (depth, text) in zip(places, found, strict=True):
        if depth == len(place):
            return text, True
    if len(places) == 1:
        return field, False
    heads = (3, 2, 4)  # how far it is to the container
    within = [depth - head for (depth, _), head in zip(found, heads, strict=True)]
    best = within.index(max(within)) if max(within) > 0 else 2 if within[2] == 0 else 0  # else the list, where there is one
    return _text(found[best], places[best]), False


def value_at(given: Map, field: str) -> Any:
    """What ``given``, a spec, says at ``field``; None where that is nothing."""
    value: Any = {"spec": given}
    for step in _steps(value, f".{field}"):
        if isinstance(value, list):
            place = _index(value, step)
            value = None if place is None else value[place]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _text(found: tuple[int, str], place: Sequence[Step]) -> str:
    depth, text = found
    rest = [step[1] if isinstance(step, tuple) else step for step in place[depth:]]
    return text + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest) if depth else _text((1, "spec"), place)


def _steps(value: Any, rest: str) -> Iterator[Step]:
    """The path ``rest`` in ``value``, where an item of a list that has a key is told by it."""
    name = ""
    while rest:
        if rest.startswith("["):
            index, _, rest = rest[1:].partition("]")
            place = whole_number(index) or 0
            items, key = value if isinstance(value, list) else [], KEYS.get(name, "")
            value = items[place] if place < len(items) else None
            known = (key, value[key]) if isinstance(value, dict) and isinstance(value.get(key), str) else None
            yield known if known and _index(items, known) == place else place  # another may have the same key
            continue
        rest = rest.removeprefix(".")
        meant = [key for key in value if rest == key or rest.startswith((f"{key}.", f"{key}["))] if isinstance(value, dict) else []
        name = max(meant, key=len) if meant else rest.partition(".")[0].partition("[")[0]
        rest = rest[len(name) :]
        value = value.get(name) if isinstance(value, dict) else None
        yield name


def _walk(value: Any, steps: Sequence[Step]) -> tuple[int, str]:
    """How many of ``steps`` lead somewhere in ``value``, and where the last of them leads."""
    text = ""
    for depth, step in enumerate(steps):
        if isinstance(value, dict) and (key := step[1] if isinstance(step, tuple) else step) in value:
            text, value = f"{text}.{key}" if text else str(key), value[key]
        elif isinstance(value, list) and (index := _index(value, step)) is not None:
            text, value = f"{text}[{index}]", value[index]
        elif depth and isinstance(item := steps[depth - 1], tuple) and (isinstance(value, (str, int)) or step == item[0]):
            return len(steps), text  # a plain value says the one thing that is asked for, and the key what the item is called
        else:
            return depth, text
    return len(steps), text


def _index(items: list[Any], step: Step) -> int | None:
    if isinstance(step, tuple):
        return next((place for place, item in enumerate(items) if isinstance(item, dict) and item.get(step[0]) == step[1]), None)
    return step if isinstance(step, int) and step < len(items) else None
