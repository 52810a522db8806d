"""Resources that commands read: files, standard input, and folders with all the YAML files below, as kpt reads a package."""

from __future__ import annotations

import os
from typing import Any

import typer

from modelservice.cli.files import read_documents_of
from modelservice.krm import Document

Map = dict[str, Any]

ENDINGS = (".yaml", ".yml")
NOT_READ = ("kustomization.yaml", "kustomization.yml")  # what these list is in the folder anyway
RECORDS = ".modelservice"  # the one hidden folder that says something: what was generated last


def read(paths: list[str]) -> tuple[list[Document], list[Document]]:
    """The documents at ``paths``: those of files that are named, and those that are found in folders."""
    named, found = [], []
    for path in paths:
        if path != "-" and os.path.isdir(path):
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
            if not entry.name.startswith(".") or entry.name == RECORDS:
                found += _files(entry.path)
        elif not entry.name.startswith(".") and entry.name.endswith(ENDINGS) and entry.name not in NOT_READ:
            found.append(entry.path)
    return found
