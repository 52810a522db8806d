"""Resources that commands read: files, standard input, and folders with all the YAML files below, as kpt reads a package."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from typing import Any

import typer

from modelservice.cli import revisions
from modelservice.cli.files import content_of, documents_in, read_documents_of, stop_at
from modelservice.cli.messages import InputError, Message
from modelservice.krm import Document

Map = dict[str, Any]
Texts = Mapping[str, bytes]

ENDINGS = (".yaml", ".yml")
NOT_READ = ("kustomization.yaml", "kustomization.yml")  # what these list is in the folder anyway
PATCHES = ("patches", "patchesStrategicMerge", "patchesJson6902")
OURS = b"modelservice.llm-d.ai/"  # in the apiVersion of each config of ours
RECORDS = ".modelservice"  # the one hidden folder that says something: what was generated last


def read(paths: list[str], unreadable: list[Message] | None = None) -> tuple[list[Document], list[Document]]:
    """The documents at ``paths``: those of files that are named, and those that are found in folders, also of git revisions (``REV:path``).

    What is wrong with files that cannot be read is added to ``unreadable``; without that, it ends the command.
    """
    named: list[Document] = []
    found: list[Document] = []
    problems: list[Message] = []
    seen: set[str] = set()
    for path in paths:
        texts = revisions.read(path) if revisions.is_one(path) else None
        is_folder = path != "-" and (os.path.isdir(path) if texts is None else path not in texts)
        for file in _resources(path, texts, problems) if is_folder else [path]:
            if not _is_new(file, seen):
                continue
            try:
                (found if is_folder else named).extend(_documents(file, texts))
            except InputError as error:
                problems += error.messages
    if unreadable is not None:
        unreadable += problems
    elif problems:
        stop_at(problems)
    return named, found


def with_ours(files: list[str]) -> list[str]:
    """The files in which a config of ours stands by itself: not as a patch that a kustomization.yaml beside it lists."""
    return [file for file in files if OURS in content_of(file) and os.path.normpath(file) not in _patches_beside(file)]


def _patches_beside(file: str) -> set[str]:
    """The patches that a kustomization.yaml in the folder of a file lists, as far as it can be read."""
    beside = [os.path.join(os.path.dirname(file), name) for name in NOT_READ]
    with contextlib.suppress(InputError):
        return {os.path.normpath(patch) for name in beside if os.path.isfile(name) for patch in _patches(name, None)}
    return set()


def _documents(file: str, texts: Texts | None) -> list[Document]:
    """The documents of a file; ``texts`` are the contents of files of a git revision, where it is of one."""
    return read_documents_of(file) if texts is None else documents_in(texts[file], file)


def _resources(folder: str, texts: Texts | None, problems: list[Message]) -> list[str]:
    """The files of resources below a folder; what is wrong with a kustomization.yaml in it is added to ``problems``."""
    files = _files(folder) if texts is None else [name for name in texts if _is_read(name.removeprefix(folder).strip("/").split("/"))]
    patches: set[str] = set()
    for file in files:
        if os.path.basename(file) in NOT_READ:
            try:
                patches.update(map(os.path.normpath, _patches(file, texts)))
            except InputError as error:
                problems += error.messages
    found = [file for file in files if os.path.basename(file) not in NOT_READ and os.path.normpath(file) not in patches]
    if not found and not problems:
        raise typer.BadParameter(f"{folder}: there is no YAML file in this folder")
    return found


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
    return not file.startswith(".") and file.endswith(ENDINGS)


def _patches(kustomization: str, texts: Texts | None) -> Iterator[str]:
    """The files that a kustomization.yaml lists as patches: a part of a resource each, and none itself."""
    for document in _documents(kustomization, texts):
        for key in PATCHES:
            listed = document.value.get(key) if isinstance(document.value, dict) else None
            for patch in listed if isinstance(listed, list) else ():
                path = patch.get("path") if isinstance(patch, dict) else patch
                if isinstance(path, str):
                    yield os.path.join(os.path.dirname(kustomization), path)
