"""What holds for every target and every patch, shown on random ones that are mostly nonsense."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from typing import Any, Literal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelservice.patch import PatchError, strategic_merge

SCALARS = st.one_of(st.none(), st.booleans(), st.sampled_from([1, 53, 2.5]), st.sampled_from(["a", "b", "c", "53", "true"]))
NAMES = st.sampled_from(["spec", "template", "metadata", "containers", "env", "ports", "args", "finalizers", "name", "image", "protocol"])
DIRECTIVES = {
    "$patch": st.sampled_from(["merge", "replace", "delete", "delete", "other"]),
    "$retainKeys": st.lists(NAMES, max_size=4),
    "$deleteFromPrimitiveList/finalizers": st.lists(SCALARS, max_size=2),
    "$setElementOrder/containers": st.lists(st.fixed_dictionaries({"name": st.sampled_from("abc")}), max_size=3),
}
HEAD = {"apiVersion": "apps/v1", "kind": "Deployment"}


def items(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return items as merged lists have them, mostly."""
    fields = {"image": values, "env": values, "ports": values, "$patch": st.just("delete")}
    named = st.fixed_dictionaries({"name": st.sampled_from("abc")}, optional=fields)
    port = st.fixed_dictionaries({"containerPort": st.sampled_from([53, 80])}, optional={"protocol": st.sampled_from(["TCP", "UDP"])})
    return st.one_of(named, named, port, values)


def maps(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return maps of known and unknown fields, some with directives."""
    plain = st.dictionaries(NAMES, values, max_size=4)
    return st.one_of(plain, plain, st.builds(lambda fields, more: fields | more, plain, st.fixed_dictionaries({}, optional=DIRECTIVES)))


PATCHES = maps(st.recursive(SCALARS, lambda values: st.one_of(maps(values), st.lists(items(values), max_size=3)), max_leaves=20))


def without_directives(value: Any) -> Any:
    """Return a patch's value as a target could have it."""
    if isinstance(value, dict):
        return {key: without_directives(child) for key, child in value.items() if not key.startswith("$")}
    return [without_directives(item) for item in value] if isinstance(value, list) else value


TARGETS = st.builds(lambda value: without_directives(value) | HEAD, PATCHES)
ORDERS = st.sampled_from(["prepend", "append"])


@settings(deadline=None)
@given(TARGETS, PATCHES, ORDERS)
def test_arguments_never_change(target: dict[str, Any], patch: dict[str, Any], order: Any) -> None:
    """A merge leaves its arguments as they are, also one that fails, and fails with a PatchError only."""
    before = deepcopy((target, patch))
    with suppress(PatchError):
        strategic_merge(target, patch, new_items=order)
    assert (target, patch) == before


@settings(deadline=None)
@given(TARGETS, ORDERS)
def test_empty_patch_changes_nothing(target: dict[str, Any], order: Any) -> None:
    """The patch `{}` is the identity."""
    assert strategic_merge(target, {}, new_items=order) == target


@settings(deadline=None)
@given(TARGETS, PATCHES, ORDERS)
def test_no_directive_is_left(target: dict[str, Any], patch: dict[str, Any], order: Any) -> None:
    """What a patch says to the merge never becomes part of the result."""
    try:
        result = strategic_merge(target, patch, new_items=order)
    except PatchError:
        return
    assert '"$' not in json.dumps(result)


@settings(deadline=None)
@given(TARGETS, PATCHES, ORDERS)
def test_twice_is_once(target: dict[str, Any], patch: dict[str, Any], order: Any) -> None:
    """A patch changes nothing any more where it was applied before.

    Two patches are not like that: a deleted list is absent, and gets the items that the patch may also give; and a list
    that the target lacks is taken over with items of the same key, which merge the next time.
    """
    assume("$patch" not in json.dumps(patch) and not has_duplicates(patch))
    try:
        once = strategic_merge(target, patch, new_items=order)
        assert once is not None
        twice = strategic_merge(once, patch, new_items=order)
    except PatchError:
        return
    assert twice == once


def has_duplicates(value: Any) -> bool:
    """Say whether a list anywhere has two items with the same name, number or value."""
    if isinstance(value, dict):
        return any(has_duplicates(child) for child in value.values())
    if not isinstance(value, list):
        return False
    keys = [str(item.get("name", item.get("containerPort"))) if isinstance(item, dict) else str(item) for item in value]
    return len(set(keys)) < len(keys) or any(has_duplicates(item) for item in value)


@settings(deadline=None)
@given(TARGETS, PATCHES)
def test_order_is_all_that_new_items_changes(target: dict[str, Any], patch: dict[str, Any]) -> None:
    """Both ways of merging give the same items, or both refuse."""
    results: list[Any] = []
    orders: tuple[Literal["prepend"], Literal["append"]] = ("prepend", "append")
    for order in orders:
        try:
            results.append(unordered(strategic_merge(target, patch, new_items=order)))
        except PatchError as error:
            results.append(str(error))
    assert results[0] == results[1]


def unordered(value: Any) -> Any:
    """Return a value whose lists are sorted."""
    if isinstance(value, dict):
        return {key: unordered(child) for key, child in value.items()}
    return sorted((unordered(item) for item in value), key=repr) if isinstance(value, list) else value


@settings(deadline=None)
@given(TARGETS, PATCHES)
def test_nothing_is_copied_that_the_patch_does_not_mention(target: dict[str, Any], patch: dict[str, Any]) -> None:
    """Fields that the patch does not mention are the target's own objects."""
    assume("$patch" not in patch and "$retainKeys" not in patch)
    try:
        result = strategic_merge(target, patch)
    except PatchError:
        return
    assert result is not None
    mentioned = patch.keys() | {key.partition("/")[2] for key in patch}
    assert all(result[key] is value for key, value in target.items() if key not in mentioned)
