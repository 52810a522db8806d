"""Strategic merge patch: deepmerge walks over two objects, with our rules for maps and lists.

The rules are those of kustomize's patch transformer (kyaml/yaml/merge2 and kyaml/yaml/walk of kustomize 5.8.1). Where it
loses something without a word, this does what kubectl does (apimachinery, pkg/util/strategicpatch), or refuses.
"""

from __future__ import annotations

from deepmerge.merger import Merger

from modelservice.patch.directives import REMOVED
from modelservice.patch.errors import PatchError, place
from modelservice.patch.lists import merge_list
from modelservice.patch.maps import merge_map
from modelservice.patch.merge_keys import type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from modelservice.patch.errors import Path
    from modelservice.patch.merge_keys import MergeKeys

__all__ = ["StrategicMerger", "strategic_merge"]


def strategic_merge(
    target: dict[str, Any],
    patch: dict[str, Any],
    *,
    new_items: Literal["prepend", "append"] = "prepend",
    merge_keys: MergeKeys | None = None,
) -> dict[str, Any] | None:
    """Return an object with a strategic merge patch applied to it, or None if the patch deletes it.

    Neither argument is changed. Only the maps and lists on the way to a change are copied, the result shares the rest
    with both arguments: treat all three as read-only.

    `new_items` says where a merged list gets its new items. `prepend` is what kustomize does: the patch's items come
    first, in their order, those that the target already had among them. With `append` the target's items keep their
    places and new ones follow.

    `merge_keys` adds to the lists that are known to merge, for custom resources: a mapping from `group/Kind` to paths of
    fields, where `[]` after a list stands for its items, and each path to the keys of a merged list or to the name of a
    Kubernetes type:

        {"example.com/Cache": {"spec.shards": ["name"], "spec.shards[].template": "PodTemplateSpec"}}

    Raises PatchError, which names the path, for a patch or merge keys that cannot be applied.
    """
    merger = _MERGERS.get(new_items)
    if merger is None:
        raise ValueError(f"new_items is 'prepend' or 'append', not {new_items!r}")
    for name, value in (("target", target), ("patch", patch)):
        if not isinstance(value, dict):
            raise PatchError("(root)", f"the {name} is not a map: {value!r}")
    path: Path = [("", type_of(target, patch, merge_keys))]
    merged = merger.value_strategy(path, target, patch)
    return None if merged is REMOVED else merged


def _patch_wins(_merger: Merger, path: Path, base: Any, patch: Any) -> Any:
    """Return the patch's scalar, of whatever type; a map, a list and a scalar never replace one another.

    kustomize's rule ("wrong node kind"); kubectl replaces without a word.
    """
    if isinstance(base, (dict, list)) or isinstance(patch, (dict, list)):
        raise PatchError(
            place(path),
            f"the patch has {_kind(patch)} where the target has {_kind(base)}: to change its kind, remove it with null in"
            " a patch of its own first",
        )
    return patch


def _kind(value: object) -> str:
    return "a map" if isinstance(value, dict) else "a list" if isinstance(value, list) else f"the value {value!r}"


class StrategicMerger(Merger):
    """A deepmerge Merger with the rules of strategic merge; its paths carry the schema (see errors.Path)."""

    def __init__(self, *, append: bool) -> None:
        super().__init__([(dict, merge_map), (list, merge_list)], [_patch_wins], [_patch_wins])
        self.append = append


_MERGERS = {"prepend": StrategicMerger(append=False), "append": StrategicMerger(append=True)}
