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
            found += [document for file in files for document in read_documents_of(file)]
        else:
            named += read_documents_of(path)
    return named, found


def _files(folder: str) -> list[str]:
    """The YAML files below a folder, in the order of their names; links to folders are not followed."""
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            if _is_looked_into(entry.name):
                found += _files(entry.path)
        elif _is_taken(entry.name):
            found.append(entry.path)
    return found


def _is_read(steps: list[str]) -> bool:
    """Whether a file is read that these steps lead to, from the folder that is read."""
    return all(map(_is_looked_into, steps[:-1])) and _is_taken(steps[-1])


def _is_looked_into(folder: str) -> bool:
    return not folder.startswith(".") or folder == RECORDS


def _is_taken(file: str) -> bool:
    return not file.startswith(".") and file.endswith(ENDINGS) and file not in NOT_READ
