"""The objects that commands look at: what ModelServices become, or those in files, folders, Lists and streams as they are."""

from __future__ import annotations

from typing import Any, NamedTuple

import typer

from modelservice.cli import packages
from modelservice.cli.files import stop_at
from modelservice.cli.services import Given, for_cluster, generate_of, is_service
from modelservice.comparison import Identity, identity
from modelservice.krm import Document

Map = dict[str, Any]


class Objects(NamedTuple):
    """Objects, and whether there are ModelServices among what they were made from."""

    objects: list[Map]
    has_services: bool


def objects_of(given: Given) -> Objects:
    """What there is in files; ends the command with exit code 1 where one is wrong."""
    named, found = packages.read(given.files)
    if not any(is_service(document.value) for document in (*named, *found)):
        return Objects(for_cluster(_listed(named, found)), has_services=False)
    generated = generate_of(given, named, found)
    if generated.failed:
        generated.tell()
        raise typer.Exit(1)
    return Objects(generated.objects, has_services=True)


def _listed(named: list[Document], found: list[Document]) -> list[Map]:
    """The objects in documents, those of Lists one by one; ends the command where one is no object, or is there twice."""
    objects: list[Map] = []
    problems: list[str] = []
    places: dict[Identity, str] = {}
    for document in (*named, *found):
        value = document.value
        is_list = isinstance(value, dict) and isinstance(value.get("items"), list) and str(value.get("kind")).endswith("List")
        for index, obj in enumerate(value["items"] if is_list else [value]):
            field = f"items[{index}]" if is_list else ""
            if not _is_object(obj):
                if document in named:
                    problems.append(
                        f"{document.place(field)}: error: this is no object: an object has apiVersion, kind and metadata.name [config]"
                    )
                continue
            here = document.place(f"{field}.metadata.name".removeprefix("."))
            if (there := places.setdefault(identity(obj), here)) is not here:
                problems.append(
                    f"{here}: error: {' '.join(part for part in identity(obj)[1:] if part)} is there twice, first at {there} [config]"
                )
            objects.append(obj)
    if problems:
        stop_at(problems)
    return objects


def _is_object(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in ("apiVersion", "kind")) and bool(identity(value)[3])
