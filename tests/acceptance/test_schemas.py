"""What examples and parity configs become is right by the schemas of every kind that it has."""

from __future__ import annotations

import json
import subprocess
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.schemas import SHARED, problems
from tests.examples.kubernetes import Map
from tests.integration.folders import objects

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/*/kustomization.yaml"))
CASES = sorted((SHARED / "parity" / "cases").glob("*.modelservice.yaml"))
EXEMPT = {"field-43": "its user put fields of a pod into a container, and we hand on what users write"}


def _name(case: Path) -> str:
    return case.name.removesuffix(".modelservice.yaml")


def test_there_are_examples_and_cases() -> None:
    """Neither list is empty, and what is exempt is among the cases."""
    assert len(EXAMPLES) >= 6
    assert len(CASES) > 100
    assert set(EXEMPT) <= set(map(_name, CASES))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: str(folder.name))
def test_examples(folder: Path, kustomize_build: Callable[[Path], subprocess.CompletedProcess[str]]) -> None:
    """Every object of an example is right."""
    built = objects(kustomize_build(folder).stdout)
    assert built
    assert [problem for each in built.values() for problem in problems(each)] == []


@pytest.mark.parametrize("case", [case for case in CASES if _name(case) not in EXEMPT], ids=_name)
def test_parity_configs(case: Path, environment: dict[str, str]) -> None:
    """Every object that a config from the field becomes is right."""
    assert [problem for each in _generated(case, environment) for problem in problems(each)] == []


@pytest.mark.parametrize("case", [case for case in CASES if _name(case) in EXEMPT], ids=_name)
def test_exemptions_are_needed(case: Path, environment: dict[str, str]) -> None:
    """What is exempt is indeed wrong: an exemption without a cause would hide the next mistake."""
    assert [problem for each in _generated(case, environment) for problem in problems(each)]


def _generated(case: Path, environment: dict[str, str]) -> list[Map]:
    """Return what the function makes of a config that comes as functionConfig, with no other items."""
    config = textwrap.indent(case.read_text(encoding="utf-8"), "  ")
    request = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n{config}"
    run = subprocess.run(["modelservice-fn"], check=False, input=request, capture_output=True, encoding="utf-8", env=environment)
    assert run.returncode == 0, run.stderr
    items = json.loads(run.stdout)["items"]
    assert items
    return list(items)
