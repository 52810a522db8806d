"""modelservice render: ModelServices in, the resources that serve them out."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from modelservice.cli.files import read_documents_of, stop_at
from modelservice.config import API_VERSION
from modelservice.config import overlay as overlay_module
from modelservice.config.settings import SettingError, with_settings
from modelservice.function import describe
from modelservice.generate import Generated, generate
from modelservice.krm import Document, Result, write_documents, write_stdout

Map = dict[str, Any]


def render(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Files of ModelServices; - is standard input.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write one file per resource into DIR, instead of printing them."),
    ] = None,
    preset: Annotated[list[str] | None, typer.Option(metavar="NAME", help="A preset to apply, after those that the spec names.")] = None,
    overlay: Annotated[list[str] | None, typer.Option(metavar="FILE", help="Overlays to apply, after the presets.")] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="PATH=VALUE", help="A field of the spec to set, as in decode.replicas=2."),
    ] = None,
) -> None:
    """Print the resources that serve the ModelServices in FILE…, as one stream of YAML documents."""
    services = [document for file in files for document in read_documents_of(file)]
    overlays = [document for file in overlay or [] for document in read_documents_of(file)]
    problems = [line for document in services for line in _wrong_kind(document, "ModelService", "; overlays go with --overlay")]
    problems += [line for document in overlays for line in _overlay_lines(document)]
    if not services:
        problems.append(f"{files[0]}: there is no ModelService in it")
    if problems:
        stop_at(problems)
    values = [_changed(document.value, preset or [], assignments or []) for document in services]
    generated = generate(values, [document.value for document in overlays])
    for document, one in zip(services, generated, strict=True):
        for result in one.results:
            print(_line(document, result), file=sys.stderr)
    if any(one.failed for one in generated):
        raise typer.Exit(1)
    _write(generated, output)


def _wrong_kind(document: Document, kind: str, hint: str) -> list[str]:
    value = document.value
    if isinstance(value, dict) and value.get("kind") == kind and value.get("apiVersion") == API_VERSION:
        return []
    found = f"{value.get('apiVersion')} {value.get('kind')}" if isinstance(value, dict) else "no map"
    return [f"{document.place('kind')}: this is {found}; must be {API_VERSION} {kind}{hint}"]


def _overlay_lines(document: Document) -> list[str]:
    wrong = _wrong_kind(document, "Overlay", "")
    return wrong or [
        f"{document.place(result.field)}: {result.field}: {result.message}" for result in overlay_module.problems(document.value, "")
    ]


def _changed(service: Map, presets: list[str], assignments: list[str]) -> Map:
    """The ModelService with the presets and settings of the command line."""
    try:
        return with_settings(service, presets, assignments)
    except SettingError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None


def _line(document: Document, result: Result) -> str:
    """One line about ``document``: place, severity, config, field and cause."""
    return f"{document.place(result.field)}: {result.severity}: {describe(result)}"


def _write(generated: list[Generated], directory: str | None) -> None:
    objects = [obj for one in generated for obj in one.objects]
    if directory is None:
        write_stdout(write_documents(objects).encode())
        return
    files: dict[str, list[Map]] = {}
    for obj in objects:
        files.setdefault(_file_name(obj), []).append(obj)
    texts = {name: write_documents(of_file) for name, of_file in files.items()}
    try:
        for name, text in texts.items():
            path = os.path.join(directory, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
    except OSError as error:
        raise typer.BadParameter(f"{error.filename}: {error.strerror}", param_hint="--output") from None


def _file_name(obj: Map) -> str:
    """``[NAMESPACE/]KIND_NAME.yaml``, as kpt names files."""
    metadata = obj.get("metadata") or {}
    steps = [str(metadata["namespace"])] if metadata.get("namespace") else []
    steps.append(f"{str(obj.get('kind')).lower()}_{metadata.get('name')}.yaml")
    for step in steps:
        if "/" in step or "\0" in step or step in (".", ".."):
            stop_at([f"{obj.get('kind')} {metadata.get('name')}: {step!r} cannot be the name of a file"])
    return os.path.join(*steps)
