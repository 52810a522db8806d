"""modelservice schema: the schema of a kind, for editors and API servers."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer

from modelservice.cli import packages
from modelservice.cli.files import stop_at
from modelservice.cli.messages import Message
from modelservice.krm import ResourceRef, write_documents, write_stdout


class Kind(StrEnum):
    """The kinds that there are."""

    MODEL_SERVICE = "ModelService"
    OVERLAY = "Overlay"
    PROFILE = "Profile"
    VALIDATION = "Validation"
    PATCHES = "Patches"


def schema(
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="ModelService, Overlay, Profile, Validation or Patches.", case_sensitive=False)
    ] = Kind.MODEL_SERVICE,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE…", help="Files or folders whose Overlays and Profiles are completed, too.")
    ] = None,
    crd: Annotated[bool, typer.Option("--crd", help="Print a CustomResourceDefinition, as YAML.")] = False,
) -> None:
    """Print the JSON Schema of a kind, with descriptions, defaults, and the presets there are, for editors to check and complete."""
    if crd and (kind is not Kind.MODEL_SERVICE or files):
        raise typer.BadParameter("there is one of ModelService alone, without FILE", param_hint="--crd")
    if crd:
        from modelservice.config.crd import custom_resource_definition  # noqa: PLC0415

        write_stdout(write_documents([custom_resource_definition()]).encode())
        return
    from modelservice.config.published import json_schema  # noqa: PLC0415

    library, profiles = _brought(files) if files else ([], [])
    write_stdout((json.dumps(json_schema(kind.value, library, profiles), indent=2, ensure_ascii=False) + "\n").encode())


def _brought(files: list[str]) -> tuple[list[Any], list[Any]]:
    """The Overlays and Profiles in files and folders, which must be right."""
    from modelservice.config import is_ours, overlay, profile  # noqa: PLC0415

    named, found = packages.read(files)
    ours = [one for one in [*named, *found] if is_ours(one.value)]
    overlays, profiles = ([one for one in ours if one.value.get("kind") == kind] for kind in ("Overlay", "Profile"))
    names = [reference.name for one in overlays if (reference := ResourceRef.of(one.value))]
    messages = [Message(one.place(result.field), result) for one in overlays for result in overlay.problems(one.value, "", names)]
    messages += [Message(one.place(result.field), result) for one in profiles for result in profile.problems([one.value])]
    if messages:
        stop_at(messages)
    return [one.value for one in overlays], [one.value for one in profiles]
