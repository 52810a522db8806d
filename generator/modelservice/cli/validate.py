"""modelservice validate: everything that is worth saying about ModelServices and manifests, before anything is applied."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from modelservice.cli import findings, packages
from modelservice.cli.answers import noted
from modelservice.cli.messages import SEVERITIES, InputError, Message, in_colour, is_coloured, tell
from modelservice.cli.services import (
    Generated,
    Given,
    Judging,
    KubernetesOption,
    LayerOption,
    OverlayOption,
    PresetOption,
    ProfileOption,
    SetOption,
    generate_from,
    with_version,
)
from modelservice.krm import write_stdout

Map = dict[str, Any]


class Format(StrEnum):
    """How findings are printed."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


class Severity(StrEnum):
    """How serious a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


def validate(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Files or folders of ModelServices and manifests; - is stdin.")],
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    kubernetes: KubernetesOption = None,
    complete: Annotated[
        bool | None,
        typer.Option(
            "--complete/--no-complete",
            help="Whether what is not in FILE… is not there; by default so where a folder is given.",
            show_default=False,
        ),
    ] = None,
    skip_others: Annotated[
        bool,
        typer.Option(
            "--skip-others",
            help="Leave out the files without a ModelService or other config of ours, and those that are kustomize's patches.",
        ),
    ] = False,
    severity: Annotated[Severity, typer.Option(help="The least serious finding that makes the command fail.")] = Severity.ERROR,
    output: Annotated[
        Format, typer.Option("--output", callback=noted, help="How to print it: text for people, github for workflows, sarif, or json.")
    ] = Format.TEXT,
    source: Annotated[
        bool | None, typer.Option("--source/--no-source", help="Show the lines of the files; by default on a terminal.", show_default=False)
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell only what makes the command fail.")] = False,
) -> None:
    """Tell what is wrong in the ModelServices, Overlays, Profiles, Patches, Validations and manifests in FILE….

    These are the checks of a run, and for what is not generated those of a Validation; one in the files says how serious each is, and
    what is there although no file says so.
    """
    if skip_others:
        files = packages.with_ours(files)
        if not files:
            raise typer.Exit
    validations = [{"kubernetesVersion": _version(kubernetes)}] if kubernetes is not None else []
    given = Given.of(files, layer, overlay, profile, preset, with_version(assignments, kubernetes))
    generated: Generated | None = None
    try:
        generated = generate_from(given, Judging(validations, complete))
        messages = sorted([*generated.told, *generated.results()], key=lambda one: one.position)
    except InputError as error:
        messages = error.messages
        tell(problem for problem in error.problems if isinstance(problem, str))
    failing = SEVERITIES[: SEVERITIES.index(severity) + 1]
    fails = any(one.result.severity in failing for one in messages) or generated is None
    _print([one for one in messages if not quiet or one.result.severity in failing], generated, output, source=source)
    raise typer.Exit(1 if fails else 0)


def _version(text: str) -> str:
    """The version of a cluster, which must be one."""
    from modelservice.config.validation_config import validation_spec  # noqa: PLC0415

    head = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "Validation", "metadata": {"name": "x"}}
    _, problems = validation_spec({**head, "spec": {"kubernetesVersion": text}})
    for problem in problems:
        raise typer.BadParameter(problem.message, param_hint="--kubernetes")
    return text


def _print(messages: list[Message], generated: Generated | None, output: Format, *, source: bool | None) -> None:
    documents = generated.sources if generated is not None else []
    files = {document.name: document.text for document in documents}
    numbers = {
        "files": len(files.keys() | {one.position[0] for one in messages if one.position[0]}),
        "objects": len(generated.objects) if generated is not None else 0,
    }
    found = findings.counts(messages)
    if output is Format.JSON:
        head = {**numbers, **{f"{severity}s": count for severity, count in found.items()}}
        text = findings.as_json(messages, head)
    elif output is Format.TEXT:
        is_terminal = sys.stdout is not None and sys.stdout.isatty()
        coloured = is_coloured(sys.stdout)
        shown = is_terminal if source is None else source
        text = findings.as_text(messages, _texts(files, messages) if shown else None, coloured=coloured)
        text += _summary(numbers, found, coloured=coloured) if is_terminal else ""
    else:
        text = findings.FORMATS[output](messages)
    write_stdout(text.encode(errors="backslashreplace"))


def _texts(files: dict[str, str], messages: list[Message]) -> dict[str, str]:
    """The texts of files, also of those that are no YAML."""
    for name in {one.position[0] for one in messages} - files.keys() - {""}:
        try:
            with open(name, encoding="utf-8", errors="replace") as stream:
                files[name] = stream.read()
        except OSError:  # standard input, or gone
            continue
    return files


def _summary(numbers: dict[str, int], found: dict[str, int], *, coloured: bool) -> str:
    """``3 files, 12 objects: 1 error, 2 warnings``."""
    looked_at = ", ".join(_counted(number, what[:-1], what) for what, number in numbers.items())
    counted = {severity: _counted(number, severity, f"{severity}s") for severity, number in found.items() if number}
    told = ", ".join(in_colour(text, severity) if coloured else text for severity, text in counted.items())
    return f"{looked_at}: {told or 'nothing to tell'}\n"


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
