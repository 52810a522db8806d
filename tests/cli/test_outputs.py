"""What machines get of every command: an answer in JSON, and an error in the one shape that all errors have."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.cli.terminal import call, service, written

from modelservice.cli.commands import app

Map = dict[str, Any]

OTHERWISE = {"schema", "view"}  # whose answer is JSON anyway, and a page
CALLS: dict[str, list[str]] = {  # a command, and what it needs beside FILE
    "render": [],
    "validate": [],
    "patch": ["-p", "metadata: {labels: {a: b}}"],
    "diff": ["FILE"],
    "convert": [],
    "graph": [],
    "explain": ["decode"],
    "presets": ["shm", "--on", "FILE"],
    "images": [],
    "requires": [],
    "init": ["--name", "a", "--model", "b/c", "--image", "d:1"],
}


def called(command: str, file: str, *more: str) -> list[str]:
    """Return the words of a call that is about a file."""
    words = [file if word == "FILE" else word for word in CALLS[command]]
    return [command, *words, *more] if "FILE" in CALLS[command] and command == "presets" else [command, file, *words, *more]


def test_every_command_is_for_machines_too() -> None:
    """A new one has to decide: --output with json among its choices, or a reason not to."""
    commands: Map = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(CALLS) <= set(commands)
    for name in set(commands) - OTHERWISE:
        assert re.search(r"--output <[a-z|]*\bjson\b", call(name, "--help").stdout), name
        assert name in CALLS


@pytest.mark.parametrize("command", [command for command in CALLS if command != "init"])
def test_what_is_wrong_is_told_in_one_shape(tmp_path: Path, command: str) -> None:
    """As the findings of validate on stdout, and for people on stderr; 2 is trouble for diff, 1 says that there are differences."""
    file = written(tmp_path, "a.yaml", "a: [\n")
    said = call(*called(command, file, "--output", "json"))
    assert said.code == (2 if command == "diff" else 1)
    (found,) = json.loads(said.stdout)["findings"]
    assert list(found) == ["file", "line", "column", "severity", "check", "message", "field", "resource"]
    assert (found["file"], found["line"], found["severity"], found["check"]) == (file, 2, "error", "yaml")
    if command != "validate":
        assert said.lines == [f"{file}:{found['line']}:{found['column']}: error: {found['message']} [yaml]"]
        plain = call(*called(command, file))
        assert plain == (said.code, "", said.stderr)


@pytest.mark.parametrize("command", [command for command in CALLS if command != "init"])
def test_a_wrong_call_is_told_in_the_same_shape(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """A file that is not there, say: exit code 2."""
    monkeypatch.chdir(tmp_path)  # a long path is cut, and how long that of a test is depends on who runs it
    said = call(*called(command, "none.yaml", "--output", "json"))
    assert said.code == 2
    (found,) = json.loads(said.stdout)["findings"]
    assert list(found) == ["place", "severity", "check", "message", "field", "resource"]
    assert "none.yaml: " in found["message"]
    assert found["message"] in said.stderr


def test_a_wrong_option_is_the_place(tmp_path: Path) -> None:
    """Which says where to look."""
    file = written(tmp_path, "a.yaml", service())
    said = call("render", file, "--force", "--output", "json")
    (found,) = json.loads(said.stdout)["findings"]
    assert (said.code, found["place"], found["message"]) == (2, "--force", "goes with -o DIR")


@pytest.mark.parametrize("command", ["render", "explain", "images", "requires", "graph", "presets"])
def test_what_is_wrong_in_a_model_service_is_told_in_the_same_shape(tmp_path: Path, command: str) -> None:
    """With the resource and the field."""
    file = written(tmp_path, "a.yaml", service(more="  wrong: 1\n"))
    said = call(*called(command, file, "--output", "json"))
    (found,) = [one for one in json.loads(said.stdout)["findings"] if one["severity"] == "error"]
    assert (said.code, found["file"], found["line"], found["field"]) == (1, file, 14, "spec.wrong")
    assert found["resource"] == {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "ModelService", "name": "llama"}


def test_objects_are_a_list(tmp_path: Path) -> None:
    """As kubectl prints them, and takes them: those of the stream, in its order; what is told beside them is on stderr."""
    file = written(tmp_path, "a.yaml", service().replace("engine:1.0", "engine:latest"))
    said = call("render", file, "--output", "json")
    assert json.loads(said.stdout) == {"apiVersion": "v1", "kind": "List", "items": call("render", file).objects}
    assert (said.code, said.stderr) == (0, call("render", file).stderr)
    patch = ["-p", "metadata: {labels: {a: b}}"]
    patched = json.loads(call("patch", "-", *patch, "--output", "json", stdin=said.stdout).stdout)
    assert patched == {"apiVersion": "v1", "kind": "List", "items": call("patch", "-", *patch, stdin=said.stdout).objects}
    assert call("diff", file, "-", stdin=said.stdout) == (0, "", "")


def test_a_folder_is_told_of(tmp_path: Path) -> None:
    """Which files were written, were there already, are gone, and were left as somebody changed them."""
    file, out = written(tmp_path, "a.yaml", service()), tmp_path / "out"
    told = {"directory": str(out), "written": [], "unchanged": [], "removed": [], "left": {}}
    said = call("render", file, "-o", str(out), "--output", "json")
    assert json.loads(said.stdout) == {**told, "written": ["serviceaccount_llama.yaml", "deployment_llama-decode.yaml"]}
    written(out, "deployment_llama-decode.yaml", "edited: true\n")
    said = call("render", file, "-o", str(out), "--output", "json", "--set", "decode.replicas=2")
    assert json.loads(said.stdout) == {
        **told,
        "unchanged": ["serviceaccount_llama.yaml"],
        "left": {"deployment_llama-decode.yaml": "was edited by hand since it was written; it stays as it is, unless with --force"},
    }


def test_json_has_no_comments(tmp_path: Path) -> None:
    """So that --provenance says where the same is."""
    said = call("render", written(tmp_path, "a.yaml", service()), "--provenance", "--output", "json")
    assert said.code == 2
    assert "explain --output json" in said.stderr
