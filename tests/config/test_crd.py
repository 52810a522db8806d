"""The CustomResourceDefinition: a structural schema, as API servers ask for it, of the same fields."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.config import validation
from modelservice.config.crd import custom_resource_definition, structural
from modelservice.kubernetes import problems

Node = dict[str, Any]
PRESERVE, INT_OR_STRING = "x-kubernetes-preserve-unknown-fields", "x-kubernetes-int-or-string"
KEYWORDS = {
    *("description", "type", "properties", "required", "additionalProperties", "items", "nullable", "enum", "pattern"),
    *("minimum", "maximum", "maxLength", "minItems", PRESERVE, INT_OR_STRING),
}


def whole() -> Node:
    """Return the schema."""
    (version,) = custom_resource_definition()["spec"]["versions"]
    found: Node = version["schema"]["openAPIV3Schema"]
    return found


def nodes(node: Node, path: str = "") -> list[tuple[str, Node]]:
    """Return each node of a schema, with its path."""
    below = [(f"{path}.{name}", inner) for name, inner in node.get("properties", {}).items()]
    below += [(f"{path}{mark}", node[key]) for key, mark in (("items", "[]"), ("additionalProperties", ".*")) if key in node]
    return [(path, node), *(found for at, inner in below for found in nodes(inner, at))]


def test_it_is_a_custom_resource_definition() -> None:
    """Names fit together as Kubernetes wants it, and nothing in it is refused."""
    document = custom_resource_definition()
    spec = document["spec"]
    assert document["metadata"]["name"] == f"{spec['names']['plural']}.{spec['group']}"
    assert spec["versions"][0]["name"] == "v1alpha1"
    assert [problem.message for problem in problems(document)] == []


@pytest.mark.parametrize(("path", "node"), nodes(whole()), ids=lambda value: value if isinstance(value, str) else "")
def test_each_node_is_structural(path: str, node: Node) -> None:
    """The rules of structural schemas: one type, unless it is free or int-or-string; no other keywords; items; no map with both."""
    assert node.keys() <= KEYWORDS, path
    assert isinstance(node.get("type", ""), str)
    assert ("type" in node) or node.get(PRESERVE) or node.get(INT_OR_STRING)
    assert not (node.get(INT_OR_STRING) and "type" in node)
    assert not ("properties" in node and "additionalProperties" in node)
    if node.get("type") == "array":
        assert "items" in node
    if node.get("type") == "object" and "properties" not in node and path != ".metadata":
        assert "additionalProperties" in node or node[PRESERVE]
    assert "(?" not in node.get("pattern", "")
    assert None not in node.get("enum", [])


def test_it_has_every_field() -> None:
    """Those of a spec, with their descriptions."""
    spec = whole()["properties"]["spec"]
    known = validation.schema("modelservice")["properties"]["spec"]["properties"]
    assert list(spec["properties"]) == list(known)
    assert {name: node.get("description") for name, node in spec["properties"].items()} == {
        name: node.get("description") for name, node in known.items()
    }
    assert len(nodes(spec)) > 400


@pytest.mark.parametrize(
    ("node", "becomes"),
    [
        ({"type": ["string", "null"]}, {"type": "string", "nullable": True}),
        ({"type": "string", "pattern": "^a$(?!\n)", "maxLength": 3}, {"type": "string", "pattern": "^a$", "maxLength": 3}),
        ({"type": ["integer", "string", "null"], "minimum": 1}, {INT_OR_STRING: True, "minimum": 1, "nullable": True}),
        ({"type": ["string", "object"]}, {PRESERVE: True}),
        ({"anyOf": [{"type": "string"}, {"type": "object"}], "description": "x"}, {"description": "x", PRESERVE: True}),
        ({"type": ["string", "null"], "enum": ["a", "", None]}, {"type": "string", "enum": ["a", ""], "nullable": True}),
        ({"enum": ["a", None]}, {"type": "string", "enum": ["a"], "nullable": True}),
        ({"type": "object"}, {"type": "object", PRESERVE: True}),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"type": "object", "additionalProperties": {"type": "string"}}),
        (
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 0}}},
            {"type": "object", "properties": {"a": {"type": "integer", "minimum": 0}}, "required": ["a"], PRESERVE: True},
        ),
        (
            {"type": "object", "additionalProperties": False, "properties": {"a": {"$ref": "#/$defs/x", "description": "d"}}},
            {"type": "object", "properties": {"a": {"description": "d", "type": "array", "items": {"type": "string"}, "minItems": 1}}},
        ),
    ],
)
def test_what_a_node_becomes(node: Node, becomes: Node) -> None:
    """What cannot be said in a structural schema is left to a run; all else stays."""
    root = {"$defs": {"x": {"type": "array", "items": {"type": "string"}, "minItems": 1}}}
    assert structural(node, root) == becomes
