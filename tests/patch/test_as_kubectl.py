"""Every case whose rule says `as in kubectl` is given to the real one, `kubectl patch --local`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml12

CASES = Path(__file__).parent / "cases"


def rule(file: Path) -> str:
    """Return the rule of a case, its comment, on one line."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return " ".join(line.removeprefix("# ") for line in lines if line.startswith("# "))


FILES = [file for file in sorted(CASES.rglob("*.yaml")) if "as in kubectl" in rule(file)]


def test_cases_are_found() -> None:
    """A search that finds nothing would pass for all claims true."""
    assert len(FILES) > 15


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(CASES).with_suffix("")) for file in FILES])
def test_as_kubectl(file: Path, kubectl: Path, tmp_path: Path) -> None:
    """What the case expects is what kubectl prints, or kubectl refuses the patch too."""
    documents: Any = yaml12.parse_yaml(file.read_text(encoding="utf-8"), multi=True)
    target, patch, expected = documents
    name = {"name": "named-for-kubectl"}
    target["metadata"] = name | target.get("metadata", {})
    file = tmp_path / "target.json"
    file.write_text(json.dumps(target), encoding="utf-8")
    command = [str(kubectl), "patch", "--local", "--type", "strategic", "-f", str(file), "-p", json.dumps(patch), "-o", "json"]
    run = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if expected.keys() == {"error"}:
        assert run.returncode != 0
    else:
        expected["metadata"] = name | expected.get("metadata", {})
        assert json.loads(run.stdout or "null") == expected, run.stderr
