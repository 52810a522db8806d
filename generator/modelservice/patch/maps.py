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
from modelservice.patch.lists import ABSENT
from modelservice.patch.merge_keys import fields_of
from modelservice.texts import as_text

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
            return _merge_with_directives(merger, path, base, patch)
    return _merge_fields(merger, path, dict(base), patch)


def _merge_with_directives(merger: Merger, path: Path, base: Map, patch: Map) -> Any:
    """Merge a map whose patch may hold directives: first those that take away, then the fields, then the orders."""
    action = map_directive(path, patch)
    if action == "delete":
        return REMOVED
    if action == "replace":
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
    return _in_order(path, merged, base, fields, orders) if orders else merged


def _in_order(path: Path, merged: Map, base: Map, fields: Map, orders: Map) -> Map:
    """Put the lists of a merged map into the orders that its patch asks for."""
    from modelservice.patch.order import ordered  # kubectl writes such orders, people do not  # noqa: PLC0415

    for field, order in orders.items():
        if merged.get(field) is not None:
            here = [*path, (field, fields_of(path[-1][1]).get(field))]
            merged[field] = ordered(here, merged[field], base.get(field), fields.get(field), order)
    return merged


def _merge_fields(merger: Merger, path: Path, merged: Map, fields: Map) -> Map:
    """Merge fields into a map that is ours to change; a null removes, and what is new comes without its nulls."""
    types = fields_of(path[-1][1])
    for key, value in fields.items():
        name = key if types or key in merged else _spelling(merged, key)
        old = merged.get(name)
        if value is None:
            new = REMOVED
        elif old is not None:
            new = merger.value_strategy([*path, (name, types.get(name))], old, value)
        elif is_plain(value):
            new = value
        else:
            absent = {} if isinstance(value, dict) else ABSENT
            new = merger.value_strategy([*path, (name, types.get(name))], absent, value)
        if new is REMOVED:
            merged.pop(name, None)
        else:
            merged[name] = new
    return merged


def _spelling(base: Map, key: Any) -> Any:
    """Return the key as the target has it: for kustomize, `6443:` and `"6443":` are the same."""
    for known in base:
        if type(known) is not type(key) and as_text(known) == as_text(key):
            return known
    return key
