"""Makes modelservice/patch/merge_keys.json from the schemas of the PyPI package kubernetes-validate.

Run it with the development dependencies installed, from anywhere: `python generator/tasks/merge_keys.py`. With `--check`
it changes nothing and exits with 1 when the committed file is not what it would write.

The package ships one set of OpenAPI definitions for each minor version of Kubernetes. What a strategic merge needs of
them is little: which list fields are merged instead of replaced, by which keys, and which fields lead to such lists.
Definitions are read oldest first, so the newest one of a name wins, and those that differ only in their API version
(`v1`, `v1beta2`) are one type: merge keys were never changed between versions, and the script stops if one ever is.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate

DATA_FILE = Path(__file__).parent.parent / "modelservice" / "patch" / "merge_keys.json"
API_VERSION = re.compile(r"v\d+((alpha|beta)\d+)?")

Definitions = dict[str, dict[str, Any]]
Fields = dict[str, Any]


def read_definitions() -> Definitions:
    """Return the definitions of every Kubernetes version by their full name, the newest version's where they differ."""
    root = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    definitions: Definitions = {}
    for version in kubernetes_validate.utils.all_versions():
        text = (root / f"v{version}-local" / "_definitions.json").read_text(encoding="utf-8")
        definitions.update(json.loads(text)["$defs"])
    return definitions


def type_name(definition: str) -> str:
    """Return a definition's name without its API version and package: `io.k8s.api.core.v1.PodSpec` is `core.PodSpec`."""
    *_, group, _, name = [part for part in definition.split(".") if part]
    return f"{group}.{name}"


def age(definition: str) -> tuple[int, int, int]:
    """Sort `v1alpha1` before `v1beta1` before `v1` before `v2`."""
    version = definition.split(".")[-2]
    match = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version)
    if match is None:
        return (0, 0, 0)
    major, stage, minor = match.groups()
    return (("alpha", "beta", None).index(stage), int(major), int(minor or 0))


def referenced(schema: dict[str, Any]) -> str:
    """Return the type that a schema refers to, or nothing."""
    reference = schema.get("$ref", "").rsplit("/", 1)[-1]
    return type_name(reference) if reference else ""


def fields_of(schema: dict[str, Any]) -> Fields:
    """Return the fields of one definition that a merge may have to know: maps by type, merged lists by type and keys.

    A list is merged if its patch strategy contains `merge`. Its keys are its map keys if it declares any, else its
    merge key: kustomize's rule, which tells 53/TCP from 53/UDP.
    """
    fields: Fields = {}
    for field, value in sorted(schema.get("properties", {}).items()):
        if "$ref" in value:
            fields[field] = referenced(value)
        elif "merge" in value.get("x-kubernetes-patch-strategy", "").split(",") and "items" in value:
            merge_key = value.get("x-kubernetes-patch-merge-key")
            keys = value.get("x-kubernetes-list-map-keys") or [merge_key] * bool(merge_key)
            if keys[:1] != [merge_key] * bool(merge_key):
                sys.exit(f"{field}: the merge key {merge_key} is not the first of the map keys {keys}")
            fields[field] = [referenced(value["items"]), *keys]
    return fields


def collect(definitions: Definitions) -> tuple[dict[str, str], dict[str, Fields]]:
    """Return the type of each `group/Kind` and the fields of each type, every API version in one."""
    kinds: dict[str, str] = {}
    types: dict[str, Fields] = {}
    for definition in sorted(definitions, key=age):
        name, fields = type_name(definition), fields_of(definitions[definition])
        known = types.setdefault(name, {})
        for field in known.keys() & fields.keys():
            if isinstance(fields[field], list) and known[field][1:] != fields[field][1:]:
                sys.exit(f"{definition}.{field} has the keys {fields[field]}, another version has {known[field]}")
        known.update(fields)
        for gvk in definitions[definition].get("x-kubernetes-group-version-kind", ()):
            if not gvk["kind"].endswith("List"):
                kinds["/".join(filter(None, (gvk["group"], gvk["kind"])))] = name
    return kinds, types


def prune(types: dict[str, Fields]) -> dict[str, Fields]:
    """Return only the fields from which a merged list can be reached, and only the types that have such fields."""

    def child(field: Any) -> str:
        return str(field[0] if isinstance(field, list) else field)

    useful: set[str] = set()
    while True:
        found = {name for name, fields in types.items() if any(isinstance(field, list) or field in useful for field in fields.values())}
        if found == useful:
            break
        useful = found
    pruned: dict[str, Fields] = {}
    for name in useful:
        pruned[name] = {}
        for field, value in types[name].items():
            if isinstance(value, list):
                pruned[name][field] = [value[0] if value[0] in useful else "", *value[1:]]
            elif child(value) in useful:
                pruned[name][field] = value
    return pruned


def shorten(kinds: dict[str, str], types: dict[str, Fields]) -> tuple[dict[str, str], dict[str, Fields]]:
    """Drop what no kind reaches, and write `PodSpec` for `core.PodSpec` wherever that is clear."""
    reached: set[str] = set()
    waiting = [name for name in kinds.values() if name in types]
    while waiting:
        name = waiting.pop()
        if name in types and name not in reached:
            reached.add(name)
            waiting += [field[0] if isinstance(field, list) else field for field in types[name].values()]
    plain = [name.split(".")[1] for name in reached]
    names = {name: name if plain.count(name.split(".")[1]) > 1 else name.split(".")[1] for name in reached} | {"": ""}

    def rename(field: Any) -> Any:
        return [names[field[0]], *field[1:]] if isinstance(field, list) else names[field]

    return (
        {kind: names[name] for kind, name in sorted(kinds.items()) if name in reached},
        {names[name]: {field: rename(value) for field, value in types[name].items()} for name in sorted(reached)},
    )


def render() -> str:
    """Return the text of the data file: one kind or type a line, so that a change reads well in a diff."""
    kinds, types = collect(read_definitions())
    kinds, types = shorten(kinds, prune(types))
    kind_lines = ",\n".join(f"    {json.dumps(kind)}: {json.dumps(name)}" for kind, name in kinds.items())
    type_lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(fields)}" for name, fields in sorted(types.items()))
    return f'{{\n  "kinds": {{\n{kind_lines}\n  }},\n  "types": {{\n{type_lines}\n  }}\n}}\n'


def main() -> None:
    """Write the data file, or with `--check` compare it."""
    text = render()
    if sys.argv[1:] == ["--check"]:
        if DATA_FILE.read_text(encoding="utf-8") != text:
            sys.exit(f"{DATA_FILE} is not what {Path(__file__).name} makes of the installed kubernetes-validate")
        return
    DATA_FILE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
