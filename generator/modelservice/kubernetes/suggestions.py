"""What may have been meant: the nearest of what is known. Loaded only for what is wrong."""

from __future__ import annotations

import difflib

from modelservice.kubernetes.types import type_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelservice.kubernetes.types import Type

    Path = tuple[str | int, ...]


def nearest(text: str, choices: Iterable[str]) -> str:
    """The end of a message: the choice that ``text`` looks like, or nothing."""
    found = closest(text, choices)
    return f"; did you mean {found}?" if found else ""


def closest(text: str, choices: Iterable[str]) -> str:
    """The choice that ``text`` looks like, or nothing; case counts last."""
    by_lower = {choice.lower(): choice for choice in choices if choice}
    found = difflib.get_close_matches(text.lower()[:100], by_lower, 1, 0.7)
    return by_lower[found[0]] if found else ""


def unknown(key: str, kind: Type, above: list[tuple[Path, Type]], field: str) -> tuple[str, str]:
    """What to say of a field that ``kind`` does not have, and the field that was meant, if one is clear.

    ``above`` are the types around it with their paths, outermost first; ``field`` is the one that holds it.
    """
    bare = kind.name.rpartition(".")[2]
    meant = closest(key, kind.words)
    if meant.lower() == key.lower():
        return f"is no field of {bare}; did you mean {meant}?", meant
    place = _elsewhere(key, above, field)
    if place is not None:
        return f"is no field of {bare}; it belongs to {place or 'the top'}", ""
    if meant:
        return f"is no field of {bare}; did you mean {meant}?", meant
    below = [name for name, word in kind.words.items() if _has(word, key)]
    if below:
        return f"is no field of {bare}; it belongs into {' or '.join(below[:3])}", ""
    if not kind.words:
        return f"is no field of {bare}, which has none", ""
    return f"is no field of {bare}; it has {', '.join(sorted(kind.words))}", ""


def _elsewhere(key: str, above: list[tuple[Path, Type]], field: str) -> str | None:
    """Where ``key`` is a field: in what is around, or in a part of that of the same name; None where it is in neither."""
    for path, outer in reversed(above):
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
        if key in outer.words:
            return place
        if _has(outer.words.get(field, ""), key):
            return f"{place}.{field}" if place else field
    return None


def _has(word: str, key: str) -> bool:
    """Whether what ``word`` names is a type with a field ``key``."""
    if not word[:1].isupper():
        return False
    kind = type_named(word)
    return kind is not None and key in kind.words
