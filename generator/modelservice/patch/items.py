"""Which item of the patch's list is which item of the target's."""

from __future__ import annotations

from modelservice.patch.errors import PatchError, place
from modelservice.texts import as_text, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from modelservice.patch.errors import Path

    Identity = str | tuple[str, ...]
    """The value of an item's key, as text; of several keys all of them, with "" for one that the item lacks."""

__all__ = ["fits", "identities", "matched"]


def identities(path: Path, items: Sequence[Any], keys: Sequence[str], whose: str) -> list[Identity]:
    """Return the identity of every item, or raise for an item that has none.

    The first key must be there; the others, such as the `protocol` of a port, may be left out. kustomize loses an item
    without its key, and often the other items with it; kubectl refuses it.
    """
    if len(keys) > 1:
        return [tuple(_values(path, item, keys, whose)) for item in items]
    key = keys[0]
    found: list[Identity] = []
    for item in items:
        value = item.get(key) if isinstance(item, dict) else None
        found.append(value if type(value) is str else _values(path, item, keys, whose)[0])
    return found


def _values(path: Path, item: Any, keys: Sequence[str], whose: str) -> list[str]:
    """Return the values of an item's keys, as text."""
    values = [item.get(key, "") for key in keys] if isinstance(item, dict) and keys[0] in item else [None]
    if any(value is None or isinstance(value, (dict, list)) for value in values):
        raise PatchError(
            place(path),
            f"{whose} has an item without a proper {keys[0]}, {cut(repr(item))}: this list is merged by {' and '.join(keys)};"
            " to replace it whole, add the item `$patch: replace`",
        )
    return [as_text(value) for value in values]  # for kustomize, "53" and 53 are the same key


def fits(one: Identity, other: Identity) -> bool:
    """Say whether two items may be the same: their first keys are equal, the others too or missing on one side."""
    if isinstance(one, str) or isinstance(other, str):
        return one == other
    return one[0] == other[0] and all(a == b or not a or not b for a, b in zip(one, other, strict=True))


def matched(path: Path, known: list[Identity], wanted: list[Identity], keys: Sequence[str]) -> list[Identity]:
    """Return the identities of the patch's items as the target has them, where one of the two lacks a key.

    So 53 is 53/TCP. Items that are equal on both sides belong to each other alone. kustomize means to match the rest, but
    loses the patch's fields; kubectl looks at the first key only, so 53/UDP overwrites 53/TCP. Where more than one item
    would do, any choice is a guess, so that is an error.
    """
    if len(keys) == 1:
        return wanted
    exactly = {*known} & {*wanted}
    free, loose = _by_first(known, exactly), _by_first(dict.fromkeys(wanted), exactly)
    same: dict[Identity, Identity] = {}
    for identity in (one for alike in loose.values() for one in alike):
        candidates = [other for other in free.get(identity[0], ()) if fits(identity, other)]
        rivals = [other for other in loose[identity[0]] if candidates and fits(other, candidates[0])]
        if len(candidates) > 1 or len(rivals) > 1:
            raise PatchError(
                place([*path, ((keys, identity), None)]),
                f"which item this is cannot be told, as {' or '.join(keys[1:])} is missing in the target or in the patch: write it in both",
            )
        if candidates:
            same[identity] = candidates[0]
    return [same.get(identity, identity) for identity in wanted]


def _by_first(identities: Iterable[Identity], exactly: set[Identity]) -> dict[str, list[Identity]]:
    """Return the identities by their first key, without those that both sides have."""
    found: dict[str, list[Identity]] = {}
    for identity in identities:
        if identity not in exactly:
            found.setdefault(identity[0], []).append(identity)
    return found
