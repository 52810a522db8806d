"""modelservice convert: the values of a Helm release in, the ModelService that serves the same out."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from modelservice.cli.answers import Answer, Output, OutputOption, give
from modelservice.cli.files import read_documents_of, stop_at
from modelservice.cli.messages import Message, error_at
from modelservice.krm import Document, Result
from modelservice.texts import listed, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.conversion import Conversion
    from modelservice.conversion.problems import Path, Problem
    from modelservice.conversion.takeover import Takeover
    from modelservice.krm.comments import Comments

Map = dict[str, Any]

CHECK = "convert"
SCHEMA = "# yaml-language-server:"  # names the schema of the values


class ChartName(StrEnum):
    """Whose chart the values are for."""

    AUTO = "auto"
    FURIOSA = "furiosa"
    UPSTREAM = "upstream"


def convert(
    files: Annotated[list[str], typer.Argument(metavar="VALUES…", help="Values files of a Helm release, as its -f; the last one wins.")],
    chart: Annotated[ChartName, typer.Option(help="Whose chart they are for: Furiosa's or the upstream one.")] = ChartName.AUTO,
    chart_version: Annotated[
        str | None,
        typer.Option(metavar="VERSION", help="The chart's version, as `helm list` has it: defaults that changed are written out."),
    ] = None,
    release: Annotated[str | None, typer.Option(metavar="NAME", help="The release's name, from which its objects have theirs.")] = None,
    namespace: Annotated[str | None, typer.Option(metavar="NAMESPACE", help="The namespace to write into the ModelService.")] = None,
    manifest: Annotated[
        str | None, typer.Option(metavar="FILE", help="What `helm get manifest` says: tells what changes where this is taken over.")
    ] = None,
    assignments: Annotated[list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="As Helm's --set.")] = None,
    to: Annotated[str | None, typer.Option(metavar="FILE", help="Write the ModelService into FILE, which must not be there.")] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Print the shortest ModelService that serves what a release of the Helm charts with these values serves.

    What became of keys that are no longer where they were is told on stderr.
    """
    from modelservice.config.settings import SettingError  # noqa: PLC0415
    from modelservice.conversion import ConversionError  # noqa: PLC0415  takes time to import, as the next do
    from modelservice.conversion import convert as converted  # noqa: PLC0415
    from modelservice.conversion.release import Release, of_manifest  # noqa: PLC0415
    from modelservice.conversion.takeover import takeover  # noqa: PLC0415
    from modelservice.conversion.tools import as_values  # noqa: PLC0415
    from modelservice.conversion.values import together  # noqa: PLC0415

    if to is not None and os.path.lexists(to):
        raise typer.BadParameter(f"{to} is there already; name another file, or remove it", param_hint="--to")
    documents = [_values(file) for file in files]
    runs = _manifest(manifest) if manifest else []
    named, version = of_manifest(runs)
    try:
        given, before = as_values([document.value for document in documents])
        values = together(given, assignments or [])
        of_release = Release(release or "", namespace or "", named)
        found = converted(values, chart, (chart_version or version).removeprefix("v"), of_release, before)
    except SettingError as error:
        raise typer.BadParameter(str(error), param_hint="--set") from None
    except ConversionError as error:
        stop_at([_message(place, problem) for place, problem in _placed(documents, error.problems)])
    text, lost = _text(found, documents)
    over = takeover(runs, found.objects) if manifest else None
    _tell(found, documents, lost, over)
    if not of_release.name and not named and not values.get("fullnameOverride"):
        _say(
            documents[0].name,
            "warning",
            f"no --release is named: {found.document['metadata']['name']} is the model's name, not a release's",
        )
    if to is not None:
        _write(to, text)
    give(Answer(_data(found, text, lost, over), "" if to else text), output)


def _message(place: str, problem: Problem) -> Message:
    from modelservice.conversion.problems import written  # noqa: PLC0415

    return Message(place, Result(problem.message, field=written(problem.key), tags={"check": problem.check}))


def _values(file: str) -> Document:
    """The one document of a values file; ends the command where it is none."""
    documents = read_documents_of(file)
    if len(documents) > 1:
        stop_at([error_at(documents[1].place(), "a second document; a values file has one", CHECK)])
    if not documents:
        stop_at([error_at(f"{file}:1:1", "there is nothing in it", CHECK)])
    if not isinstance(documents[0].value, dict):
        stop_at([error_at(documents[0].place(), f"this is {shown(documents[0].value)}; values are a map", CHECK)])
    return documents[0]


def _manifest(file: str) -> list[Map]:
    """The objects of a release's manifest; ends the command where it is none."""
    documents = read_documents_of(file)
    wrong = [document for document in documents if not _is_object(document.value)]
    if wrong or not documents:
        place = wrong[0].place() if wrong else f"{file}:1:1"
        stop_at([error_at(place, "this is no manifest of objects, as `helm get manifest` prints it", CHECK)])
    return [document.value for document in documents]


def _is_object(value: Any) -> bool:
    named = isinstance(value, dict) and isinstance(value.get("metadata"), dict) and isinstance(value["metadata"].get("name"), str)
    return named and all(isinstance(value.get(key), str) for key in ("apiVersion", "kind"))


def _text(found: Conversion, documents: list[Document]) -> tuple[str, list[str]]:
    """The ModelService as YAML with the comments of the values, and those that have no place in it."""
    from modelservice.conversion.draft import get  # noqa: PLC0415
    from modelservice.krm.comments import Comments, write_with_comments  # noqa: PLC0415

    there: dict[Path, Comments] = {}
    for document in documents:
        for path, comments in document.comments().items():
            if isinstance(get(document.value, path), dict) or get(document.value, path) == get(found.values, path):
                there[path] = there[path].joined(comments) if path in there else comments
    placed: dict[Path, Comments] = {(): there.pop((), Comments()).without(SCHEMA)}
    paths = list(_paths(found.document["spec"], ()))
    own = set(paths)
    for path in paths:
        for source in found.sources(("spec", *path)):
            if source in there and (source == path or source not in own):
                place = ("spec", *path)
                placed[place] = placed.get(place, Comments()).joined(there.pop(source))
    return write_with_comments(found.document, placed), [line for comments in there.values() for line in comments.lines()]


def _paths(value: Any, path: Path) -> Any:
    """The places within a value, each before those within it."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _tell(found: Conversion, documents: list[Document], lost: list[str], over: Takeover | None) -> None:
    """Print what became of the values, and what a takeover changes, on stderr."""
    from modelservice.conversion.problems import DEFAULT, EMPTY, written  # noqa: PLC0415
    from modelservice.conversion.shorter import SILENT  # noqa: PLC0415

    for place, change in _placed(documents, [change for change in found.changes if change.what not in (DEFAULT, EMPTY)]):
        _say(place if change.key else documents[0].name, change.what, change.line())
    for what, why in ((DEFAULT, f"the profile {found.chart.profile} says the same"), (EMPTY, SILENT)):
        keys = [written(change.key) for change in found.changes if change.what == what]
        if keys:
            _say(documents[0].name, "left out", f"{why}: {listed(keys, most=len(keys))}")
    if lost:
        _say(documents[0].name, "left out", f"comments of keys that are left out: {listed(lost, separator=' ', most=3)}")
    if over is not None:
        from modelservice.cli.diff_text import text_of  # rich takes time to import  # noqa: PLC0415

        print(f"taken over: objects that stay as they are, but for labels that say who made them: {over.staying}", file=sys.stderr)
        print(text_of(over.changes).plain, end="", file=sys.stderr)


def _say(place: str, what: str, message: str) -> None:
    print(f"{place}: {what}: {message}", file=sys.stderr)


def _placed(documents: list[Document], told: list[Any]) -> list[tuple[str, Any]]:
    """What is told of keys of the values, each with its place, as they stand in the last file that has, or would have, them."""
    from modelservice.conversion.draft import has  # noqa: PLC0415
    from modelservice.conversion.problems import written  # noqa: PLC0415

    placed = []
    for one in told:
        index = next((index for index in reversed(range(len(documents))) if has(documents[index].value, one.key)), len(documents) - 1)
        placed.append((index, *documents[index].position(written(one.key)), one))
    return [(f"{documents[index].name}:{line}:{column}", one) for index, line, column, one in sorted(placed, key=lambda of: of[:3])]


def _write(file: str, text: str) -> None:
    """Write a file that is not there yet, whole or not at all."""
    try:
        with open(file, "x", encoding="utf-8") as stream:
            try:
                stream.write(text)
                stream.flush()
            except OSError:
                os.unlink(file)
                raise
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror or error}", param_hint="--to") from None


def _data(found: Conversion, text: str, lost: list[str], over: Takeover | None) -> Map:
    """The answer as JSON has it."""
    chart = {"name": found.chart.name, "version": found.chart.version or None, "profile": found.chart.profile}
    return {
        "modelService": found.document,
        "text": text,
        "chart": chart,
        "changes": [change.to_dict() for change in found.changes],
        "commentsLeftOut": lost,
        "takeover": None if over is None else {"staying": over.staying, "objects": [_object(one) for one in over.changes]},
    }


def _object(one: Any) -> Map:
    obj = one.new or one.old
    metadata = obj["metadata"]
    return {
        "change": one.way,
        "kind": obj["kind"],
        "namespace": metadata.get("namespace"),
        "name": metadata["name"],
        "fields": [change.path for change in one.fields],
        "impact": [{"effect": impact.effect, "message": impact.message, "paths": list(impact.paths)} for impact in one.impact],
    }
