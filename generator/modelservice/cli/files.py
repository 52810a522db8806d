"""Files that commands read, what files may be called, and how a command ends when a file is wrong (1) or not there (2)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

import typer

from modelservice.cli import revisions
from modelservice.cli.messages import InputError, Message, error_at
from modelservice.krm import Document, ReadError, read_documents, read_stdin
from modelservice.krm.limits import MAX_BYTES


def read_documents_of(file: str) -> list[Document]:
    """The YAML documents of a file, of standard input for ``-``, or of a file of a git revision for ``REV:path``."""
    if revisions.is_one(file):
        return [document for name, data in revisions.read(file).items() for document in documents_in(data, name)]
    try:
        return documents_in(content_of(file), "<stdin>" if file == "-" else file)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror or error}") from None


def documents_in(data: bytes, name: str) -> list[Document]:
    """The YAML documents in the content of a file of this name."""
    try:
        return read_documents(data, name)
    except ReadError as error:
        stop_at([error_at(f"{error.name}:{error.line}:{error.column}", error.problem, "yaml")])


def refuse_stdin_twice(files: list[str]) -> None:
    """End with exit code 2 where ``-`` is there more than once: all of it is read the first time."""
    if files.count("-") > 1:
        raise typer.BadParameter("-: standard input is asked for more than once, and can be read once")


def content_of(file: str) -> bytes:
    """What is in a file, or comes on standard input for ``-``."""
    try:
        if file == "-":
            return read_stdin()
        with open(file, "rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror or error}") from None


def is_step(text: str) -> bool:
    """Whether ``text`` can be a step in the name of a file: one that is not hidden, and the same to everybody who reads it."""
    return text.isprintable() and "/" not in text and text[:1] not in ("", ".")


def stop_at(problems: Iterable[Message | str]) -> NoReturn:
    """End the command: what is wrong is printed, one a line, and the exit code is 1."""
    raise InputError(problems)
