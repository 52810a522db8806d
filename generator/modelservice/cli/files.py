"""Files that commands read, and how a command ends when they are wrong: code 1 for what is in them, 2 for what is not there."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from modelservice.krm import Document, ReadError, read_documents, read_stdin


def read_documents_of(file: str) -> list[Document]:
    """The YAML documents of a file, or of standard input for ``-``."""
    try:
        if file == "-":
            return read_documents(read_stdin(), "<stdin>")
        with open(file, "rb") as stream:
            return read_documents(stream.read(), file)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror or error}") from None
    except ReadError as error:
        stop_at([str(error)])


def stop_at(problems: list[str]) -> NoReturn:
    """Print errors, one a line, and end with exit code 1."""
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    raise typer.Exit(1)
