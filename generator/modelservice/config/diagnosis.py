"""Every problem that a document has with its schema, told with the field, the value, and what would be right.

Loaded only for a document that is wrong: the library behind it takes 40 ms to import.
"""

from __future__ import annotations

import difflib
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from modelservice.krm import Result

Path = list[str | int]

# JSON Schema calls 1e300 an integer too; Kubernetes does not.
_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def diagnose(document: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], list[Result]]:
    """``document`` without its wrong fields, and one error for each of them, in the order of the document."""
    found: list[tuple[Path, str, Any]] = []
    for error in _Validator(schema).iter_errors(document):
        found += _problems(error, schema)
    found.sort(key=lambda problem: _position(document, problem[0]))
    remaining = document
    for path, _, _ in found:
        remaining = _without(remaining, path)
    return remaining, [Result(message, field=field_path(path), current=value) for path, message, value in found]


def field_path(path: Path) -> str:
    """``path`` as it is written in messages: ``spec.decode.containers[0].image``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text or "."


def _problems(error: ValidationError, schema: dict[str, Any]) -> list[tuple[Path, str, Any]]:
    path: Path = list(error.absolute_path)
    value: Any = error.instance
    node: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        known = list(node.get("properties", {}))
        return [([*path, key], _unknown(key, path, known, schema), value[key]) for key in value if key not in known]
    if error.validator == "required":
        missing = [key for key in node["required"] if key not in value]
        return [([*path, key], "missing", None) for key in missing]
    said = node.get("x-must-be") if error.validator in ("pattern", "anyOf") else None  # what the rule means, in words
    return [(path, _message(str(error.validator), said or error.validator_value, value), value)]


def _message(rule: str, wanted: Any, value: Any) -> str:
    """What is wrong with ``value``, and what would be right."""
    if rule == "minItems":
        return f"has {len(value)} items; must have at least {wanted}"
    if rule == "maxLength":
        return f"has {len(value)} characters; must have at most {wanted}"
    return f"is {repr(value) if isinstance(value, str) else _shortened(value)}; must be {_right(rule, wanted, value)}"


def _right(rule: str, wanted: Any, value: Any) -> str:
    match rule:
        case "type":
            names = [name for name in ([wanted] if isinstance(wanted, str) else wanted) if name != "null"]
            return f"{_kinds(names)}{_hint(names, value)}"
        case "enum":
            return f"one of {', '.join(_shortened(choice) for choice in wanted if choice not in (None, ''))}{_nearest(value, wanted)}"
        case "anyOf":
            return wanted if isinstance(wanted, str) else f"{_choices(wanted)}{_nearest(value, wanted[0].get('enum', []))}"
        case "minimum":
            return f"at least {wanted}"
        case "maximum":
            return f"at most {wanted}"
    return str(wanted)


def _choices(alternatives: list[dict[str, Any]]) -> str:
    """What ``anyOf`` allows: the values of its enum, and what else."""
    values = ", ".join(_shortened(choice) for choice in alternatives[0].get("enum", []))
    other = alternatives[1]
    return f"one of {values}, or {'a list of these' if other.get('type') == 'array' else 'a map with ' + ', '.join(other['properties'])}"


def _shortened(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "null"
    if isinstance(value, (dict, list)):
        return "a map" if isinstance(value, dict) else "a list"
    return str(value)


KINDS = {
    "object": "a map",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


def _kinds(names: list[str]) -> str:
    return " or ".join(KINDS[name] for name in names)


def _hint(names: list[str], value: Any) -> str:
    if "string" in names and isinstance(value, (int, float)):
        return f', as in "{str(value).lower() if isinstance(value, bool) else value}"'
    if "integer" in names and isinstance(value, str) and value.lstrip("-").isdigit():
        return f", as in {value} without quotes"
    if "boolean" in names and isinstance(value, str) and value.lower() in ("true", "false", "yes", "no", "on", "off"):
        return ", without quotes"
    return ""


def _nearest(value: Any, choices: list[Any]) -> str:
    close = difflib.get_close_matches(str(value), [str(choice) for choice in choices if choice], 1)
    return f"; did you mean {close[0]}?" if close else ""


def _unknown(key: str, path: Path, known: list[str], schema: dict[str, Any]) -> str:
    close = difflib.get_close_matches(key, known, 1) or [name for name in known if name.lower() == key.lower()]
    if close:
        return f"unknown key; did you mean {close[0]}?"
    places = [place for place in _places(schema, key) if place != field_path([*path, key])]
    if places:
        return f"unknown key here; it belongs at {' or '.join(places[:3])}"
    return f"unknown key; known here: {', '.join(sorted(known))}"


def _places(schema: dict[str, Any], key: str) -> list[str]:
    """The fields called ``key`` that the schema knows, as paths."""
    found: list[str] = []

    def walk(node: dict[str, Any], path: str) -> None:
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        for name, below in node.get("properties", {}).items():
            here = f"{path}.{name}" if path else name
            if name == key:
                found.append(here)
            walk(below, here)
        if isinstance(node.get("items"), dict):
            walk(node["items"], f"{path}[]")

    walk(schema, "")
    return found


def _position(document: Any, path: Path) -> list[int]:
    """Where ``path`` stands in the document: the index of each of its steps; a key that is missing stands last."""
    position = []
    for step in path:
        if isinstance(document, dict):
            keys = list(document)
            position.append(keys.index(step) if step in document else len(keys))
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int):
            position.append(step)
            document = document[step] if step < len(document) else None
    return position


def _without(document: Any, path: Path) -> Any:
    """``document`` without what stands at ``path``; in a list its place is kept, so that the paths of the others still hold."""
    if not path:
        return {}
    step, *rest = path
    if isinstance(document, dict) and step in document:
        if rest:
            return {**document, step: _without(document[step], rest)}
        return {key: value for key, value in document.items() if key != step}
    if isinstance(document, list) and isinstance(step, int) and step < len(document):
        replaced = _without(document[step], rest) if rest else {}
        return [*document[:step], replaced, *document[step + 1 :]]
    return document
