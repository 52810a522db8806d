"""What commands tell of their input: a place and what is wrong there, in the one form that all of them have."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import NamedTuple, TextIO

import typer

from modelservice.krm import Result
from modelservice.krm.results import CONFIG

SEVERITIES = ("error", "warning", "info")  # the worst first
COLOURS = {"error": typer.colors.RED, "warning": typer.colors.YELLOW, "info": typer.colors.BLUE}


class Message(NamedTuple):
    """A result, and where in the input that is: ``FILE:LINE:COLUMN``, or the option that says it."""

    place: str
    result: Result

    def line(self, *, coloured: bool = False) -> str:
        """``PLACE: severity: CONFIG: field: what; what would be right [check]``."""
        severity = self.result.severity
        return f"{self.place}: {in_colour(severity, severity) if coloured else severity}: {self.result.line()}"

    @property
    def position(self) -> tuple[str, int, int]:
        """File, line and column; an empty name where the place is in no file."""
        return position_of(self.place)


def position_of(place: str) -> tuple[str, int, int]:
    """File, line and column of a place; an empty name where it is in no file."""
    name, _, column = place.rpartition(":")
    name, _, line = name.rpartition(":")
    is_in_file = line.isdecimal() and column.isdecimal() and not name.startswith("--")
    return (name, int(line), int(column)) if is_in_file else ("", 0, 0)


def error_at(place: str, what: str, check: str = CONFIG) -> Message:
    """What is wrong at a place of a file that is about no resource."""
    return Message(place, Result(what, tags={"check": check}))


class InputError(Exception):
    """The input is wrong: what is told of it, as messages, or as texts where there is no place; and the exit code."""

    def __init__(self, problems: Iterable[Message | str], code: int = 1) -> None:
        self.problems, self.code = list(problems), code
        super().__init__("; ".join(map(str, self.problems)))

    @property
    def messages(self) -> list[Message]:
        """Those of the problems that have a place."""
        return [problem for problem in self.problems if isinstance(problem, Message)]


def tell(problems: Iterable[Message | str]) -> None:
    """Print what is told on stderr, one a line; a text that does not say so is an error."""
    coloured = is_coloured(sys.stderr)
    for problem in problems:
        if isinstance(problem, Message):
            print(problem.line(coloured=coloured), file=sys.stderr)
        else:
            error = in_colour("error", "error") if coloured else "error"
            print(f"{error}: {problem}", file=sys.stderr)


def in_colour(text: str, severity: str) -> str:
    """A text in the colour of a severity, for a terminal."""
    return typer.style(text, fg=COLOURS[severity], bold=True)


def is_coloured(stream: TextIO | None) -> bool:
    """Whether people look at a stream who want colours: at a terminal, or elsewhere with FORCE_COLOR; not with NO_COLOR (https://no-color.org)."""
    if stream is None or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")
