"""Which lists merge, and by which keys: the two data files, and what callers add for their own kinds.

A *type* maps the fields of an object to what is known of them: a type, inline or by its name, or for a list that merges
`[type of its items, key, …]`. A list of plain values has no keys, and `""` is a type of which nothing is known. Fields
without a merged list in or below them are left out: their maps merge anyway, their lists are replaced.

merge_keys.json, made by generator/tasks/merge_keys.py, has the `kinds` and `types` of Kubernetes. custom_resources.json is
written by hand, in the form that callers use (MergeKeys).
"""

from __future__ import annotations

import os

from modelservice.patch.errors import PatchError
from modelservice.texts import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Type = Mapping[str, Any]
    MergeKeys = Mapping[str, Mapping[str, str | Sequence[str]]]
    """For `group/Kind` and the path of a field: the keys of its list, or the name of the Kubernetes type found there."""

__all__ = ["fields_of", "type_of"]

UNKNOWN: dict[str, Any] = {}
_kinds: dict[str, Any] = {}
_types: dict[str, dict[str, Any]] = {}
_custom_resources: dict[str, dict[str, Any]] = {}


def type_of(target: Mapping[str, Any], patch: Mapping[str, Any], merge_keys: MergeKeys | None = None) -> Type:
    """Return the type of an object: by the kind of the target, or if that is unknown, by the kind of the patch.

    All versions of a kind are one type. Of a kind that is unknown, every list is replaced, as in kustomize.
    """
    for name in merge_keys or ():
        if name.count("/") > 1:
            raise PatchError(f"merge keys of {name}", "a kind is written group/Kind, without its version")
    for thing in (target, patch):
        kind = thing.get("kind")
        version = thing.get("apiVersion")
        if isinstance(kind, str) and isinstance(version, str):
            group, slash, _ = version.partition("/")
            known = _type(f"{group}/{kind}" if slash else kind, merge_keys)
            if known is not None:
                return known
    return UNKNOWN


def fields_of(schema: Any) -> Type:
    """Return the fields of a type given inline or by its name; of anything else, nothing is known."""
    if type(schema) is str:
        schema = _types.get(schema)
    return schema if isinstance(schema, dict) else UNKNOWN


def _type(name: str, merge_keys: MergeKeys | None) -> Type | None:
    """Return what is known of a kind, by its `group/Kind`, or its `Kind` in the core group."""
    if not _kinds:
        _load()
    known = _kinds.get(name)
    if known is None and name in _custom_resources:
        known = _kinds[name] = _extended(name, UNKNOWN, _custom_resources[name])
    if merge_keys and name in merge_keys:
        known = _extended(name, fields_of(known), merge_keys[name])
    return None if known is None else fields_of(known)


def _load() -> None:
    """Read the data files, which is done once and only if it is needed."""
    import json  # noqa: PLC0415 - who only imports the package need not pay for it

    folder = os.path.dirname(__file__)
    with open(os.path.join(folder, "merge_keys.json"), encoding="utf-8") as file:
        data = json.load(file)
    with open(os.path.join(folder, "custom_resources.json"), encoding="utf-8") as file:
        _custom_resources.update(json.load(file))
    _types.update(data["types"])
    _kinds.update(data["kinds"])


def _extended(kind: str, known: Type, paths: Mapping[str, Any]) -> dict[str, Any]:
    """Return a type with more merge keys, given by the paths of their fields; the type itself is not changed."""
    if not isinstance(paths, dict):
        raise PatchError(f"merge keys of {kind}", f"this is a map from paths of fields to keys, not {cut(repr(paths))}")
    extended = dict(known)
    for path in sorted(paths):  # so a list comes before what is below its items
        *parents, name = path.split(".")
        fields = extended
        for parent in parents:
            fields = _below(kind, path, fields, parent)
        fields[name] = _declared(kind, path, paths[path])
    return extended


def _below(kind: str, path: str, fields: dict[str, Any], step: str) -> dict[str, Any]:
    """Return the fields below one step of a path: a copy that may be changed and stands in its place already."""
    name = step.removesuffix("[]")
    known = fields.get(name)
    below: dict[str, Any]
    if name == step:
        below = fields[name] = dict(fields_of(known))
    elif isinstance(known, list):
        below = dict(fields_of(known[0]))
        fields[name] = [below, *known[1:]]
    else:
        raise PatchError(f"merge keys of {kind}", f"{path} is below {step}, the items of a list without merge keys")
    return below


def _declared(kind: str, path: str, value: Any) -> Any:
    """Return what is declared for a path, once it is found to be the keys of a list or the name of a type."""
    if isinstance(value, str) and value in _types:
        return value
    if isinstance(value, (list, tuple)) and all(isinstance(key, str) and key for key in value):
        return ["", *value]
    raise PatchError(
        f"merge keys of {kind}",
        f"{path} is {cut(repr(value))}, which is neither a list of keys, such as [name], nor a type of Kubernetes with merged lists,"
        " such as PodTemplateSpec",
    )
