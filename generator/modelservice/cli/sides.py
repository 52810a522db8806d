"""Two sides that are compared: the options that are for one of them, and the files of options in the revision of their side."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from modelservice.cli import revisions
from modelservice.cli.services import Given

OldLayerOption = Annotated[list[str] | None, typer.Option("--old-layer", metavar="FILE", help="As --layer, of OLD alone.")]
NewLayerOption = Annotated[list[str] | None, typer.Option("--new-layer", metavar="FILE", help="As --layer, of NEW alone.")]
OldPresetOption = Annotated[list[str] | None, typer.Option("--old-preset", metavar="NAME", help="As --preset, of OLD alone.")]
NewPresetOption = Annotated[list[str] | None, typer.Option("--new-preset", metavar="NAME", help="As --preset, of NEW alone.")]
OldSetOption = Annotated[list[str] | None, typer.Option("--old-set", metavar="PATH=VALUE", help="As --set, of OLD alone.")]
NewSetOption = Annotated[list[str] | None, typer.Option("--new-set", metavar="PATH=VALUE", help="As --set, of NEW alone.")]


def as_of(given: Given) -> Given:
    """The same with the files of its options in its revision, too; save those that are in no repository, or name another revision."""
    path = given.files[0]
    if not revisions.is_one(path):
        return given
    revision = revisions.split(path)[0]
    revisions.read(path)  # what is wrong with it comes before what is wrong with its options

    def there(files: list[str], option: str) -> list[str]:
        return [_of_revision(file, revision, option) for file in files]

    layers, overlays, profiles = there(given.layers, "--layer"), there(given.overlays, "--overlay"), there(given.profiles, "--profile")
    return replace(given, layers=layers, overlays=overlays, profiles=profiles)


def _of_revision(file: str, revision: str, option: str) -> str:
    if file == "-" or revisions.is_one(file) or not revisions.is_tracked(file):
        return file
    if not revisions.has(f"{revision}:{file}"):
        hint = "; --new-layer is for NEW alone" if option == "--layer" else ""
        raise typer.BadParameter(f"{file}: there is no such file in {revision}{hint}", param_hint=option)
    return f"{revision}:{file}"
