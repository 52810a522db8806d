"""A folder of generated files: each is written whole or not at all, what is not generated any more goes, what others wrote stays.

A hidden file in the folder, RECORD, says what was written there: a digest and a name a line, as sha256sum has them. (`kubectl apply -f` and
kustomize do not read it.) With it, a file that was edited by hand since, or that somebody else wrote, is known and left alone. The digests
are of files without their secrets, which others could guess from them.

The folder itself may be reached by a symbolic link; below it, none is followed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import stat
import sys
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

from modelservice.cli.files import is_step
from modelservice.krm import ReadError, parse_all, write_documents
from modelservice.package.secrecy import conceal, secrets_in

RECORD = ".modelservice-files"
UNFINISHED = ".modelservice-unfinished"  # what the name of a file that is being written ends in; no tool takes it for YAML

EDITED = "was edited by hand since it was written"
UNCERTAIN = "{}, and nothing of secrets is kept that tells whether it was edited by hand since it was written"


class FolderError(Exception):
    """What keeps files from being written: one message for each file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class Outcome(NamedTuple):
    """The files that were written, that said the same already, that were removed; and those that were left as they are, each with why."""

    written: list[str]
    unchanged: list[str]
    removed: list[str]
    left: dict[str, str]


def write(directory: str, files: Mapping[str, list[Any]], *, force: bool = False) -> Outcome:
    """Write the objects of each of ``files`` below ``directory``, and remove what an earlier run wrote there that is not among them.

    Names have one or two steps. ``force``: also what was edited by hand, or what somebody else wrote. All is looked at before a file is
    written, and all are written before the first takes its place; whenever it ends, each file is the old or the new one. Raises
    ``FolderError``; and ``OSError`` where the folder is not there and cannot be made.
    """
    os.makedirs(directory, exist_ok=True)
    with _Folder(directory) as folder:
        recorded = _read_record(folder, force=force)
        folder.sweep([RECORD, *recorded, *files])
        plan = _Plan(folder, recorded, files, force=force)
        if plan.problems:
            raise FolderError(plan.problems)
        try:
            _carry_out(plan, folder, recorded)
        except _NoFileError as error:  # which was not there a moment ago
            raise FolderError([f"{directory}: a file {error}"]) from None
    return Outcome([*plan.new], plan.unchanged, [*plan.old], plan.left)


def _carry_out(plan: _Plan, folder: _Folder, recorded: Mapping[str, set[str]]) -> None:
    if plan.new or plan.old:  # first that these files are ours, old and new: so the next run knows, should this one be killed
        _write_record(folder, {name: recorded.get(name, set()) | plan.record.get(name, set()) for name in (*recorded, *plan.record)})
    for name, text in plan.new.items():
        folder.begin(name, text)
    for name in plan.new:
        folder.finish(name)
    for name in plan.old:
        folder.remove(name)
    for name in recorded.keys() - plan.record.keys():  # also of a run that was killed between making a folder and the file in it
        folder.remove_empty(os.path.dirname(name))
    _write_record(folder, plan.record)


class _Content:
    """What a file says: a digest of all but its secrets, and these."""

    def __init__(self, text: bytes, objects: list[Any] | None = None) -> None:
        """``objects``: the YAML documents, where they are known."""
        try:
            objects = parse_all(text) if objects is None else objects
            concealed = conceal(objects)
            if concealed is not objects:
                text = write_documents(concealed).encode()
        except (ReadError, TypeError):
            concealed = None  # somebody wrote this by hand
        self.digest = hashlib.sha256(text).hexdigest()
        self.secrets = secrets_in(concealed)


class _Plan:
    """What is to be done with each file, found by looking at all of them."""

    def __init__(self, folder: _Folder, recorded: Mapping[str, set[str]], files: Mapping[str, list[Any]], *, force: bool) -> None:
        self.new: dict[str, bytes] = {}
        self.old: list[str] = []
        self.unchanged: list[str] = []
        self.left: dict[str, str] = {}
        self.record: dict[str, set[str]] = {}  # as it is to be in the end
        self.problems: list[str] = []
        self._folder, self._recorded, self._force = folder, recorded, force
        for name, objects in files.items():
            self._look_at_wanted(name, objects)
        for name in recorded:
            if name not in files:
                self._look_at_old(name)

    def _look_at_wanted(self, name: str, objects: list[Any]) -> None:
        text = write_documents(objects).encode()
        content = _Content(text, objects)
        try:
            found = self._folder.read(name)
        except _NoFileError as error:
            self.problems.append(f"{self._folder.path(name)}: {error}; remove it, or choose another folder")
            return
        why = "" if found in (None, text) or self._force or name not in self._recorded else self._why_left(name, found or b"", content)
        if found is not None and found != text and name not in self._recorded and not self._force:
            self.problems.append(f"{self._folder.path(name)}: is there, and was not written by an earlier run; move it, or use --force")
        elif why:
            self.left[name] = f"{why}; it stays as it is, unless with --force"
            self.record[name] = self._recorded[name]
        else:
            self.record[name] = {content.digest}
            if found == text:
                self.unchanged.append(name)
            else:
                self.new[name] = text

    def _look_at_old(self, name: str) -> None:
        try:
            found = self._folder.read(name)
            why = "" if found is None or self._force else self._why_left(name, found, None)
        except _NoFileError as error:
            found, why = b"", str(error)
        if why:
            self.left[name] = f"is not generated any more, but {why}; it stays, unless with --force"
            self.record[name] = self._recorded[name]
        elif found is not None:
            self.old.append(name)

    def _why_left(self, name: str, found: bytes, wanted: _Content | None) -> str:
        """Why a file must not be overwritten, or removed where nothing is wanted instead; nothing where it is as it was written."""
        if hashlib.sha256(found).hexdigest() in self._recorded[name]:
            return ""
        content = _Content(found)
        if content.digest not in self._recorded[name]:
            return EDITED
        if wanted is None:
            return UNCERTAIN.format("has a secret") if content.secrets else ""
        is_kept = not wanted.secrets or all(secret in wanted.secrets for secret in content.secrets)
        return "" if is_kept else UNCERTAIN.format("has another secret than is generated now")


class _NoFileError(Exception):
    """There is something by this name, or above it, and it is no plain file."""


class _Folder:
    """A folder that is ours alone until it is closed, and what is done in it: by name, through nothing but folders."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
        self._modes: dict[str, int] = {}  # of files that were read
        self._begun: dict[str, None] = {}
        self._made: list[str] = []
        self._is_changed = False

    def __enter__(self) -> Self:
        with self._naming(""):
            try:
                fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"{self._directory}: waiting for another run that writes there", file=sys.stderr)
                fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for name in self._begun:
            with contextlib.suppress(OSError):
                self._unlink(_unfinished(name))
        for folder in self._made if kind is not None else ():
            with contextlib.suppress(OSError):  # which is not empty
                os.rmdir(folder, dir_fd=self._descriptor)
        os.close(self._descriptor)

    def path(self, name: str) -> str:
        """The path of a file, as the user would write it."""
        return os.path.join(self._directory, name)

    def read(self, name: str) -> bytes | None:
        """What a file says, None where there is nothing by this name; raises ``_NoFileError`` where there is something else."""
        base = os.path.basename(name)
        with self._naming(name):
            try:
                with self._parent(name) as parent:
                    _check(os.stat(base, dir_fd=parent, follow_symlinks=False).st_mode, stat.S_ISREG)
                    descriptor = os.open(base, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=parent)
            except FileNotFoundError:
                return None
            with open(descriptor, "rb") as stream:
                mode = os.fstat(descriptor).st_mode
                _check(mode, stat.S_ISREG)
                self._modes[name] = stat.S_IMODE(mode)
                return stream.read()

    def begin(self, name: str, text: bytes) -> None:
        """Write a file beside where it is to be."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with self._naming(name), self._parent(name, make=True) as parent:
            self._begun[name] = None
            descriptor = os.open(os.path.basename(_unfinished(name)), flags, 0o666, dir_fd=parent)
            with open(descriptor, "wb") as stream:
                if name in self._modes:
                    os.fchmod(descriptor, self._modes[name])
                stream.write(text)

    def finish(self, name: str) -> None:
        """Have a file that was begun take its place."""
        with self._naming(name), self._parent(name) as parent:
            os.replace(os.path.basename(_unfinished(name)), os.path.basename(name), src_dir_fd=parent, dst_dir_fd=parent)
            del self._begun[name]
            self._is_changed = self._is_changed or name != RECORD

    def remove(self, name: str) -> None:
        """Remove a file."""
        with self._naming(name):
            self._unlink(name)
            self._is_changed = self._is_changed or name != RECORD

    def remove_empty(self, name: str) -> None:
        """Remove a folder, if it is there and empty."""
        with contextlib.suppress(OSError):
            os.rmdir(name, dir_fd=self._descriptor)

    def sweep(self, names: list[str]) -> None:
        """Remove what a run that was killed began."""
        for name in names:
            with self._naming(name), contextlib.suppress(FileNotFoundError, _NoFileError):
                self._unlink(_unfinished(name))

    def _unlink(self, name: str) -> None:
        with self._parent(name) as parent:
            os.unlink(os.path.basename(name), dir_fd=parent)

    @contextlib.contextmanager
    def _parent(self, name: str, *, make: bool = False) -> Iterator[int]:
        """The folder that a name is in, open."""
        folder, top = os.path.dirname(name), self._descriptor
        if not folder:
            yield top
            return
        if make:
            with contextlib.suppress(FileExistsError):
                os.mkdir(folder, dir_fd=top)
                self._made.append(folder)
        _check(os.stat(folder, dir_fd=top, follow_symlinks=False).st_mode, stat.S_ISDIR, f"is in {folder}, which ")
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextlib.contextmanager
    def _naming(self, name: str) -> Iterator[None]:
        """Turn an error of the system into one that names the file."""
        try:
            yield
        except OSError as error:
            so_far = "some files are written already: run it again" if self._is_changed else "no file was changed"
            raise FolderError([f"{self.path(name)}: {error.strerror or error}; {so_far}"]) from None


def _unfinished(name: str) -> str:
    folder, base = os.path.split(name)
    return os.path.join(folder, f".{base.removeprefix('.')}{UNFINISHED}")


def _check(mode: int, is_right: Any, where: str = "") -> None:
    if not is_right(mode):
        kinds = {stat.S_IFLNK: "is a symbolic link", stat.S_IFDIR: "is a folder", stat.S_IFIFO: "is a FIFO", stat.S_IFREG: "is a file"}
        raise _NoFileError(where + kinds.get(stat.S_IFMT(mode), "is no plain file"))


def _read_record(folder: _Folder, *, force: bool) -> dict[str, set[str]]:
    """The digests of each file that earlier runs wrote: one, or that of before and after where a run was killed in between."""
    try:
        text = folder.read(RECORD)
    except _NoFileError as error:
        raise FolderError([f"{folder.path(RECORD)}: {error}; remove it"]) from None
    recorded: dict[str, set[str]] = {}
    for line in (text or b"").decode(errors="replace").splitlines():
        digest, _, name = line.partition("  ")
        steps = name.split("/")
        if re.fullmatch("[0-9a-f]{64}", digest) and len(steps) <= 2 and all(map(is_step, steps)):
            recorded.setdefault(name, set()).add(digest)
        elif not force:
            raise FolderError([f"{folder.path(RECORD)}: {line!r} is no digest and name; remove the line, or use --force"])
    return recorded


def _write_record(folder: _Folder, record: Mapping[str, set[str]]) -> None:
    text = "".join(f"{digest}  {name}\n" for name in sorted(record) for digest in sorted(record[name])).encode()
    before = folder.read(RECORD)
    if text == (before or b""):
        return
    if text:
        folder.begin(RECORD, text)
        folder.finish(RECORD)
    else:
        folder.remove(RECORD)
