"""modelservice view: one page with the objects, who set each value, how they find one another, what is wrong, and what differs."""

from __future__ import annotations

import contextlib
import gc
import os
import stat
import sys
import tempfile
from dataclasses import replace
from typing import Annotated

import typer

from modelservice.cli import revisions
from modelservice.cli.messages import Message, tell
from modelservice.cli.objects import objects_of
from modelservice.cli.services import (
    Files,
    Generated,
    Given,
    Judging,
    KubernetesOption,
    LayerOption,
    OverlayOption,
    PresetOption,
    ProfileOption,
    QuietOption,
    SetOption,
    generate_from,
    is_service,
    with_version,
)
from modelservice.cli.sides import NewLayerOption, NewPresetOption, NewSetOption, OldLayerOption, OldPresetOption, OldSetOption, as_of
from modelservice.krm import write_stdout

BEGINNING = 4096  # bytes of a file, in which a page says that it is one
OutputFile = Annotated[str, typer.Option("--output", "-o", metavar="PAGE", help="The page to write, an HTML file; - is standard output.")]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        metavar="OLD",
        help="What to compare with: a file or folder, REV:path of a git revision, or a revision alone, in which FILE… are what they were.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite PAGE, whatever it is.")]


def view(
    files: Files,
    output: OutputFile,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    kubernetes: KubernetesOption = None,
    against: AgainstOption = None,
    old_layer: OldLayerOption = None,
    new_layer: NewLayerOption = None,
    old_preset: OldPresetOption = None,
    new_preset: NewPresetOption = None,
    old_set: OldSetOption = None,
    new_set: NewSetOption = None,
    force: ForceOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a page for browsers: the resources that serve the ModelServices in FILE…, or those in it, with who set each value.

    It is one HTML file that needs nothing else, with the graph, the results and, with --against, the difference and what that does. Secrets
    are not in it. Where something is wrong the page is written nevertheless, and the exit code is 1.
    """
    _refuse(output, force=force)
    given = Given.of(files, layer, overlay, profile, preset, with_version(assignments, kubernetes))
    new = _with(given, new_layer, new_preset, new_set)
    if against is None and any((old_layer, new_layer, old_preset, new_preset, old_set, new_set)):
        raise typer.BadParameter("options for one side go with --against")
    old = _old(given, against, old_layer, old_preset, old_set) if against is not None else None
    before = objects_of(as_of(old), one_of_two=True).objects if old is not None else None
    generated = generate_from(as_of(new), Judging())
    tell(generated.messages(quiet=quiet))
    if not _is_anything(generated):
        raise typer.Exit(1)
    from modelservice.cli.page import Against, contents, page  # takes time to import  # noqa: PLC0415

    compared = None
    if before is not None:
        was, now = _called(against or "", old_layer, old_preset, old_set), _called(" ".join(files), new_layer, new_preset, new_set)
        compared = Against(before, was, now)
    gc.disable()  # a fifth of the time with many services; nothing is thrown away before the end
    try:
        found = contents(generated, compared)
    finally:
        gc.enable()
    _write(page(found), output)
    if output != "-":
        count = len(found["objects"])
        counts = [f"{count} object{'' if count == 1 else 's'}", *_counted([*generated.told, *generated.results()])]
        print(f"{output}: {', '.join(counts)}", file=sys.stderr)
    raise typer.Exit(1 if found["failed"] else 0)


def _with(given: Given, layers: list[str] | None, presets: list[str] | None, settings: list[str] | None) -> Given:
    """What was given, with options for one side."""
    return given.with_more(Given.of([], layers, None, None, presets, settings))


def _old(given: Given, against: str, *options: list[str] | None) -> Given:
    """The side that is compared with."""
    if against == "-" and "-" in given.files:
        raise typer.BadParameter("only one side can be standard input", param_hint="--against")
    files = [against]
    if ":" not in against and not os.path.lexists(against) and revisions.is_known(against):
        if other := next((file for file in given.files if file == "-" or revisions.is_one(file)), None):
            raise typer.BadParameter(f"{other} is no file that a revision could have; name what it is to be compared with")
        files = [f"{against}:{file}" for file in given.files]
    return _with(replace(given, files=files), *options)


def _called(files: str, *options: list[str] | None) -> str:
    """How a side is called: its files, and the options that are for it alone, without values, which may be secret."""
    names = ("-f", "--preset", "--set")
    given = [f"{name} {one.partition('=')[0]}" for name, some in zip(names, options, strict=True) for one in some or []]
    return " ".join([files, *given])


def _is_anything(generated: Generated) -> bool:
    """Whether there is something to show: a ModelService, or another object."""
    return bool(generated.objects) or any(is_service(document.value) for document in generated.sources)


def _counted(messages: list[Message]) -> list[str]:
    """``2 warnings``, of each severity that there is."""
    from modelservice.cli.findings import counts  # noqa: PLC0415

    return [f"{number} {severity}{'' if number == 1 else 's'}" for severity, number in counts(messages).items() if number]


def _refuse(output: str, *, force: bool) -> None:
    """End the command where something is in the way that is no page."""
    if output == "-":
        return
    folder = os.path.dirname(os.path.realpath(output))
    if not os.path.isdir(folder):
        raise typer.BadParameter(f"{output}: there is no folder {folder}", param_hint="--output")
    if not os.path.exists(output):
        return
    if not os.path.isfile(output):
        raise typer.BadParameter(f"{output}: is there, and is no file", param_hint="--output")
    from modelservice.cli.page.html import is_page  # noqa: PLC0415

    try:
        with open(output, "rb") as file:
            beginning = file.read(BEGINNING)
    except OSError as error:
        raise typer.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None
    if beginning and not force and not is_page(beginning):
        why = "is there, and is no page that this command wrote; choose another name, or use --force"
        raise typer.BadParameter(f"{output}: {why}", param_hint="--output")


def _write(text: bytes, output: str) -> None:
    """Write the page, whole or not at all."""
    if output == "-":
        write_stdout(text)
        return
    target = os.path.realpath(output)
    begun = None
    try:
        with tempfile.NamedTemporaryFile(dir=os.path.dirname(target), prefix=".modelservice-", suffix=".unfinished", delete=False) as file:
            begun = file.name
            os.fchmod(file.fileno(), _mode(target))
            file.write(text)
        os.replace(begun, target)
    except OSError as error:
        raise typer.BadParameter(f"{output}: {error.strerror}", param_hint="--output") from None
    finally:
        if begun is not None:
            with contextlib.suppress(OSError):
                os.unlink(begun)


def _mode(target: str) -> int:
    """The mode of the file that is there, or that a new one gets."""
    with contextlib.suppress(FileNotFoundError):
        return stat.S_IMODE(os.stat(target).st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
