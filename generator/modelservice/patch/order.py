"""The order that `$setElementOrder` asks for."""

from __future__ import annotations

from modelservice.patch.directives import PATCH, SET_ORDER
from modelservice.patch.errors import PatchError, place
from modelservice.patch.items import fits, identities, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.patch.errors import Path
    from modelservice.patch.items import Identity

__all__ = ["ordered"]


def ordered(path: Path, merged: Any, live: Any, patch: Any, order: Any) -> Any:
    """Return a merged list in the order of its `$setElementOrder`, as kubectl does (normalizeElementOrder).

    The listed items stand in that order. The others keep the order of the target's list (`live`), each before the first
    listed item that it came before there. Every item that the patch gives must be listed, in the patch's order.
    """
    if not isinstance(merged, list) or not isinstance(order, list):
        raise PatchError(place(path), f"{SET_ORDER} takes and sorts a list, not {order!r} for {merged!r}")
    ranks = _identities(path, order, SET_ORDER)
    _check(path, [item for item in patch or () if not (isinstance(item, dict) and PATCH in item)], ranks)
    live_ranks = {identity: rank for rank, identity in enumerate(_identities(path, live or [], "the target"))}
    listed, others = [], []
    for item, identity in zip(merged, _identities(path, merged, "the list"), strict=True):
        rank = _rank(identity, ranks)
        if rank is None:
            others.append((item, live_ranks.get(identity, len(live_ranks))))
        else:
            listed.append((rank, live_ranks.get(identity, -1), item))
    listed.sort(key=lambda entry: entry[0])
    result = []
    for _, live_rank, item in listed:
        while others and others[0][1] < live_rank:
            result.append(others.pop(0)[0])
        result.append(item)
    return result + [item for item, _ in others]


def _check(path: Path, patch: list[Any], ranks: list[Identity]) -> None:
    """Raise if the patch gives an item that is not listed, or items in another order."""
    found = [_rank(identity, ranks) for identity in _identities(path, patch, "the patch")]
    if None in found or found != sorted(found):  # type: ignore[type-var]
        raise PatchError(place(path), f"{SET_ORDER} must list every item of the patch, and in the order of the patch")


def _rank(identity: Identity, ranks: list[Identity]) -> int | None:
    """Return the position of the first listed item that may be this one: kubectl lists the first key only."""
    return next((rank for rank, listed in enumerate(ranks) if fits(identity, listed)), None)


def _identities(path: Path, items: list[Any], whose: str) -> list[Identity]:
    """Return the identities of maps by the list's keys, and of plain values by their text."""
    schema = path[-1][1]
    keys = schema[1:] if type(schema) is list else []
    if keys:
        return identities(path, items, keys, whose)
    if any(isinstance(item, (dict, list)) for item in items):
        raise PatchError(place(path), f"{SET_ORDER} cannot tell the items of this list apart: it has no merge keys")
    return [(text(item),) for item in items]
