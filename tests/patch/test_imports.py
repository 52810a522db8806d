"""What importing the package does not import: it is on the way of every start of the function."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import modelservice.patch

IMPORT = """
import sys
import deepmerge, modelservice
before = set(sys.modules)
import modelservice.patch
print(*sorted(set(sys.modules) - before))
"""
USE = IMPORT.replace("print", "modelservice.patch.strategic_merge({'apiVersion': 'v1', 'kind': 'Pod'}, {'spec': {}})\nprint")


def imported(script: str, root: Path) -> set[str]:
    """Return what a script prints to have imported, without the package's own modules and the one that writes values into messages."""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True, cwd=root / "generator")
    return {name for name in run.stdout.split() if not name.startswith("modelservice.patch")} - {"modelservice.texts"}


def test_what_importing_the_package_imports(root: Path) -> None:
    """Importing the package imports deepmerge and the package's own modules, and no more."""
    assert imported(IMPORT, root) == set()


def test_what_merging_imports(root: Path) -> None:
    """Merging imports json, which reads the merge keys, and no more."""
    assert {name.partition(".")[0] for name in imported(USE, root)} <= {"json", "_json"}


def test_public_names() -> None:
    """The package shows what `__all__` says, and its modules."""
    modules = {path.stem for path in Path(modelservice.patch.__file__).parent.glob("*.py")}
    visible = {name for name in vars(modelservice.patch) if not name.startswith("_")} - modules - {"annotations"}
    assert visible == set(modelservice.patch.__all__) == {"PatchError", "json_patch", "strategic_merge"}


@pytest.mark.parametrize("name", ["json_patch", "strategic_merge", "PatchError"])
def test_public_names_are_documented(name: str) -> None:
    """Every public name says what it does."""
    assert getattr(modelservice.patch, name).__doc__
