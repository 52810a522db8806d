"""Makes plugins/kustomize/openapi/schema.json: what kustomize has to know to merge patches of LeaderWorkerSets, ModelServices and all else.

Run it with the development dependencies installed: `python generator/tasks/openapi.py`. With `--check` it writes nothing, and
fails if the committed file is not what it would write.

kustomize's `openapi: {path: …}` replaces its whole built-in schema, so that every kind that Kubernetes merges is in here, by the
same merge keys that `modelservice.patch` goes by, and each definition refers to others of this file alone. Of custom resources
there are those with pods inside, or with what pods are made of: in the others, kustomize would lose the items that have no key.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from modelservice.patch.merge_keys import type_of
from tasks.merge_keys import read_definitions

ROOT = Path(__file__).resolve().parents[2]
MERGE_KEYS = ROOT / "generator/modelservice/patch/merge_keys.json"
SCHEMA = ROOT / "plugins/kustomize/openapi/schema.json"
CUSTOM_RESOURCES = (
    {"group": "disaggregatedset.x-k8s.io", "kind": "DisaggregatedSet", "version": "v1"},
    {"group": "leaderworkerset.x-k8s.io", "kind": "LeaderWorkerSet", "version": "v1"},
    {"group": "modelservice.llm-d.ai", "kind": "ModelService", "version": "v1alpha1"},
)

Node = dict[str, Any]


def render() -> str:
    """The text of the schema, one definition a line."""
    lines = [f"  {json.dumps(name)}: {json.dumps(definition)}" for name, definition in sorted(definitions().items())]
    return '{"definitions": {\n' + ",\n".join(lines) + "\n}}\n"


def definitions() -> dict[str, Node]:
    """A definition for each type that leads to a list that merges; one that is an object's says of which kinds and versions."""
    data = json.loads(MERGE_KEYS.read_text(encoding="utf-8"))
    made = {name: schema(fields) for name, fields in data["types"].items()}
    for (group, kind), versions in api_versions().items():
        name = data["kinds"].get(f"{group}/{kind}" if group else kind)
        if name:
            kinds = made[name].setdefault("x-kubernetes-group-version-kind", [])
            kinds += [{"group": group, "kind": kind, "version": version} for version in sorted(versions)]
    for gvk in CUSTOM_RESOURCES:
        known = type_of({"apiVersion": f"{gvk['group']}/{gvk['version']}", "kind": gvk["kind"]}, {})
        made[gvk["kind"]] = {**schema(dict(known)), "x-kubernetes-group-version-kind": [gvk]}
    return made


def schema(known: Any) -> Node:
    """The schema of a type, in the form that the merge keys are kept in: inline, by its name, or a list of its items and their keys."""
    if isinstance(known, dict):
        return {"type": "object", "properties": {field: schema(value) for field, value in known.items()}}
    if isinstance(known, str):
        return {"$ref": f"#/definitions/{known}"}
    item, *keys = known
    merges: Node = {"x-kubernetes-patch-strategy": "merge"}
    if keys:
        merges["x-kubernetes-patch-merge-key"] = keys[0]
    if len(keys) > 1:
        merges["x-kubernetes-list-map-keys"] = keys
    return {"type": "array", "items": schema(item) if item else {"type": "object" if keys else "string"}, **merges}


def api_versions() -> dict[tuple[str, str], set[str]]:
    """The API versions of every kind, by group and kind, of all versions of Kubernetes that we know."""
    found: dict[tuple[str, str], set[str]] = {}
    for definition in read_definitions().values():
        for gvk in definition.get("x-kubernetes-group-version-kind", ()):
            found.setdefault((gvk["group"], gvk["kind"]), set()).add(gvk["version"])
    return dict(sorted(found.items()))


def main() -> None:
    """Write the schema, or with `--check` compare it."""
    text = render()
    if sys.argv[1:] != ["--check"]:
        SCHEMA.write_text(text, encoding="utf-8")
    elif SCHEMA.read_text(encoding="utf-8") != text:
        sys.exit(f"{SCHEMA} is not what {Path(__file__).name} makes of the merge keys")


if __name__ == "__main__":
    main()
