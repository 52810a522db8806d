"""What commands answer, and the one place that prints it: text for people, or JSON for machines."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer

from modelservice.krm import write_stdout


class Output(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


OutputOption = Annotated[Output, typer.Option("--output", help="How to print it: text for people, json for machines.")]


@dataclass(frozen=True)
class Answer:
    """What a command found: ``data``, of what JSON has, the same as ``text``, and the exit code."""

    data: Any
    text: str
    code: int = 0


def dimmed(text: str) -> str:
    """``text`` as what stands behind the rest; as it is where no terminal shows it, or none with colours."""
    plain = not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return text if plain else typer.style(text, dim=True)


def give(answer: Answer, output: Output) -> NoReturn:
    """Print an answer on stdout, and end the command with its exit code."""
    text = json.dumps(answer.data, indent=2, ensure_ascii=False) if output is Output.JSON else answer.text
    write_stdout((text if text.endswith("\n") or not text else f"{text}\n").encode())
    raise typer.Exit(answer.code)
