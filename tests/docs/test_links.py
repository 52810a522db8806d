"""No link of a document leads nowhere, and the site has every page once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from modelservice.krm import parse

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "examples", "plugins")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^( *)```.*?^\1```$|`[^`\n]*`", re.DOTALL | re.MULTILINE)
# What is told to be in the checkout: paths in code, from its top.
PATH = re.compile(r"`((?:bases|docs|examples|generator|overlays|plugins|tests)/[\w./-]+)`")


def anchors(page: Path) -> set[str]:
    """The anchors of a page: those that it writes out, and those of its headings as GitHub and the site make them."""
    text = re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in plain}
    return made | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link, its anchor, and every path of the checkout that is named, is there."""
    text = page.read_text(encoding="utf-8")
    missing = [path for path in PATH.findall(text) if not (ROOT / path).exists()]
    for link in LINK.findall(CODE.sub("", text)):
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        if "://" not in link and not (target.exists() and (not anchor or anchor in anchors(target))):
            missing.append(link)
    assert missing == []


def test_the_site_has_every_page() -> None:
    """The navigation leads to each page of docs/, save the pages of the checks, which their index has, and to no page twice."""
    config = parse(re.sub(r"!!python\S+", "", (ROOT / "docs" / "mkdocs.yml").read_text(encoding="utf-8")))
    listed = list(leaves(config["nav"]))
    pages = {str(page.relative_to(ROOT)) for page in (ROOT / "docs").rglob("*.md")}
    checks = {page for page in pages if page.startswith("docs/checks/") and not page.endswith("README.md")}
    assert sorted(page for page in listed if page.startswith("docs/")) == sorted(pages - checks)
    assert [page for page in listed if not (ROOT / page).exists()] == []


def leaves(nav: Any) -> list[str]:
    """The files of a navigation, in its order."""
    if isinstance(nav, str):
        return [nav]
    return [file for one in (nav.values() if isinstance(nav, dict) else nav) for file in leaves(one)]
