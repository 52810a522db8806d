"""modelservice presets: which there are, what each does, and what several do together to a ModelService."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from modelservice import data
from modelservice.cli.answers import Answer, Output, OutputOption, give
from modelservice.cli.services import Given, LayerOption, ProfileOption, SetOption
from modelservice.texts import as_text, cut, listed

Map = dict[str, Any]

WIDTH = 100


def presets(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME[:PARAMETER=VALUE,…]", help="Presets; with none, all of them are listed.")
    ] = None,
    on: Annotated[
        list[str] | None,
        typer.Option("--on", metavar="FILE", help="Files or folders with ModelServices: what the presets add there, and fight over."),
    ] = None,
    layer: LayerOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List the presets, say what one is for, or what several set together on a ModelService.

    presets; presets shm; presets shm:sizeLimit=16Gi probes hpa:maxReplicas=4 --on llama.yaml.
    """
    asked = [_read(text) for text in names or []]
    if on is not None:
        if not asked:
            raise typer.BadParameter("name the presets that are to be put on it", param_hint="--on")
        from modelservice.cli.together import together  # composes services  # noqa: PLC0415

        given = Given.of(on, layer, None, profile, names, assignments)
        give(together(given, asked), output)
    if any((layer, profile, assignments)):
        raise typer.BadParameter("options that change ModelServices go with --on FILE")
    documents = [_document(name) for name in asked or data.names("overlays", "presets")]
    found = [_data(document) for document in documents]
    if not asked:
        give(Answer(found, "\n".join(line for one in found for line in _listed(one))), output)
    texts = [data.text("overlays", "presets", f"{name}.yaml") for name in asked]
    whole = [{**one, "overlay": document} for one, document in zip(found, documents, strict=True)]
    give(Answer(whole, "\n\n".join("\n".join(_lines(*one)) for one in zip(found, texts, strict=True))), output)


def _read(text: str) -> str:
    """The name of the preset that a text names, with values of its parameters or without."""
    from modelservice.config.settings import SettingError, read_presets  # noqa: PLC0415

    try:
        found = [one if isinstance(one, str) else one["name"] for one in read_presets(text)]
    except SettingError as error:
        raise typer.BadParameter(str(error)) from None
    if len(found) > 1:
        raise typer.BadParameter(f"{cut(text)} names {len(found)} presets; write each as a word of its own")
    return found[0]


def _document(name: str) -> Map:
    there = data.names("overlays", "presets")
    if name in there:
        document: Map = data.document("overlays", "presets", f"{name}.yaml")
        return document
    from difflib import get_close_matches  # only for a mistake  # noqa: PLC0415

    close = get_close_matches(name, there, 1)
    meant = f"did you mean {close[0]}? There are" if close else "there are"
    raise typer.BadParameter(f"there is no preset {cut(name)}; {meant}: {listed(there)}")


def _data(document: Map) -> Map:
    spec = document["spec"]
    return {
        "name": document["metadata"]["name"],
        "description": document["metadata"]["annotations"]["description"],
        "parameters": spec.get("parameters") or {},
        "requires": spec.get("require") or [],
        "excludes": spec.get("exclude") or [],
        "for": spec.get("for") or {},
        "says": spec.get("defaults") or {},
    }


def _listed(one: Map) -> Iterator[str]:
    given = [f"{name}{'' if 'default' in parameter else ' (must be given)'}" for name, parameter in one["parameters"].items()]
    yield from _column(one["name"], one["description"])
    if given:
        yield from _column("", f"parameters: {', '.join(given)}")


def _lines(one: Map, text: str) -> Iterator[str]:
    yield one["name"]
    yield from textwrap.wrap(one["description"], WIDTH - 2, initial_indent="  ", subsequent_indent="  ")
    if one["parameters"]:
        yield from ("", "Parameters")
    for name, parameter in one["parameters"].items():
        choices = f"one of {', '.join(map(str, parameter['enum']))}" if "enum" in parameter else parameter["type"]
        default = parameter.get("default")
        said = "must be given" if "default" not in parameter else f"default {default}" if default is not None else "none unless given"
        yield from _column(f"  {name}", f"{choices}, {said}. {parameter['description']}")
    for title, key in (("Needs", "requires"), ("Goes not together with", "excludes")):
        if one[key]:
            yield from ("", f"{title}: {', '.join(one[key])}")
    if one["for"]:
        wanted = [f"{fact} {_choices(value)}" for fact, value in one["for"].items()]
        yield from ("", f"For services with {' and '.join(wanted)}")
    yield from ("", "As it is written", textwrap.indent(text.rstrip(), "  "))


def _choices(value: Any) -> str:
    return " or ".join(as_text(one) for one in (value if isinstance(value, list) else [value]))


def _column(name: str, text: str) -> Iterator[str]:
    lines: Sequence[str] = textwrap.wrap(text, WIDTH - 22, break_long_words=False, break_on_hyphens=False)
    yield f"{name:20}  {lines[0]}"
    yield from (f"{'':20}  {line}" for line in lines[1:])
