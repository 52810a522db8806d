"""The text of each item of a ResourceList, so that what a function does not own can be given back as it came."""

from __future__ import annotations

import re
from typing import Any

_ITEMS = re.compile(r"^items:[ ]*\n", re.MULTILINE)


def attach(items: list[Any], text: str) -> None:
    """Give each item its text, if the text has as many entries in block style as there are items."""
    found = split(text)
    if found is not None and len(found) == len(items):
        for item, entry in zip(items, found, strict=True):
            item.text = entry


def split(text: str) -> list[str] | None:
    """The entries of the block sequence behind `items:`, each beginning with `- `; None if there is no such sequence."""
    start = _ITEMS.search(text)
    if start is None:
        return None
    lines = text[start.end() :].split("\n")
    entries: list[list[str]] = []
    for line in lines:
        if line.startswith("- ") or line == "-":
            entries.append([line])
        elif line[:1] in ("", " ", "#"):
            if entries:
                entries[-1].append(line)
        else:
            break
    return ["\n".join(entry).rstrip("\n") + "\n" for entry in entries]
