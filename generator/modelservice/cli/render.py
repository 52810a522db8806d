"""modelservice render: ModelServices in, the resources that serve them out."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from modelservice.cli.answers import Answer, ObjectsOption, ObjectsOutput, Output, give, give_objects
from modelservice.cli.files import is_step, stop_at
from modelservice.cli.services import (
    Files,
    Given,
    KubernetesOption,
    LayerOption,
    OverlayOption,
    PresetOption,
    ProfileOption,
    QuietOption,
    SetOption,
    generate_from,
    with_version,
)
from modelservice.krm import write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.cli.folder import Outcome

Map = dict[str, Any]


def render(
    files: Files,
    layer: LayerOption = None,
    to: Annotated[
        str | None,
        typer.Option("--to", "-o", metavar="DIR", help="Write one file per resource into DIR, and remove those of earlier runs."),
    ] = None,
    kustomization: Annotated[bool, typer.Option("--kustomization", help="With -o: write a kustomization.yaml of the files, too.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With -o: overwrite or remove also what was edited by hand, or written by others.")
    ] = False,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    kubernetes: KubernetesOption = None,
    quiet: QuietOption = False,
    provenance: Annotated[
        bool, typer.Option("--provenance", help="Say behind each line, as a comment, which layer set the value, and over which.")
    ] = False,
    output: ObjectsOption = ObjectsOutput.YAML,
) -> None:
    """Print the resources that serve the ModelServices in FILE…, as one stream of YAML documents, and what else is in there."""
    if to is None and (kustomization or force):
        raise typer.BadParameter("goes with -o DIR", param_hint="--kustomization" if kustomization else "--force")
    if to is not None and provenance:
        raise typer.BadParameter("goes without -o DIR", param_hint="--provenance")
    if output is ObjectsOutput.JSON and provenance:
        raise typer.BadParameter("JSON has no comments; explain --output json says the same", param_hint="--provenance")
    settings = with_version(assignments, kubernetes)
    generated = generate_from(Given.of(files, layer, overlay, profile, preset, settings))
    generated.tell(quiet=quiet)
    objects = generated.objects
    if provenance:
        from modelservice.cli.origins import Origins, with_comments  # composes the services once more  # noqa: PLC0415

        origins = Origins(generated)
        write_stdout("---\n".join(with_comments(origins, obj) for obj in objects).encode())
    elif to is None:
        give_objects(objects, output)
    else:
        outcome = _write_files(_files(objects, kustomization=kustomization), to, force=force)
        if output is ObjectsOutput.JSON:
            give(Answer({"directory": to, **outcome._asdict()}, ""), Output.JSON)


def _files(objects: list[Map], *, kustomization: bool) -> dict[str, list[Map]]:
    """The objects by the names of their files; two of one kind and name, of different groups, are in one."""
    files: dict[str, list[Map]] = {}
    for obj in objects:
        files.setdefault(_file_name(obj), []).append(obj)
    if kustomization:
        files["kustomization.yaml"] = [{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [*files]}]
    return files


def _write_files(files: dict[str, list[Map]], directory: str, *, force: bool) -> Outcome:
    from modelservice.cli import folder  # needs a POSIX system  # noqa: PLC0415

    try:
        outcome = folder.write(directory, files, force=force)
    except folder.FolderError as error:
        stop_at(error.problems)
    except OSError as error:
        raise typer.BadParameter(f"{error.filename}: {error.strerror}", param_hint="-o") from None
    for name, why in outcome.left.items():
        print(f"{os.path.join(directory, name)}: warning: {why}", file=sys.stderr)
    counts = f"files written: {len(outcome.written)}, kept: {len(outcome.unchanged)}, removed: {len(outcome.removed)}"
    print(f"{directory}: {counts}{f', left as they are: {len(outcome.left)}' if outcome.left else ''}", file=sys.stderr)
    return outcome


def _file_name(obj: Map) -> str:
    """``[NAMESPACE/]KIND_NAME.yaml``, as kpt names files."""
    metadata = obj["metadata"] if isinstance(obj.get("metadata"), dict) else {}
    steps = [str(metadata["namespace"])] if metadata.get("namespace") else []
    steps.append(f"{str(obj.get('kind')).lower()}_{metadata.get('name')}.yaml")
    for step in steps:
        if not is_step(step):
            stop_at([f"{obj.get('kind')} {metadata.get('name')}: {step!r} cannot be the name of a file"])
    return os.path.join(*steps)
