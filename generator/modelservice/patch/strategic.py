"""Strategic merge patch: deepmerge walks through two objects, with our rules for maps, lists and scalars.

The rules are those of kustomize's patch transformer (kyaml/yaml/merge2 and kyaml/yaml/walk of kustomize 5.8.1), save where it
loses or leaks something without a word. There this does what kubectl does (apimachinery, pkg/util/strategicpatch), or refuses:

- Items without their key are refused in a list that is patched, and stay in one that is not; kustomize drops them, or others.
- Items of the target with the same key stay, and the first is patched; kustomize keeps the last. In the patch they apply in
  turn; kustomize takes the first.
- An item that lacks the second key (`protocol`) on one side is matched by the first, or refused if that is ambiguous; kustomize
  loses the patch's fields.
- `$patch: replace` of an item is refused; kustomize ignores it. Of the object itself it replaces; kustomize ignores that too.
- A list's `$patch` is carried out where the target has no list, and behind an item's `$patch`; kustomize prints it. An item with the
  same `$patch` as its list is merged; kustomize drops it.
- `$setElementOrder`, `$deleteFromPrimitiveList` and `$retainKeys` are carried out; kustomize prints them.
- A directive in a list that is replaced is refused, and so is an unknown `$patch` in a new map; kustomize prints both.
- Scalars keep their type; kustomize makes `5` a text where it replaces a quoted text.
- Merge keys are those of Kubernetes 1.25 to 1.37, in all versions of a kind, and of some custom resources; kustomize's are those
  of 1.21.2, in the versions that it knew.
"""

from __future__ import annotations

from deepmerge.merger import Merger

from modelservice.patch.directives import REMOVED
from modelservice.patch.errors import PatchError, place
from modelservice.patch.lists import append_list, prepend_list
from modelservice.patch.maps import merge_map
from modelservice.patch.merge_keys import type_of
from modelservice.texts import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from modelservice.patch.errors import Path
    from modelservice.patch.merge_keys import MergeKeys

__all__ = ["strategic_merge"]


def strategic_merge(
    target: dict[str, Any],
    patch: dict[str, Any],
    *,
    new_items: Literal["prepend", "append"] = "prepend",
    merge_keys: MergeKeys | None = None,
) -> dict[str, Any] | None:
    """Return an object with a strategic merge patch applied to it, or None if the patch deletes it.

    Neither argument is changed. Only the maps and lists on the way to a change are copied, and the result shares the rest
    with both arguments: treat all three as read-only.

    `new_items` says where a merged list gets its new items. `prepend` is what kustomize does: the patch's items come first,
    in their order, those that the target already had among them (where several keys tell items apart, as for ports, only
    those that it did not have). With `append` the target's items keep their places, and new ones follow.

    `merge_keys` tells which lists of a custom resource merge, beyond those that are known. It maps `group/Kind` to the
    paths of fields, where `[]` after a list stands for its items, and a path to the keys of its list, or to the name of a
    Kubernetes type that is found there:

        {"example.com/Cache": {"spec.shards": ["name"], "spec.shards[].template": "PodTemplateSpec"}}

    Raises PatchError, which names the path, for a patch or merge keys that cannot be applied.
    """
    merger = _MERGERS.get(new_items)
    if merger is None:
        raise ValueError(f"new_items is 'prepend' or 'append', not {new_items!r}")
    for name, value in (("target", target), ("patch", patch)):
        if not isinstance(value, dict):
            raise PatchError("(root)", f"the {name} is not a map: {cut(repr(value))}")
    path: Path = [("", type_of(target, patch, merge_keys))]
    merged = merger.value_strategy(path, target, patch)
    return None if merged is REMOVED else merged


def _merge_scalar(_merger: Merger, path: Path, base: object, patch: object) -> object:
    """Return the patch's scalar, whatever the type of both; raise if only one of them is a scalar.

    A map, a list and a scalar never replace one another, as in kustomize ("wrong node kind"); in kubectl they do.
    """
    if isinstance(base, (dict, list)) or isinstance(patch, (dict, list)):
        raise PatchError(
            place(path),
            f"the patch has {_kind(patch)} where the target has {_kind(base)}; to change one into the other, remove it"
            " first, with null in a patch of its own",
        )
    return patch


def _kind(value: object) -> str:
    """Name what a value is, for a message."""
    return "a map" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"the value {cut(repr(value))}"


_MERGERS = {
    new_items: Merger([(dict, merge_map), (list, merge_list)], _merge_scalar, _merge_scalar)
    for new_items, merge_list in (("prepend", prepend_list), ("append", append_list))
}
"""Mergers of deepmerge with the rules of strategic merge; the paths that they hand on carry what is known of each place."""
