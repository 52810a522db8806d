"""Documents held against their schema: a quick yes or no, and only after a no the library that tells every problem.

The schemas are JSON Schema 2020-12 files beside this one. ``conforms`` knows the keywords that they use; a test holds it
against the library.
"""

from __future__ import annotations

import json
import os

from modelservice import data
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Schema = dict[str, Any]

_SCHEMAS: dict[str, Schema] = {}
_RULES: dict[str, Schema] = {}

# what JSON Schema calls the types of what readers give; a whole number is a number, too
NAMES: dict[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}
NUMBERS = ("integer", "number")


def schema(name: str) -> Schema:
    """The schema called ``name``, as JSON Schema."""
    if name not in _SCHEMAS:
        with open(os.path.join(os.path.dirname(__file__), f"{name}.schema.json"), encoding="utf-8") as file:
            _SCHEMAS[name] = json.load(file)
    return _SCHEMAS[name]


def _rules(name: str) -> Schema:
    """The same without its words, where they were left out when this was built: they are most of it."""
    if name not in _RULES:
        found = data.built(f"{name}.schema.json")
        _RULES[name] = schema(name) if found is None else found
    return _RULES[name]


def checked(document: dict[str, Any], name: str) -> tuple[dict[str, Any], list[Result]]:
    """``document`` without the fields that do not conform to the schema ``name``, and an error for each of those."""
    root = _rules(name)
    if conforms(document, root, root):
        return document, []
    from modelservice.config import diagnosis  # 40 ms of library that a right document does not pay for  # noqa: PLC0415

    return diagnosis.diagnose(document, schema(name))


def checked_part(document: dict[str, Any], kind: str, keys: Sequence[str]) -> tuple[dict[str, Any], list[Result]]:
    """The spec of a config of another ``kind``, which has ``keys`` of a ModelService's alone, and an error for each field that is wrong."""
    checked_document, problems = checked({**document, "kind": "ModelService"}, "modelservice")
    spec: dict[str, Any] = checked_document.get("spec") or {}
    unknown = f"unknown key of {kind}; known here: {', '.join(keys)}"
    return spec, problems + [Result(unknown, field=f"spec.{key}") for key in spec if key not in keys]


def conforms(value: Any, node: Schema, root: Schema) -> bool:
    """Whether ``value`` conforms to ``node``, a part of the schema ``root``."""
    if "$ref" in node and not conforms(value, root["$defs"][node["$ref"].rpartition("/")[2]], root):
        return False
    if "anyOf" in node and not any(conforms(value, choice, root) for choice in node["anyOf"]):
        return False
    return _is_of_type(value, node) and _within_limits(value, node) and _has_right_content(value, node, root)


def _is_of_type(value: Any, node: Schema) -> bool:
    types = node.get("type")
    if types is None:
        return True
    name = NAMES.get(type(value))
    allowed = (types,) if isinstance(types, str) else types
    return name in allowed or (name == "integer" and "number" in allowed)


def _within_limits(value: Any, node: Schema) -> bool:
    if "enum" in node and not _is_one_of(value, node["enum"]):
        return False
    if "const" in node and not _is_one_of(value, (node["const"],)):
        return False
    if isinstance(value, str):
        if len(value) > node.get("maxLength", len(value)):
            return False
        if "pattern" in node:
            import re  # loaded with deepmerge anyway  # noqa: PLC0415

            return re.search(node["pattern"], value) is not None
    elif NAMES.get(type(value)) in NUMBERS:
        return bool(node.get("minimum", value) <= value <= node.get("maximum", value))
    return True


def _is_one_of(value: Any, choices: Sequence[Any]) -> bool:
    """Whether ``value`` is among ``choices``, where true and 1 are two things."""
    return any(type(choice) is type(value) and choice == value for choice in choices)


def _has_right_content(value: Any, node: Schema, root: Schema) -> bool:
    if isinstance(value, dict):
        properties, others = node.get("properties", {}), node.get("additionalProperties", True)
        for key, item in value.items():
            wanted = properties.get(key, others)
            if wanted is not True and (wanted is False or not conforms(item, wanted, root)):
                return False
        return all(key in value for key in node.get("required", ()))
    if isinstance(value, list):
        items = node.get("items")
        return len(value) >= node.get("minItems", 0) and (items is None or all(conforms(item, items, root) for item in value))
    return True
