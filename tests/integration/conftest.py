"""What `make packages` makes, made once for all tests that look at it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that $MODELSERVICE_DIST names, else one with everything that a release consists of."""
    if named := os.environ.get("MODELSERVICE_DIST"):
        return Path(named)
    folder = tmp_path_factory.mktemp("release") / "dist"
    run = subprocess.run([sys.executable, ROOT / "generator/tasks/packages.py", folder], check=False, capture_output=True, encoding="utf-8")
    assert run.returncode == 0, run.stdout + run.stderr
    return folder
