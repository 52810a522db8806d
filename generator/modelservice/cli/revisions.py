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
    if revision[:1] == "-" or _git(folder, "rev-parse", "--git-dir") is None:
        raise typer.BadParameter(f"{text}: {folder} is in no git repository, and there is no file of this name")
    if _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}") is None:
        raise typer.BadParameter(f"{text}: git knows no revision {revision}, and there is no file of this name")
    for place in (f"./{inside}", inside) if path else ("",):
        kind = _git(folder, "cat-file", "-t", f"{revision}:{place}")
        if kind == b"blob\n":
            return {text: _git(folder, "cat-file", "blob", f"{revision}:{place}") or b""}
        if kind == b"tree\n":
            return dict(_files(folder, f"{revision}:{place}", text))
    raise typer.BadParameter(f"{text}: there is no {inside} in {revision}")


def holds(path: str) -> bool:
    """Whether a file or folder lies in a git repository."""
    return _git(_inside(path)[0], "rev-parse", "--git-dir") is not None


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
