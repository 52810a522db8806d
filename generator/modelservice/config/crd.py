"""The CustomResourceDefinition of a ModelService: its schema in the narrower form that API servers take.

The form is a structural schema (Kubernetes, "Extend the Kubernetes API with CustomResourceDefinitions"): no references, one type a node,
and a field of several types is left to us. Defaults are not in it, since they depend on the profile.
"""

from __future__ import annotations

from typing import Any

from modelservice.config.validation import API_VERSION, schema

Map = dict[str, Any]

ANYTHING: Map = {"x-kubernetes-preserve-unknown-fields": True}
LIMITS = ("minimum", "maximum", "maxLength", "minItems")
AT_END = "(?!\n)"  # in patterns: that `$` is the very end, as it always is in Go, which has no such assertions


def custom_resource_definition() -> Map:
    """The CustomResourceDefinition, as a document."""
    group, _, version = API_VERSION.partition("/")
    root = schema("modelservice")
    properties = {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
        "spec": structural(root["properties"]["spec"], root),
    }
    whole = {"description": root["description"], "type": "object", "properties": properties}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"modelservices.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": "ModelService", "listKind": "ModelServiceList", "plural": "modelservices", "singular": "modelservice"},
            "versions": [{"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": whole}}],
        },
    }


def structural(node: Map, root: Map) -> Map:
    """A node of the JSON Schema ``root`` as one of a structural schema."""
    if "$ref" in node:
        node = {**root["$defs"][node["$ref"].rpartition("/")[2]], **{key: value for key, value in node.items() if key != "$ref"}}
    described = {"description": node["description"]} if "description" in node else {}
    types = _types(node)
    nullable = {"nullable": True} if "null" in types else {}
    names = [name for name in types if name != "null"]
    limits = {key: node[key] for key in LIMITS if key in node}
    if "pattern" in node:
        limits["pattern"] = node["pattern"].replace(AT_END, "")
    if "anyOf" in node or len(names) != 1:
        is_number_or_text = "anyOf" not in node and sorted(names) == ["integer", "string"]
        return {**described, **({"x-kubernetes-int-or-string": True, **limits} if is_number_or_text else ANYTHING), **nullable}
    if "enum" in node:
        limits["enum"] = [value for value in node["enum"] if value is not None]
    return {**described, "type": names[0], **_content(names[0], node, root), **limits, **nullable}


def _types(node: Map) -> list[str]:
    """The types of a node; of one that lists its values, theirs."""
    if "type" not in node and "enum" in node:
        kinds = {str: "string", type(None): "null"}
        return list(dict.fromkeys(kinds[type(value)] for value in node["enum"]))
    types = node.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _content(name: str, node: Map, root: Map) -> Map:
    """What a structural schema says of what is in a map or list."""
    if name == "array":
        return {"items": structural(node["items"], root)}
    if name != "object":
        return {}
    others = node.get("additionalProperties", True)
    if "properties" not in node:
        return {"additionalProperties": structural(others, root)} if isinstance(others, dict) else ANYTHING
    content: Map = {"properties": {key: structural(below, root) for key, below in node["properties"].items()}}
    if node.get("required"):
        content["required"] = node["required"]
    return content if others is False else {**content, **ANYTHING}
