"""plugins/ and docs/: the index has every folder, and no link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
PAGES = sorted(
    [
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        *PLUGINS.rglob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
    ]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)\)")
# What is told to be in the checkout: paths in code, from its top.
PATH = re.compile(r"`((?:plugins|examples|generator|docs)/[\w./-]+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link, and every path of the checkout that is named, is there."""
    text = page.read_text(encoding="utf-8")
    missing = [link for link in LINK.findall(text) if "://" not in link and not (page.parent / link).exists()]
    missing += [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    assert missing == []


def test_the_index_has_every_plugin() -> None:
    """README.md of plugins/ links the README of every folder in it."""
    linked = {Path(link).parts[0] for link in LINK.findall((PLUGINS / "README.md").read_text(encoding="utf-8"))}
    assert linked == {folder.name for folder in PLUGINS.iterdir() if folder.is_dir()}


def test_kustomize_has_every_folder() -> None:
    """The table of plugins/kustomize names every folder there, and how it is listed."""
    text = (PLUGINS / "kustomize" / "README.md").read_text(encoding="utf-8")
    folders = {path.name for path in (PLUGINS / "kustomize").iterdir() if path.is_dir()}
    rows = dict(re.findall(r"(?m)^\| `(\w+)` \| `(\w+):` \|", text))
    assert set(rows) == folders
    for name, place in rows.items():
        is_component = "kind: Component" in (PLUGINS / "kustomize" / name / "kustomization.yaml").read_text(encoding="utf-8")
        assert is_component == (place == "components")
