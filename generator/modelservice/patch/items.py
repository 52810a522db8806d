"""Which item of the patch's list is which item of the target's, and how scalars are compared."""

from __future__ import annotations

from modelservice.patch.errors import PatchError, place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.patch.errors import Path

    Identity = str | tuple[str, ...]
    """The value of an item's key as text, or where a list has several keys all of them, "" for one that is missing."""

__all__ = ["fits", "identities", "one_sided", "text"]


def text(value: object) -> str:
    """Write a scalar as YAML does: kustomize takes `"53"` and `53` for the same key."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def identities(path: Path, items: Sequence[Any], keys: Sequence[str], whose: str) -> list[Any]:
    """Return the identity of every item, or raise for an item that has none.

    The first key must be there. The others are what makes it unique (`protocol` of a port) and may be left out. kustomize
    loses the items that have no key, and often all others with them; kubectl refuses them.
    """
    if len(keys) > 1:
        return [tuple(_values(path, item, keys, whose)) for item in items]
    key = keys[0]
    found = []
    for item in items:
        value = item.get(key) if isinstance(item, dict) else None
        found.append(value if type(value) is str else _values(path, item, keys, whose)[0])
    return found


def _values(path: Path, item: Any, keys: Sequence[str], whose: str) -> list[str]:
    """Return the values of an item's keys as text, "" for one that is missing."""
    values = [item.get(key, "") for key in keys] if isinstance(item, dict) and keys[0] in item else [None]
    if any(value is None or isinstance(value, (dict, list)) for value in values):
        raise PatchError(
            place(path),
            f"{whose} has an item without a proper {keys[0]}, {item!r}: this list is merged by {' and '.join(keys)};"
            " to replace it whole, add the item `$patch: replace`",
        )
    return [text(value) for value in values]


def fits(one: Any, other: Any) -> bool:
    """Say whether two items may be the same: their first keys are equal, and the others too or missing on one side."""
    if isinstance(one, str):
        return bool(one == other)
    return one[0] == other[0] and all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def one_sided(
    path: Path, known: list[Identity], wanted: list[Identity], keys: Sequence[str]
) -> dict[Identity, Identity]:
    """Return which items of the patch are items of the target although one of the two lacks a key, as 53 and 53/TCP.

    An item that both sides have exactly belongs to no other. kustomize means to match the rest but loses the patch's
    fields; kubectl looks at the first key alone, so 53/UDP overwrites 53/TCP. Where more than one item would do, either is
    a guess, so that is an error.
    """
    if len(keys) == 1 or set(wanted) <= set(known):
        return {}
    free = [identity for identity in known if identity not in wanted]
    loose = [identity for identity in dict.fromkeys(wanted) if identity not in known]
    same = {}
    for identity in loose:
        candidates = [other for other in free if fits(identity, other)]
        if candidates:
            rivals = [other for other in loose if fits(other, candidates[0])]
            if len(candidates) > 1 or len(rivals) > 1:
                raise PatchError(
                    place([*path, ((keys, identity), None)]),
                    f"may be more than one item, because {' or '.join(keys[1:])} is missing on one side: write it on both",
                )
            same[identity] = candidates[0]
    return same
