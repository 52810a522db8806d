"""Files that commands read, what files may be called, and how a command ends when a file is wrong (1) or not there (2)."""

from __future__ import annotations

import sys
from typing import NoReturn

import typer

from modelservice.cli import revisions
from modelservice.krm import Document, ReadError, read_documents, read_stdin
from modelservice.krm.limits import MAX_BYTES


def read_documents_of(file: str) -> list[Document]:
    """The YAML documents of a file, of standard input for ``-``, or of a file of a git revision for ``REV:path``."""
    if revisions.is_one(file):
        return [document for name, data in revisions.read(file).items() for document in documents_in(data, name)]
    try:
        if file == "-":
            return documents_in(read_stdin(), "<stdin>")
        with open(file, "rb") as stream:
            return documents_in(stream.read(MAX_BYTES + 1), file)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror or error}") from None


def documents_in(data: bytes, name: str) -> list[Document]:
    """The YAML documents in the content of a file of this name."""
    try:
        return read_documents(data, name)
    except ReadError as error:
        stop_at([f"{error.name}:{error.line}:{error.column}: error: {error.problem} [yaml]"])


def is_step(text: str) -> bool:
    """Whether ``text`` can be a step in the name of a file: one that is not hidden, and the same to everybody who reads it."""
    return text.isprintable() and "/" not in text and text[:1] not in ("", ".")


def stop_at(problems: list[str]) -> NoReturn:
    """Print errors, one a line, and end with exit code 1; those of a file have their place in front, and say that they are errors."""
    for problem in problems:
        print(problem if ": error: " in problem else f"error: {problem}", file=sys.stderr)
    raise typer.Exit(1)
