"""modelservice diff: what two versions of ModelServices, or of objects, differ in, and what the change does."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, NamedTuple

import typer

from modelservice.cli import packages, revisions
from modelservice.cli.answers import Answer, Output, OutputOption, give
from modelservice.cli.files import stop_at
from modelservice.cli.services import (
    Given,
    LayerOption,
    OverlayOption,
    PresetOption,
    ProfileOption,
    SetOption,
    for_cluster,
    generate_of,
    is_service,
)
from modelservice.comparison import Change, ObjectChange, compare, identity
from modelservice.comparison.objects import Identity
from modelservice.krm import Document
from modelservice.patch.three_way import ABSENT

Map = dict[str, Any]

Old = Annotated[
    str,
    typer.Argument(metavar="OLD", help="A file or folder of ModelServices or of objects, REV:path of a git revision, or - for stdin."),
]
New = Annotated[
    str | None,
    typer.Argument(
        metavar="[NEW]", help="The same; without it, OLD as it is now is compared with what it was in HEAD.", show_default=False
    ),
]


def diff(
    old: Old,
    new: New = None,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    old_layer: Annotated[list[str] | None, typer.Option(metavar="FILE", help="As --layer, of OLD alone.")] = None,
    new_layer: Annotated[list[str] | None, typer.Option(metavar="FILE", help="As --layer, of NEW alone.")] = None,
    old_preset: Annotated[list[str] | None, typer.Option(metavar="NAME", help="As --preset, of OLD alone.")] = None,
    new_preset: Annotated[list[str] | None, typer.Option(metavar="NAME", help="As --preset, of NEW alone.")] = None,
    old_set: Annotated[list[str] | None, typer.Option(metavar="PATH=VALUE", help="As --set, of OLD alone.")] = None,
    new_set: Annotated[list[str] | None, typer.Option(metavar="PATH=VALUE", help="As --set, of NEW alone.")] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Tell what NEW changes, by meaning, and what that does: pods that restart, objects to make anew, what comes and goes.

    ModelServices are compared by what they become. The files of options are read in the revision of their side. Exit code 0: no difference,
    1: differences, 2: trouble.
    """
    from modelservice.cli.diff_text import text_of  # rich takes time to import  # noqa: PLC0415

    before, after = _sides(old, new)
    files = {"overlays": overlay or [], "profiles": profile or []}
    given = [
        Given(
            [path],
            [*(layer or []), *(layers or [])],
            **files,
            presets=[*(preset or []), *(presets or [])],
            settings=[*(assignments or []), *(settings or [])],
        )
        for path, layers, presets, settings in ((before, old_layer, old_preset, old_set), (after, new_layer, new_preset, new_set))
    ]
    try:
        sides = [_side(side) for side in given]
    except typer.Exit:
        raise typer.Exit(2) from None  # 1 says that there are differences
    if not any(side.has_services for side in sides) and any(side != Given(side.files) for side in given):
        raise typer.BadParameter(f"neither {before} nor {after} has a ModelService, which layers, presets and settings are for")
    found = compare(sides[0].objects, sides[1].objects)
    give(Answer({"old": before, "new": after, "objects": [_data(one) for one in found]}, text_of(found), 1 if found else 0), output)


def _sides(old: str, new: str | None) -> tuple[str, str]:
    """What is compared: two things, or one with what it was in HEAD, or is since a revision."""
    if new is not None:
        if old == new == "-":
            raise typer.BadParameter("only one side can be standard input")
        return old, new
    if old == "-":
        raise typer.BadParameter("standard input was nothing else in HEAD: name what to compare it with", param_hint="NEW")
    return (old, revisions.split(old)[1]) if revisions.is_one(old) else (f"{revisions.HEAD}:{old}", old)


class _Side(NamedTuple):
    """The objects of one side, and whether there are ModelServices among what they were made from."""

    objects: list[Map]
    has_services: bool


def _side(given: Given) -> _Side:
    """One side; ends the command where a file is wrong."""
    (path,) = given.files
    if revisions.is_one(path):
        given = _in_revision(given, revisions.split(path)[0])
    named, found = packages.read(given.files)
    if not any(is_service(document.value) for document in (*named, *found)):
        return _Side(for_cluster(_listed(named, found)), has_services=False)
    generated = generate_of(given, named, found)
    if generated.failed:
        generated.tell()
        raise typer.Exit(1)
    return _Side(generated.objects, has_services=True)


def _in_revision(given: Given, revision: str) -> Given:
    """The same with the files of its options in a revision too; save those that are in no repository, or name another revision."""

    def there(files: list[str]) -> list[str]:
        return [file if file == "-" or revisions.is_one(file) or not revisions.holds(file) else f"{revision}:{file}" for file in files]

    return replace(given, layers=there(given.layers), overlays=there(given.overlays), profiles=there(given.profiles))


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


def _data(one: ObjectChange) -> Map:
    """An object's changes as JSON has them; what a side does not say is left out."""
    group_version = {"apiVersion": (one.new or one.old or {})["apiVersion"]}
    _, kind, namespace, name = identity(one.new or one.old or {})
    data: Map = {"change": one.way, **group_version, "kind": kind, "namespace": namespace, "name": name}
    if one.way == "renamed" and one.old:
        data |= {"oldNamespace": identity(one.old)[2], "oldName": identity(one.old)[3]}
    data["fields"] = [_field(change) for change in one.fields]
    data["impact"] = [{"effect": impact.effect, "message": impact.message, "paths": list(impact.paths)} for impact in one.impact]
    return data


def _field(change: Change) -> Map:
    values = {side: value for side, value in (("old", change.old), ("new", change.new)) if value is not ABSENT}
    default = {"default": change.default} if change.default else {}
    return {"path": change.path, "way": change.way, "counts": change.counts, **values, **default}
