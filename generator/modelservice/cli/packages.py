"""Resources that commands read: files, standard input, and folders with all the YAML files below, as kpt reads a package."""

from __future__ import annotations

import os
from typing import Any

import typer

from modelservice.cli import revisions
from modelservice.cli.files import documents_in, read_documents_of
from modelservice.krm import Document

Map = dict[str, Any]

ENDINGS = (".yaml", ".yml")
NOT_READ = ("kustomization.yaml", "kustomization.yml")  # what these list is in the folder anyway
RECORDS = ".modelservice"  # the one hidden folder that says something: what was generated last


def read(paths: list[str]) -> tuple[list[Document], list[Document]]:
    """The documents at ``paths``: those of files that are named, and those that are found in folders."""
    named, found = [], []
    seen: set[str] = set()
    for path in paths:
        if revisions.is_one(path):
            texts = revisions.read(path)
            of_file = [document for name, data in texts.items() if name == path for document in documents_in(data, name)]
            files = [name for name in texts if name != path and _is_read(name.removeprefix(path).strip("/").split("/"))]
            if path not in texts and not files:
                raise typer.BadParameter(f"{path}: there is no YAML file in this folder")
            named += of_file
            found += [document for name in files for document in documents_in(texts[name], name)]
        elif path != "-" and os.path.isdir(path):
            files = _files(path)
            if not files:
                raise typer.BadParameter(f"{path}: there is no YAML file in this folder")
            found += [document for file in files if _is_new(file, seen) for document in read_documents_of(file)]
        elif _is_new(path, seen):
            named += read_documents_of(path)
    return named, found


def _is_new(file: str, seen: set[str]) -> bool:
    """Whether a file is not among those ``seen``; it is then. What is read twice would be two resources of one name."""
    place = file if file == "-" else os.path.realpath(file)
    is_new = place not in seen
    seen.add(place)
    return is_new


def _files(folder: str) -> list[str]:
    """The YAML files below a folder, in the order of their names; links to folders are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise typer.BadParameter(f"{folder}: {error.strerror or error}") from None
    found = []
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if _is_looked_into(entry.name):
                found += _files(entry.path)
        elif _is_taken(entry.name) and not os.path.isdir(entry.path):
            if os.path.exists(entry.path) and not os.path.isfile(entry.path):  # a pipe, say, would be waited for; who names it wants that
                raise typer.BadParameter(f"{entry.path}: this is no regular file")
            found.append(entry.path)
    return found


def _is_read(steps: list[str]) -> bool:
    """Whether a file is read that these steps lead to, from the folder that is read."""
    return all(map(_is_looked_into, steps[:-1])) and _is_taken(steps[-1])


def _is_looked_into(folder: str) -> bool:
    return not folder.startswith(".") or folder == RECORDS


def _is_taken(file: str) -> bool:
    return not file.startswith(".") and file.endswith(ENDINGS) and file not in NOT_READ
