"""modelservice render: ModelServices in, the resources that serve them out."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from modelservice.cli.files import is_step, read_documents_of, stop_at
from modelservice.config import API_VERSION
from modelservice.config import overlay as overlay_module
from modelservice.config.settings import SettingError, added, sets, with_settings
from modelservice.generate import generate
from modelservice.krm import Document, ResourceRef, Result, write_documents, write_stdout
from modelservice.kubernetes.apply_order import apply_rank
from modelservice.texts import cut

Map = dict[str, Any]

VALUES = {"modelArtifacts", "decode", "prefill", "routing", "accelerator", "multinode"}  # what a chart's values file has at its top


def render(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Files of ModelServices; - is standard input.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write one file per resource into DIR, and remove those of earlier runs."),
    ] = None,
    kustomization: Annotated[bool, typer.Option("--kustomization", help="With -o: write a kustomization.yaml of the files, too.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With -o: overwrite or remove also what was edited by hand, or written by others.")
    ] = False,
    preset: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME[:PARAMETER=VALUE,…]", help="A preset to apply, after those that the spec names, as in shm:sizeLimit=16Gi."
        ),
    ] = None,
    overlay: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Overlays to apply, after the presets.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="A field of the spec to set, as in decode.replicas=2."),
    ] = None,
    kubernetes: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The cluster's version, as in 1.34: what is newer than it is told.")
    ] = None,
) -> None:
    """Print the resources that serve the ModelServices in FILE…, as one stream of YAML documents."""
    if output is None and (kustomization or force):
        raise typer.BadParameter("goes with --output", param_hint="--kustomization" if kustomization else "--force")
    services = [document for file in files for document in read_documents_of(file)]
    overlays = [document for file in overlay or [] for document in read_documents_of(file)]
    problems = [line for document in services for line in _wrong_kind(document, "ModelService", "; overlays go with --overlay")]
    problems += [line for document in overlays for line in _overlay_lines(document)]
    if not services:
        problems.append(f"{files[0]}:1:1: error: there is no ModelService in it [config]")
    if problems:
        stop_at(problems)
    if kubernetes is not None:
        assignments = [*(assignments or []), f"kubernetesVersion='{kubernetes}'"]
    values = [_changed(document.value, preset or [], assignments or []) for document in services]
    generated = generate(values, [document.value for document in overlays])
    for document, one in zip(services, generated, strict=True):
        places = _Places(document, overlays, preset or [], assignments or [])
        for place, result in sorted(((places.of(result), result) for result in one.results), key=lambda told: _in_order(told[0])):
            print(f"{place}: {result.severity}: {result.line()}", file=sys.stderr)
    if any(one.failed for one in generated):
        raise typer.Exit(1)
    objects = sorted((obj for one in generated for obj in one.objects), key=apply_rank)
    if output is None:
        write_stdout(write_documents(objects).encode())
    else:
        _write_files(_files(objects, kustomization=kustomization), output, force=force)


def _wrong_kind(document: Document, kind: str, hint: str) -> list[str]:
    value = document.value
    if isinstance(value, dict) and value.get("kind") == kind and value.get("apiVersion") == API_VERSION:
        return []
    if isinstance(value, dict) and "kind" not in value:
        what = "this has no kind"
        if not VALUES.isdisjoint(value):
            hint = f": is this a values file of Helm? It goes under spec: of a {kind}, as it is"
    else:
        what = f"this is {value.get('apiVersion')} {value.get('kind')}" if isinstance(value, dict) else "this is no map"
    return [f"{document.place('kind')}: error: {what}; must be {API_VERSION} {kind}{hint} [config]"]


def _overlay_lines(document: Document) -> list[str]:
    found = overlay_module.problems(document.value, "")
    for result in found:
        result.resource = ResourceRef.of(document.value)
    wrong = _wrong_kind(document, "Overlay", "")
    return wrong or [f"{document.place(result.field)}: error: {result.line()}" for result in found]


def _changed(service: Map, presets: list[str], assignments: list[str]) -> Map:
    """The ModelService with the presets and settings of the command line."""
    hint = "--set"
    try:
        service = with_settings(service, [], assignments)
        hint = "--preset"
        return with_settings(service, presets, [])
    except SettingError as error:
        raise typer.BadParameter(str(error), param_hint=hint) from None


def _in_order(place: str) -> tuple[str, int, int]:
    """What places are sorted by: those of one file as they stand in it."""
    name, _, position = place.rpartition(":")
    name, _, line = name.rpartition(":")
    return (name, int(line), int(position)) if line.isdecimal() and position.isdecimal() else ("", 0, 0)


class _Places:
    """Where what a result is about was written: in a file, or on the command line."""

    def __init__(self, document: Document, overlays: list[Document], presets: list[str], assignments: list[str]) -> None:
        self.document, self.overlays, self.assignments = document, overlays, assignments
        spec = document.value.get("spec")
        named = spec.get("presets") if isinstance(spec, dict) else None
        self.named: list[Any] = named if isinstance(named, list) else []
        self.presets = [text for text, _ in added(self.named, presets)]

    def of(self, result: Result) -> str:
        """``FILE:LINE:COLUMN``, ``--set PATH=VALUE`` or ``--preset NAME:PARAMETER=VALUE``."""
        if result.resource is not None and result.resource.kind == "Overlay":
            brought = [one for one in self.overlays if one.value["metadata"]["name"] == result.resource.name]
            return (brought or [self.document])[0].place(result.field)
        for assignment in reversed(self.assignments):
            if sets(assignment.partition("=")[0], result.field):
                return f"--set {cut(assignment)}"
        for index, name in enumerate(self.presets, len(self.named)):
            if result.field.startswith(f"spec.presets[{index}]"):
                return f"--preset {cut(name)}"
        return self.document.place(result.field)


def _files(objects: list[Map], *, kustomization: bool) -> dict[str, list[Map]]:
    """The objects by the names of their files; two of one kind and name, of different groups, are in one."""
    files: dict[str, list[Map]] = {}
    for obj in objects:
        files.setdefault(_file_name(obj), []).append(obj)
    if kustomization:
        files["kustomization.yaml"] = [{"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": [*files]}]
    return files


def _write_files(files: dict[str, list[Map]], directory: str, *, force: bool) -> None:
    from modelservice.cli import folder  # needs a POSIX system  # noqa: PLC0415

    try:
        outcome = folder.write(directory, files, force=force)
    except folder.FolderError as error:
        stop_at(error.problems)
    except OSError as error:
        raise typer.BadParameter(f"{error.filename}: {error.strerror}", param_hint="--output") from None
    for name, why in outcome.left.items():
        print(f"{os.path.join(directory, name)}: warning: {why}", file=sys.stderr)
    counts = f"files written: {len(outcome.written)}, kept: {len(outcome.unchanged)}, removed: {len(outcome.removed)}"
    print(f"{directory}: {counts}{f', left as they are: {len(outcome.left)}' if outcome.left else ''}", file=sys.stderr)


def _file_name(obj: Map) -> str:
    """``[NAMESPACE/]KIND_NAME.yaml``, as kpt names files."""
    metadata = obj["metadata"] if isinstance(obj.get("metadata"), dict) else {}
    steps = [str(metadata["namespace"])] if metadata.get("namespace") else []
    steps.append(f"{str(obj.get('kind')).lower()}_{metadata.get('name')}.yaml")
    for step in steps:
        if not is_step(step):
            stop_at([f"{obj.get('kind')} {metadata.get('name')}: {step!r} cannot be the name of a file"])
    return os.path.join(*steps)
