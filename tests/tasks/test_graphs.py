"""The graphs of the examples, drawn by generator/tasks/graphs.py, and the page that shows them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tasks.scripts import script

ROOT = Path(__file__).resolve().parents[2]

Run = subprocess.CompletedProcess[str]

GRAPHS = script("graphs")


@pytest.mark.parametrize("example", GRAPHS.EXAMPLES, ids=lambda folder: str(folder.name))
def test_the_picture_is_what_is_built(example: Path, built: Callable[[Path], Run]) -> None:
    """Each example's graph.svg is what `make made` would draw; its README shows it."""
    assert (example / "graph.svg").read_text(encoding="utf-8") == GRAPHS.picture(built(example).stdout)
    assert "](graph.svg)" in (example / "README.md").read_text(encoding="utf-8")


def test_the_page_has_every_example() -> None:
    """docs/examples.md is what `make made` would write; what it links to is there."""
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    assert page == GRAPHS.overview()
    assert len(GRAPHS.EXAMPLES) >= 10
    for example in GRAPHS.EXAMPLES:
        assert f"(../{example.relative_to(ROOT)}/README.md)" in page
        assert f"(../{example.relative_to(ROOT)}/graph.svg)" in page
