"""What commands answer, and the one place that prints it: text for people, or JSON for machines."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer

from modelservice.krm import write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.text import Text


class Output(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", help="How to print it: text for people, json for machines.")]


@dataclass(frozen=True)
class Answer:
    """What a command found: ``data``, of what JSON has, the same as ``text``, perhaps with colours for terminals, and the exit code."""

    data: Any
    text: str | Text
    code: int = 0


def give(answer: Answer, output: Output) -> NoReturn:
    """Print an answer on stdout, and end the command with its exit code."""
    text = json.dumps(answer.data, indent=2, ensure_ascii=False) if output is Output.JSON else _printed(answer.text)
    write_stdout((text if text.endswith("\n") or not text else f"{text}\n").encode())
    raise typer.Exit(answer.code)


def _printed(text: str | Text) -> str:
    """The text, with its colours only where stdout is a terminal and NO_COLOR is not set."""
    if isinstance(text, str):
        return text
    from rich.console import Console  # typer brings it; its import takes time  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True)
    if not console.is_terminal or console.no_color:
        return text.plain
    with console.capture() as capture:
        console.print(text, end="")
    return capture.get()
