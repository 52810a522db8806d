"""modelservice patch: objects in, patched objects out; no cluster, no ModelService."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Annotated, Any

import typer

from modelservice.cli.answers import ObjectsOption, ObjectsOutput, give_objects
from modelservice.cli.files import read_documents_of, stop_at
from modelservice.cli.messages import error_at
from modelservice.krm import ReadError, parse_all
from modelservice.patch import PatchError, json_patch, strategic_merge
from modelservice.texts import shown

Map = dict[str, Any]


class PatchType(StrEnum):
    """How a patch is read."""

    AUTO = "auto"
    STRATEGIC = "strategic"
    JSON = "json"


class NewItems(StrEnum):
    """Where new items of merged lists go."""

    PREPEND = "prepend"
    APPEND = "append"


def patch(
    file: Annotated[str, typer.Argument(metavar="FILE", help="File of objects; - is standard input.")],
    patches: Annotated[
        list[str], typer.Option("--patch", "-p", metavar="PATCH", help="A patch: a file, or the text itself. Applied in the order given.")
    ],
    kind: Annotated[
        PatchType, typer.Option("--type", help="How patches are read; auto: a list is JSON6902, a map strategic merge.")
    ] = PatchType.AUTO,
    new_items: Annotated[
        NewItems, typer.Option(help="Where new items of merged lists go: first, as kustomize has it, or last.")
    ] = NewItems.PREPEND,
    output: ObjectsOption = ObjectsOutput.YAML,
) -> None:
    """Print the objects in FILE with patches applied, as `kubectl patch --local` does.

    A strategic-merge patch that says kind and metadata.name is for that object alone; every other patch is for all of them.
    """
    documents = read_documents_of(file)
    objects: list[Map] = []
    for document in documents:
        fields = document.value if isinstance(document.value, dict) else {}
        is_list = fields.get("kind") == "List" and isinstance(fields.get("items"), list)
        values = fields["items"] if is_list else [document.value]
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                stop_at([error_at(document.place(f"items[{index}]" if is_list else ""), "this is no object")])
        objects += values
    if not objects:
        stop_at([f"{file}: there is no object in it"])
    for number, text in enumerate(patches, 1):
        for content in _contents(text, number):
            objects = _patched(objects, content, kind, new_items, number)
    give_objects(objects, output)


def _contents(text: str, number: int) -> list[Any]:
    """The patches in a file, or in the text itself."""
    try:
        if os.path.isfile(text):
            contents = [document.value for document in read_documents_of(text)]
        else:
            contents = [content for content in parse_all(text if text.endswith("\n") else text + "\n") if content is not None]
    except ReadError as error:
        contents = stop_at([f"patch {number}: {error.problem}"])
    for content in contents:
        if not isinstance(content, (dict, list)):
            stop_at([f"patch {number}: {shown(content)} is no file, and no patch either: a patch is a map, or a list of operations"])
    if not contents:
        stop_at([f"patch {number}: is empty"])
    return contents


def _patched(objects: list[Map], content: Any, kind: PatchType, new_items: NewItems, number: int) -> list[Map]:
    is_json = isinstance(content, list)
    if kind is not PatchType.AUTO and is_json != (kind is PatchType.JSON):
        stop_at([f"patch {number}: is a {'list' if is_json else 'map'}, and --type {kind} takes a {'map' if is_json else 'list'}"])
    changed: list[Map] = []
    found = False
    for obj in objects:
        if not is_json and not _is_for(content, obj):
            changed.append(obj)
            continue
        found = True
        try:
            new = json_patch(obj, content) if is_json else strategic_merge(obj, content, new_items=new_items.value)
        except PatchError as error:
            stop_at([f"patch {number}, {_name(obj)}: {error}"])
        if new is not None:
            changed.append(new)
    if not found:
        stop_at([f"patch {number}: there is no {_name(content)}; there are: {', '.join(map(_name, objects))}"])
    return changed


def _is_for(content: Map, obj: Map) -> bool:
    """Whether a patch is for an object: it names this one, or none."""
    name = _metadata(content).get("name")
    if not content.get("kind") or not name:
        return True
    return bool(content["kind"] == obj.get("kind") and name == _metadata(obj).get("name"))


def _name(obj: Map) -> str:
    return f"{obj.get('kind')} {_metadata(obj).get('name')}"


def _metadata(obj: Map) -> Map:
    metadata = obj.get("metadata")
    return metadata if isinstance(metadata, dict) else {}
