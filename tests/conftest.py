"""The tools that tests call, and the checkout that they are called in."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

import modelservice

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
OURS = ROOT / ".tools" / "bin"
KUSTOMIZE_VERSION = "v5.8.1"

settings.register_profile("quick", max_examples=40)  # where a test does not say; the whole is run at every change
settings.load_profile("quick")

Build = Callable[[Path], subprocess.CompletedProcess[str]]
Kpt = Callable[..., subprocess.CompletedProcess[str]]


def pytest_configure() -> None:
    """Where tests are to run on an installed wheel (tests/installed.py), see that they do."""
    installed = os.environ.get("MODELSERVICE_INSTALLED")
    if installed and not Path(modelservice.__file__).is_relative_to(installed):
        pytest.exit(f"modelservice is that of {modelservice.__file__}, not of {installed}", returncode=2)


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the top of the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """Return the environment of a user who has installed us: our commands come first on PATH."""
    return {**os.environ, "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", "")])}


@pytest.fixture(scope="session")
def kustomize() -> Path:
    """Return the kustomize of `$KUSTOMIZE`, of `.tools` or of PATH; it is the version that we promise to work with."""
    named = os.environ.get("KUSTOMIZE")
    found = [named] if named else [str(OURS / "kustomize"), shutil.which("kustomize")]
    candidates = [path for path in found if path and os.access(path, os.X_OK)]
    versions = [_output(path, "version") for path in candidates]
    if KUSTOMIZE_VERSION not in versions:
        pytest.fail(f"kustomize {KUSTOMIZE_VERSION} is needed, found {versions or 'none'}: `make tools` fetches it")
    return Path(candidates[versions.index(KUSTOMIZE_VERSION)]).absolute()


@pytest.fixture(scope="session")
def kubectl() -> Path:
    """Return the kubectl of PATH or of `.tools`."""
    path = shutil.which("kubectl") or shutil.which(OURS / "kubectl")
    if path is None:
        pytest.fail("kubectl is needed: `make tools` fetches it")
    return Path(path).absolute()


@pytest.fixture(scope="session")
def kpt() -> Path:
    """Return the kpt of PATH; where there is none, skip the test, or fail it under MODELSERVICE_REQUIRE_KPT."""
    path = shutil.which("kpt")
    if path is None:
        give_up = pytest.fail if os.environ.get("MODELSERVICE_REQUIRE_KPT") else pytest.skip
        give_up("kpt is not on PATH and in no package registry: this test runs where it is installed")
    return Path(path).absolute()


@pytest.fixture
def kpt_fn(kpt: Path, environment: dict[str, str], tmp_path: Path) -> Kpt:
    """Return a function that runs `kpt fn` in `tmp_path`; commands of its folder `bin` are on PATH."""
    own = {**environment, "PATH": f"{tmp_path / 'bin'}:{environment['PATH']}"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(kpt), "fn", *arguments]
        return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", cwd=tmp_path, env=own)

    return run


@pytest.fixture(scope="session")
def chromium() -> tuple[str, str]:
    """Return the chromium of the machine and its driver; without both, skip the test, or fail it under MODELSERVICE_REQUIRE_BROWSER."""
    found = shutil.which("chromium"), shutil.which("chromedriver")
    if None in found:
        give_up = pytest.fail if os.environ.get("MODELSERVICE_REQUIRE_BROWSER") else pytest.skip
        give_up("there is no chromium with its chromedriver (Debian: apt-get install chromium chromium-driver)")
    return str(found[0]), str(found[1])


@pytest.fixture(scope="session")
def kustomize_build(kustomize: Path, environment: dict[str, str]) -> Build:
    """Return a function that builds a folder just as the README says it, and tells how that ended."""

    def build(folder: Path) -> subprocess.CompletedProcess[str]:
        command = (kustomize, "build", "--enable-alpha-plugins", "--enable-exec", folder)
        return subprocess.run(command, check=False, capture_output=True, encoding="utf-8", env=environment)

    return build


@pytest.fixture(scope="session")
def built(kustomize_build: Build) -> Build:
    """Return the same for folders that stay as they are: each is built once."""
    return functools.cache(kustomize_build)


def _output(*command: str) -> str:
    """Return what a command prints."""
    return subprocess.run(command, check=False, capture_output=True, encoding="utf-8").stdout.strip()
