"""The files that a page shows beside the objects: those in which values and mistakes stand, without secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from modelservice import data
from modelservice.cli.messages import position_of
from modelservice.krm import Document, read_documents
from modelservice.origin.paths import written
from modelservice.package.secrecy import MARK, Concealed, conceal, secrets_in

Map = dict[str, Any]

OURS = ("bases/", "overlays/")  # the folders of the project, whose files say values
SHORTEST = 4  # characters of a secret that is looked for in the text of a file
NOT_SHOWN = "# This file is not shown: it holds secrets that cannot be told from the rest."
KEY = re.compile(r"""(?:"[^"]*"|'[^']*'|[^:])*:""")


class Sources:
    """The files that are referred to, in the order in which they first are: ``files``, each with its name and text.

    ``documents`` are those of the files of a user, in which a place may be.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.files: list[Map] = []
        self._numbers: dict[str, int] = {}
        self._given: dict[str, list[Document]] = {}
        self._ours: dict[str, Document] = {}
        self.documents = list(documents)
        for document in self.documents:
            self._given.setdefault(document.name, []).append(document)

    def at(self, place: str, field: str = "") -> tuple[int, int] | None:
        """The file, by its number, and the line of a place, ``FILE:LINE:COLUMN`` or a file of ours and a ``field`` there; else None."""
        name, line, _ = position_of(place)
        if name in self._given:
            return self._number(name, self._given[name]), line
        if place.startswith(OURS) and not name:
            document = self._ours.get(place) or self._ours.setdefault(place, read_documents(data.text(*place.split("/")), place)[0])
            return self._number(place, [document], is_ours=True), document.position(field)[0]
        return None

    def _number(self, name: str, documents: list[Document], *, is_ours: bool = False) -> int:
        if name not in self._numbers:
            self._numbers[name] = len(self.files)
            text = documents[0].text if is_ours else without_secrets(documents)
            self.files.append({"name": name, "text": text, "ours": is_ours})
        return self._numbers[name]


def without_secrets(documents: list[Document]) -> str:
    """The text of a file, of which these are the documents, line by line; what is secret in it is not there, nor what goes on below it."""
    concealed = [(document, conceal(document.value)) for document in documents]
    lines = documents[0].text.split("\n")
    for document, value in concealed:
        for path in _secret(value, ()):
            _hide(lines, *document.position(written(path).removeprefix(".")), has_key=isinstance(path[-1], str))
    text = "\n".join(str(conceal(line)) if "#" in line else line for line in lines)
    secrets = [str(secret) for _, value in concealed for secret in secrets_in(value)]
    return NOT_SHOWN if any(len(one) >= SHORTEST and one in text for one in secrets) else text


def _secret(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    """The paths of what is concealed in a value."""
    if isinstance(value, Concealed) and path:
        yield path
    elif isinstance(value, dict | list):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _secret(below, (*path, key))


def _hide(lines: list[str], line: int, column: int, *, has_key: bool) -> None:
    """Take away what stands at a position, where its key does or else itself, to the end of the line, and what is deeper below."""
    text = lines[line - 1]
    key = KEY.match(text, column - 1) if has_key else None
    lines[line - 1] = f"{text[: key.end()]} {MARK}" if key else text[: column - 1] + MARK
    depth = column - 1 if has_key else column - 3  # that of the dash
    for place in range(line, len(lines)):
        below = lines[place]
        if below.strip() and len(below) - len(below.lstrip(" ")) <= depth:
            return
        lines[place] = ""
