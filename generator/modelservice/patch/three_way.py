"""Three-way merge: what was generated last, what became of it by hand, and what is generated now.

A field that only one side changed takes that side's value; one that both changed differently keeps the hand's, and is told. Lists
merge by the keys that strategic merge knows, so that an edited item does not freeze its neighbours.
"""

from __future__ import annotations

from modelservice.patch.errors import PatchError, place
from modelservice.patch.items import identities
from modelservice.patch.merge_keys import fields_of, type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.patch.errors import Path
    from modelservice.patch.merge_keys import MergeKeys

__all__ = ["ABSENT", "Conflict", "changes", "next_base", "same", "three_way_merge"]


class _Absent:
    def __repr__(self) -> str:
        return "nothing"


ABSENT: Any = _Absent()
"""Stands for a field, or an item of a list, that a side does not have."""


class Conflict:
    """A field that both sides changed: its path, the hand's value, which stays, and the generated one; ABSENT where there is none."""

    __slots__ = ("edited", "generated", "path")

    def __init__(self, path: str, edited: Any, generated: Any) -> None:
        self.path, self.edited, self.generated = path, edited, generated


def three_way_merge(
    base: dict[str, Any], edited: dict[str, Any], generated: dict[str, Any], *, merge_keys: MergeKeys | None = None
) -> tuple[dict[str, Any], list[Conflict]]:
    """``generated`` with the changes that lead from ``base`` to ``edited``, and the conflicts, in the order of the fields.

    None of the arguments is changed; the result shares with them. Fields keep the order they have in ``edited``, and where all three
    are the same, it is ``edited`` that is taken.
    """
    conflicts: list[Conflict] = []
    merged: dict[str, Any] = _merge([("", type_of(generated, edited, merge_keys))], base, edited, generated, conflicts)
    return merged, conflicts


def next_base(base: dict[str, Any], edited: dict[str, Any], generated: dict[str, Any]) -> dict[str, Any]:
    """What the merge after this one starts from: ``generated``, but ``base`` where there was a conflict.

    So a conflict is found again for as long as it stands.
    """
    remembered: dict[str, Any] = _merge([("", type_of(generated, edited, None))], base, edited, generated, None)
    return remembered


def _merge(path: Path, base: Any, edited: Any, generated: Any, conflicts: list[Conflict] | None) -> Any:
    """What the three become; without a list for ``conflicts``, what they are remembered as."""
    if same(generated, base) or same(generated, edited):
        return generated if conflicts is None else edited
    if same(edited, base):
        return generated
    if isinstance(edited, dict) and isinstance(generated, dict):
        return _merge_maps(path, base if isinstance(base, dict) else {}, edited, generated, conflicts)
    if isinstance(edited, list) and isinstance(generated, list) and isinstance(path[-1][1], list):
        merged = _merge_lists(path, base if isinstance(base, list) else [], edited, generated, conflicts)
        if merged is not None:
            return merged
    if conflicts is None:
        return base
    conflicts.append(Conflict(place(path), edited, generated))
    return edited


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same; true is not 1."""
    if one is other:
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _merge_maps(
    path: Path, base: dict[str, Any], edited: dict[str, Any], generated: dict[str, Any], conflicts: list[Conflict] | None
) -> Any:
    fields = fields_of(path[-1][1])
    merged = {}
    for key in dict.fromkeys((*edited, *generated)):
        here = [*path, (key, fields.get(key))]
        value = _merge(here, base.get(key, ABSENT), edited.get(key, ABSENT), generated.get(key, ABSENT), conflicts)
        if value is not ABSENT:
            merged[key] = value
    return merged


def _merge_lists(
    path: Path, base: list[Any], edited: list[Any], generated: list[Any], conflicts: list[Conflict] | None
) -> list[Any] | None:
    """The lists merged item by item; None where the items cannot be told apart."""
    item_type, *keys = path[-1][1]
    sides = [_by_identity(path, side, keys) for side in (base, edited, generated)]
    if None in sides:
        return None
    bases, edits, generations = (side or {} for side in sides)
    merged = []
    order = _order(list(generations), list(edits)) if conflicts is None else _order(list(edits), list(generations))
    for identity in order:
        label = (keys, identity) if keys else str(identity)
        before, by_hand, now = (side.get(identity, ABSENT) for side in (bases, edits, generations))
        item = _merge([*path, (label, item_type)], before, by_hand, now, conflicts)
        if item is not ABSENT:
            merged.append(item)
    return merged


def _by_identity(path: Path, items: list[Any], keys: list[str]) -> dict[Any, Any] | None:
    """The items by what tells them apart; None where something does not."""
    try:
        found = identities(path, items, keys, "the list") if keys else items
        by_identity = dict(zip(found, items, strict=True))
    except (PatchError, TypeError):
        return None
    return by_identity if len(by_identity) == len(items) else None


def _order(leading: list[Any], other: list[Any]) -> list[Any]:
    """The order of one side, the hand's where it is about the object; with what is only on the other behind what it is behind there."""
    order, known = list(leading), set(leading)
    before = None
    for identity in other:
        if identity not in known:
            order.insert(order.index(before) + 1 if before is not None else 0, identity)
        before = identity
    return order


def changes(base: dict[str, Any], edited: dict[str, Any]) -> list[str]:
    """The paths of the fields that differ, the innermost that both have."""
    found: list[str] = []
    _collect(base, edited, [("", type_of(base, edited, None))], found)
    return found


def _collect(base: Any, edited: Any, path: Path, found: list[str]) -> None:
    if same(base, edited):
        return
    if isinstance(base, dict) and isinstance(edited, dict):
        fields = fields_of(path[-1][1])
        for key in dict.fromkeys((*base, *edited)):
            _collect(base.get(key, ABSENT), edited.get(key, ABSENT), [*path, (key, fields.get(key))], found)
        return
    if isinstance(base, list) and isinstance(edited, list) and isinstance(path[-1][1], list):
        item_type, *keys = path[-1][1]
        before, after = _by_identity(path, base, keys), _by_identity(path, edited, keys)
        if keys and before is not None and after is not None:
            for identity in dict.fromkeys((*before, *after)):
                here: Path = [*path, ((keys, identity), item_type)]
                _collect(before.get(identity, ABSENT), after.get(identity, ABSENT), here, found)
            return
    found.append(place(path))
