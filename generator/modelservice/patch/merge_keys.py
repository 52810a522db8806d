"""Which lists are merged, and by which keys: the data files, and what callers add for their own kinds.

A *type* is a mapping from a field to what is known of it. What is known is a type, inline or by its name in
merge_keys.json, or for a merged list `[type of its items, key, …]`; a list of plain values has no keys, and a type without
merged lists is `""`. Fields without a merged list below them are not mentioned: their maps merge, their lists are
replaced. merge_keys.json is made by generator/tasks/merge_keys.py; custom_resources.json is written by hand, in the same
form that callers use (`MergeKeys`).
"""

from __future__ import annotations

import json
import os

from modelservice.patch.errors import PatchError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Type = Mapping[str, Any]
    MergeKeys = Mapping[str, Mapping[str, str | Sequence[str]]]

__all__ = ["fields_of", "type_of"]

NOTHING: dict[str, Any] = {}
_kinds: dict[str, Any] = {}
_types: dict[str, dict[str, Any]] = {}
_custom_resources: dict[str, dict[str, Any]] = {}


def type_of(target: Mapping[str, Any], patch: Mapping[str, Any], merge_keys: MergeKeys | None = None) -> Type:
    """Return the type of an object: that of the target's kind, or if nothing is known of it, that of the patch's kind.

    The versions of a kind are one type. A kind that is unknown on both sides has none of its lists merged, as in
    kustomize; that its maps still merge needs no type.
    """
    for thing in (target, patch):
        kind = thing.get("kind")
        version = thing.get("apiVersion")
        if isinstance(kind, str) and isinstance(version, str):
            group, slash, _ = version.partition("/")
            known = _known(f"{group}/{kind}" if slash else kind, merge_keys)
            if known is not None:
                return known
    return NOTHING


def fields_of(schema: Any) -> Type:
    """Return the fields of a type given inline or by name; of anything else, nothing is known."""
    if type(schema) is str:
        return _types.get(schema, NOTHING)
    return schema if type(schema) is dict else NOTHING


def _known(kind: str, merge_keys: MergeKeys | None) -> Type | None:
    """Return what is known of `group/Kind`, or `Kind` for those of the core group, with what the caller adds."""
    if not _kinds:
        _load()
    known = _kinds.get(kind)
    if known is None and kind in _custom_resources:
        known = _kinds[kind] = _extended(kind, NOTHING, _custom_resources[kind])
    if merge_keys and kind in merge_keys:
        return _extended(kind, fields_of(known), merge_keys[kind])
    return None if known is None else fields_of(known)


def _load() -> None:
    """Read both data files, once."""
    folder = os.path.dirname(__file__)
    with open(os.path.join(folder, "merge_keys.json"), encoding="utf-8") as file:
        data = json.load(file)
    with open(os.path.join(folder, "custom_resources.json"), encoding="utf-8") as file:
        _custom_resources.update(json.load(file))
    _types.update(data["types"])
    _kinds.update(data["kinds"])


def _extended(kind: str, known: Type, paths: Mapping[str, Any]) -> Type:
    """Return a type with more merge keys, given by the paths of their fields; `known` itself is not changed."""
    extended = dict(known)
    for path in sorted(paths):  # a list comes before what lies below its items
        *parents, name = path.split(".")
        fields = extended
        for parent in parents:
            fields = _below(kind, path, fields, parent)
        fields[name] = _declared(kind, path, paths[path])
    return extended


def _below(kind: str, path: str, fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the fields below one step of a path, as a copy that may be changed and is already in its place."""
    if not name.endswith("[]"):
        fields[name] = dict(fields_of(fields.get(name)))
        return fields[name]  # type: ignore[no-any-return]
    known = fields.get(name[:-2])
    if not isinstance(known, list):
        raise PatchError(f"merge keys of {kind}: {path}", f"{name} are items of a list that has no merge keys itself")
    items, *keys = known
    fields[name[:-2]] = [dict(fields_of(items)), *keys]
    return fields[name[:-2]][0]  # type: ignore[no-any-return]


def _declared(kind: str, path: str, value: Any) -> Any:
    """Check what is said of a path: the name of a type that Kubernetes has, or the keys of a list."""
    if isinstance(value, str) and value in _types:
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(key, str) and key for key in value):
        return ["", *value]
    raise PatchError(
        f"merge keys of {kind}: {path}",
        f"{value!r} is neither a list of keys, such as [name], nor a type of Kubernetes with merged lists, such as"
        " PodTemplateSpec",
    )
