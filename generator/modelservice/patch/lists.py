"""How two lists merge: whole, as a set of plain values, or item by item."""

from __future__ import annotations

from modelservice.patch.directives import REMOVED, is_plain, list_directive, refuse_directives
from modelservice.patch.errors import PatchError, place
from modelservice.patch.items import identities, matched
from modelservice.texts import as_text, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from deepmerge.merger import Merger

    from modelservice.patch.errors import Path
    from modelservice.patch.items import Identity

__all__ = ["ABSENT", "append_list", "prepend_list"]

ABSENT: list[Any] = []
"""Stands for the list of a target that has none; told from an empty list by identity."""


def append_list(merger: Merger, path: Path, base: list[Any], patch: list[Any]) -> Any:
    """Return the list with the patch's list merged in, new items last, or REMOVED; a list without merge keys is replaced."""
    return _merge_list(merger, path, base, patch, append=True)


def prepend_list(merger: Merger, path: Path, base: list[Any], patch: list[Any]) -> Any:
    """Return the same with the patch's items first, in their order, as kustomize has it."""
    return _merge_list(merger, path, base, patch, append=False)


def _merge_list(merger: Merger, path: Path, base: list[Any], patch: list[Any], *, append: bool) -> Any:
    schema = path[-1][1]
    if type(schema) is not list:
        refuse_directives(path, patch)
        return patch
    action, deleted, items = list_directive(path, patch)
    if action == "delete" and base is not ABSENT:
        return REMOVED
    if action == "replace":
        base = []
    if len(schema) == 1:
        return _merge_values(path, base, [*items, *deleted], append=append)
    return _merge_items(merger, path, base, deleted, items, append=append) if base else _new_items(merger, path, items)


def _merge_values(path: Path, base: list[Any], values: list[Any], *, append: bool) -> list[Any]:
    """Merge lists of plain values, such as finalizers: every value once."""
    for value in values:
        if value is None or isinstance(value, (dict, list)):
            raise PatchError(place(path), f"the patch has {cut(repr(value))} in a list of plain values")
    merged: dict[str, Any] = {}
    for value in (*base, *values) if append else (*values, *base):
        merged.setdefault(as_text(value), value)
    return list(merged.values())


def _new_items(merger: Merger, path: Path, items: list[Any]) -> list[Any]:
    """Return the items of a list that the target lacks: as they are, without directives and nulls.

    There is nothing to match, so an item without its key is no error, as in kustomize and kubectl.
    """
    item_type, *keys = path[-1][1]
    new = []
    for position, item in enumerate(items):
        if is_plain(item):
            new.append(item)
            continue
        has_key = isinstance(item, dict) and item.get(keys[0]) is not None
        label = (keys, [as_text(item.get(key, "")) for key in keys]) if has_key else position
        new.append(merger.value_strategy([*path, (label, item_type)], {} if isinstance(item, dict) else ABSENT, item))
    return new


def _merge_items(merger: Merger, path: Path, base: list[Any], deleted: list[Any], items: list[Any], *, append: bool) -> list[Any]:
    """Merge lists of maps by their keys.

    Deletions come first, as in kubectl, so an item that the patch deletes and gives is replaced, in its place. Of items of
    the target with the same key, the first is patched, as in kubectl; kustomize keeps only one of them, even where no
    patch touches the list.
    """
    item_type, *keys = path[-1][1]
    known = identities(path, base, keys, "the target")
    wanted = identities(path, [*deleted, *items] if deleted else items, keys, "the patch")
    if len(keys) > 1:
        wanted = matched(path, known, wanted, keys)
    unwanted: list[Identity] = []
    merged = base.copy()
    if deleted:
        unwanted, wanted = wanted[: len(deleted)], wanted[len(deleted) :]
        gone = set(unwanted)
        merged = [REMOVED if identity in gone else item for item, identity in zip(base, known, strict=True)]
    places: dict[Identity, int] = {}
    for index, identity in enumerate(known):
        places.setdefault(identity, index)
    touched = []
    for item, identity in zip(items, wanted, strict=True):
        if identity not in places:
            places[identity] = len(merged)
            merged.append(REMOVED)
        index = places[identity]
        old = merged[index]
        if old is REMOVED and is_plain(item):
            merged[index] = item
        else:
            here = [*path, ((keys, identity), item_type)]
            merged[index] = merger.value_strategy(here, {} if old is REMOVED else old, item)
        touched.append(index)
    if not append:
        if len(keys) > 1 and any(any(identity[1:]) for identity in [*places, *unwanted]):
            # kustomize moves items to the front that the target had, but not where several keys tell items apart.
            touched = [index for index in touched if index >= len(base)]
        merged = _to_front(merged, touched)
    return [item for item in merged if item is not REMOVED] if unwanted else merged


def _to_front(items: list[Any], positions: list[int]) -> list[Any]:
    """Return the items with those at the given positions first, in that order."""
    front = dict.fromkeys(positions)
    rest = [item for position, item in enumerate(items) if position not in front]
    return [*(items[position] for position in front), *rest]
