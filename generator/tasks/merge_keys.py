"""Makes modelservice/patch/merge_keys.json from the schemas in the PyPI package kubernetes-validate.

Run it with the development dependencies installed: `python generator/tasks/merge_keys.py`. With `--check` it writes
nothing, and fails if the committed file is not what it would write.

The package holds the OpenAPI definitions of every minor version of Kubernetes from 1.25 on. What a strategic merge has to
know is a small part of them: which lists merge, by which keys, and which fields lead there. The definitions are read oldest
first, so that the newest one wins. The API versions of a type (`v1beta1`, `v1`) become one, with the fields of all of them:
no field ever changed its merge keys, and the script stops if one does.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate

DATA_FILE = Path(__file__).parent.parent / "modelservice" / "patch" / "merge_keys.json"
LINE_LENGTH = 120
STAGES = ("alpha", "beta", "")

Definitions = dict[str, dict[str, Any]]
Fields = dict[str, Any]
"""For a field its type, or for a list that merges `[type of its items, key, …]`."""


def read_definitions() -> Definitions:
    """Return the definitions of all versions of Kubernetes by their full names, the newest one of each name."""
    root = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    definitions: Definitions = {}
    for version in kubernetes_validate.utils.all_versions():
        text = (root / f"v{version}-local" / "_definitions.json").read_text(encoding="utf-8")
        definitions.update(json.loads(text)["$defs"])
    return definitions


def type_name(definition: str) -> str:
    """Return a definition's name without package and API version: `core.PodSpec` for `io.k8s.api.core.v1.PodSpec`."""
    group, _, name = definition.split(".")[-3:]
    return f"{group}.{name}"


def age(definition: str) -> tuple[int, int, int]:
    """Return what sorts API versions by age: `v1alpha1` before `v1beta1` before `v1` before `v2`."""
    match = re.search(r"\.v(\d+)(alpha|beta|)(\d*)\.", definition)
    return (STAGES.index(match[2]), int(match[1]), int(match[3] or 0)) if match else (0, 0, 0)


def reference(schema: dict[str, Any]) -> str:
    """Return the name of the type that a schema refers to, or nothing."""
    return type_name(schema["$ref"].rsplit("/", 1)[-1]) if "$ref" in schema else ""


def fields_of(schema: dict[str, Any]) -> Fields:
    """Return the fields of one definition that hold a type or a list that merges.

    The rule is kustomize's (kyaml/openapi, PatchStrategyAndKeyList): a list merges if its patch strategy contains `merge`,
    by its map keys if it has any, which tell 53/TCP from 53/UDP, else by its merge key.
    """
    fields: Fields = {}
    for field, value in sorted(schema.get("properties", {}).items()):
        if "$ref" in value:
            fields[field] = reference(value)
        elif "items" in value and "merge" in value.get("x-kubernetes-patch-strategy", "").split(","):
            merge_keys = [value[key] for key in ("x-kubernetes-patch-merge-key",) if key in value]
            keys = value.get("x-kubernetes-list-map-keys", merge_keys)
            if keys[:1] != merge_keys:
                sys.exit(f"{field}: the merge key {merge_keys} is not the first of the map keys {keys}")
            fields[field] = [reference(value["items"]), *keys]
    return fields


def collect(definitions: Definitions) -> tuple[dict[str, str], dict[str, Fields]]:
    """Return the type of every `group/Kind`, and the fields of every type."""
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
            if not gvk["kind"].endswith("List"):  # tools take lists apart, and merge their items
                kinds["/".join(filter(None, (gvk["group"], gvk["kind"])))] = name
    return kinds, types


def prune(types: dict[str, Fields]) -> dict[str, Fields]:
    """Return the types with a list that merges in or below them, with only the fields that lead to one."""
    useful = {name for name, fields in types.items() if any(isinstance(field, list) for field in fields.values())}
    while more := {name for name in types.keys() - useful if not useful.isdisjoint(map(str, types[name].values()))}:
        useful |= more
    return {
        name: {
            field: value if isinstance(value, str) else [value[0] if value[0] in useful else "", *value[1:]]
            for field, value in types[name].items()
            if isinstance(value, list) or value in useful
        }
        for name in useful
    }


def reachable(kinds: dict[str, str], types: dict[str, Fields]) -> set[str]:
    """Return the types that an object of any kind can hold."""
    found: set[str] = set()
    waiting = list(kinds.values())
    while waiting:
        name = waiting.pop()
        if name in types and name not in found:
            found.add(name)
            waiting += [field if isinstance(field, str) else field[0] for field in types[name].values()]
    return found


def short_names(types: dict[str, Fields]) -> dict[str, str]:
    """Return `PodSpec` for `core.PodSpec` wherever that is clear, and one name for all that have metadata and no more."""
    last = [name.split(".")[1] for name in types]
    names = {name: name if last.count(name.split(".")[1]) > 1 else name.split(".")[1] for name in types}
    only_metadata = {name for name, fields in types.items() if fields == {"metadata": "meta.ObjectMeta"}}
    return names | dict.fromkeys(only_metadata, "OnlyMetadata") | {"": ""}


def render() -> str:
    """Return the text of the data file, one kind or type a line, so that a change of it is easy to read."""
    kinds, types = collect(read_definitions())
    types = prune(types)
    reached = reachable(kinds, types)
    types = {name: fields for name, fields in types.items() if name in reached}
    names = short_names(types)
    renamed = {
        names[name]: {field: names[value] if isinstance(value, str) else [names[value[0]], *value[1:]] for field, value in fields.items()}
        for name, fields in types.items()
    }
    sections: dict[str, dict[str, Any]] = {
        "kinds": {kind: names[name] for kind, name in kinds.items() if name in names},
        "types": renamed,
    }
    lines = [
        f"  {json.dumps(section)}: {{\n" + ",\n".join(line(*entry) for entry in sorted(entries.items())) + "\n  }"
        for section, entries in sections.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def line(name: str, value: Any) -> str:
    """Return the line of one kind or type; a line that would be too long becomes one of each field."""
    text = f"    {json.dumps(name)}: {json.dumps(value)}"
    if len(text) < LINE_LENGTH:
        return text
    return f"    {json.dumps(name)}: {{\n" + ",\n".join(f"  {line(*field)}" for field in value.items()) + "\n    }"


def main() -> None:
    """Write the data file, or with `--check` compare it."""
    text = render()
    if sys.argv[1:] != ["--check"]:
        DATA_FILE.write_text(text, encoding="utf-8")
    elif DATA_FILE.read_text(encoding="utf-8") != text:
        sys.exit(f"{DATA_FILE} is not what {Path(__file__).name} makes of the installed kubernetes-validate")


if __name__ == "__main__":
    main()
