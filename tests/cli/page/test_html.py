"""The page as a file of HTML."""

from __future__ import annotations

import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from modelservice.cli.page.html import is_page, page

EMPTY: dict[str, Any] = {"title": "x"}


def inert(text: str) -> str:
    """Return what stands in the JSON of a page that tells a text."""
    made = page({**EMPTY, "texts": [text]}).decode()
    found = re.search(r'id="contents">(.*?)</script>', made, re.S)
    assert found is not None
    return found[1]


@given(st.text())
def test_no_text_is_markup(text: str) -> None:
    """Whatever it says, it is the same text again, and has nothing that HTML could read."""
    json_text = inert(text)
    assert not set("<>&") & set(json_text)
    (back,) = json.loads(json_text)["texts"]
    assert back == re.sub("[\ud800-\udfff]", "\ufffd", text)


@given(st.text())
def test_the_title_is_text(title: str) -> None:
    """Markup in the title of the page is shown and not obeyed."""
    made = page({**EMPTY, "title": f"<b>{title}"}).decode()
    assert "<b>" not in made.replace('<b id="title">', "")


def test_a_page_asks_nobody_for_anything() -> None:
    """There is no address in it but the names of standards, and the policy forbids all."""
    made = page(EMPTY).decode()
    assert "default-src 'none'" in made
    assert set(re.findall(r"https?://[^\s\"'<>)]+", made)) <= {"http://www.w3.org/2000/svg"}
    assert not re.search(r"(?:src|href)=\"(?!data:,|#)", made)
    assert not re.search(r"@import|url\(", made)


def test_a_page_knows_itself() -> None:
    """By what stands at its beginning."""
    assert is_page(page({"title": "x" * 1000})[:4096])
    assert not is_page(b'<!doctype html><meta name="generator" content="something else">')
