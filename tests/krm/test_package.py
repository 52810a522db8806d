"""The package as its users see it: names, and what an import costs."""

from __future__ import annotations

import os
import subprocess
import sys
from types import ModuleType

import pytest

from modelservice import krm

KUSTOMIZE_ROUND = """
import sys
from modelservice import krm
text = b"kind: ResourceList\\nitems:\\n- kind: A\\n  script: |\\n    a && b\\n"
krm.write_resource_list(krm.read_resource_list(text))
krm.write_yaml({"a": ["on", "b\\nc\\n"]})
print(*sorted(sys.modules))
"""
HEAVY = ["ruamel", "dataclasses", "jsonschema", "typer", "typing", "inspect", "logging", "argparse", "pathlib", "yaml"]


def test_all() -> None:
    """`__all__` is what is visible: classes and functions, no modules."""
    visible = {name for name, value in vars(krm).items() if name[0] != "_" and not isinstance(value, ModuleType)}
    assert visible - {"annotations"} == set(krm.__all__)
    assert krm.__all__ == sorted(krm.__all__)


@pytest.fixture(scope="module")
def imported() -> set[str]:
    """Return the modules that a process has imported when it has answered kustomize."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-S", "-c", KUSTOMIZE_ROUND]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=environment)
    return {name.partition(".")[0] for name in done.stdout.split()}


@pytest.mark.parametrize("name", HEAVY)
def test_not_imported(name: str, imported: set[str]) -> None:
    """Reading from and answering kustomize does not import what costs milliseconds."""
    assert name not in imported


def test_the_list_of_imports_is_real(imported: set[str]) -> None:
    """The test above looks at a process that did the work."""
    assert {"modelservice", "yaml12", "json", "re"} <= imported
