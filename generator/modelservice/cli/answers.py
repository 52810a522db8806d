"""What commands answer, and the one place that prints it: text for people, or JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer

from modelservice.cli.messages import Message, is_coloured
from modelservice.krm import Result, write_documents, write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.text import Text


IS_FOR_MACHINES = "modelservice.answers.json"


class Output(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


class ObjectsOutput(StrEnum):
    """How objects are printed."""

    YAML = "yaml"
    JSON = "json"


def noted(ctx: typer.Context, value: StrEnum) -> StrEnum:
    """Keep in mind how the answer is to be printed: an error is printed so, too."""
    ctx.meta[IS_FOR_MACHINES] = value == Output.JSON
    return value


OutputOption = Annotated[Output, typer.Option("--output", callback=noted, help="How to print it: text for people, json for machines.")]
ObjectsOption = Annotated[
    ObjectsOutput, typer.Option("--output", callback=noted, help="How to print the objects: a stream of YAML documents, or a List in JSON.")
]


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


def give_objects(objects: list[Any], output: ObjectsOutput) -> NoReturn:
    """Print objects on stdout, as `kubectl apply -f -` takes them, and end the command."""
    if output is ObjectsOutput.JSON:
        give(Answer({"apiVersion": "v1", "kind": "List", "items": objects}, ""), Output.JSON)
    write_stdout(write_documents(objects).encode())
    raise typer.Exit


def give_error(ctx: typer.Context, problems: Iterable[Message | str]) -> None:
    """Print what a command ends with on stdout, too, in the form of `validate`'s findings, where its answer was to be JSON."""
    if not ctx.meta.get(IS_FOR_MACHINES):
        return
    from modelservice.cli.findings import as_json  # takes time to import  # noqa: PLC0415

    messages = [problem if isinstance(problem, Message) else Message("", Result(problem)) for problem in problems]
    write_stdout(as_json(messages, {}).encode(errors="backslashreplace"))


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
