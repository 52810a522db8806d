"""What commands answer, and the one place that prints it: text for people, or JSON for machines."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer

from modelservice.cli.messages import is_coloured
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


def dimmed(text: str) -> str:
    """``text`` as what stands behind the rest; as it is where no terminal shows it, or none with colours."""
    return typer.style(text, dim=True) if is_coloured(sys.stdout) else text


def give(answer: Answer, output: Output) -> NoReturn:
    """Print an answer on stdout, and end the command with its exit code."""
    text = json.dumps(answer.data, indent=2, ensure_ascii=False) if output is Output.JSON else _printed(answer.text)
    write_stdout((text if text.endswith("\n") or not text else f"{text}\n").encode())
    raise typer.Exit(answer.code)


def _printed(text: str | Text) -> str:
    """The text, with its colours where those are wanted."""
    if isinstance(text, str):
        return text
    if not is_coloured(sys.stdout):
        return text.plain
    from rich.console import Console  # typer brings it; its import takes time  # noqa: PLC0415

    console = Console(highlight=False, soft_wrap=True, force_terminal=True)
    with console.capture() as capture:
        console.print(text, end="")
    return capture.get()
