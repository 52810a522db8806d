"""A ResourceList's text cut into its items, so that what a function does not own goes back as it came."""

from __future__ import annotations

import re
from typing import NamedTuple

_ITEMS = re.compile(r"^items: *\n", re.MULTILINE)


class Slice(NamedTuple):
    """The text of one item, as an entry of a list that is not indented (`- ...`), and the line where it begins."""

    text: str
    line: int


class Parts(NamedTuple):
    """The slices, and the text around them."""

    frame: str
    slices: list[Slice]


def split(text: str) -> Parts | None:
    """Return the parts of `text`; None if its `items` are no list in block style.

    The cut is by indentation alone: what is indented deeper than the dashes belongs to the item above. In a text with
    a quoted string that goes on at the indentation of the dashes, some part is then no YAML.
    """
    match = _ITEMS.search(text)
    if match is None or "\r" in text:
        return None
    lines = text[match.end() :].split("\n")
    indent = next((len(line) - len(line.lstrip(" ")) for line in lines if _is_content(line)), 0)
    starts, end = _boundaries(lines, indent)
    if not starts:
        return None
    above = text.count("\n", 0, match.end())
    bounds = zip(starts, [*starts[1:], end], strict=True)
    slices = [Slice(_entry(lines[start:stop], indent), above + start + 1) for start, stop in bounds]
    frame = text[: match.end()] + "\n".join(lines[end:])
    return Parts(frame, slices)


def _boundaries(lines: list[str], indent: int) -> tuple[list[int], int]:
    """Find the first line of each item, comments above its dash included, and the line behind the last item."""
    dash = " " * indent + "-"
    starts: list[int] = []
    for number, line in enumerate(lines):
        if line.startswith(dash) and line[indent + 1 : indent + 2] in ("", " "):
            starts.append(_above_comments(lines, number, indent))
        elif _is_content(line) and line[: indent + 1].strip(" "):
            return starts, _above_comments(lines, number, indent)
    return starts, len(lines) - (lines[-1] == "")


def _is_content(line: str) -> bool:
    return line.lstrip(" ")[:1] not in ("", "#")


def _above_comments(lines: list[str], number: int, indent: int) -> int:
    while number and lines[number - 1][: indent + 1].lstrip(" ").startswith("#"):
        number -= 1
    return number


def _entry(lines: list[str], indent: int) -> str:
    if indent:
        prefix = re.compile(f" {{0,{indent}}}")
        lines = [prefix.sub("", line, count=1) for line in lines]
    return "\n".join(lines) + "\n"
