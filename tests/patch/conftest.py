"""The kubectl that this folder compares with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def kubectl(root: Path) -> Path:
    """Return the kubectl of `$KUBECTL`, of PATH or of `.tools`; without one the tests fail."""
    path = shutil.which(os.environ.get("KUBECTL", "kubectl")) or shutil.which(root / ".tools" / "bin" / "kubectl")
    if path is None:
        pytest.fail("kubectl is needed, and is not on PATH: `make tools` fetches it, and KUBECTL=... names another")
    return Path(path).absolute()
