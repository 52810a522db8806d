"""Files as a git revision has them: ``REV:path``, read from the repository without touching the working tree."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import typer

HEAD = "HEAD"


def is_one(text: str) -> bool:
    """Whether ``text`` names a file or folder of a revision, and no file that is there."""
    revision, colon, _ = text.partition(":")
    return bool(colon and revision) and not os.path.lexists(text)


def split(text: str) -> tuple[str, str]:
    """The revision and the path that ``text`` names."""
    revision, _, path = text.partition(":")
    return revision, path


def read(text: str) -> dict[str, bytes]:
    """What the files at ``REV:path`` hold, by their names (``REV:path/file``); of a file, by ``text`` itself.

    A path is one below the folder that the program was called in, as paths of files are; one that is not there, one below the root of
    the repository, as git takes it. Ends the command with exit code 2 where the repository, the revision or the path is not there.
    """
    revision, path = split(text)
    folder, inside = _inside(path)
    if not _is_repository(folder):
        raise typer.BadParameter(f"{text}: there is no file of this name, and {folder} is in no git repository that could have a revision")
    if not is_known(revision, folder):
        raise typer.BadParameter(f"{text}: there is no file of this name, and git knows no revision {revision}")
    for place in _places(text):
        kind = _git(folder, "cat-file", "-t", place)
        if kind == b"blob\n":
            return {text: _git(folder, "cat-file", "blob", place) or b""}
        if kind == b"tree\n":
            return dict(_files(folder, place, text))
    raise typer.BadParameter(f"{text}: there is no {inside} in {revision}")


def has(text: str) -> bool:
    """Whether there is a file or folder at ``REV:path``."""
    return any(_git(_inside(split(text)[1])[0], "cat-file", "-e", place) is not None for place in _places(text))


def _places(text: str) -> list[str]:
    """Where git may have what ``text`` names, as git writes it, the likelier first."""
    revision, path = split(text)
    inside = _inside(path)[1]
    return [f"{revision}:./{inside}", f"{revision}:{inside}"] if path else [f"{revision}:"]


def is_known(revision: str, folder: str = os.curdir) -> bool:
    """Whether git knows a revision."""
    return revision[:1] != "-" and _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is not None


def is_tracked(path: str) -> bool:
    """Whether a file or folder lies in a git repository."""
    return _is_repository(_inside(path)[0])


def _is_repository(folder: str) -> bool:
    return _git(folder, "rev-parse", "--git-dir") is not None


def _inside(path: str) -> tuple[str, str]:
    """The folder to ask git in, and the path from there."""
    if not os.path.isabs(path):
        return os.curdir, path.removeprefix("./") or os.curdir
    folder = path
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder, os.path.relpath(path, folder)


def _files(folder: str, tree: str, name: str) -> Iterator[tuple[str, bytes]]:
    listed = _git(folder, "ls-tree", "-r", "-z", "--full-tree", tree) or b""
    entries = [entry.partition(b"\t") for entry in listed.split(b"\0") if entry]
    files = [(about.split()[2], os.fsdecode(path)) for about, _, path in entries if about.startswith(b"100")]
    files.sort(key=lambda file: file[1].split("/"))
    contents = _git(folder, "cat-file", "--batch", stdin=b"".join(sha + b"\n" for sha, _ in files)) or b""
    at = 0
    for _, path in files:
        line = contents.index(b"\n", at)
        size = int(contents[at:line].split()[2])
        yield f"{name.rstrip('/')}{'' if name.endswith(':') else '/'}{path}", contents[line + 1 : line + 1 + size]
        at = line + size + 2


def _git(folder: str, *arguments: str, stdin: bytes = b"") -> bytes | None:
    """What git says, or None where it fails."""
    try:
        done = subprocess.run(["git", "-C", folder, *arguments], input=stdin, capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError:
        raise typer.BadParameter("git is needed to read a revision, and is not installed") from None
    return done.stdout if done.returncode == 0 else None
