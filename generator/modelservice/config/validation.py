"""Which documents are configs of ours, and each held against its schema: a quick yes or no.

Only after a no comes the library that tells every problem. The schemas are JSON Schema 2020-12 files beside this one. ``conforms`` knows
the keywords that they use; a test holds it against the library.
"""

from __future__ import annotations

import json
import os

from modelservice import data
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    Schema = dict[str, Any]
    Test = Callable[[Any], bool]
    Tests = dict[int, Test]
    """The functions of a schema's nodes, which stay as long as it does, by their ids."""

API_VERSION = "modelservice.llm-d.ai/v1alpha1"
_SCHEMAS: dict[str, Schema] = {}
_WITHOUT_WORDS: dict[str, Schema] = {}
_TESTS: dict[str, Tests] = {}

# what readers give, by what JSON Schema calls its types; a whole number is a number, too
CLASSES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}


def is_ours(value: Any, *kinds: str) -> bool:
    """Whether a resource, which may be anything, is a config of this function: of one of the ``kinds``, or of any where none is named."""
    return isinstance(value, dict) and value.get("apiVersion") == API_VERSION and (not kinds or value.get("kind") in kinds)


def schema(name: str) -> Schema:
    """The schema called ``name``, as JSON Schema."""
    if name not in _SCHEMAS:
        with open(os.path.join(os.path.dirname(__file__), f"{name}.schema.json"), encoding="utf-8") as file:
            _SCHEMAS[name] = json.load(file)
    return _SCHEMAS[name]


def _without_words(name: str) -> Schema:
    """The same without its words, where they were left out when this was built: they are most of it."""
    if name not in _WITHOUT_WORDS:
        found = data.built(f"{name}.schema.json")
        _WITHOUT_WORDS[name] = schema(name) if found is None else found
    return _WITHOUT_WORDS[name]


def checked(document: dict[str, Any], name: str) -> tuple[dict[str, Any], list[Result]]:
    """``document`` without the fields that do not conform to the schema ``name``, and an error for each of those."""
    root = _without_words(name)
    if _test(root, root, _TESTS.setdefault(name, {}))(document):
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
    return _test(node, root, {})(value)


def _test(node: Schema, root: Schema, tests: Tests) -> Test:
    """``node`` as a function, made when a value first comes to it: a config has few of all fields, and many configs have the same."""
    known = tests.get(id(node))
    if known is None:
        known = tests[id(node)] = _compiled(node, root, tests)
    return known


def _compiled(node: Schema, root: Schema, tests: Tests) -> Test:
    types = node.get("type")
    classes = None if types is None else frozenset(one for name in ([types] if isinstance(types, str) else types) for one in CLASSES[name])
    rules = [*_rules_for_all(node, root, tests)]
    of_class: dict[type, Test | None] = {
        dict: _map_test(node, root, tests),
        list: _list_test(node, root, tests),
        str: _text_test(node),
        int: (number := _number_test(node)),
        float: number,
    }

    def conforms_to_node(value: Any) -> bool:
        kind = type(value)
        if classes is not None and kind not in classes:
            return False
        for rule in rules:
            if not rule(value):
                return False
        inner = of_class.get(kind)
        return inner is None or inner(value)

    return conforms_to_node


def _rules_for_all(node: Schema, root: Schema, tests: Tests) -> Iterator[Test]:
    """The rules of a node that are for values of any type."""
    if "$ref" in node:
        referred = root["$defs"][node["$ref"].rpartition("/")[2]]
        yield lambda value: _test(referred, root, tests)(value)  # noqa: PLW0108  which may refer to itself
    if "anyOf" in node:
        choices = node["anyOf"]
        yield lambda value: any(_test(choice, root, tests)(value) for choice in choices)
    if "enum" in node:
        yield lambda value: _is_one_of(value, node["enum"])
    if "const" in node:
        yield lambda value: _is_one_of(value, (node["const"],))


def _is_one_of(value: Any, choices: Sequence[Any]) -> bool:
    """Whether ``value`` is among ``choices``, where true and 1 are two things."""
    return any(type(choice) is type(value) and choice == value for choice in choices)


def _map_test(node: Schema, root: Schema, tests: Tests) -> Test | None:
    properties, others, required = node.get("properties", {}), node.get("additionalProperties", True), node.get("required", ())
    if not properties and others is True and not required:
        return None

    def conforms_to_node(value: Any) -> bool:
        for key, item in value.items():
            wanted = properties.get(key, others)
            if wanted is not True and (wanted is False or not _test(wanted, root, tests)(item)):
                return False
        return all(key in value for key in required)

    return conforms_to_node


def _list_test(node: Schema, root: Schema, tests: Tests) -> Test | None:
    items, least = node.get("items"), node.get("minItems", 0)
    if items is None:
        return lambda value: len(value) >= least
    return lambda value: len(value) >= least and all(map(_test(items, root, tests), value))


def _text_test(node: Schema) -> Test | None:
    pattern, longest = node.get("pattern"), node.get("maxLength")
    if pattern is None and longest is None:
        return None
    import re  # loaded with deepmerge anyway  # noqa: PLC0415

    search = re.compile(pattern or "").search
    return lambda value: (longest is None or len(value) <= longest) and search(value) is not None


def _number_test(node: Schema) -> Test | None:
    least, most = node.get("minimum"), node.get("maximum")
    if least is None and most is None:
        return None
    return lambda value: (least is None or least <= value) and (most is None or value <= most)
