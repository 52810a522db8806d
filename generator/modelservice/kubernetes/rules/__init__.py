"""Rules: what Kubernetes' API server asks of a part of an object beyond the type of each field.

A rule is a function of one part, which has no nulls and only values of their types; it gives for each mistake the place in the part, and
what is wrong and what would be right. The modules are loaded when a type that has rules is first met.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Rule = Callable[[dict[str, Any]], Iterator[tuple[tuple[str | int, ...], str]]]

# type -> its rules, as module and function
RULES: dict[str, tuple[str, ...]] = {}


def rules_of(name: str) -> tuple[Rule, ...]:
    """The rules for a type."""
    found = []
    for rule in RULES.get(name, ()):
        module, _, function = rule.partition(".")
        found.append(getattr(import_module(f"{__name__}.{module}"), function))
    return tuple(found)
