"""The documents say only what is true: their commands are run, in order, in an empty folder, and print what is shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tasks.scripts import script

from modelservice.krm import parse_all

ROOT = Path(__file__).resolve().parents[2]


PAGES = script("pages")


@pytest.mark.parametrize("page", PAGES.PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_runs(page: Path, tmp_path: Path, kustomize: Path) -> None:
    """Every command ends as the page says, and prints what stands below it; `make made` renews that."""
    text = page.read_text(encoding="utf-8")
    assert PAGES.played(text, tmp_path, kustomize) == text


@pytest.mark.parametrize("page", [*PAGES.PAGES, *sorted((ROOT / "plugins").rglob("*.md"))], ids=lambda page: str(page.relative_to(ROOT)))
def test_its_yaml_can_be_read(page: Path) -> None:
    """Every block of YAML is YAML, also where no command reads it."""
    for block in PAGES.blocks(page.read_text(encoding="utf-8")):
        if block.language == "yaml" and block.title != PAGES.PRINTS:
            assert parse_all(block.text)


def test_the_pages_are_found() -> None:
    """The README, the tutorial, the how-to pages, the reference."""
    names = {str(page.relative_to(ROOT)) for page in PAGES.PAGES}
    assert {"README.md", "docs/README.md", "docs/how-to/environments.md", "docs/reference/python.md", "docs/tutorial.md"} <= names
