"""What tools write that is no values file, as values of the upstream chart: scenarios of llm-d-benchmark, and patches of aiconfigurator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelservice.compose import flags
from modelservice.conversion import scenario
from modelservice.conversion.draft import get
from modelservice.conversion.problems import MOVED, Change, Path
from modelservice.workloads import ROLES

Map = dict[str, Any]

SIZES = {"tensor-parallel-size": "tensor", "data-parallel-size": "data", "data-parallel-size-local": "dataLocal"}
TEMPLATE: Path = ("spec", "template", "spec")


def as_values(documents: Sequence[Map]) -> tuple[list[Map], list[Change]]:
    """Each of ``documents`` as values, and what became of keys of those that were something else; raises ConversionError."""
    found: list[Map] = []
    changes: list[Change] = []
    for document in documents:
        values = document
        if scenario.is_scenario(document):
            values, told = scenario.values_of(document)
            changes += told
        elif _is_patch(document):
            values, told = _of_patch(document)
            changes += told
        found.append(values)
    if any(map(_is_patch, documents)):  # a role that no patch is about is not there
        found.insert(0, {role: {"create": False} for role in ROLES})
    return found, changes


def _is_patch(document: Map) -> bool:
    named = document.get("kind") == "Deployment" and get(document, ("metadata", "name")) in ROLES
    return named and isinstance(get(document, (*TEMPLATE, "containers")), list)


def _of_patch(document: Map) -> tuple[Map, list[Change]]:
    """The values of a role of which a kustomize patch says the whole command."""
    role: str = document["metadata"]["name"]
    pod = get(document, TEMPLATE)
    containers: list[Map] = []
    sizes: Map = {}
    model = ""
    changes = [Change(MOVED, ("spec", "replicas"), (role, "replicas"), "of the Deployment that the patch is for")]
    for index, given in enumerate(one for one in pod["containers"] if isinstance(one, dict)):
        source: Path = (*TEMPLATE, "containers", index)
        serves = given.get("command") == ["vllm", "serve"]
        container = {key: value for key, value in given.items() if key not in ("name", "command", "args")}
        args = [str(arg) for arg in given.get("args") or []]
        how: Map = {"command": given.get("command")}
        if serves:
            model = args.pop(0) if args and not args[0].startswith("-") else ""
            args, found = _without_sizes(args)
            sizes |= found
            mounts = [*scenario.usual("volumeMounts"), *(given.get("volumeMounts") or [])]
            how = {"modelCommand": "vllmServe", "mountModelVolume": True, "volumeMounts": mounts}
        containers.append({"name": "vllm" if serves else given.get("name"), **container, **how, **({"args": args} if args else {})})
        why = "the model, the port and the sizes in it are generated"
        changes.append(Change(MOVED, (*source, "args"), (role, "containers", index, "args"), why))
    fields = {key: value for key, value in pod.items() if key not in ("containers", "volumes", "initContainers")}
    said = {
        "create": True,
        "replicas": get(document, ("spec", "replicas")),
        **{key: pod[key] for key in ("volumes", "initContainers") if key in pod},
    }
    if "volumes" in said:
        said["volumes"] = [*scenario.usual("volumes"), *said["volumes"]]
    values = {
        role: {**said, "containers": containers, **({"parallelism": sizes} if sizes else {}), **({"extraConfig": fields} if fields else {})}
    }
    return {**({"modelArtifacts": {"name": model}} if model else {}), **values}, changes


def _without_sizes(args: list[str]) -> tuple[list[str], Map]:
    """``args`` without port and sizes, and the sizes."""
    kept: list[str] = []
    sizes: Map = {}
    at = 0
    for key, values in flags.read(args):
        words = args[at : at + (len(values) if not key else 1 if "=" in args[at] else 1 + len(values))]
        at += len(words)
        if key in SIZES and values[:1] and values[0].isdigit():
            sizes[SIZES[key]] = int(values[0])
        elif key != "port":
            kept += words
    return kept, sizes
