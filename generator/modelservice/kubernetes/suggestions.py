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


def unknown(key: str, kind: Type, above: list[tuple[Path, Type]]) -> tuple[str, str]:
    """What to say of a field that ``kind`` does not have, and the field that was meant, if one is clear.

    ``above`` are the types around it with their paths, outermost first.
    """
    found = closest(key, kind.words)
    bare = kind.name.rpartition(".")[2]
    if found:
        return f"is no field of {bare}; did you mean {found}?", found
    for path, outer in reversed(above):
        if key in outer.words:
            return f"is no field of {bare}; it belongs to {'.'.join(map(str, path)) or 'the top'}", ""
    below = [field for field, word in kind.words.items() if _has(word, key)]
    if below:
        return f"is no field of {bare}; it belongs into {' or '.join(below[:3])}", ""
    if not kind.words:
        return f"is no field of {bare}, which has none", ""
    return f"is no field of {bare}; it has {', '.join(sorted(kind.words))}", ""


def _has(word: str, key: str) -> bool:
    """Whether what ``word`` names is a type with a field ``key``."""
    if not word[:1].isupper():
        return False
    kind = type_named(word)
    return kind is not None and key in kind.words
