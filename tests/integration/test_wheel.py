"""What users install: a wheel built from the source distribution, in an environment of its own, run from anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path
from zipfile import ZipFile

import pytest
from tests.installed import lend, run

ROOT = Path(__file__).resolve().parents[2]
OTHERS = re.compile(r"profile: (?!furiosa|llm-d)")
SERVICES = [path for path in sorted(ROOT.glob("examples/**/*.yaml")) if "\nkind: ModelService\n" in path.read_text(encoding="utf-8")]
# those that need no other file: a layer has no model, and a profile of one's own is in a file beside
EXAMPLES = [path for path in SERVICES if "modelArtifacts" in (text := path.read_text(encoding="utf-8")) and not OTHERS.search(text)]


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """Return the wheel, built from a source distribution, so that neither may lack anything."""
    (built,) = dist.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of commands of an environment with that wheel, which borrows its dependencies from ours."""
    environment = tmp_path_factory.mktemp("environment")
    _run(sys.executable, "-m", "venv", "--without-pip", environment)
    packages = lend(environment)
    python = environment / "bin" / "python"
    _run(sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", "--no-deps", wheel)
    where = _run(python, "-c", "import modelservice; print(modelservice.__file__)", cwd=environment)
    assert Path(where.strip()).parent == packages / "modelservice"
    return environment / "bin"


def test_the_wheel_carries_all_data(wheel: Path) -> None:
    """Every base, overlay and data file of the checkout, page on a check and file of the function is in the wheel, inside the package."""
    package = {path.relative_to(ROOT / "generator") for path in _files(ROOT / "generator" / "modelservice")}
    folders = ("bases", "overlays", "docs/checks", "plugins/kustomize/function")
    data = {"modelservice" / path.relative_to(ROOT) for folder in folders for path in _files(ROOT / folder)}
    with ZipFile(wheel) as opened:
        carried = {Path(name) for name in opened.namelist() if ".dist-info/" not in name}
    assert data
    assert carried == package | data
    with ZipFile(wheel) as opened:
        (licence,) = [name for name in opened.namelist() if name.endswith(".dist-info/licenses/LICENSE")]
        assert opened.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert Path("modelservice/py.typed") in carried


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_the_function_answers_as_in_the_checkout(example: Path, installed: Path, tmp_path: Path) -> None:
    """The installed function needs neither the checkout nor a certain working directory."""
    config = textwrap.indent(example.read_text(encoding="utf-8"), "  ")
    request = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n{config}"
    answer = _run(installed / "modelservice-fn", given=request, cwd=tmp_path)
    assert answer == _run(Path(sys.executable).parent / "modelservice-fn", given=request)


@pytest.mark.parametrize("example", EXAMPLES[::5], ids=lambda path: str(path.relative_to(ROOT / "examples")))
def test_the_cli_renders_as_in_the_checkout(example: Path, installed: Path, tmp_path: Path) -> None:
    """The installed CLI needs neither the checkout nor a certain working directory."""
    rendered = _run(installed / "modelservice", "render", example, cwd=tmp_path)
    assert rendered == _run(Path(sys.executable).parent / "modelservice", "render", example)


def test_the_installed_command_has_its_texts(installed: Path, tmp_path: Path) -> None:
    """What it writes, and what it says of checks, is in the wheel."""
    asked = ("--name", "llama", "--model", "org/m", "--image", "engine:latest")
    _run(installed / "modelservice", "init", "new", *asked, "--environments", "dev", cwd=tmp_path)
    assert (tmp_path / "new/function/function.yaml").read_bytes() == (ROOT / "plugins/kustomize/function/function.yaml").read_bytes()
    said = _run(installed / "modelservice", "validate", "new/base", "--output", "sarif", cwd=tmp_path)
    assert "# image-tag\\n" in said


def test_its_tests_pass_on_the_wheel(installed: Path) -> None:
    """The tests of the function and of the commands that matter most pass without the checkout's modules; `make testwheel` runs all."""
    assert run(installed.parent, ["tests/test_function.py", "tests/cli/test_render.py", "tests/cli/test_main.py::test_version"]) == 0


def test_only_its_own_commands_are_installed(wheel: Path) -> None:
    """The wheel itself puts two commands on PATH; others are those of its dependencies, which pipx and uv do not put there."""
    with ZipFile(wheel) as opened:
        (file,) = [name for name in opened.namelist() if name.endswith(".dist-info/entry_points.txt")]
        lines = opened.read(file).decode().split("\n")
    assert [line.partition(" ")[0] for line in lines if "=" in line] == ["modelservice", "modelservice-fn"]


def test_there_are_examples() -> None:
    """An empty list of examples would let the tests above pass without a run."""
    assert EXAMPLES


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]


def _run(*command: str | Path, given: str | None = None, cwd: Path = ROOT) -> str:
    """Return what a command prints; it has to succeed."""
    run = subprocess.run(command, check=False, cwd=cwd, input=given, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, f"{command}: {run.stderr or run.stdout}"
    return run.stdout
