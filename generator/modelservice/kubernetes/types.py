"""The types of Kubernetes' objects, read from the data files beside this one when they are first asked for.

A field is described by a word, as generator/tasks/kubernetes_fields.py explains them, and perhaps by a limit (limits.py). fields.json and
more_fields.json are made, limits.json and custom_resources.json kept by hand.
"""

from __future__ import annotations

import json
import os

from modelservice.kubernetes.checkers import checker, plain_class
from modelservice.kubernetes.rules import rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.kubernetes.checkers import Check

    Map = dict[str, Any]

FILES = ("fields.json", "custom_resources.json", "more_fields.json")  # the last is only read for what the others lack
_TABLES: Map = {}
_TYPES: dict[str, Type | None] = {}


class Type:
    """A type.

    ``words`` say what each field holds, ``required`` are the fields that it needs, ``rules`` those for its values; ``keys`` tell the
    items of its lists apart, ``since`` says when its newer fields came. Of the fields that were met, ``plain`` has the class of those for
    which any value of a class is right, ``checks`` what looks at a value.
    """

    __slots__ = ("_limits", "checks", "keys", "name", "plain", "required", "rules", "since", "words")

    def __init__(self, name: str, home: Map) -> None:
        by_hand = table("limits.json")
        optional = by_hand["optional"].get(name, ())
        documented = [field for field in home["required"].get(name, ()) if field not in optional]
        self.name, self.words = name, home["types"][name]
        self.required = tuple(dict.fromkeys([*documented, *by_hand["required"].get(name, ())]))
        self.rules = rules_of(name)
        self.keys: dict[str, list[str]] = home.get("keys", {}).get(name, {})
        self.since: dict[str, str] = home.get("since", {}).get(name, {})
        self.plain: dict[str, type] = {}
        self.checks: dict[str, Check] = {}
        self._limits: Map = by_hand["limits"].get(name) or home.get("limits", {}).get(name, {})

    def check(self, field: str) -> Check | None:
        """What looks at the values of a field; None where there is no such field."""
        word = self.words.get(field)
        if word is None:
            return None
        if plain := plain_class(word, self._limits.get(field)):
            self.plain[field] = plain
        return self.checks.setdefault(field, checker(word, self._limits.get(field)))


def table(name: str) -> Map:
    """The content of a data file; read once, never to be changed."""
    if name not in _TABLES:
        with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
            _TABLES[name] = json.load(file)
    content: Map = _TABLES[name]
    return content


def look_up(section: str, key: str) -> Any:
    """An entry of a section of the data files, or None."""
    for name in FILES:
        entries = table(name).get(section, {})
        if key in entries:
            return entries[key]
    return None


def is_built_in(group: str) -> bool:
    """Whether an API group is one of Kubernetes' own."""
    return group in table("fields.json")["groups"]


def type_of(api_version: str, kind: str) -> Type | None:
    """The type of a kind, or None where the data has none."""
    name = look_up("kinds", f"{api_version}/{kind}") if is_built_in(group_of(api_version)) or is_custom(api_version, kind) else None
    return type_named(name) if name else None


def group_of(api_version: str) -> str:
    """The API group of an apiVersion; empty for Kubernetes' core."""
    return api_version.rpartition("/")[0]


def type_named(name: str) -> Type | None:
    """The type of this name, or None where the data has none."""
    if name not in _TYPES:
        home = next((table(file) for file in FILES if name in table(file)["types"]), None)
        _TYPES[name] = Type(name, home) if home else None
    return _TYPES[name]


def is_custom(api_version: str, kind: str) -> bool:
    """Whether a kind is a custom resource that the data describes."""
    return f"{api_version}/{kind}" in table("custom_resources.json")["kinds"]
