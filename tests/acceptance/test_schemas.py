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
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/**/README.md"))
CASES = sorted((SHARED / "parity" / "cases").glob("*.modelservice.yaml"))
WRONG = {"field-43": "securityContext.fsGroup: is no field of SecurityContext"}  # its user put fields of a pod into a container


def _name(case: Path) -> str:
    return case.name.removesuffix(".modelservice.yaml")


def test_there_are_examples_and_cases() -> None:
    """Neither list is empty, and what is wrong is among the cases."""
    assert len(EXAMPLES) >= 6
    assert len(CASES) > 100
    assert set(WRONG) <= set(map(_name, CASES))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: str(folder.name))
def test_examples(folder: Path, kustomize_build: Callable[[Path], subprocess.CompletedProcess[str]]) -> None:
    """Every object of an example is right."""
    built = objects(kustomize_build(folder).stdout)
    assert built
    assert [problem for each in built.values() for problem in problems(each)] == []


@pytest.mark.parametrize("case", [case for case in CASES if _name(case) not in WRONG], ids=_name)
def test_parity_configs(case: Path, environment: dict[str, str]) -> None:
    """Every object that a config from the field becomes is right."""
    assert [problem for each in _generated(case, environment) for problem in problems(each)] == []


@pytest.mark.parametrize("case", [case for case in CASES if _name(case) in WRONG], ids=_name)
def test_wrong_configs_are_refused(case: Path, environment: dict[str, str]) -> None:
    """What no API server takes is told, and is indeed wrong once the check is off."""
    config = case.read_text(encoding="utf-8")
    refused = _run(config, environment)
    assert refused.returncode == 1
    assert WRONG[_name(case)] in refused.stderr
    silent = config.replace("\nspec:", "\nspec:\n  checks: {kubernetes-fields: off}")
    assert silent != config
    assert [problem for each in json.loads(_run(silent, environment).stdout)["items"] for problem in problems(each)]


def _generated(case: Path, environment: dict[str, str]) -> list[Map]:
    """Return what the function makes of a config that comes as functionConfig, with no other items."""
    run = _run(case.read_text(encoding="utf-8"), environment)
    assert run.returncode == 0, run.stderr
    items = json.loads(run.stdout)["items"]
    assert items
    return list(items)


def _run(config: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    indented = textwrap.indent(config, "  ")
    request = f"apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\nfunctionConfig:\n{indented}"
    return subprocess.run(["modelservice-fn"], check=False, input=request, capture_output=True, encoding="utf-8", env=environment)
