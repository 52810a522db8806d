"""The engine container of a role, and what `engine` says of it (specification: Engine fields).

``spec.engine`` and ``spec.<role>.engine`` have the keys of a container. The engine container is the profile's where a role gives no
``containers``, else the first of them; over it go ``spec.engine`` and then the role's: maps merge, null deletes. What the profile says goes
below all that the user says.

What Kubernetes has as a list with a key may be a map here, so that it merges: ``env: {NAME: text}``, ``ports: {name: number}``,
``volumeMounts: {path: volume}``, or a map with the item's other fields in place of the plain value. A list means the same.
"""

from __future__ import annotations

from modelservice.config import layers, structured
from modelservice.kubernetes.variables import referred_first
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Map = dict[str, Any]

# list -> the key of its items, and what a plain value in its place says
KEYED = {"env": ("name", "value"), "ports": ("name", "containerPort"), "volumeMounts": ("mountPath", "name")}
AGAIN = "\0again\0"  # between the key and the number of an item whose key was there before


class Engine:
    """The engine container of one role, with lists: ``inherited``, the profile's part; ``own``, the user's; ``whole``, both together."""

    __slots__ = ("inherited", "own", "whole")

    def __init__(self, profile: Sequence[Map], own: Sequence[Map]) -> None:
        """``profile`` and ``own``: a container and what goes over it, the later last."""
        below, mine = _together(profile), _together(own)
        flags = below.get("flags") or {}, mine.get("flags") or {}
        for part in own:
            below = layers.inherited(below, by_key(part))
        left, whole = _without_nulls(below), _without_nulls(layers.over(below, mine))
        if any(flags):  # where null means to leave a generated flag, or a key of its value, out; what is a map merges with what it is over
            left["flags"] = {name: value for name, value in flags[0].items() if isinstance(flags[1].get(name, {}), dict)}
            whole["flags"] = structured.over(*flags)
        self.inherited, self.own, self.whole = _listed(left), _listed(mine), _listed(whole)


def by_key(container: Map) -> Map:
    """``container`` with maps in place of lists that have a key."""
    keyed = {key: as_map(key, container[key]) for key in KEYED if container.get(key) is not None}
    return {**container, **keyed} if keyed else container


def with_lists(container: Map) -> Map:
    """``container`` with lists as Kubernetes has them; what is null in a map is an item that deletes one of its key."""
    return _listed(_ordered(container, [container]))


def _ordered(container: Map, parts: Sequence[Map]) -> Map:
    """``container``, put together of ``parts``, where what is a map in all of them is sorted: it has no order, and kustomize changes it.

    But a variable comes after those in its value.
    """
    maps = [
        key
        for key in KEYED
        if isinstance(container.get(key), dict) and all(isinstance(part[key], dict) for part in parts if part.get(key) is not None)
    ]
    return {**container, **{key: _in_order(container[key]) for key in maps}} if maps else container


def _in_order(items: Map) -> Map:
    ordered = dict(sorted(items.items()))
    return {name: ordered[name] for name in referred_first(ordered)}


def _listed(container: Map) -> Map:
    listed = {key: as_list(key, container[key]) for key in KEYED if isinstance(container.get(key), dict)}
    return {**container, **listed} if listed else container


def as_map(name: str, given: Any) -> Map:
    """The list called ``name`` as a map from the items' keys to what else they say; of a map, what says it in short."""
    key, plain = KEYED[name]
    pairs = given.items() if isinstance(given, dict) else _pairs(given, key, plain)
    return {at: value[plain] if isinstance(value, dict) and [*value] == [plain] else value for at, value in pairs}


def _pairs(items: list[Map], key: str, plain: str) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for item in items:
        at = str(item.get(key, item.get(plain)))
        seen[at] = seen.get(at, 0) + 1
        twice = key != "name" or plain != "value"  # of variables the last counts; others that are there twice are told
        yield f"{at}{AGAIN}{seen[at]}" if seen[at] > 1 and twice else at, {k: value for k, value in item.items() if k != key}


def as_list(name: str, given: Map) -> list[Map]:
    """The reverse of ``as_map``."""
    key, plain = KEYED[name]
    items = []
    for at, value in given.items():
        text, fields = at.partition(AGAIN)[0], value if isinstance(value, dict) else {plain: value}
        if value is None:
            items.append({key: text, "$patch": "delete"})
        elif name == "ports" and text == str(fields.get(plain)) and whole_number(text) is not None:  # a port without a name
            items.append(fields)
        else:
            items.append({**fields, key: text} if key == "mountPath" else {key: text, **fields})
    return items


def volumes(inherited: list[Map], given: Map) -> tuple[list[Map], list[Map], list[Map]]:
    """A role's volumes where the user gives a map of them: all, the user's (with items that delete), and what is left of the profile's."""
    left = [item for item in inherited if item.get("name") not in given]
    own = [{"name": name, **({"$patch": "delete"} if fields is None else fields)} for name, fields in sorted(given.items())]
    return [*left, *(item for item in own if "$patch" not in item)], own, left


def _together(parts: Sequence[Map]) -> Map:
    together: Map = {}
    for part in parts:
        flags = structured.over(together.get("flags") or {}, part.get("flags") or {})
        together = layers.over(together, by_key(part))
        if flags:
            together["flags"] = flags
    return _ordered(together, parts)


def _without_nulls(fields: Map) -> Map:
    return {key: _without_nulls(value) if isinstance(value, dict) else value for key, value in fields.items() if value is not None}
