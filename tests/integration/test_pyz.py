"""The function in a single file, as a repository keeps it: under the real kustomize, alone, with nothing installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tests.integration.folders import KUSTOMIZATION, model_service, write

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def pyz(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the zip, in a folder of its own."""
    (made,) = dist.glob("*.pyz")
    return Path(shutil.copy(made, tmp_path_factory.mktemp("vendored") / "modelservice-fn.pyz"))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment with a Python that has no packages, and a cache that is empty at first."""
    folder = tmp_path_factory.mktemp("alone")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "python"], check=True)
    path = os.pathsep.join([str(folder / "python/bin"), "/usr/bin", "/bin"])
    return {"PATH": path, "HOME": str(folder / "home"), "PEX_ROOT": str(folder / "cache")}


def run(pyz: Path, environment: dict[str, str], *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run the zip as a command."""
    return subprocess.run([pyz, *arguments], input=given, env=environment, check=False, capture_output=True, encoding="utf-8")


def request(config: str) -> str:
    """Return a ResourceList with a functionConfig."""
    return f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n{textwrap.indent(config, '  ')}"


def test_it_runs_under_kustomize(pyz: Path, alone: dict[str, str], kustomize: Path, tmp_path: Path) -> None:
    """A kustomization that names the file beside it builds what the installed function builds, at the first start and the second."""
    folder = write(
        tmp_path,
        {
            KUSTOMIZATION: "generators: [llama.yaml]\n",
            "llama.yaml": model_service().replace("path: modelservice-fn", "path: ./modelservice-fn.pyz"),
        },
    )
    shutil.copy(pyz, folder / "modelservice-fn.pyz")
    command = [str(kustomize), "build", "--enable-alpha-plugins", "--enable-exec", str(folder)]
    first, second = (subprocess.run(command, env=alone, check=False, capture_output=True, encoding="utf-8") for _ in range(2))
    assert (first.returncode, first.stderr) == (0, "")
    write(folder, {"llama.yaml": model_service()})
    installed = {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]])}
    expected = subprocess.run(command, env=installed, check=True, capture_output=True, encoding="utf-8").stdout
    assert first.stdout == second.stdout == expected != ""


CASES = {
    "every mistake of a spec, which jsonschema finds": model_service(more="decode: {replicas: no}\nunknown: 1\n").replace(
        "decode:\n", "was:\n"
    ),
    "a regular expression, which re2 reads": model_service(
        more="patches:\n- target: {kind: Deploy.*}\n  patch: [{op: add, path: /metadata/labels/a, value: b}]\n"
    ),
    "text that only the full reader takes": model_service(more="external: &names [Secret/a]\nchecks: {}\n"),
    "what is no YAML": "a: [",
}


@pytest.mark.parametrize("config", CASES.values(), ids=CASES)
def test_it_answers_as_the_installed_function(config: str, pyz: Path, alone: dict[str, str]) -> None:
    """What is compiled, and what only rare cases import, is in the file, too."""
    ours = run(pyz, alone, given=request(config))
    theirs = run(BIN / "modelservice-fn", {**os.environ}, given=request(config))
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)
    assert "ResourceList" in ours.stdout


def test_it_is_the_version_that_was_built(pyz: Path, alone: dict[str, str]) -> None:
    """--version is that of the installed function."""
    assert run(pyz, alone, "--version").stdout == run(BIN / "modelservice-fn", {**os.environ}, "--version").stdout
