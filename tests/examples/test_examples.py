"""The examples: found by walking, built by the real kustomize, right by Kubernetes' own schemas, and as their READMEs say."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.examples.kubernetes import CUSTOM, group, problems, versions
from tests.integration.folders import objects, stream

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/kustomization.yaml"))
CONFIGS = sorted(path for path in ROOT.glob("examples/**/*.yaml") if "kind: ModelService" in path.read_text(encoding="utf-8"))
COMMAND = re.compile(r"^ {4}(\S.*)$", re.MULTILINE)

Run = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Example:
    """A folder of examples/, and how its build ended."""

    folder: Path
    run: Run


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda folder: str(folder.name))
def example(request: pytest.FixtureRequest, kustomize_build: Callable[[Path], Run]) -> Example:
    """Return each example, built once for all tests."""
    return Example(request.param, kustomize_build(request.param))


def test_there_are_examples() -> None:
    """Every folder of examples/ is an example, and there are those that the README promises."""
    assert len(EXAMPLES) >= 6
    assert sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir()) == EXAMPLES


def test_an_example_builds_in_silence(example: Example) -> None:
    """An example builds without a warning, to more than a ServiceAccount."""
    assert (example.run.returncode, example.run.stderr) == (0, "")
    kinds = {each["kind"] for each in objects(example.run.stdout).values()}
    assert "ServiceAccount" in kinds
    assert kinds & {"Deployment", "LeaderWorkerSet"}


def test_kubernetes_knows_the_objects(example: Example) -> None:
    """Every object of a built-in kind is right, unknown fields included, for each Kubernetes from 1.34 on."""
    assert len(versions()) > 1
    built_in = [each for each in objects(example.run.stdout).values() if group(each) not in CUSTOM]
    assert [problem for each in built_in for problem in problems(each)] == []


def test_an_example_is_the_same_twice(example: Example, kustomize_build: Callable[[Path], Run]) -> None:
    """Two builds print the same bytes."""
    assert kustomize_build(example.folder).stdout == example.run.stdout


def test_the_readme_builds_it(example: Example, kustomize: Path, environment: dict[str, str]) -> None:
    """The command of the README, as written and run in the checkout, prints what we tested; the README has five lines."""
    text = (example.folder / "README.md").read_text(encoding="utf-8")
    assert len(list(filter(None, text.splitlines()))) == 5
    (command,) = COMMAND.findall(text)
    path = f"{kustomize.parent}:{environment['PATH']}"
    shell = subprocess.run(
        ["sh", "-c", command], check=False, capture_output=True, encoding="utf-8", cwd=ROOT, env=environment | {"PATH": path}
    )
    assert (shell.returncode, shell.stderr) == (0, "")
    assert shell.stdout == example.run.stdout


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_configs_serve_kustomize_and_kpt(config: Path) -> None:
    """A config names the function by its bare name, the form that every kustomize understands, and is local to kpt."""
    (document,) = stream(config.read_text(encoding="utf-8"))
    assert document["metadata"]["annotations"] == {
        "config.kubernetes.io/function": "exec: {path: modelservice-fn}\n",
        "config.kubernetes.io/local-config": "true",
    }


def _only_generates(folder: Path) -> bool:
    """Whether the kustomization of an example changes nothing of what its one ModelService becomes."""
    (kustomization,) = stream((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    return set(kustomization) == {"apiVersion", "kind", "generators"} and kustomization["generators"] == ["modelservice.yaml"]


SIMPLE = [folder for folder in EXAMPLES if _only_generates(folder)]


@pytest.mark.parametrize("folder", SIMPLE, ids=lambda folder: str(folder.name))
def test_the_command_line_renders_the_same(folder: Path, kustomize_build: Callable[[Path], Run], environment: dict[str, str]) -> None:
    """`modelservice render` prints the objects that kustomize prints, in an order of its own, and is as silent."""
    command = ["modelservice", "render", str(folder / "modelservice.yaml")]
    rendered = subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)
    assert (rendered.returncode, rendered.stderr) == (0, "")
    assert objects(rendered.stdout) == objects(kustomize_build(folder).stdout)


def test_there_are_simple_examples() -> None:
    """Without an example that only generates, the test above would pass without a run."""
    assert SIMPLE
