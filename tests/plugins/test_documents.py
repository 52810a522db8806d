"""plugins/: the index has every folder, and what is said of the component is so."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
LINK = re.compile(r"\[[^\]]*\]\(([^)#]+)\)")


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
