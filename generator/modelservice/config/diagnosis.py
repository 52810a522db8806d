"""Every problem that a document has with its schema, told with the field, the value, and what would be right.

Loaded only for a document that is wrong: the library behind it takes 40 ms to import.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from modelservice.krm import FirstOfEachPlace, Result
from modelservice.texts import LONGEST, cut, listed, shown, whole_number
from modelservice.workloads import ROLES

Path = list[str | int]

NEARLY = 0.8  # of two names: what difflib calls as much the same
APART = ("metadata", "spec.patches", "spec.tracing", "spec.requester", "spec.checks")  # whose names mean other things elsewhere

# JSON Schema calls 1e300 an integer too; Kubernetes does not.
_Validator = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def diagnose(document: dict[str, Any], schema: dict[str, Any]) -> tuple[dict[str, Any], list[Result]]:
    """``document`` without its wrong fields, and an error for each of them, in the order of the document.

    Of many items of one list, or keys of one map, only the first are told.
    """
    wrong = _Wrong()
    for error in _Validator(schema).iter_errors(document):
        for path, value, say in _problems(error, schema):
            place = wrong.below(path)
            if error.validator == "type" and place.problems:  # of another type than what it refers to, and than what is said beside that
                continue
            place.problems.append((value, say))
            if error.validator == "type" and "string" in error.validator_value:
                place.instead = ""
    told = FirstOfEachPlace()
    remaining = _look(document, wrong, [], told)
    return remaining if isinstance(remaining, dict) else {}, told.told()


class _Wrong:
    """What is wrong with a value, each with how to say it, and what is wrong below it, by key or index."""

    __slots__ = ("inside", "instead", "problems")

    def __init__(self) -> None:
        self.instead: Any = {}  # what keeps its place in a list
        self.problems: list[tuple[Any, Callable[[], str]]] = []
        self.inside: dict[str | int, _Wrong] = {}

    def below(self, path: Path) -> _Wrong:
        """The same of the value at ``path``."""
        wrong = self
        for step in path:
            wrong = wrong.inside.setdefault(step, _Wrong())
        return wrong


_NOTHING: Any = object()


def _look(value: Any, wrong: _Wrong, path: Path, told: FirstOfEachPlace) -> Any:
    """Tell what is wrong with ``value``, and return what is left of it: nothing, or in a list what keeps its place."""
    place = tuple("[]" if isinstance(step, int) else step for step in (path if path and isinstance(path[-1], int) else path[:-1]))
    for current, say in wrong.problems:
        told.add(place, lambda current=current, say=say: Result(say(), field=field_path(path), current=current))  # type: ignore[misc]
    left: Any = value
    if isinstance(value, dict):
        order = [key for key in value if key in wrong.inside] + [key for key in wrong.inside if key not in value]
        changed = {key: _look(value.get(key), wrong.inside[key], [*path, key], told) for key in order}
        left = {key: inner for key, old in value.items() if (inner := changed.get(key, old)) is not _NOTHING}
    elif isinstance(value, list):
        changed = {
            index: _look(item, wrong.inside[index], [*path, index], told) for index, item in enumerate(value) if index in wrong.inside
        }
        now = [changed.get(index, item) for index, item in enumerate(value)]
        left = [wrong.inside[index].instead if item is _NOTHING else item for index, item in enumerate(now)]
    return _NOTHING if wrong.problems else left


def field_path(path: Path) -> str:
    """``path`` as it is written in messages, ``spec.decode.containers[0].image``; keys that nobody could read are cut."""
    text = ""
    for step in path:
        key = cut(step) if isinstance(step, str) and len(step) > LONGEST else step
        text += f"[{key}]" if isinstance(step, int) else f".{key}" if text else str(key)
    return text or "."


def _problems(error: ValidationError, schema: dict[str, Any]) -> Iterator[tuple[Path, Any, Callable[[], str]]]:
    """The fields that one error of the library is about: each with its value, and what says in words what is wrong."""
    path: Path = list(error.absolute_path)
    value: Any = error.instance
    node: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    if error.validator == "additionalProperties":
        known = list(node.get("properties", {}))
        for key in value:
            if key not in known:
                yield [*path, key], value[key], partial(_unknown, key, path, known, schema)
    elif error.validator == "required":
        yield from (([*path, key], None, lambda: "missing") for key in node["required"] if key not in value)
    else:
        said = node.get("x-must-be") if error.validator in ("pattern", "anyOf") else None  # what the rule means, in words
        yield path, value, partial(_message, str(error.validator), said or error.validator_value, value)


def _message(rule: str, wanted: Any, value: Any) -> str:
    """What is wrong with ``value``, and what would be right."""
    if rule == "minItems":
        return f"has {len(value)} items; must have at least {wanted}"
    if rule == "maxLength":
        return f"has {len(value)} characters; must have at most {wanted}"
    return f"is {shown(value)}; must be {_right(rule, wanted, value)}"


def _right(rule: str, wanted: Any, value: Any) -> str:
    match rule:
        case "type":
            names = [name for name in ([wanted] if isinstance(wanted, str) else wanted) if name != "null"]
            return f"{_kinds(names)}{_hint(names, value)}"
        case "enum":
            return f"one of {', '.join(_choice(choice) for choice in wanted if choice not in (None, ''))}{_nearest(value, wanted)}"
        case "anyOf":
            return wanted if isinstance(wanted, str) else f"{_choices(wanted)}{_nearest(value, wanted[0].get('enum', []))}"
        case "minimum":
            return f"at least {wanted}"
        case "maximum":
            return f"at most {wanted}"
    return str(wanted)


def _choices(alternatives: list[dict[str, Any]]) -> str:
    """What ``anyOf`` allows: the values of its enum, and what else."""
    values = ", ".join(_choice(choice) for choice in alternatives[0].get("enum", []))
    other = alternatives[1]
    return f"one of {values}, or {'a list of these' if other.get('type') == 'array' else 'a map with ' + ', '.join(other['properties'])}"


def _choice(value: Any) -> str:
    return value if isinstance(value, str) else shown(value)


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
    """How to write ``value`` so that it is of a right type; nothing where it may not be what was written (012 is read as 10)."""
    if "string" in names and isinstance(value, (int, float)):
        return ": quote it"
    if "integer" in names and isinstance(value, str):
        digits = value.removeprefix("-")
        plain = whole_number(digits) is not None and (digits == "0" or digits[0] != "0")
        return f", as in {value} without quotes" if plain else ""
    if "boolean" in names and isinstance(value, str):
        return next((f", as in {word} without quotes" for word, same in BOOLEANS.items() if value.lower() in same), "")
    return ""


BOOLEANS = {"true": ("true", "yes", "on"), "false": ("false", "no", "off")}


def _nearest(value: Any, choices: list[Any]) -> str:
    close = _close(cut(str(value)) if isinstance(value, (str, int, float)) else "", [str(choice) for choice in choices if choice])
    return f"; did you mean {close[0]}?" if close else ""


def _close(word: str, known: list[str], cutoff: float = 0.6) -> list[str]:
    """The one of ``known`` that ``word`` may be meant for, if there is one as much the same as ``cutoff``."""
    return difflib.get_close_matches(word, known, 1, cutoff) if len(word) <= LONGEST else []


def _unknown(key: str, path: Path, known: list[str], schema: dict[str, Any]) -> str:
    """What an unknown key may be meant for: a neighbour of nearly the same name, the same key elsewhere, nearly the same key elsewhere."""
    neighbours = _close(key, known) or [name for name in known if name.lower() == key.lower()]
    places = _places(schema, [key], path)
    if neighbours and (not places or difflib.SequenceMatcher(None, key, neighbours[0]).ratio() >= NEARLY):
        return f"unknown key; did you mean {neighbours[0]}?"
    if places:
        return f"unknown key here; it belongs at {' or '.join(places[:3])}"
    if places := _places(schema, _close(key, _names(schema), NEARLY), path):
        return f"unknown key here; did you mean {' or '.join(places[:3])}?"
    return f"unknown key; known here: {listed(sorted(known))}"


def _names(schema: dict[str, Any]) -> list[str]:
    """All names of fields."""
    return list(dict.fromkeys(name for _, name in _fields(schema)))


def _places(schema: dict[str, Any], names: list[str], path: Path) -> list[str]:
    """The fields with one of ``names``, as paths: those below ``path`` first, and of a part that is spoken of elsewhere only there."""
    here = "".join("[]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
    found = [f"{place}.{name}" if place else name for place, name in _fields(schema) if name in names]
    if here not in ("", "spec", *(f"spec.{role}" for role in ROLES)) and not here.endswith("containers[]"):  # of a part, not of the whole
        return [place for place in found if place.startswith(f"{here}.")]
    inner = [place for place in found if place.startswith(f"{here}.") and here != "spec"]
    return inner or sorted((place for place in found if not place.startswith(APART)), key=lambda place: not place.startswith("spec.decode"))


def _fields(schema: dict[str, Any], node: dict[str, Any] | None = None, path: str = "") -> Iterator[tuple[str, str]]:
    """Each field that a schema knows: where it is, and its name."""
    node = schema if node is None else node
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    for name, below in node.get("properties", {}).items():
        yield path, name
        yield from _fields(schema, below, f"{path}.{name}" if path else name)
    if isinstance(node.get("items"), dict):
        yield from _fields(schema, node["items"], f"{path}[]")
