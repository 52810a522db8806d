"""Folders of generated files: whole or not at all, pruned, with what others wrote or edited left alone, whatever happens on the way."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import resource
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.terminal import SOURCE
from tests.integration.folders import Map, read

from modelservice.cli.folder import RECORD, UNFINISHED, FolderError, Outcome, write

Files = dict[str, list[Any]]


def thing(name: str = "a", value: Any = 1) -> Map:
    """Return an object."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"value": value}}


def token(value: str, **more: Any) -> Map:
    """Return an object with a secret, and maybe with something else."""
    return {**thing(), "env": [{"name": "HF_TOKEN", "value": value}], **more}


FIRST: Files = {"a.yaml": [thing("a")], "b.yaml": [thing("b"), thing("c")], "ml/d.yaml": [thing("d")]}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return the path of a folder in which FIRST was written."""
    write(str(tmp_path / "out"), FIRST)
    return tmp_path / "out"


def files_in(folder: Path) -> dict[str, bytes]:
    """Return what the files of a folder say, without the record."""
    return {name: text for name, text in read(folder).items() if name != RECORD}


def refused(folder: Path, files: Files, *, force: bool = False) -> list[str]:
    """Return the problems of a run that writes nothing."""
    before = state(folder)
    with pytest.raises(FolderError) as caught:
        write(str(folder), files, force=force)
    assert state(folder) == before
    return [problem.replace(str(folder) + "/", "") for problem in caught.value.problems]


def state(folder: Path) -> dict[str, Any]:
    """Return all that is below a folder, and what it is: the text of a file, the target of a link."""
    found: dict[str, Any] = {}
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        name = str(path.relative_to(folder))
        found[name] = path.read_bytes() if stat.S_ISREG(mode) else os.readlink(path) if stat.S_ISLNK(mode) else stat.S_IFMT(mode)
    return found


# What is written, kept and removed


def test_files_are_written(tmp_path: Path) -> None:
    """Each has its objects; the folder is made, and those above it and in it; the record is the only file beside."""
    done = write(str(tmp_path / "x" / "out"), FIRST)
    assert done == Outcome(["a.yaml", "b.yaml", "ml/d.yaml"], [], [], {})
    assert {*read(tmp_path / "x" / "out")} == {*FIRST, RECORD}
    assert (tmp_path / "x/out/b.yaml").read_text(encoding="utf-8").count("kind: ConfigMap") == 2


def test_a_second_run_touches_nothing(out: Path) -> None:
    """What says the same already is not written again: the files are the ones that they were, and the record too."""
    before = {path: path.stat().st_ino for path in out.rglob("*")}
    assert write(str(out), FIRST) == Outcome([], ["a.yaml", "b.yaml", "ml/d.yaml"], [], {})
    assert {path: path.stat().st_ino for path in out.rglob("*")} == before


def test_what_is_not_generated_any_more_goes(out: Path) -> None:
    """And only that: a file of the user's stays, also beside; a folder that is left empty goes too, and at last the record."""
    (out / "own.yaml").write_text("mine", encoding="utf-8")
    assert write(str(out), {"b.yaml": [thing("b")]}) == Outcome(["b.yaml"], [], ["a.yaml", "ml/d.yaml"], {})
    assert {*state(out)} == {"own.yaml", "b.yaml", RECORD}
    assert write(str(out), {}).removed == ["b.yaml"]
    assert state(out) == {"own.yaml": b"mine"}


def test_what_was_deleted_by_hand(out: Path) -> None:
    """A deleted file is written again where it is generated, and is nothing to remove where it is not."""
    (out / "a.yaml").unlink()
    assert write(str(out), FIRST).written == ["a.yaml"]
    (out / "ml/d.yaml").unlink()
    assert write(str(out), {"a.yaml": [thing()]}) == Outcome([], ["a.yaml"], ["b.yaml"], {})
    assert "d.yaml" not in (out / RECORD).read_text(encoding="utf-8")


def test_a_file_that_says_the_same_is_adopted(tmp_path: Path) -> None:
    """What a version without a record wrote, or a checkout that has none, is no clash where it says the same."""
    write(str(tmp_path / "out"), FIRST)
    (tmp_path / "out" / RECORD).unlink()
    assert write(str(tmp_path / "out"), FIRST).unchanged == [*FIRST]
    assert write(str(tmp_path / "out"), {}).removed == [*FIRST]


def test_the_mode_of_a_file_stays(out: Path) -> None:
    """Who keeps a file from others' eyes finds it so after it was written again."""
    (out / "a.yaml").chmod(0o600)
    write(str(out), {"a.yaml": [thing("a", 2)]})
    assert stat.S_IMODE((out / "a.yaml").stat().st_mode) == 0o600


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["a.yaml", "b.yaml", "n/a.yaml", "m/b.yaml"]), st.integers(0, 2)), max_size=5))
def test_any_history_ends_with_what_is_generated(tmp_path_factory: pytest.TempPathFactory, history: list[dict[str, int]]) -> None:
    """After any runs the folder holds what the last one generated, and nothing else."""
    out = tmp_path_factory.mktemp("out")
    for numbers in history:
        done = write(str(out), {name: [thing("x", number)] for name, number in numbers.items()})
        assert {*done.written, *done.unchanged} == {*numbers}
        assert {name: int(text.split()[-1]) for name, text in files_in(out).items()} == numbers
        assert {path.name for path in out.iterdir() if path.is_dir()} == {name.split("/")[0] for name in numbers if "/" in name}


# What others did


def test_a_file_of_somebody_else_is_a_clash(out: Path) -> None:
    """Each is named, and nothing at all is written; with force they are overwritten."""
    for name in ("new.yaml", "other.yaml"):
        (out / name).write_text("mine", encoding="utf-8")
    files = {"a.yaml": [thing("a", 2)], "new.yaml": [thing("n")], "other.yaml": [thing("o")]}
    assert refused(out, files) == [
        f"{name}: is there, and was not written by an earlier run; move it, or use --force" for name in ("new.yaml", "other.yaml")
    ]
    assert write(str(out), files, force=True).written == [*files]


def test_an_edit_by_hand_stays(out: Path) -> None:
    """A file that was edited is left and told, each time, whether it would be overwritten or removed; the others follow."""
    for name in ("a.yaml", "b.yaml"):
        with (out / name).open("a", encoding="utf-8") as stream:
            stream.write("# mine\n")
    files = {"a.yaml": [thing("a", 2)], "ml/d.yaml": [thing("d", 2)]}
    for written in (["ml/d.yaml"], []):
        done = write(str(out), files)
        assert (done.written, done.removed) == (written, [])
        assert done.left == {
            "a.yaml": "was edited by hand since it was written; it stays as it is, unless with --force",
            "b.yaml": "is not generated any more, but was edited by hand since it was written; it stays, unless with --force",
        }
        assert all(text.endswith(b"# mine\n") for name, text in files_in(out).items() if name != "ml/d.yaml")
    done = write(str(out), files, force=True)
    assert (done.written, done.removed, done.left) == (["a.yaml"], ["b.yaml"], {})
    assert {*files_in(out)} == {*files}


def test_an_edit_that_is_taken_back_is_none(out: Path) -> None:
    """A file that says again what was written, or what is generated now, is ours again."""
    text = (out / "a.yaml").read_bytes()
    (out / "a.yaml").write_text("edited", encoding="utf-8")
    assert [*write(str(out), FIRST).left] == ["a.yaml"]
    (out / "a.yaml").write_bytes(text)
    assert write(str(out), {**FIRST, "a.yaml": [thing("a", 2)]}).written == ["a.yaml"]
    (out / "b.yaml").write_bytes((out / "a.yaml").read_bytes())
    assert write(str(out), {"b.yaml": [thing("a", 2)]}).unchanged == ["b.yaml"]
    assert write(str(out), {}).removed == ["b.yaml"]


@pytest.mark.parametrize("text", ["x", "0" * 64 + "  ../x", "0" * 64 + "  /x", "0" * 64 + "  a/b/c", "0" * 64 + "  .git", "0" * 63 + "  a"])
def test_a_record_that_somebody_broke(out: Path, text: str) -> None:
    """A line that we cannot have written is told, and nothing outside the folder is touched; with force it counts for nothing."""
    (out.parent / "x").write_text("mine", encoding="utf-8")
    with (out / RECORD).open("a", encoding="utf-8") as stream:
        stream.write(text + "\n")
    assert refused(out, FIRST) == [f"{RECORD}: {text!r} is no digest and name; remove the line, or use --force"]
    assert write(str(out), FIRST, force=True).unchanged == [*FIRST]
    assert text not in (out / RECORD).read_text(encoding="utf-8")
    assert (out.parent / "x").read_text(encoding="utf-8") == "mine"


# Secrets


def test_the_record_tells_nothing_of_secrets(tmp_path: Path) -> None:
    """Two files that differ in a secret alone have one record: nobody can try values against it."""
    records = []
    for number, pin in enumerate(("1234", "4321")):
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "stringData": {"pin": pin}}
        write(str(tmp_path / str(number)), {"s.yaml": [secret], "t.yaml": [token(pin)]})
        records.append((tmp_path / str(number) / RECORD).read_text(encoding="utf-8"))
    assert records[0] == records[1]


def test_a_file_with_a_secret(tmp_path: Path) -> None:
    """It follows what is generated while its secret does not change; another secret may be an edit by hand, and stays."""
    out = str(tmp_path / "out")
    write(out, {"t.yaml": [token("one")]})
    assert write(out, {"t.yaml": [token("one", data={"value": 2})]}).written == ["t.yaml"]
    before = files_in(tmp_path / "out")
    done = write(out, {"t.yaml": [token("two", data={"value": 3})]})
    why = "and nothing of secrets is kept that tells whether it was edited by hand since it was written"
    assert done.left == {"t.yaml": f"has another secret than is generated now, {why}; it stays as it is, unless with --force"}
    assert write(out, {}).left == {"t.yaml": f"is not generated any more, but has a secret, {why}; it stays, unless with --force"}
    assert files_in(tmp_path / "out") == before
    assert write(out, {"t.yaml": [token("two")]}, force=True).written == ["t.yaml"]
    assert write(out, {"t.yaml": [thing()]}).written == ["t.yaml"]


def test_an_edit_beside_a_secret_stays(tmp_path: Path) -> None:
    """As in any other file; one that is no YAML any more was edited too."""
    out = tmp_path / "out"
    for text in ("value: 9", "value: ["):
        write(str(out), {"t.yaml": [token("one")]}, force=True)
        (out / "t.yaml").write_text((out / "t.yaml").read_text(encoding="utf-8").replace("value: 1", text), encoding="utf-8")
        assert write(str(out), {"t.yaml": [token("one", data={"value": 2})]}).left["t.yaml"].startswith("was edited by hand")


# Links, FIFOs, folders


def link(path: Path) -> None:
    """Put a link to a file of the user's at a path."""
    path.symlink_to(path.parent.parent / "mine")


KINDS: dict[str, tuple[Callable[[Path], None], str]] = {
    "link": (link, "is a symbolic link"),
    "dangling link": (lambda path: path.symlink_to("nowhere"), "is a symbolic link"),
    "fifo": (os.mkfifo, "is a FIFO"),
    "folder": (Path.mkdir, "is a folder"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("force", [True, False])
def test_nothing_is_written_through_what_is_no_file(out: Path, kind: str, force: bool) -> None:
    """A link, a FIFO or a folder where a file is to be is told, and nothing is written; nor is one removed that took a file's place."""
    make, words = KINDS[kind]
    (out.parent / "mine").write_text("mine", encoding="utf-8")
    (out / "a.yaml").unlink()
    make(out / "a.yaml")
    assert refused(out, {**FIRST, "b.yaml": [thing()]}, force=force) == [f"a.yaml: {words}; remove it, or choose another folder"]
    before = state(out)
    done = write(str(out), {"b.yaml": FIRST["b.yaml"], "ml/d.yaml": FIRST["ml/d.yaml"]}, force=force)
    assert done.left == {"a.yaml": f"is not generated any more, but {words}; it stays, unless with --force"}
    assert state(out) == before
    assert (out.parent / "mine").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("force", [True, False])
def test_nothing_is_written_through_a_linked_folder(out: Path, force: bool) -> None:
    """Nor is a folder below ours followed that is a link, or a file."""
    elsewhere = out.parent / "elsewhere"
    (out / "ml").rename(elsewhere)
    (out / "ml").symlink_to(elsewhere)
    problem = "ml/d.yaml: is in ml, which is a symbolic link; remove it, or choose another folder"
    assert refused(out, {"ml/d.yaml": [thing("d", 2)]}, force=force) == [problem]
    assert [*write(str(out), {"a.yaml": FIRST["a.yaml"], "b.yaml": FIRST["b.yaml"]}, force=force).left] == ["ml/d.yaml"]
    assert [path.name for path in elsewhere.iterdir()] == ["d.yaml"]
    (out / "ml").unlink()
    (out / "ml").write_text("mine", encoding="utf-8")
    assert "is in ml, which is a file" in refused(out, FIRST, force=force)[0]


def test_the_record_is_no_link_either(out: Path) -> None:
    """A record that is a link is told."""
    (out / RECORD).rename(out.parent / "record")
    (out / RECORD).symlink_to(out.parent / "record")
    assert refused(out, {}) == [f"{RECORD}: is a symbolic link; remove it"]


def test_the_folder_itself_may_be_a_link(out: Path) -> None:
    """The user named it, and so means where it leads."""
    (out.parent / "current").symlink_to(out)
    assert write(str(out.parent / "current"), {"a.yaml": [thing("a", 2)]}).written == ["a.yaml"]
    assert (out.parent / "current").is_symlink()
    assert {*files_in(out)} == {"a.yaml"}


# What goes wrong on the way


def test_a_full_disk_changes_nothing(out: Path) -> None:
    """A file that does not get on the disk is named; the old ones are as they were, and nothing half-written is left."""
    before = files_in(out)
    files = {"a.yaml": [thing("a", 2)], "b.yaml": [thing("b", "x" * 20_000)], "new/c.yaml": [thing("c")]}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, limits[1]))
    try:
        with pytest.raises(FolderError) as caught:
            write(str(out), files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert caught.value.problems == [f"{out}/b.yaml: {os.strerror(errno.EFBIG)}; no file was changed"]
    assert files_in(out) == before
    assert {path.name for path in out.iterdir()} == {"a.yaml", "b.yaml", "ml", RECORD}
    assert write(str(out), files).written == [*files]


@pytest.mark.parametrize("step", ["open", "mkdir", "replace", "unlink", "fchmod"])
def test_an_error_anywhere_is_told_with_its_file(out: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whichever step fails, and whenever: the file is named, each file is the old or the new one, and the next run makes it good."""
    old = files_in(out)
    new = {"a.yaml": [thing("a", 2)], "b.yaml": [thing("b", 2)], "new/c.yaml": [thing("c")]}
    write(str(out.parent / "right"), new)
    right = files_in(out.parent / "right")
    real, told = getattr(os, step), []
    calls: list[int] = [0, 0]  # how often it was called, and which call fails

    def failing(*arguments: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] == calls[1]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **options)

    while calls[0] >= calls[1]:
        write(str(out), FIRST, force=True)
        assert files_in(out) == old
        calls = [0, calls[1] + 1]
        with monkeypatch.context() as patched, contextlib.suppress(OSError):
            patched.setattr(os, step, failing)
            try:
                write(str(out), new)
            except FolderError as error:
                told.append(str(error))
        now = files_in(out)
        assert all(text in (old.get(name), right.get(name)) for name, text in now.items())
        assert not [name for name in state(out) if name.endswith(UNFINISHED)]
        assert write(str(out), new).left == {}
        assert files_in(out) == right
    assert told
    assert all(re.fullmatch(rf"{out}/[^:]*: No space left on device; (no file was changed|some files are .*)", line) for line in told)


def test_a_file_that_cannot_be_read_is_named(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system says of it is told with its name."""
    real = os.open

    def failing(path: Any, *arguments: Any, **options: Any) -> int:
        if path == "a.yaml":
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "open", failing)
    assert refused(out, FIRST) == ["a.yaml: Permission denied; no file was changed"]


LOOP = """\
import itertools, sys
from modelservice.cli.folder import write
print("ready", flush=True)
for number in itertools.count():
    names = [f"f{index}.yaml" for index in range(30)] + [f"n{number % 3}/f.yaml"]
    write(sys.argv[1], {name: [{"kind": "X", "number": number, "padding": "x" * 5000}] for name in names})
"""


def process(script: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a script that writes folders; return when it is about to."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    started = subprocess.Popen(
        [sys.executable, "-c", script, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_a_run_that_is_killed(tmp_path: Path) -> None:
    """Killed at any moment, it leaves no empty and no half file; the next run finds its own, cleans up, and makes all new."""
    out = tmp_path / "out"
    for number in range(25):
        writing = process(LOOP, str(out))
        time.sleep(0.001 + 0.0037 * number)
        writing.kill()
        writing.communicate()
        assert writing.returncode == -signal.SIGKILL
        for name, text in files_in(out).items():
            if not name.endswith(UNFINISHED):
                assert text.startswith(b"kind: X\nnumber: ")
                assert text.endswith(b"x" * 5000 + b"\n")
        one = {"kind": "X", "number": -1, "padding": "x" * 5000}
        files = {"f1.yaml": [one], "n9/f.yaml": [one]}
        assert write(str(out), files).left == {}
        assert {*state(out)} == {*files, "n9", RECORD}


ONE_OF_TWO = """\
import sys
from modelservice.cli.folder import write
print("ready", flush=True)
for number in range(15):
    write(sys.argv[1], {f"f{index}.yaml": [{"kind": sys.argv[2], "number": number}] for index in range(20)})
"""


def test_two_runs_at_once_do_not_mix(tmp_path: Path) -> None:
    """One waits for the other: all files are of one run in the end, and neither finds files of the other half-done."""
    both = [process(ONE_OF_TWO, str(tmp_path / "out"), kind) for kind in ("One", "Two")]
    told = [writing.communicate()[1] for writing in both]
    assert [writing.returncode for writing in both] == [0, 0], told
    texts = {*files_in(tmp_path / "out").values()}
    assert len(texts) == 1
    assert texts <= {b"kind: One\nnumber: 14\n", b"kind: Two\nnumber: 14\n"}


def test_who_waits_says_so(out: Path) -> None:
    """A run that another keeps waiting tells which folder it waits for, and goes on when that is done."""
    held = os.open(out, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    writing = process(ONE_OF_TWO, str(out), "One")
    assert writing.stderr is not None
    assert writing.stderr.readline() == f"{out}: waiting for another run that writes there\n"
    assert {*files_in(out)} == {*FIRST}
    os.close(held)
    writing.communicate()
    assert writing.returncode == 0
    assert len(files_in(out)) == 20
