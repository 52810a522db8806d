"""What a field of a ModelService means, as an answer of `modelservice explain FIELD`."""

from __future__ import annotations

import textwrap
from typing import Any

import typer

from modelservice.cli.answers import Answer
from modelservice.krm import write_yaml
from modelservice.origin import vocabulary
from modelservice.origin.effects import changed_by
from modelservice.origin.paths import PathError
from modelservice.origin.uses import checks_of, used_by

Map = dict[str, Any]

WIDTH = 100
MOST = 12  # lines of one kind, before the rest is only counted


def field_answer(path: str) -> Answer:
    """What the field at ``path`` is; ends the command with exit code 2 where there is none."""
    try:
        field = vocabulary.look_up(path)
    except PathError as error:
        raise typer.BadParameter(str(error)) from None
    data = {
        "path": field.path,
        "type": field.type,
        "kubernetesType": field.kubernetes or None,
        "description": field.description or None,
        "allowed": field.allowed,
        "limits": field.limits or None,
        "defaults": vocabulary.defaults(field),
        "keys": field.keys,
        "usedBy": [{"by": use.name, "place": use.place} for use in used_by(field.steps)],
        "changes": changed_by(field),
        "checks": checks_of(field.steps),
        "example": vocabulary.example_document(field) if len(field.steps) > 1 else None,
    }
    return Answer(data, "\n".join(_lines(data)))


def _lines(data: Map) -> list[str]:
    head = f"{data['path']}  ({data['type']})"
    lines = [head, *_wrapped(data["description"] or "")]
    if data["kubernetesType"]:
        lines += _wrapped(f"This is Kubernetes' own: {data['kubernetesType']}, as its documentation has it.")
    if data["allowed"]:
        lines += ["", *_wrapped(f"One of: {', '.join(map(str, data['allowed']))}")]
    if data["limits"]:
        lines += ["", *_wrapped(f"Must be {data['limits']}.")]
    defaults = {profile: value for profile, value in data["defaults"].items() if value is not None}
    if defaults and data["path"] != "spec":
        lines += ["", "Defaults"]
        width = max(map(len, defaults))
        for profile, value in defaults.items():
            is_short = not isinstance(value, (dict, list)) or not value
            lines += (
                [f"  {profile:{width}}  {write_yaml(value).rstrip()}"]
                if is_short
                else [f"  {profile}", textwrap.indent(write_yaml(value).rstrip(), "    ")]
            )
    lines += _table("Keys", list(data["keys"].items()))
    lines += _table("Used by", [(one["by"], one["place"]) for one in data["usedBy"]])
    for profile, paths in data["changes"].items():
        lines += _table(f"Changes, with profile {profile}", [tuple(path.split(" ", 1)) for path in paths])
    if data["checks"]:
        lines += ["", "Checks", *_wrapped(", ".join(data["checks"]))]
    if data["example"] is not None:
        lines += ["", "Example", textwrap.indent(write_yaml(data["example"]).rstrip(), "  ")]
    return lines


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - 2, initial_indent="  ", subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _table(title: str, rows: list[Any]) -> list[str]:
    """Rows of a name and a text, in columns; of very many only the first."""
    if not rows:
        return []
    width = min(max(len(name) for name, _ in rows), 34)
    lines = ["", title]
    shown = rows if title == "Keys" else rows[:MOST]
    for name, text in shown:
        wrapped = textwrap.wrap(text, WIDTH - width - 4, break_long_words=False, break_on_hyphens=False) or [""]
        first = [f"  {name:{width}}  {wrapped[0]}"] if len(name) <= width else [f"  {name}", f"  {'':{width}}  {wrapped[0]}"]
        lines += [*(line.rstrip() for line in first), *(f"  {'':{width}}  {line}" for line in wrapped[1:])]
    return lines if len(shown) == len(rows) else [*lines, f"  and {len(rows) - len(shown)} more"]
