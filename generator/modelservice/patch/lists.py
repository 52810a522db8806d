"""How two lists merge: whole, as a set of plain values, or item by item."""

from __future__ import annotations

from modelservice.patch.directives import (
    REMOVED,
    is_plain,
    list_directive,
    refuse_directives,
)
from modelservice.patch.errors import PatchError, place
from modelservice.patch.items import identities, one_sided, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.patch.errors import Path
    from modelservice.patch.strategic import StrategicMerger

__all__ = ["ABSENT", "merge_list"]

ABSENT: list[Any] = []
"""The list of a target that has none, told from an empty one by identity."""


def merge_list(merger: StrategicMerger, path: Path, base: list[Any], patch: list[Any]) -> Any:
    """Return the list with the patch's list merged in, or REMOVED; a list without merge keys is replaced."""
    schema = path[-1][1]
    if type(schema) is not list:
        refuse_directives(path, patch)
        return patch
    asked, deleted, items = list_directive(path, patch)
    if asked == "delete" and base is not ABSENT:
        return REMOVED
    if asked == "replace":
        base = []
    if len(schema) == 1:
        return _merge_values(merger, path, base, [*items, *deleted])
    return _merge_items(merger, path, base, deleted, items) if base else _new_items(merger, path, items)


def _new_items(merger: StrategicMerger, path: Path, items: list[Any]) -> list[Any]:
    """Return items where the target has none: as they are, without directives and nulls.

    There is nothing to match, so an item without its key is no error, as in kustomize and kubectl.
    """
    item_type, *keys = path[-1][1]
    new = []
    for position, item in enumerate(items):
        if is_plain(item):
            new.append(item)
            continue
        named = isinstance(item, dict) and keys and item.get(keys[0]) is not None
        label = (keys, tuple(text(item.get(key, "")) for key in keys)) if named else position
        added = merger.value_strategy([*path, (label, item_type)], {} if isinstance(item, dict) else ABSENT, item)
        if added is not REMOVED:
            new.append(added)
    return new


def _merge_values(merger: StrategicMerger, path: Path, base: list[Any], values: list[Any]) -> list[Any]:
    """Merge lists of plain values, such as finalizers: every value once."""
    for value in values:
        if value is None or isinstance(value, (dict, list)):
            raise PatchError(place(path), f"the patch has {value!r} in a list of plain values")
    merged: dict[str, Any] = {}
    for value in (*base, *values) if merger.append else (*values, *base):
        merged.setdefault(text(value), value)
    return list(merged.values())


def _merge_items(
    merger: StrategicMerger, path: Path, base: list[Any], deleted: list[Any], items: list[Any]
) -> list[Any]:
    """Merge lists of maps by their keys.

    An item that the patch both deletes and gives is replaced: deletions come first, as in kubectl, and the new item
    takes the old one's place. Of items of the target with the same key, the first is patched, as in kubectl; kustomize
    keeps only one of them, even where no patch touches the list.
    """
    item_type, *keys = path[-1][1]
    known = identities(path, base, keys, "the target")
    wanted = identities(path, items, keys, "the patch")
    unwanted = identities(path, deleted, keys, "the patch") if deleted else []
    if len(keys) > 1:
        same = one_sided(path, known, [*unwanted, *wanted], keys)
        wanted = [same.get(identity, identity) for identity in wanted]
        unwanted = [same.get(identity, identity) for identity in unwanted]
    merged = (
        [REMOVED if identity in unwanted else item for item, identity in zip(base, known, strict=True)]
        if unwanted
        else base.copy()
    )
    touched = []
    for item, identity in zip(items, wanted, strict=True):
        if identity in known:
            index = known.index(identity)
        else:
            index = len(known)
            known.append(identity)
            merged.append(REMOVED)
        old = merged[index]
        if old is not REMOVED:
            merged[index] = merger.value_strategy([*path, ((keys, identity), item_type)], old, item)
        elif is_plain(item):
            merged[index] = item
        else:
            merged[index] = merger.value_strategy([*path, ((keys, identity), item_type)], {}, item)
        touched.append(index)
    if not merger.append:
        if any(len(identity) > 1 and any(identity[1:]) for identity in (*known, *unwanted) if type(identity) is tuple):
            touched = [index for index in touched if index >= len(base)]
        merged = _first(merged, touched)
    return [item for item in merged if item is not REMOVED] if unwanted else merged


def _first(items: list[Any], positions: list[int]) -> list[Any]:
    """Return a list with the items at these positions in front, in that order."""
    front = dict.fromkeys(positions)
    rest = items.copy()
    for position in sorted(front, reverse=True):
        del rest[position]
    return [*(items[position] for position in front), *rest]
