"""modelservice diff: what two versions of ModelServices, or of objects, differ in, and what the change does."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from modelservice.cli import revisions
from modelservice.cli.answers import Answer, Output, OutputOption, give
from modelservice.cli.messages import InputError
from modelservice.cli.objects import objects_of
from modelservice.cli.services import (
    Given,
    LayerOption,
    OverlayOption,
    PresetOption,
    ProfileOption,
    SetOption,
)
from modelservice.cli.sides import NewLayerOption, NewPresetOption, NewSetOption, OldLayerOption, OldPresetOption, OldSetOption, as_of
from modelservice.comparison import Change, ObjectChange, compare
from modelservice.kubernetes.names import identity
from modelservice.patch.three_way import ABSENT

Map = dict[str, Any]

Old = Annotated[
    str,
    typer.Argument(metavar="OLD", help="A file or folder of ModelServices or of objects, REV:path of a git revision, or - for stdin."),
]
New = Annotated[
    str | None,
    typer.Argument(metavar="NEW", help="The same; without it, OLD as it is now is compared with what it was in HEAD.", show_default=False),
]


def diff(
    old: Old,
    new: New = None,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    old_layer: OldLayerOption = None,
    new_layer: NewLayerOption = None,
    old_preset: OldPresetOption = None,
    new_preset: NewPresetOption = None,
    old_set: OldSetOption = None,
    new_set: NewSetOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Tell what NEW changes, by meaning, and what that does: pods that restart, objects to make anew, what comes and goes.

    ModelServices are compared by what they become. The files of options are read in the revision of their side. Exit code 0: no difference,
    1: differences, 2: trouble.
    """
    from modelservice.cli.diff_text import text_of  # rich takes time to import  # noqa: PLC0415

    before, after = _sides(old, new)
    of_both = Given.of([], layer, overlay, profile, preset, assignments)
    given = [
        of_both.with_more(Given.of([before], old_layer, None, None, old_preset, old_set)),
        of_both.with_more(Given.of([after], new_layer, None, None, new_preset, new_set)),
    ]
    try:
        sides = [objects_of(as_of(side), one_of_two=True) for side in given]
    except InputError as error:  # 1 says that there are differences
        raise InputError(error.problems, code=2) from None
    if not any(side.has_services for side in sides) and any(side != Given(side.files) for side in given):
        raise typer.BadParameter(f"neither {before} nor {after} has a ModelService, which layers, presets and settings are for")
    found = compare(sides[0].objects, sides[1].objects)
    give(Answer({"old": before, "new": after, "objects": [_data(one) for one in found]}, text_of(found), 1 if found else 0), output)


def _sides(old: str, new: str | None) -> tuple[str, str]:
    """What is compared: two things, or one with what it was in HEAD, or is since a revision."""
    for side in (old, new or ""):
        if side and ":" not in side and not os.path.lexists(side) and revisions.is_known(side):
            raise typer.BadParameter(f"{side} is a git revision, and no file: what it has is {side}:PATH")
    if new is not None:
        if old == new == "-":
            raise typer.BadParameter("only one side can be standard input")
        return old, new
    if old == "-":
        raise typer.BadParameter("is needed beside standard input", param_hint="NEW")
    return (old, revisions.split(old)[1]) if revisions.is_one(old) else (f"{revisions.HEAD}:{old}", old)


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
