"""Makes modelservice/kubernetes/fields.json and more_fields.json from the schemas in the PyPI package kubernetes-validate.

Run it with the development dependencies installed: `python generator/tasks/kubernetes_fields.py`. With `--check` it writes
nothing, and fails if the committed files are not what it would write.

The package holds the OpenAPI definitions of every minor version of Kubernetes from 1.25 on. The newest definition of a type is taken;
the older ones only tell since when there is a field or a kind, and which kinds are gone. fields.json has what workloads and what
stands beside them are made of, so that it loads quickly; more_fields.json has every other type.

What a field holds is written as a word: `string`, `boolean`, `int32`, `int64`, `number`, `bytes`, `time`, `quantity`, `int-or-string`,
`object` (any map), `any`, or the name of a type; `[…]` is a list of it, `{…}` a map. `keys` are those by which the items of a list are told
apart; in custom resources none may be there twice.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate

FOLDER = Path(__file__).parent.parent / "modelservice" / "kubernetes"
STAGES = ("alpha", "beta", "")
# the kinds of fields.json, by group; what their status has is looked up in the other file
USUAL = {
    "": "ConfigMap Namespace PersistentVolumeClaim Pod Secret Service ServiceAccount",
    "apps": "DaemonSet Deployment ReplicaSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler",
    "batch": "CronJob Job",
    "networking.k8s.io": "Ingress NetworkPolicy",
    "policy": "PodDisruptionBudget",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "resource.k8s.io": "ResourceClaimTemplate",
}
NOT_STORED = {"DeleteOptions", "WatchEvent", "Status", "APIGroup", "APIResourceList", "APIVersions"}  # what a manifest cannot be
WORDS = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "object",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "object",
}
FORMATS = {"byte": "bytes", "double": "number", "int32": "int32", "int64": "int64"}

KEYS = "x-kubernetes-list-map-keys"

Definitions = dict[str, dict[str, Any]]


def read_versions() -> dict[str, Definitions]:
    """Return the definitions of each minor version of Kubernetes, oldest first."""
    root = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
    versions = {}
    for version in kubernetes_validate.utils.all_versions():
        text = (root / f"v{version}-local" / "_definitions.json").read_text(encoding="utf-8")
        versions[version.rpartition(".")[0]] = json.loads(text)["$defs"]
    return versions


def stability(definition: str) -> tuple[int, int, int]:
    """Return what sorts the API versions of a type: `v1alpha1` before `v1beta1` before `v1` before `v2`."""
    match = re.search(r"\.v(\d+)(alpha|beta|)(\d*)\.", definition)
    return (STAGES.index(match[2]), int(match[1]), int(match[3] or 0)) if match else (0, 0, 0)


def type_names(definitions: Definitions) -> dict[str, str]:
    """Return a short name of each definition: `PodSpec`, or with group and version where other groups and versions have one of that name.

    The type of the core group, else of the only group, has the bare name in its most stable version.
    """
    names: dict[str, str] = {}
    groups: dict[str, set[str]] = {}
    for definition in definitions:
        groups.setdefault(definition.rsplit(".", 1)[-1], set()).add(definition.split(".")[-3])
    for definition in sorted(definitions, key=stability, reverse=True):
        group, version, name = definition.split(".")[-3:]
        short = name if len(groups[name]) == 1 or group == "core" else f"{group}.{name}"
        names[definition] = f"{version}.{short}" if short in names.values() else short
    return names


def word(schema: dict[str, Any], names: dict[str, str]) -> str:
    """Return the word for what a schema describes."""
    if "$ref" in schema:
        definition = schema["$ref"].rsplit("/", 1)[-1]
        return WORDS.get(definition) or names.get(definition, "any")
    types = schema.get("type", "any")
    kind = types if isinstance(types, str) else types[0]
    if kind == "array":
        return f"[{word(schema['items'], names)}]"
    if kind == "object":
        return f"{{{word(schema['additionalProperties'], names)}}}" if "additionalProperties" in schema else "object"
    return FORMATS.get(schema.get("format", ""), kind)


def kinds_of(definitions: Definitions) -> dict[str, str]:
    """Return the definition of every `apiVersion/Kind` that a manifest can be."""
    return {
        f"{gvk['group']}/{gvk['version']}/{gvk['kind']}".lstrip("/"): definition
        for definition, schema in definitions.items()
        for gvk in schema.get("x-kubernetes-group-version-kind", ())
        if len(schema["x-kubernetes-group-version-kind"]) == 1 and not gvk["kind"].endswith("List") and gvk["kind"] not in NOT_STORED
    }


def since(versions: dict[str, Definitions], definition: str, field: str) -> str:
    """Return the version that brought a field to a type that was there, or nothing."""
    with_type = [version for version, definitions in versions.items() if definition in definitions]
    first = next(version for version in with_type if field in versions[version][definition].get("properties", {}))
    return "" if first == with_type[0] else first


def closure(kinds: list[str], types: dict[str, dict[str, str]], without: tuple[str, ...] = ()) -> set[str]:
    """Return the types that objects of these kinds are made of, but for what the fields ``without`` hold."""
    found: set[str] = set()
    waiting = list(kinds)
    while waiting:
        name = waiting.pop()
        if name in types and name not in found:
            found.add(name)
            waiting += [below.strip("[]{}") for field, below in types[name].items() if field not in without]
    return found


def is_usual(api_version_kind: str) -> bool:
    """Whether a kind belongs into the file that loads quickly."""
    api_version, _, kind = api_version_kind.rpartition("/")
    group, _, version = api_version.rpartition("/")
    return kind in USUAL.get(group, "").split() and version in ("v1", "v2")


def tables() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the contents of the two files."""
    versions = read_versions()
    names, oldest, newest = list(versions), next(iter(versions)), versions[list(versions)[-1]]
    short = type_names(newest)
    known = {name: short[name] for name in sorted(newest) if "properties" in newest[name] or short[name].rpartition(".")[2] in EMPTY}
    fields = {name: newest[name].get("properties", {}) for name in known}
    types = {known[name]: {field: word(below, known) for field, below in fields[name].items()} for name in known}
    sections: dict[str, dict[str, Any]] = {  # by type
        "types": types,
        "required": {known[name]: newest[name]["required"] for name in known if "required" in newest[name]},
        "keys": {known[name]: {field: below[KEYS] for field, below in fields[name].items() if KEYS in below} for name in known},
        "since": {known[name]: {field: first for field in fields[name] if (first := since(versions, name, field))} for name in known},
    }
    by_version = {version: kinds_of(definitions) for version, definitions in versions.items()}
    everything = sorted({kind for kinds_then in by_version.values() for kind in kinds_then})
    kinds = {kind: known[definition] for kind, definition in sorted(by_version[names[-1]].items())}
    first_of = {kind: next(version for version in versions if kind in by_version[version]) for kind in everything}
    last_of = {kind: max(index for index, version in enumerate(names) if kind in by_version[version]) for kind in everything}
    usual = closure([name for kind, name in kinds.items() if is_usual(kind)], types, ("status", "managedFields"))
    reached = sorted(closure(list(kinds.values()), types))
    files: list[dict[str, Any]] = [
        {
            "kinds": {kind: name for kind, name in kinds.items() if (name in usual) is wanted},
            **{
                title: {name: section[name] for name in reached if (name in usual) is wanted and (title == "types" or section.get(name))}
                for title, section in sections.items()
            },
            "kinds_since": {kind: first for kind, first in first_of.items() if first != oldest and (kinds.get(kind) in usual) is wanted},
        }
        for wanted in (True, False)
    ]
    groups = sorted({kind.rpartition("/")[0].rpartition("/")[0] for kind in everything})
    removed = {kind: names[1 + last_of[kind]] for kind in everything if kind not in kinds}
    return {"versions": names, "groups": groups, **files[0]}, {**files[1], "removed": removed}


EMPTY = {  # types without fields
    "AllCompositeDisruptionMode",
    "AllDisruptionMode",
    "BasicSchedulingPolicy",
    "SingleCompositeDisruptionMode",
    "SingleDisruptionMode",
    "CustomResourceSubresourceStatus",
}


def render(table: dict[str, Any]) -> str:
    """Return the text of a data file, one kind or type a line, so that a change of it is easy to read."""
    sections = []
    for section, entries in table.items():
        if isinstance(entries, dict):
            lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in entries.items())
            sections.append(f" {json.dumps(section)}: {{\n{lines}\n }}")
        else:
            sections.append(f" {json.dumps(section)}: {json.dumps(entries)}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


def main() -> None:
    """Write the data files, or with `--check` compare them."""
    for name, table in zip(("fields.json", "more_fields.json"), tables(), strict=True):
        text, file = render(table), FOLDER / name
        if sys.argv[1:] != ["--check"]:
            file.write_text(text, encoding="utf-8")
        elif file.read_text(encoding="utf-8") != text:
            sys.exit(f"{file} is not what {Path(__file__).name} makes of the installed kubernetes-validate")


if __name__ == "__main__":
    main()
