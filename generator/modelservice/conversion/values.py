"""Values as Helm puts them together: files one over the other, then what ``--set`` says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from modelservice.config.layers import over
from modelservice.config.settings import with_value
from modelservice.texts import whole_number

Map = dict[str, Any]

_WORDS = {"true": True, "false": False, "null": None}


def under(above: Map, below: Map) -> Map:
    """``above`` over ``below``, as layers have it, with the keys of ``above`` in front."""
    merged = {}
    for key, value in above.items():
        old = below.get(key)
        merged[key] = under(value, old) if isinstance(value, dict) and isinstance(old, dict) else value
    return {**merged, **{key: value for key, value in below.items() if key not in above}}


def together(files: Iterable[Map], settings: Iterable[str]) -> Map:
    """The values of a release: ``files`` one over the other, then ``settings``, each what one ``--set`` says; raises SettingError."""
    values: Map = {}
    for file in files:
        values = over(values, file)  # null stays, to delete what the chart says
    for setting in settings:
        for piece in _pieces(setting):
            path, _, text = piece.partition("=")
            values = with_value(values, piece, path.strip(), _value(text))
    return values


def _pieces(setting: str) -> list[str]:
    r"""The assignments of one ``--set``: commas part them, save those in braces and those behind a backslash."""
    return re.findall(r"(?:\\.|\{[^}]*\}|[^,\\{])+", setting) or [setting]


def _value(text: str) -> Any:
    if text.startswith("{") and text.endswith("}"):
        return [_value(item) for item in re.findall(r"(?:\\.|[^,\\])+", text[1:-1])]
    text = re.sub(r"\\(.)", r"\1", text)
    if text in _WORDS:
        return _WORDS[text]
    number = whole_number(text.removeprefix("-"))
    if number is None or str(number) != text.removeprefix("-"):
        return text
    return -number if text.startswith("-") else number
