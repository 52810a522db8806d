"""How two maps merge."""

from __future__ import annotations

from modelservice.patch.directives import (
    DELETE_VALUES,
    REMOVED,
    RETAIN_KEYS,
    SET_ORDER,
    directive_field,
    is_directive,
    is_plain,
    map_directive,
    retained,
    without,
)
from modelservice.patch.items import text
from modelservice.patch.lists import ABSENT
from modelservice.patch.merge_keys import fields_of
from modelservice.patch.order import ordered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from deepmerge.merger import Merger

    from modelservice.patch.errors import Path

    Map = dict[Any, Any]

__all__ = ["merge_map"]


def merge_map(merger: Merger, path: Path, base: Map, patch: Map) -> Any:
    """Return the map with the patch's fields merged in, or REMOVED."""
    for key in patch:
        if type(key) is not str or key[:1] == "$":
            return _merge_special(merger, path, base, patch)
    return _merge_fields(merger, path, dict(base), patch)


def _merge_fields(merger: Merger, path: Path, merged: Map, patch: Map) -> Map:
    """Merge the fields of a patch into a map that is ours to change; null removes a field."""
    types = fields_of(path[-1][1])
    for key, value in patch.items():
        old = merged.get(key)
        if old is None and not types and key not in merged:
            key = _spelling(merged, key)
            old = merged.get(key)
        if value is None:
            new = REMOVED
        elif old is not None:
            new = merger.value_strategy([*path, (key, types.get(key))], old, value)
        elif is_plain(value):
            new = value
        else:
            new = merger.value_strategy([*path, (key, types.get(key))], {} if isinstance(value, dict) else ABSENT, value)
        if new is REMOVED:
            merged.pop(key, None)
        else:
            merged[key] = new
    return merged


def _merge_special(merger: Merger, path: Path, base: Map, patch: Map) -> Any:
    """Merge a patch that holds directives, or keys that are not text."""
    asked = map_directive(path, patch)
    if asked == "delete":
        return REMOVED
    if asked == "replace":
        base = {}
    merged = retained(path, base, patch) if RETAIN_KEYS in patch else dict(base)
    fields: Map = {}
    orders: Map = {}
    for key, value in patch.items():
        if not is_directive(key):
            fields[key] = value
        elif key.startswith(SET_ORDER):
            orders[directive_field(path, key)] = value
        elif key.startswith(DELETE_VALUES):
            field = directive_field(path, key)
            if merged.get(field) is not None:
                merged[field] = without([*path, (field, None)], merged[field], value)
    merged = _merge_fields(merger, path, merged, fields)
    for field, order in orders.items():
        schema = fields_of(path[-1][1]).get(field)
        if merged.get(field) is not None:
            merged[field] = ordered([*path, (field, schema)], merged[field], base.get(field), fields.get(field), order)
    return merged


def _spelling(base: Map, key: Any) -> Any:
    """Return the key that is written the same: kustomize takes `6443:` and `"6443":` for the same key."""
    for known in base:
        if type(known) is not type(key) and text(known) == text(key):
            return known
    return key
