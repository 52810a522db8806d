"""docs/reference/dependencies.md: a line for each package that modelservice needs, and for each command that comes along."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from tasks import sbom

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/dependencies.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_each_dependency_has_its_line() -> None:
    """The table has exactly the dependencies of pyproject.toml, each with what it is for."""
    rows = re.findall(r"(?m)^\| ([\w.-]+) \| (.+?) \| .+? \|$", PAGE)
    (header, _), *lines = rows
    assert header == "package"
    assert sorted(name for name, _ in lines) == sorted(re.split(r"[^\w.-]", each)[0] for each in PROJECT["dependencies"])
    assert all(len(why) > 15 for _, why in lines)


def test_the_commands_that_come_along_are_named() -> None:
    """The page names every command that a package which is installed along puts beside ours."""
    installed = [name for name, pin in sbom.pins(sbom.LOCK.read_text(encoding="utf-8")).items() if not pin.marker]
    commands = {point.name for name in installed for point in distribution(name).entry_points if point.group == "console_scripts"}
    scripts = {Path(file).name for name in installed for file in distribution(name).files or () if "bin" in Path(file).parts[:-1]}
    section = PAGE.partition("## Commands on PATH")[2].partition("\n## ")[0]
    assert commands | scripts
    assert {name for name in commands | scripts if f"`{name}`" not in section} == set()
