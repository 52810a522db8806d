"""The directives of a strategic merge patch: `$patch`, `$retainKeys`, `$deleteFromPrimitiveList`, `$setElementOrder`.

What they mean is what kubectl makes of them (apimachinery, pkg/util/strategicpatch). kustomize knows only `$patch`, and
copies the others into its output.
"""

from __future__ import annotations

from modelservice.patch.errors import PatchError, place
from modelservice.texts import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from modelservice.patch.errors import Path

__all__ = [
    "DELETE_VALUES",
    "PATCH",
    "REMOVED",
    "RETAIN_KEYS",
    "SET_ORDER",
    "directive_field",
    "is_directive",
    "is_plain",
    "list_directive",
    "map_directive",
    "refuse_directives",
    "retained",
    "without",
]

PATCH = "$patch"
RETAIN_KEYS = "$retainKeys"
DELETE_VALUES = "$deleteFromPrimitiveList"
SET_ORDER = "$setElementOrder"
DIRECTIVES = (PATCH, RETAIN_KEYS, DELETE_VALUES, SET_ORDER)
ACTIONS = ("merge", "replace", "delete")

REMOVED: Any = type("Removed", (), {"__slots__": ()})()
"""Stands where a value would, and says that there is none: the patch removed it."""


def is_directive(key: object) -> bool:
    """Tell a directive from a field: other names with a dollar sign are fields, such as `$ref` in a JSON schema."""
    return type(key) is str and key[:1] == "$" and key.partition("/")[0] in DIRECTIVES


def is_plain(value: object) -> bool:
    """Say whether a value holds no null and nothing that may be a directive, so that it can be taken as it is."""
    if isinstance(value, dict):
        for key, child in value.items():
            if child is None or type(key) is not str or key[:1] == "$":
                return False
            if isinstance(child, (dict, list)) and not is_plain(child):
                return False
    elif isinstance(value, list):
        for child in value:
            if child is None or (isinstance(child, (dict, list)) and not is_plain(child)):
                return False
    return True


def directive_field(path: Path, directive: str) -> str:
    """Return the field that a directive is about, such as `env` for `$setElementOrder/env`."""
    name, _, field = directive.partition("/")
    if not field:
        raise PatchError(place(path), f"{directive} names no field: write {name}/FIELD")
    return field


def map_directive(path: Path, patch: Mapping[Any, Any]) -> str:
    """Return what the `$patch` of a map asks for: `replace`, `delete`, or the `merge` that happens anyway."""
    action = patch.get(PATCH, "merge")
    if action not in ACTIONS:
        raise PatchError(place(path), f"$patch: {action} is unknown; a map takes {', '.join(ACTIONS)}")
    return str(action)


def list_directive(path: Path, patch: list[Any]) -> tuple[str, list[Any], list[Any]]:
    """Return what a merged list is asked to do, the items that it shall delete, and the other items.

    The list itself is meant by an item that is only a `$patch`, at any position. Beside other fields, `$patch: delete`
    is about the item with the same keys.
    """
    actions: list[Any] = []
    deleted: list[Any] = []
    for item in patch:
        if isinstance(item, dict) and PATCH in item:
            break
    else:
        return "merge", deleted, patch
    items: list[Any] = []
    for item in patch:
        if not isinstance(item, dict) or PATCH not in item:
            items.append(item)
        elif len(item) == 1:
            actions.append(item[PATCH])
        elif item[PATCH] == "replace":
            raise PatchError(
                place(path),
                "$patch: replace in an item is ignored by kustomize and replaces the whole list in kubectl; to replace"
                " one item, give it twice, once with `$patch: delete` and once as it shall be; to replace the list, add"
                " an item that is only `$patch: replace`",
            )
        else:
            (deleted if item[PATCH] == "delete" else items).append(item)
    if not actions:
        return "merge", deleted, items
    if actions[0] not in ACTIONS or any(action != actions[0] for action in actions):
        found = " and ".join(f"$patch: {action}" for action in actions)
        raise PatchError(place(path), f"{found}: a list takes one of {', '.join(ACTIONS)}")
    return actions[0], deleted, items


def refuse_directives(path: Path, patch: object) -> None:
    """Raise for a directive in a list that is replaced whole, which kustomize and kubectl both print.

    Nothing is merged there, so the directive is a mistake: mostly the list is believed to be merged.
    """
    if isinstance(patch, dict):
        for key in patch:
            if is_directive(key):
                raise PatchError(
                    place(path),
                    f"{key} means nothing in a list that has no merge keys, as the patch's list replaces it whole: leave"
                    " it out, or give merge keys for this kind",
                )
        patch = list(patch.values())
    if isinstance(patch, list):
        for child in patch:
            if isinstance(child, (dict, list)):
                refuse_directives(path, child)


def retained(path: Path, base: Mapping[Any, Any], patch: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return the fields of a map that `$retainKeys` keeps; the patch may set no field that it does not keep."""
    kept = patch[RETAIN_KEYS]
    if not isinstance(kept, list) or not all(isinstance(key, str) for key in kept):
        raise PatchError(place(path), f"{RETAIN_KEYS} takes a list of field names, not {cut(repr(kept))}")
    for key, value in patch.items():
        if value is not None and not is_directive(key) and key not in kept:
            raise PatchError(place(path), f"the patch sets {key}, which its {RETAIN_KEYS} does not keep: add it there")
    return {key: value for key, value in base.items() if key in kept}


def without(path: Path, values: object, unwanted: object) -> list[Any]:
    """Return a list of plain values without those that `$deleteFromPrimitiveList` names."""
    if not isinstance(unwanted, list) or any(isinstance(value, (dict, list)) for value in unwanted):
        raise PatchError(place(path), f"{DELETE_VALUES} takes a list of plain values, not {cut(repr(unwanted))}")
    if not isinstance(values, list):
        raise PatchError(place(path), f"{DELETE_VALUES} is for a list, and the target has {cut(repr(values))}")
    return [value for value in values if value not in unwanted]
