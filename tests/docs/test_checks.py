"""docs/checks: a page for every check, whose example is told what the page says."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from modelservice.checks import NAMES, OF_WORLD, check_world
from modelservice.checks.world import World
from modelservice.generate import generate
from modelservice.krm import Result, parse_all

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "checks"
INDEX = (FOLDER / "README.md").read_text(encoding="utf-8")
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
PAGE = re.compile(
    r"# (?P<name>\S+)\n\n(?P<finds>[^\n*].*?)\n\n\*\*Why it matters\.\*\* .+?\n\n\*\*How to mend it\.\*\* .+?\n\n"
    r"```yaml\n(?P<example>.+?)```\n\n```text\n(?P<told>.+?)```\n",
    re.DOTALL,
)


@pytest.fixture(params=PAGES, ids=lambda path: str(path.stem))
def page(request: pytest.FixtureRequest) -> re.Match[str]:
    """Return each page, taken apart: what it finds, its example and what is told of that."""
    match = PAGE.fullmatch(request.param.read_text(encoding="utf-8"))
    assert match is not None
    assert match["name"] == request.param.stem
    return match


def test_every_check_has_its_page() -> None:
    """There is one page for each check, and no other."""
    assert [path.stem for path in PAGES] == sorted(NAMES)


def test_a_page_is_short(page: re.Match[str]) -> None:
    """A page fits on a screen."""
    assert page.group().count("\n") <= 30


def test_the_example_is_told_what_the_page_says(page: re.Match[str]) -> None:
    """The ModelServices or resources of the example give the quoted lines, and no other check has a word about them."""
    documents = parse_all(page["example"])
    if all(document["kind"] == "ModelService" for document in documents):
        results = [result for generated in generate(documents) for result in generated.results]
    else:
        results = check_world(World(documents, complete=True), {})
    assert {(result.tags or {}).get("check") for result in results} == {page["name"]}
    assert [_line(result) for result in results] == page["told"].splitlines()


def test_the_index_has_every_page(page: re.Match[str]) -> None:
    """README.md lists each check once, among its kind, with its severity and what the page says that it finds."""
    name = page["name"]
    severity = import_module(f"modelservice.checks.{name.replace('-', '_')}").SEVERITY
    row = f"| [{name}]({name}.md) | {severity} | {' '.join(page['finds'].split())} |\n"
    of_services, _, of_all = INDEX.partition("## Of all resources")
    assert row in (of_all if name in OF_WORLD else of_services)
    assert INDEX.count(f"({name}.md)") == 1


def _line(result: Result) -> str:
    return f"{result.severity}: {result.line()}"
