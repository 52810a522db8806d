"""The workflows, the action and the hook: read, linted, and their steps run, since nobody here can run GitHub's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml12

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
ACTION = ROOT / "plugins/github/action.yml"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
BIN = Path(sys.executable).parent

Map = dict[str, Any]


def read(path: Path) -> Map:
    """Return a document."""
    document: Any = yaml12.parse_yaml(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def jobs() -> Iterator[tuple[str, Map]]:
    """Return every job with its name."""
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield f"{path.stem}.{name}", job


JOBS = dict(jobs())
STEPS = [step for job in JOBS.values() for step in job["steps"]]


def test_zizmor_finds_nothing() -> None:
    """Workflows, the action and the hook are what GitHub and pre-commit take, and have none of the known holes."""
    files = [*WORKFLOWS, ACTION, ROOT / ".pre-commit-hooks.yaml"]
    command = [str(BIN / "zizmor"), "--offline", "--strict-collection", "--no-progress", "--collect=all", *map(str, files)]
    run = subprocess.run(command, check=False, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr


def test_each_action_is_pinned() -> None:
    """An action is named by its commit, with the version in a comment; one of ours by its path."""
    used = [step["uses"] for step in STEPS if "uses" in step]
    assert used
    for use in used:
        if use.startswith("./"):
            assert (ROOT / use / "action.yml").is_file()
        else:
            assert PINNED.fullmatch(use)
    texts = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    assert len(re.findall(r"uses: [\w.-]+/\S+@[0-9a-f]{40} # v\d", texts)) == len([use for use in used if not use.startswith("./")])
    pins = {use.split("@")[0]: {other for other in used if other.split("@")[0] == use.split("@")[0]} for use in used}
    assert all(len(commits) == 1 for commits in pins.values()), "one action, one commit"


def test_only_targets_that_there_are_are_called() -> None:
    """Each `make TARGET` in a workflow is a target of the Makefile, and the variables are some that it has."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    calls = [line for step in STEPS for line in step.get("run", "").splitlines() if line.startswith("make ")]
    assert len(calls) > 5
    for call in calls:
        _, target, *variables = call.split(maxsplit=2)
        assert re.search(rf"(?m)^{target}:", makefile)
        for variable in re.findall(r"(\w+)=", " ".join(variables)):
            assert f"$({variable})" in makefile


def test_each_job_has_the_rights_that_it_needs() -> None:
    """Nothing may write but what says so; only the jobs that publish or attest may ask for a token of identity."""
    for path in WORKFLOWS:
        assert read(path)["permissions"] in ({}, {"contents": "read"})
    asking = {name for name, job in JOBS.items() if job.get("permissions", {}).get("id-token") == "write"}
    assert asking == {"release.packages", "release.zip", "release.index", "release.image"}
    assert JOBS["release.index"]["permissions"] == {"id-token": "write"}
    assert not any("password" in step.get("with", {}) for step in JOBS["release.index"]["steps"])


def test_the_pythons_are_those_that_are_promised() -> None:
    """The checkout and the packages are tested on every Python of the classifiers, and on 3.14."""
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["classifiers"]
    promised = {each.rpartition(" ")[2] for each in classifiers if re.search(r":: 3\.\d+$", each)}
    for name in ("test.checkout", "test.packages"):
        assert set(JOBS[name]["strategy"]["matrix"]["python"]) == promised | {"3.14"}
    (zips,) = {step["run"] for name in ("release.packages", "release.zip") for step in JOBS[name]["steps"] if "ZIP" in step.get("run", "")}
    assert set(re.findall(r"python(3\.\d+)", zips)) == promised | {"3.14"}


class TestAction:
    """The steps of the action, in a shell as GitHub runs them."""

    action = read(ACTION)

    def step(self, name: str) -> str:
        """Return the script of a step; it has all that GitHub wants of one."""
        (step,) = [each for each in self.action["runs"]["steps"] if each["name"] == name]
        assert step["shell"] == "sh"
        assert "${{" not in step["run"], "what people write goes by variables, and is no part of a script"
        script: str = step["run"]
        return script

    def environment(self, name: str, inputs: Map, temp: Path) -> dict[str, str]:
        """Return a step's environment, with the expressions that are in it."""
        (step,) = [each for each in self.action["runs"]["steps"] if each["name"] == name]
        values = {f"inputs.{key}": str(inputs.get(key, each["default"])) for key, each in self.action["inputs"].items()}
        values["github.action_path"] = str(ACTION.parent)
        filled = {key: re.sub(r"\$\{\{ (.*?) \}\}", lambda match: values[match[1]], text) for key, text in step["env"].items()}
        return {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(temp), **filled}

    def test_what_it_needs_is_installed_by_digests(self, tmp_path: Path) -> None:
        """The first step makes an environment, and installs into it what the lock file of the same commit names, nothing else."""
        log = tmp_path / "log"
        python = tmp_path / "python"
        made = 'mkdir -p "$4/bin" && cp "$0" "$4/bin/python"'
        python.write_text(f'#!/bin/sh\necho "$@" >> {log}\nif [ "$2" = venv ]; then {made}; fi\n', encoding="utf-8")
        python.chmod(0o755)
        environment = self.environment("Install", {"python": str(python)}, tmp_path / "temp")
        subprocess.run(["sh", "-e", "-c", self.step("Install")], env=environment, check=True)
        venv, pip = log.read_text(encoding="utf-8").splitlines()
        assert venv == f"-m venv --clear {tmp_path}/temp/modelservice"
        assert "install --require-hashes --only-binary :all: --requirement" in pip
        assert Path(pip.split()[-1]).samefile(ROOT / "requirements-run.lock")

    @pytest.mark.parametrize(
        ("spec", "code", "said"),
        [
            ("modelArtifacts: {name: org/m}\n  decode: {containers: [{name: engine, image: 'e:1'}]}", 0, ""),
            ("nonsense: 1", 1, "::error file="),
        ],
    )
    def test_it_tells_what_is_wrong(self, spec: str, code: int, said: str, tmp_path: Path) -> None:
        """The second step fails with what is wrong, as GitHub shows it at the lines; modules of the repository are not imported."""
        (tmp_path / "temp").mkdir()
        (tmp_path / "temp/modelservice").symlink_to(BIN.parent)
        (tmp_path / "typer.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
        head = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: ModelService\nmetadata: {name: a}\nspec:\n  "
        (tmp_path / "a.yaml").write_text(head + spec + "\n", encoding="utf-8")
        environment = self.environment("Validate", {"files": "a.yaml", "arguments": "--severity error"}, tmp_path / "temp")
        run = subprocess.run(
            ["sh", "-e", "-c", self.step("Validate")], env=environment, cwd=tmp_path, check=False, capture_output=True, encoding="utf-8"
        )
        assert run.returncode == code, run.stderr
        assert said in run.stdout


def test_the_hook_passes_what_is_not_ours(tmp_path: Path) -> None:
    """pre-commit calls the entry with the names of changed files: those without a config of ours pass, a mistake in one fails."""
    hooks: Any = yaml12.parse_yaml((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (hook,) = hooks
    command, *arguments = hook["entry"].split()
    assert command in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    head = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: ModelService\nmetadata: {name: a}\nspec:\n"
    texts = {
        "workflow.yml": "on: push\njobs: {}\n",
        "chart.yaml": "{{- if .Values.a }}\na: {{ .Values.b }}\n",
        "empty.yaml": "",
        "secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n",
        "kustomization.yaml": "resources: [../base]\npatches: [{path: layer.yaml}]\n",
        "layer.yaml": head + "  decode: {replicas: 2}\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = subprocess.run([BIN / command, *arguments, *texts], cwd=tmp_path, check=False, capture_output=True, encoding="utf-8")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    (tmp_path / "wrong.yaml").write_text(head + "  nonsense: 1\n", encoding="utf-8")
    run = subprocess.run(
        [BIN / command, *arguments, *texts, "wrong.yaml"], cwd=tmp_path, check=False, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 1
    assert "wrong.yaml:5:3: error: ModelService a: spec.nonsense: unknown key" in run.stdout
