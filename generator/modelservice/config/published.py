"""The schemas of our kinds as others read them: editors, as JSON Schema that completes presets and tells defaults.

They are made of the schemas that configs are held against, of the presets and of the profiles; nothing is written down here.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from modelservice import data
from modelservice.config import patches_config, validation_config
from modelservice.config.presets import is_literal, schema_of
from modelservice.config.rules import BUILT_IN, DEFAULT_PROFILE
from modelservice.config.validation import schema
from modelservice.workloads import ROLES

Map = dict[str, Any]
Source = tuple[str, str]  # profile, and role or nothing

KINDS = ("ModelService", "Overlay", "Profile", "Validation", "Patches")


def json_schema(kind: str, library: Sequence[Map] = (), profiles: Sequence[Map] = ()) -> Map:
    """The JSON Schema (2020-12) of one of ``KINDS``.

    ``library`` are right Overlays, which are presets beside the built-in ones, ``profiles`` right Profiles beside the built-in ones.
    """
    if kind == "Overlay":
        return _for_editors(copy.deepcopy(schema("overlay")))
    service = copy.deepcopy(schema("modelservice"))
    if kind in ("Validation", "Patches"):
        return _for_editors(_part(service, kind))
    spec = service["properties"]["spec"]
    spec["properties"]["presets"]["items"] = _preset_items([*data.folder("overlays", "presets"), *library])
    names = [*BUILT_IN, *(profile["metadata"]["name"] for profile in profiles)]
    spec["properties"]["profile"] = _of_profiles(spec["properties"]["profile"], names)
    overlay = copy.deepcopy(schema("overlay"))
    spec["properties"]["overlays"]["items"] = _embedded(overlay, service, "overlay")
    _tell_defaults(service)
    if kind == "Profile":
        whole = copy.deepcopy(schema("profile"))
        whole["$defs"] = service["$defs"]
        defaults = whole["properties"]["spec"]["properties"]["defaults"]
        properties = {name: node for name, node in spec["properties"].items() if name != "profile"}
        whole["properties"]["spec"]["properties"] = {
            "extends": _of_profiles(whole["properties"]["spec"]["properties"]["extends"], names),
            "defaults": {**spec, **defaults, "properties": properties},
        }
        service = whole
    return _for_editors(service)


def _of_profiles(node: Map, names: list[str]) -> Map:
    """The schema of the name of a profile: those that are known, to be completed, or another."""
    return {"description": node["description"], "anyOf": [{"enum": names}, {"type": node["type"]}], "default": DEFAULT_PROFILE}


def _part(service: Map, kind: str) -> Map:
    """The schema of a kind that has some fields of a ModelService alone."""
    module, words = PARTS[kind]
    root, spec = service, service["properties"]["spec"]
    root |= {"title": kind, "description": words}
    root["properties"]["kind"] = {"const": kind}
    spec["properties"] = {name: spec["properties"][name] for name in module.KEYS}
    if kind == "Patches":
        root["required"] = [*root["required"], "spec"]
        spec |= {"type": "object", "required": ["patches"]}
        spec["properties"]["patches"]["type"] = "array"
        checks, target = spec["properties"]["checks"], root["$defs"]["target"]
        checks["properties"] = {name: node for name, node in checks["properties"].items() if name == patches_config.CHECK}
        target["properties"] = {name: node for name, node in target["properties"].items() if name not in patches_config.OF_ROLES}
    return root


PARTS: dict[str, tuple[Any, str]] = {
    "Validation": (validation_config, "How all resources of a package or a build are looked at."),
    "Patches": (patches_config, "Patches of all resources of a package or a build."),
}


def _preset_items(overlays: Iterable[Map]) -> Map:
    """What an item of spec.presets may be: the name of a preset, or a map of it and its parameters; one that nobody knows here, too."""
    named: list[Map] = []
    given: list[Map] = []
    for overlay in overlays:
        name = overlay["metadata"]["name"]
        description = (overlay["metadata"].get("annotations") or {}).get("description", f"The preset {name}.")
        chosen = {"const": name, "description": description}
        parameters = overlay["spec"].get("parameters") or {}
        required = [key for key, parameter in parameters.items() if "default" not in parameter]
        properties = {"name": chosen, **{key: _parameter(parameter) for key, parameter in parameters.items()}}
        named.append(chosen)
        given.append({"type": "object", "required": ["name", *required], "properties": properties, "additionalProperties": False})
    other = {"type": "string", "not": {"enum": [one["const"] for one in named]}}
    described = {**other, "description": "Name of the preset; what stands beside it are values of its parameters."}
    return {"anyOf": [*named, other, *given, {"type": "object", "required": ["name"], "properties": {"name": described}}]}


def _parameter(parameter: Map) -> Map:
    """The schema of the values of a parameter; null leaves it out."""
    node = schema_of(parameter)
    node["type"] = [parameter["type"], "null"]
    if "enum" in node:
        node["enum"] = [*node["enum"], None]
    description, default = parameter.get("description", ""), parameter.get("default")
    if is_literal(default):
        node["default"] = default
    elif default is not None:
        description = f"{description} Default: {default}".strip()
    return {**node, "description": description} if description else node


def _embedded(inner: Map, outer: Map, prefix: str) -> Map:
    """``inner``, a whole schema, as a part of ``outer``, among whose ``$defs`` it puts its own."""
    for name, node in inner.pop("$defs").items():
        outer["$defs"][f"{prefix}.{name}"] = node
    inner.pop("$schema")
    for node in (inner, *(outer["$defs"][name] for name in outer["$defs"] if name.startswith(f"{prefix}."))):
        for below in _nodes(node):
            if "$ref" in below:
                below["$ref"] = f"#/$defs/{prefix}.{_referred(below)}"
    return inner


def _for_editors(root: Map) -> Map:
    """``root`` with its rules' words under the key that editors know, and without the definitions that nothing refers to."""
    for node in _nodes(root):
        if "x-must-be" in node:
            node["errorMessage"] = f"must be {node.pop('x-must-be')}"
    definitions = root.pop("$defs", {})
    needed: dict[str, Map] = {}
    left = [root]
    while left:
        for node in _nodes(left.pop()):
            if "$ref" in node and (name := _referred(node)) not in needed:
                needed[name] = definitions[name]
                left.append(definitions[name])
    return {**root, "$defs": {name: node for name, node in definitions.items() if name in needed}} if needed else root


def _nodes(value: Any) -> Iterator[Map]:
    """Each map within a schema."""
    if isinstance(value, dict):
        yield value
        for below in value.values():
            yield from _nodes(below)
    elif isinstance(value, list):
        for below in value:
            yield from _nodes(below)


def _referred(node: Map) -> str:
    return str(node["$ref"]).rpartition("/")[2]


def _tell_defaults(service: Map) -> None:
    """Give each field of a ModelService its default, or where profiles and roles have several, name them in its description."""
    found: dict[int, tuple[Map, dict[Source, Any]]] = {}
    profiles: dict[Source, Any] = {(name, ""): data.document("bases", "profiles", f"{name}.yaml")["spec"] for name in BUILT_IN}
    _collect(service["properties"]["spec"], service, profiles, found)
    for node, values in found.values():
        sources = {(profile, role) for profile in BUILT_IN for role in (ROLES if any(role for _, role in values) else ("",))}
        texts = {source: json.dumps(value) for source, value in values.items()}
        if values.keys() == sources and len(set(texts.values())) == 1:
            node["default"] = next(iter(values.values()))
        else:
            node["description"] = f"{node.get('description', '')} Default: {_defaults_in_words(texts, sources)}.".strip()


def _collect(node: Map, root: Map, values: dict[Source, Any], found: dict[int, tuple[Map, dict[Source, Any]]]) -> None:
    """Add the scalars among the ``values`` that stand at ``node``, by node, and those within."""
    scalars = {source: value for source, value in values.items() if not isinstance(value, dict | list | None)}
    if scalars:
        found.setdefault(id(node), (node, {}))[1].update(scalars)
    target = root["$defs"][_referred(node)] if "$ref" in node else node
    for name, below in target.get("properties", {}).items():
        inner = {
            (profile, name if name in ROLES and not role else role): value[name]
            for (profile, role), value in values.items()
            if isinstance(value, dict) and name in value
        }
        if inner:
            _collect(below, root, inner, found)
    if "$ref" in target.get("items", {}):
        _collect(target["items"], root, {source: value[0] for source, value in values.items() if isinstance(value, list) and value}, found)


def _defaults_in_words(texts: dict[Source, str], sources: set[Source]) -> str:
    """``4 (furiosa), 1 (llm-d)``: each default, and who has it: profiles, roles, or roles of profiles."""
    for keep in (0, 1):
        kept = {source[keep]: text for source, text in texts.items()}
        if all(texts.get(source) == kept.get(source[keep]) for source in sources):
            return _grouped(kept)
    return _grouped({" ".join(filter(None, source)): text for source, text in texts.items()})


def _grouped(texts: dict[str, str]) -> str:
    who: dict[str, list[str]] = {}
    for name, text in texts.items():
        who.setdefault(text, []).append(name)
    return ", ".join(f"{text} ({', '.join(names)})" for text, names in who.items())
