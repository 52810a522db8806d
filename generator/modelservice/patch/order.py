"""The order that `$setElementOrder` asks for."""

from __future__ import annotations

from modelservice.patch.directives import PATCH, SET_ORDER
from modelservice.patch.errors import PatchError, place
from modelservice.patch.items import fits, identities
from modelservice.texts import as_text, cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.patch.errors import Path
    from modelservice.patch.items import Identity

__all__ = ["ordered"]


def ordered(path: Path, merged: Any, target: Any, patch: Any, order: Any) -> Any:
    """Return a merged list in the order of its `$setElementOrder`, as kubectl does (normalizeElementOrder).

    The listed items stand in that order. The others keep the order of the target's list, each before the first listed
    item that it came before there. Every item that the patch gives must be listed, in the order of the patch.
    """
    if not isinstance(merged, list) or not isinstance(order, list):
        raise PatchError(place(path), f"{SET_ORDER} is a list that orders a list, not {cut(repr(order))} for {cut(repr(merged))}")
    if not order:
        return merged
    wanted = _identities(path, order, SET_ORDER)
    given = [item for item in patch or () if not (isinstance(item, dict) and item.get(PATCH))]
    given_ranks = [_rank(identity, wanted) for identity in _identities(path, given, "the patch")]
    if -1 in given_ranks or given_ranks != sorted(given_ranks):
        raise PatchError(place(path), f"{SET_ORDER} must list every item of the patch, in the order of the patch")
    known = _identities(path, target or [], "the target")
    ranked = [
        (_rank(identity, wanted), _rank(identity, known), item)
        for item, identity in zip(merged, _identities(path, merged, "the list"), strict=True)
    ]
    others = [(known_rank, item) for rank, known_rank, item in ranked if rank < 0]
    result = []
    for _, known_rank, item in sorted((entry for entry in ranked if entry[0] >= 0), key=lambda entry: entry[0]):
        while others and others[0][0] < known_rank:
            result.append(others.pop(0)[1])
        result.append(item)
    return result + [item for _, item in others]


def _rank(identity: Identity, identities: list[Identity]) -> int:
    """Return the position of an item among others, or -1; those that kubectl lists have their first key only."""
    return next((rank for rank, other in enumerate(identities) if fits(identity, other)), -1)


def _identities(path: Path, items: list[Any], whose: str) -> list[Identity]:
    """Return the identities of maps by the keys of their list, and of plain values by their text."""
    schema = path[-1][1]
    keys = schema[1:] if type(schema) is list else []
    if keys:
        return identities(path, items, keys, whose)
    if any(isinstance(item, (dict, list)) for item in items):
        raise PatchError(place(path), f"{SET_ORDER} needs a list with merge keys or of plain values, and this is neither")
    return [as_text(item) for item in items]
