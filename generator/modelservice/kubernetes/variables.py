"""Variables whose values refer to others: Kubernetes fills in ``$(NAME)`` only of what comes before, and leaves the rest as text."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")  # of $$(NAME) the first $ takes the meaning of the second


def references(value: Any) -> list[str]:
    """The names of the variables that ``value`` refers to, if it is text."""
    return [name for name in _REFERENCE.findall(value) if name] if isinstance(value, str) else []


def referred_first(variables: dict[str, Any], fixed: Iterable[str] = ()) -> list[str]:
    """The names of ``variables`` in their order, but each behind those that its value refers to, as far as that goes.

    Those that are ``fixed`` keep their order, which comes first; what they refer to, directly or by others, goes before the first that
    does, and all the rest behind them.
    """
    kept = dict.fromkeys(name for name in fixed if name in variables)
    ordered: dict[str, None] = {}
    waiting = [*reversed(kept or variables)]
    open_: set[str] = set()  # whose references are being looked at: two may refer to one another
    while waiting:
        name = waiting[-1]
        if name in ordered:  # as another needed it first
            waiting.pop()
            continue
        needed = [other for other in references(variables[name]) if other in variables and other not in kept and other not in ordered]
        if needed and name not in open_:
            open_.add(name)
            waiting += needed
        else:
            ordered[waiting.pop()] = None
    return [*ordered, *(name for name in variables if name not in ordered)]
