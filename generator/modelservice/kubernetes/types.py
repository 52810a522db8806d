"""The types of Kubernetes' objects, read from the data files beside this one when they are first asked for.

A field is described by a word, as generator/tasks/kubernetes_fields.py explains them, and perhaps by a limit (limits.py). Out of both comes
what the walk over an object calls: ``str`` or ``bool`` where the value's class says it all, else a function.
"""

from __future__ import annotations

import json
import os

from modelservice.kubernetes.checkers import checker
from modelservice.kubernetes.rules import rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.kubernetes.checkers import Checker
    from modelservice.kubernetes.rules import Rule

    Map = dict[str, Any]

FILES = ("fields.json", "custom_resources.json", "more_fields.json")  # the last is only read for what the others lack
_TABLES: Map = {}
_TYPES: dict[str, Type | None] = {}


class Type:
    """A type: its fields, which of them it needs, the rules for its values; keys of its lists, and since when it has the newer fields."""

    __slots__ = ("fields", "keys", "name", "required", "rules", "since")

    def __init__(self, name: str, fields: dict[str, Checker], required: tuple[str, ...], rules: tuple[Rule, ...]) -> None:
        self.name, self.fields, self.required, self.rules = name, fields, required, rules
        self.keys: dict[str, list[str]] = look_up("keys", name, {})
        self.since: Map = look_up("since", name, {})


def table(name: str) -> Map:
    """The content of a data file; read once, never to be changed."""
    if name not in _TABLES:
        with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
            _TABLES[name] = json.load(file)
    content: Map = _TABLES[name]
    return content


def look_up(section: str, key: str, default: Any = None) -> Any:
    """An entry of a section of the data files, or ``default``."""
    for name in FILES:
        entries = table(name).get(section, {})
        if key in entries:
            return entries[key]
    return default


def type_of(api_version: str, kind: str) -> Type | None:
    """The type of a kind, or None where the data has none."""
    name = look_up("kinds", f"{api_version}/{kind}")
    return type_named(name) if name else None


def type_named(name: str) -> Type | None:
    """The type of this name, or None where the data has none."""
    if name not in _TYPES:
        fields = look_up("types", name)
        _TYPES[name] = None if fields is None else _made(name, fields)
    return _TYPES[name]


def is_custom(api_version: str, kind: str) -> bool:
    """Whether a kind is a custom resource that the data describes."""
    return f"{api_version}/{kind}" in table("custom_resources.json")["kinds"]


def _made(name: str, words: dict[str, str]) -> Type:
    by_hand = table("limits.json")
    limits = by_hand["limits"].get(name) or look_up("limits", name, {})
    fields: dict[str, Checker] = {field: checker(word, limits.get(field)) for field, word in words.items()}
    documented, optional = look_up("required", name, []), by_hand["optional"].get(name, ())
    required = tuple(dict.fromkeys(field for field in [*documented, *by_hand["required"].get(name, [])] if field not in optional))
    return Type(name, fields, required, rules_of(name))
