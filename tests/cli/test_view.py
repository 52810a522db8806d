"""modelservice view: the page as a file, what it may overwrite, and how the command ends."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import call, service, written

HOLDS_ONE = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: swordfish-9}\n"


def contents(page: str) -> dict[str, Any]:
    """Return the data of a page."""
    found = re.search(r'<script type="application/json" id="contents">([^<]*)</script>', page)
    assert found is not None
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_a_page_is_written_whole_with_the_mode_of_files(tmp_path: Path) -> None:
    """One file, which says who made it, and nothing beside it; what is told goes to stderr."""
    page = tmp_path / "page.html"
    said = call("view", written(tmp_path, "a.yaml", service()), "-o", str(page))
    assert (said.code, said.stdout) == (0, "")
    assert said.lines[-1] == f"{page}: 2 objects"
    text = page.read_text(encoding="utf-8")
    assert '<meta name="generator" content="modelservice view ' in text
    assert [one["kind"] for one in contents(text)["objects"]] == ["ServiceAccount", "Deployment"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.yaml", "page.html"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(page.stat().st_mode) == 0o666 & ~mask


def test_standard_output(tmp_path: Path) -> None:
    """The same bytes each time, as nothing in a page is of the day or the machine."""
    file = written(tmp_path, "a.yaml", service())
    page = call("view", file, "-o", "-")
    assert (page.code, page.stderr) == (0, "")
    assert page.stdout.startswith("<!doctype html>")
    assert call("view", "-", "-o", "-", stdin=service()).code == 0
    assert call("view", file, "-o", "-").stdout == page.stdout


def test_a_page_of_ours_is_overwritten_and_nothing_else_is(tmp_path: Path) -> None:
    """Another file stays to the byte, unless with --force; its mode stays then."""
    file, page = written(tmp_path, "a.yaml", service()), tmp_path / "page.html"
    assert call("view", file, "-o", str(page)).code == 0
    assert call("view", file, "-o", str(page), "--preset", "shm").code == 0
    assert "overlays/presets/shm.yaml" in page.read_text(encoding="utf-8")
    page.write_text("<html>mine</html>", encoding="utf-8")
    page.chmod(0o600)
    said = call("view", file, "-o", str(page))
    assert (said.code, page.read_text(encoding="utf-8")) == (2, "<html>mine</html>")
    assert "page.html: is there, and is no page that this command wrote; choose another name, or use --force" in said.stderr
    assert call("view", file, "-o", str(page), "--force").code == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_an_empty_file_and_a_link(tmp_path: Path) -> None:
    """Who made an empty file first, as mktemp does, meant it for us; what a link leads to is written, and the link stays."""
    file, page, link = written(tmp_path, "a.yaml", service()), tmp_path / "page.html", tmp_path / "link.html"
    page.touch()
    link.symlink_to(page)
    assert call("view", file, "-o", str(link)).code == 0
    assert link.is_symlink()
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(("name", "why"), [("", "is there, and is no file"), ("no/page.html", "there is no folder")])
def test_where_no_page_can_be(tmp_path: Path, name: str, why: str) -> None:
    """Exit code 2, before anything is generated."""
    said = call("view", written(tmp_path, "a.yaml", "a: b\n"), "-o", str(tmp_path / name))
    assert said.code == 2
    assert why in said.stderr


def test_with_errors_the_page_tells_them(tmp_path: Path) -> None:
    """Exit code 1, and the page has the results, and the objects that would be."""
    file = written(tmp_path, "a.yaml", service(more="  routing: {inferencePool: {create: true}}\n  decod: {}\n"))
    said = call("view", file, "-o", str(tmp_path / "page.html"))
    assert said.code == 1
    assert "spec.decod: " in said.stderr
    told = contents((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert told["failed"]
    assert [(one["severity"], one["field"]) for one in told["results"] if one["severity"] == "error"] == [("error", "spec.decod")]
    assert "InferencePool" in [one["kind"] for one in told["objects"]]


@pytest.mark.parametrize("text", ["a: b\n", "a: [\n", ""])
def test_where_there_is_nothing_to_show_there_is_no_page(tmp_path: Path, text: str) -> None:
    """One that is neither a ModelService nor an object: told as everywhere."""
    said = call("view", written(tmp_path, "a.yaml", text), "-o", str(tmp_path / "page.html"))
    assert said.code == 1
    assert "a.yaml:" in said.stderr
    assert not (tmp_path / "page.html").exists()


def test_secrets_are_not_in_a_page(tmp_path: Path) -> None:
    """Not in objects, files, stories, differences, nor what the command line says; that they differ is told."""
    patch = "{env: [{name: API_TOKEN, value: swordfish-2}]}"
    more = f"  engine: {{env: {{API_TOKEN: swordfish-1}}}}\n  patches: [{{target: {{role: decode, part: container}}, patch: {patch}}}]\n"
    folder = tmp_path / "models"
    folder.mkdir()
    written(folder, "a.yaml", service().replace("imageDefault", "vllmServe") + more)
    written(folder, "s.yaml", HOLDS_ONE)
    old = written(tmp_path, "s.yaml", HOLDS_ONE.replace("fish-9", "fish-8"))
    page = tmp_path / "page.html"
    options = ["--set", "engine.env.API_TOKEN=swordfish-3", "--new-set", "engine.env.B_PASSWORD=swordfish-4"]
    said = call("view", str(folder), "-o", str(page), "--against", old, *options)
    assert said.code == 0, said.stderr
    text = page.read_text(encoding="utf-8")
    assert "swordfish" not in text
    assert "(secret, not kept)" in text
    difference = {one["title"]: one for one in contents(text)["difference"]["objects"]}
    assert difference["Secret s"]["fields"][0]["path"] == "data.password"


def test_against_a_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision alone is that of FILE…; with a path it is that file; options are for both, or one side."""
    monkeypatch.chdir(tmp_path)
    written(tmp_path, "a.yaml", service())
    for command in (["init", "-q"], ["add", "."], ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"]):
        subprocess.run(["git", *command], check=True)
    written(tmp_path, "a.yaml", service().replace("replicas: 1", "replicas: 2"))
    for against in ("HEAD", "HEAD:a.yaml"):
        said = call("view", "a.yaml", "--against", against, "-o", "-", "--new-preset", "shm", "--preset", "probes")
        assert said.code == 0, said.stderr
        told = contents(said.stdout)["difference"]
        assert (told["old"], told["new"]) == (against, "a.yaml --preset shm")
        (changed,) = told["objects"]
        assert (changed["way"], changed["title"]) == ("changed", "Deployment llama-decode")
        assert [one["effect"] for one in changed["impact"]] == ["restart", "replicas"]
        assert changed["fields"][0]["said"] == [["", " "], ["red", "1"], ["", " -> "], ["green", "2"]]


def test_calls_that_are_wrong(tmp_path: Path) -> None:
    """Exit code 2, with what would be right."""
    file = written(tmp_path, "a.yaml", service())
    assert "options for one side go with --against" in call("view", file, "-o", "-", "--new-set", "drain=1").stderr
    assert "only one side can be standard input" in call("view", "-", "-o", "-", "--against", "-", stdin=service()).stderr
    assert call("view", file, "-o", "-", "--against", str(tmp_path / "nothing.yaml")).code == 2
    assert call("view", file).code == 2


def test_the_old_side_must_be_right(tmp_path: Path) -> None:
    """What is wrong with it is told, and there is no page: half a difference would look like a whole one."""
    old = written(tmp_path, "old.yaml", service(more="  decod: {}\n"))
    said = call("view", written(tmp_path, "a.yaml", service()), "-o", str(tmp_path / "page.html"), "--against", old)
    assert said.code == 1
    assert "old.yaml:" in said.stderr
    assert not (tmp_path / "page.html").exists()
