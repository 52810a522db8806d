"""plugins/image: the Dockerfile, read and not built: it installs what pyproject.toml says, and starts it as nobody special."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

import modelservice

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "plugins" / "image"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
TAG = f"modelservice-fn:{modelservice.__version__}"


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, on however many lines it stands."""

    name: str
    rest: str


def _instructions() -> list[Instruction]:
    text = re.sub(r"(?m)^#.*\n", "", (FOLDER / "Dockerfile").read_text(encoding="utf-8")).replace("\\\n", " ")
    return [Instruction(*line.split(maxsplit=1)) for line in text.splitlines() if line.strip()]


INSTRUCTIONS = _instructions()
STARTS = [index for index, each in enumerate(INSTRUCTIONS) if each.name == "FROM"]
BUILD, FINAL = INSTRUCTIONS[: STARTS[-1]], INSTRUCTIONS[STARTS[-1] :]


def one(stage: list[Instruction], name: str) -> str:
    """Return the text of the only instruction of that name."""
    (found,) = [each.rest for each in stage if each.name == name]
    return found


def test_two_stages_from_one_pinned_base() -> None:
    """Both stages start from the same Python, by a full version and a digest, and one that the project supports."""
    assert len(STARTS) == 2
    bases = [each.rest.split()[0] for each in INSTRUCTIONS if each.name == "FROM"]
    assert len(set(bases)) == 1
    match = re.fullmatch(r"python:(3\.\d+)\.\d+-slim-\w+@sha256:[0-9a-f]{64}", bases[0])
    assert match
    assert f"Programming Language :: Python :: {match[1]}" in PROJECT["classifiers"]


def test_it_starts_the_function_as_nobody_special() -> None:
    """The image runs the function that pyproject.toml names, without root's rights; nothing comes after that."""
    assert json.loads(one(FINAL, "ENTRYPOINT")) == ["modelservice-fn"]
    assert "modelservice-fn" in PROJECT["scripts"]
    user, _, group = one(FINAL, "USER").partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert [each.name for each in FINAL] == ["FROM", "COPY", "ENV", "USER", "ENTRYPOINT"]


def test_the_final_stage_has_the_environment_on_path() -> None:
    """The environment moves to the same place, where its start scripts expect it, and that is on PATH."""
    run = one(BUILD, "RUN")
    (place,) = re.findall(r"-m venv --without-pip (\S+)", run)
    assert f"pip --python {place} install" in run
    assert one(FINAL, "COPY") == f"--from=build {place} {place}"
    assert one(FINAL, "ENV") == f"PATH={place}/bin:$PATH"


def test_what_is_installed_has_digests() -> None:
    """What requirements.txt of `make packages` names by its digest is installed, the wheel among it, and nothing is built."""
    run = one(BUILD, "RUN")
    assert run.endswith("--require-hashes --only-binary :all: --find-links . --requirement requirements.txt")
    assert run.count("install ") == 1
    assert {"dist/requirements.txt", "dist/modelservice-*.whl", "./"} == set(one(BUILD, "COPY").split())


def test_the_context_has_what_is_copied_and_nothing_else() -> None:
    """Everything is left out of the context but what the Dockerfile copies."""
    first, *others = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert first == "**"
    assert [line.removeprefix("!") for line in others] == one(BUILD, "COPY").split()[:-1]


@pytest.mark.parametrize("name", ["Dockerfile", "README.md"])
def test_the_commands_name_this_version(name: str) -> None:
    """The commands in the texts build this file, and tag it with the version that it comes with."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert "docker build --file plugins/image/Dockerfile --tag " in text
    assert set(re.findall(r"modelservice-fn:\S+", text)) == {TAG}
