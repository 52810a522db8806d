"""Objects that commands look through: what ModelServices become or, where there is none among the files, what these hold."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import typer

from modelservice.cli import packages
from modelservice.cli.files import stop_at
from modelservice.cli.messages import error_at
from modelservice.cli.services import Generated, Given, for_cluster, generate_of, is_service
from modelservice.krm import Document
from modelservice.kubernetes.names import Identity, identity

Map = dict[str, Any]

ObjectFiles = Annotated[
    list[str], typer.Argument(metavar="FILE…", help="Files or folders of ModelServices, or of objects; - is standard input.")
]


class Objects(NamedTuple):
    """Objects for a cluster: what was ``generated``, or else each with the document that it stands in, and the field there."""

    objects: list[Map]
    generated: Generated | None
    documents: list[tuple[Document, str]]

    @property
    def has_services(self) -> bool:
        """Whether there are ModelServices among what they were made from."""
        return self.generated is not None


def objects_of(given: Given, *, one_of_two: bool = False) -> Objects:
    """The objects in files; ends the command where a file, or a ModelService, is wrong.

    ``one_of_two``: there may be none, and the options may be for the ModelServices of another side.
    """
    named, found = packages.read(given.files)
    if any(is_service(document.value) for document in (*named, *found)):
        generated = generate_of(given, named, found)
        generated.stop_at_errors()
        return Objects(generated.objects, generated, [])
    if given != Given(given.files) and not one_of_two:
        raise typer.BadParameter(f"{' '.join(given.files)}: there is no ModelService in it, which the options are for")
    listed = [
        *(one for document in named for one in _listed(document, must=True)),
        *(one for document in found for one in _listed(document)),
    ]
    _stop_at_twice(listed)
    placed = [(obj, (document, field)) for document, field, value in listed for obj in for_cluster([value])]
    if not placed and not one_of_two:
        stop_at([error_at(f"{given.files[0]}:1:1", "there is no object in it")])
    return Objects([obj for obj, _ in placed], None, [place for _, place in placed])


def _stop_at_twice(listed: list[tuple[Document, str, Map]]) -> None:
    """End the command where an object is there twice."""
    places: dict[Identity, str] = {}
    problems = []
    for document, field, obj in listed:
        here = document.place(f"{field}.metadata.name".removeprefix("."))
        if (there := places.setdefault(identity(obj), here)) is not here:
            name = " ".join(part for part in identity(obj)[1:] if part)
            problems.append(error_at(here, f"{name} is there twice, first at {there}"))
    if problems:
        stop_at(problems)


def _listed(document: Document, *, must: bool = False) -> list[tuple[Document, str, Map]]:
    """The objects in a document, those of a List one by one, with their fields; what is none ends the command where it ``must`` be one."""
    value = document.value
    is_list = isinstance(value, dict) and isinstance(value.get("items"), list) and str(value.get("kind")).endswith("List")
    listed = [(document, f"items[{index}]", obj) for index, obj in enumerate(value["items"])] if is_list else [(document, "", value)]
    wrong = [field for _, field, obj in listed if not _is_object(obj)]
    if wrong and must:
        stop_at([error_at(document.place(field), "this is no object: an object has apiVersion, kind and metadata.name") for field in wrong])
    return [one for one in listed if _is_object(one[2])]


def _is_object(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return False
    return all(isinstance(text, str) and text for text in (value.get("apiVersion"), value.get("kind"), value["metadata"].get("name")))
