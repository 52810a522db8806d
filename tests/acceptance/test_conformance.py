"""The cases of kustomize's own tests, with the answers of the real kustomize, from the folder shared by the project's builders.

MODELSERVICE_SHARED names that folder. It is not part of the repository.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from modelservice.patch import PatchError, json_patch, strategic_merge

FILE = Path(os.environ["MODELSERVICE_SHARED"]) / "conformance" / "strategic-merge.jsonl"
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

BLANK = "a blank `key:` of the target is dropped by kustomize and an explicit null is not; parsed, both are None, and None stays"
EXCEPTIONS = {
    "element_test.go/merge_primitive_items": "a comment in the patch says how the list merges; comments do not reach a library",
    "TestNameUpdateInRoleRef": "kustomize goes on to change references to the new name, which is beyond merging",
    "TestFilter/nullMapEntry1": BLANK,
    "TestApplySmPatch_SwapOrder": BLANK,
}


def test_there_are_few_exceptions() -> None:
    """At most five cases may differ, and each is a case that exists."""
    assert len(EXCEPTIONS) <= 5
    assert EXCEPTIONS.keys() <= {case["name"] for case in CASES}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    """The result is what kustomize makes of it, in the order of kustomize where the case asserts one."""
    if case["error"]:
        with pytest.raises(PatchError):
            build(case)
        return
    expected = documents(case["expected"] or "")
    by_name = case["options"].get("fmt_sorted", False)
    result = build(case)
    assert (comparable(result, by_name) == comparable(expected, by_name)) == (case["name"] not in EXCEPTIONS)


def documents(text: str) -> list[Any]:
    """Read YAML documents as kustomize does, without the empty ones."""
    reader = YAML(typ="safe", pure=True)
    return [document for document in reader.load_all(text) if document is not None]


def comparable(value: Any, by_name: bool) -> Any:
    """Return a value for comparing; containers sorted by name if the case ignores their order."""
    if isinstance(value, dict):
        fields = {key: comparable(child, by_name) for key, child in value.items()}
        for key in {"containers", "initContainers"} & fields.keys() if by_name else ():
            fields[key].sort(key=lambda container: container.get("name", ""))
        return fields
    return [comparable(item, by_name) for item in value] if isinstance(value, list) else value


# What kustomize does around a merge: it finds the target, and keeps its name, namespace and kind.


def build(case: dict[str, Any]) -> list[Any]:
    """Apply the patches of a case to its objects."""
    options = case["options"]
    # What the real kustomize printed is in its own order, also where the test was about the other one.
    order = "prepend" if options["expected_from"] == "oracle" else options["list"]
    objects = [{"object": item, "ids": [identity(item)]} for item in documents(case["target"])]
    for step in options.get("steps") or [{**options, "kind": case["kind"], "patch": case["patch"]}]:
        for patch in step_patches(step):
            for entry in targets(objects, step, patch):
                apply(entry, step, patch, order)
    return [entry["object"] for entry in objects if entry["object"] is not None]


def step_patches(step: dict[str, Any]) -> list[Any]:
    """Return the patches of one step: several strategic ones, or one list of operations."""
    patches = documents(step["patch"])
    if step.get("legacy_field") and step["kind"] == "smp" and not patches:
        raise PatchError("patch", "a patch file is empty")
    if step["kind"] == "json6902":
        if not isinstance(patches[0], list) or step["match"] == "id":
            raise PatchError("patch", "a JSON6902 patch is a list, and needs a target")
        return patches[:1]
    return patches


def identity(thing: dict[str, Any]) -> tuple[Any, ...]:
    """Return what an object is found by."""
    metadata = thing.get("metadata") or {}
    return thing.get("apiVersion"), thing.get("kind"), metadata.get("name"), metadata.get("namespace") or "default"


def targets(objects: list[dict[str, Any]], step: dict[str, Any], patch: Any) -> Iterator[dict[str, Any]]:
    """Return the objects that a patch is for: all, those of a selector, or the one with the patch's identity."""
    alive = [entry for entry in objects if entry["object"] is not None]
    if step["match"] == "direct":
        yield from alive
    elif step["match"] == "id" and not step.get("target"):
        found = [entry for entry in alive if identity(patch) in entry["ids"]]
        if len(found) != 1 and not step.get("missing_ok"):
            raise PatchError("patch", f"{len(found)} objects have the identity {identity(patch)}")
        yield from found
    else:
        yield from (entry for entry in alive if any(selected(entry["object"], id_, step["target"]) for id_ in entry["ids"]))


def selected(thing: dict[str, Any], id_: tuple[Any, ...], selector: dict[str, str]) -> bool:
    """Say whether a selector selects an object."""
    group, _, version = (id_[0] or "").rpartition("/")
    values = {"group": group, "version": version, "kind": id_[1], "name": id_[2], "namespace": id_[3]}
    labels = (thing.get("metadata") or {}).get("labels") or {}
    annotations = (thing.get("metadata") or {}).get("annotations") or {}
    return (
        all(re.fullmatch(selector.get(key) or ".*", value or "") for key, value in values.items())
        and has(labels, selector.get("labelSelector"))
        and has(annotations, selector.get("annotationSelector"))
    )


def has(labels: dict[str, str], selector: str | None) -> bool:
    """Say whether labels have all that a selector of the form `a=b,c` names."""
    for term in (selector or "").split(",") if selector else ():
        key, equals, value = term.partition("=")
        if key not in labels or (equals and labels[key] != value.removeprefix("=")):
            return False
    return True


def apply(entry: dict[str, Any], step: dict[str, Any], patch: Any, order: Any) -> None:
    """Patch one object; its name, namespace and kind stay, unless the case allows otherwise."""
    before = entry["object"]
    untouched = deepcopy((before, patch))
    if step["kind"] == "json6902":
        entry["object"] = json_patch(before, patch)
    else:
        merged = strategic_merge(before, patch, new_items=order)
        if merged is not None and step["match"] != "direct":
            merged = with_identity(merged, before, step)
        entry["object"] = merged
    assert (before, patch) == untouched
    if entry["object"] is not None:
        entry["ids"].append(identity(entry["object"]))


def with_identity(merged: dict[str, Any], before: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """Return the merged object with the identity that the target had."""
    metadata = dict(merged["metadata"])
    if not step.get("allowNameChange"):
        metadata["name"] = before["metadata"]["name"]
    if "namespace" in before["metadata"]:
        metadata["namespace"] = before["metadata"]["namespace"]
    kind = merged["kind"] if step.get("allowKindChange") else before["kind"]
    return {**merged, "apiVersion": before["apiVersion"], "kind": kind, "metadata": metadata}
