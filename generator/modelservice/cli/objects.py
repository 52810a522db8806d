"""Objects that commands look through: what ModelServices become or, where there is none among the files, what these hold."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from modelservice.cli import packages
from modelservice.cli.files import stop_at
from modelservice.cli.services import Given, for_cluster, generate_of, is_service
from modelservice.krm import Document

Map = dict[str, Any]

ObjectFiles = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="Files or folders of ModelServices, or of objects; - is standard input.")
]


def objects_of(given: Given) -> list[Map]:
    """The objects for a cluster; ends the command where a file, or a ModelService, is wrong."""
    named, found = packages.read(given.files)
    if any(is_service(document.value) for document in (*named, *found)):
        generated = generate_of(given, named, found)
        if generated.failed:
            generated.tell()
            raise typer.Exit(1)
        return generated.objects
    if given != Given(given.files):
        raise typer.BadParameter(f"{' '.join(given.files)}: there is no ModelService in it, which the options are for")
    objects = for_cluster(obj for document in named for obj in _listed(document, must=True))
    objects += for_cluster(obj for document in found for obj in _listed(document, must=False))
    if not objects:
        stop_at([f"{given.files[0]}:1:1: error: there is no object in it [config]"])
    return objects


def _listed(document: Document, *, must: bool) -> list[Map]:
    """The objects in a document, those of a List one by one; what is none ends the command where it ``must`` be one."""
    value = document.value
    is_list = isinstance(value, dict) and isinstance(value.get("items"), list) and str(value.get("kind")).endswith("List")
    listed = value["items"] if is_list else [value]
    wrong = [index for index, obj in enumerate(listed) if not _is_object(obj)]
    if wrong and must:
        what = "this is no object: an object has apiVersion, kind and metadata.name [config]"
        stop_at([f"{document.place(f'items[{index}]' if is_list else '')}: error: {what}" for index in wrong])
    return [obj for obj in listed if _is_object(obj)]


def _is_object(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return False
    return all(isinstance(text, str) and text for text in (value.get("apiVersion"), value.get("kind"), value["metadata"].get("name")))
