"""How two lists merge: whole, as a set of plain values, or item by item."""

from __future__ import annotations

from modelservice.patch.directives import (
    PATCH,
    REMOVED,
    is_plain,
    list_directive,
    map_directive,
    refuse_directives,
)
from modelservice.patch.errors import PatchError, place
from modelservice.patch.items import identities, one_sided, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from modelservice.patch.errors import Path
    from modelservice.patch.strategic import StrategicMerger

__all__ = ["merge_list"]


def merge_list(merger: StrategicMerger, path: Path, base: list[Any], patch: list[Any]) -> Any:
    """Return the list with the patch's list merged in, or REMOVED; a list without merge keys is replaced."""
    schema = path[-1][1]
    if type(schema) is not list:
        refuse_directives(path, patch)
        return patch
    asked, items = list_directive(path, patch)
    if asked == "delete":
        return REMOVED
    if asked == "replace" or not base:
        return _new_items(merger, path, items)
    if not items:
        return base
    if len(schema) == 1:
        return _merge_values(merger, path, base, items)
    return _merge_items(merger, path, base, items)


def _new_items(merger: StrategicMerger, path: Path, items: list[Any]) -> list[Any]:
    """Return items where the target has none: as they are, without their directives and nulls.

    There is nothing to match, so an item without its key is no error, as in kustomize and kubectl.
    """
    new = []
    for position, item in enumerate(items):
        if not is_plain(item):
            item = _merge_item(merger, [*path, (position, path[-1][1][0])], {}, item)
        if item is not REMOVED:
            new.append(item)
    return new


def _merge_item(merger: StrategicMerger, path: Path, base: Any, item: Any) -> Any:
    """Return one item with the patch's item merged in, or REMOVED."""
    if not isinstance(item, dict):
        refuse_directives(path, item)
        return item
    if PATCH in item and map_directive(path, item) == "replace":
        raise PatchError(
            place(path),
            "$patch: replace in an item is ignored by kustomize and replaces the whole list in kubectl: to replace this"
            " item, give it twice, once with `$patch: delete` and once as it shall be; to replace the list, add an item"
            " that is only `$patch: replace`",
        )
    return merger.value_strategy(path, base, item)


def _merge_values(merger: StrategicMerger, path: Path, base: list[Any], values: list[Any]) -> list[Any]:
    """Merge lists of plain values, such as finalizers: every value once."""
    for value in values:
        if value is None or isinstance(value, (dict, list)):
            raise PatchError(place(path), f"the patch has {value!r} in a list of plain values")
    merged: dict[str, Any] = {}
    for value in (*base, *values) if merger.append else (*values, *base):
        merged.setdefault(text(value), value)
    return list(merged.values())


def _merge_items(merger: StrategicMerger, path: Path, base: list[Any], items: list[Any]) -> list[Any]:
    """Merge lists of maps by their keys.

    An item that the patch both deletes and gives is replaced: deletions come first, as in kubectl, and the new item
    takes the old one's place. Of items of the target with the same key, the first is patched, as in kubectl; kustomize
    keeps only one of them, even where no patch touches the list.
    """
    item_type, *keys = path[-1][1]
    known = identities(path, base, keys, "the target")
    wanted = identities(path, items, keys, "the patch")
    same = one_sided(path, known, wanted, keys)
    wanted = [same.get(identity, identity) for identity in wanted]
    merged = list(base)
    for item, identity in zip(items, wanted, strict=True):
        if item.get(PATCH) == "delete":
            merged = [REMOVED if other == identity else old for old, other in zip(merged, known, strict=True)]
    touched: dict[int, None] = {}
    for item, identity in zip(items, wanted, strict=True):
        if item.get(PATCH) == "delete":
            continue
        if identity not in known:
            known.append(identity)
            merged.append(REMOVED)
        index = known.index(identity)
        old = merged[index]
        touched[index] = None
        merged[index] = _merge_item(
            merger, [*path, ((keys, identity), item_type)], {} if old is REMOVED else old, item
        )
    return _arranged(merger.append, merged, touched)


def _arranged(append: bool, merged: list[Any], touched: Iterable[int]) -> list[Any]:
    """Return the items that are left: as they stand, or with those of the patch first, in its order."""
    if not append:
        merged = [merged[index] for index in touched] + [
            item for index, item in enumerate(merged) if index not in touched
        ]
    return [item for item in merged if item is not REMOVED]
