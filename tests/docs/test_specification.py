"""The specification can be found one's way in: numbers, anchors, the table of keys, and the paths of the checkout."""

from __future__ import annotations

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "reference" / "specification.md").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "generator" / "modelservice" / "config" / "modelservice.schema.json").read_text(encoding="utf-8"))
SECTION = re.compile(r'(?m)^<a id="(?P<anchor>[^"]+)"></a>\n#{2,3} (?P<number>[\d.]+) (?P<title>.+)$')
SECTIONS = list(SECTION.finditer(TEXT))
LINK = re.compile(r"\[([^\]]*)\]\(#([^)]+)\)")


def test_every_section_has_its_anchor() -> None:
    """It is the title, so that it stays when the numbers change; and no two are alike."""
    assert len(SECTIONS) == len(re.findall(r"(?m)^#{2,3} ", TEXT))
    anchors = [one["anchor"] for one in SECTIONS]
    assert anchors == [re.sub(r"[^a-z0-9.]+", "-", one["title"].lower()) for one in SECTIONS]
    assert len({*anchors}) == len(anchors)


def test_the_numbers_are_in_order() -> None:
    """Sections are numbered from 1 on, and so are those within one."""
    last = [0, 0]
    for one in SECTIONS:
        first, _, second = one["number"].partition(".")
        if second:
            assert (int(first), int(second)) == (last[0], last[1] + 1)
            last[1] += 1
        else:
            assert int(first) == last[0] + 1
            last = [int(first), 0]


def test_links_say_the_number_of_the_section_that_they_lead_to() -> None:
    """And there is such a section."""
    numbers = {one["anchor"]: one["number"].removesuffix(".") for one in SECTIONS}
    for said, anchor in LINK.findall(TEXT):
        assert anchor in numbers, anchor
        if re.search(r"[0-9]$", said):
            assert said.rpartition(" ")[2] == numbers[anchor]


def test_the_table_of_keys_has_every_key() -> None:
    """Every key of a spec and of a role leads to its rule; fields of pods, which are many, stand in one section."""
    table = TEXT.partition("**Where a key's rule is.**")[2].partition("## 1. ")[0]
    said = set(re.findall(r"`(\w+)`", table))
    role = SCHEMA["$defs"]["role"]["properties"]
    pods = TEXT.partition("### 3.8 Pods")[2].partition("###")[0]
    assert set(SCHEMA["properties"]["spec"]["properties"]) - said == set()
    assert set(role) - said - set(re.findall(r"`(\w+)`", pods)) == set()


def test_paths_are_there() -> None:
    """What is named as a part of the checkout is in it."""
    paths = re.findall(r"`((?:bases|overlays|docs|examples|plugins)/[\w./-]+)`", TEXT)
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []
