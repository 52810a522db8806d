"""The comments of a text that people wrote, and text with comments for people: maps and lists in brackets where they fit on a line.

A comment belongs to the field or entry that it stands above or beside, the outermost that begins on that line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from modelservice.krm.full import Composer, Node
from modelservice.krm.reading import decode
from modelservice.krm.writing import quoted, scalar, string

Path = tuple[str | int, ...]
"""Keys and indexes from the top of a document; of the document itself, ``()``."""

WIDTH = 100  # of a line with brackets
MOST = 6  # values in brackets: more of them are read line by line
_COMMENT = re.compile(r"(?<![^ \t])#[^\n]*")
_OF_FLOW = re.compile(r"[,\[\]{}]")  # what ends plain text in brackets


@dataclass
class Comments:
    """The comments of one place, each with its ``#``: lines ``above`` it, one ``beside`` it, and lines ``below`` all that is in it."""

    above: list[str] = field(default_factory=list)
    beside: str = ""
    below: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """All of them."""
        return [*self.above, *([self.beside] if self.beside else []), *self.below]

    def without(self, beginning: str) -> Comments:
        """These without lines that begin so."""
        return Comments([line for line in self.above if not line.startswith(beginning)], self.beside, self.below)

    def joined(self, other: Comments) -> Comments:
        """These and those of another place that is the same now; a line that both have once."""
        above = [*self.above, *([other.beside] if self.beside and other.beside else []), *other.above]
        known = [line for line in dict.fromkeys(above) if line != self.beside]
        return Comments(known, self.beside or other.beside, [*self.below, *other.below])


class _Composer(Composer):
    """A reading that knows where scalars stand: what looks like a comment there is none."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.scalars: list[tuple[int, int]] = []

    def _scalar_node(self, event: Any) -> Node:
        self.scalars.append((event.start_mark.index, event.end_mark.index))
        return super()._scalar_node(event)


def read_comments(data: bytes | str) -> dict[Path, Comments]:
    """The comments of the first document of ``data``, which is YAML that was read before, by the places that they belong to.

    What stands above an empty line at the top belongs to the document, and so does what stands below all else.
    """
    text = decode(data).replace("\r\n", "\n")
    if "#" not in text:
        return {}
    composer = _Composer(text)
    root = next(composer.documents(), None)
    starts: dict[int, Path] = {}
    for path, node in _places(root, ()) if root else ():
        starts.setdefault(node.line, path)
    placing = _Placing()
    for number, (line, comment, alone) in enumerate(_lines(text, composer.scalars), 1):
        placing.take(comment if alone else "", starts.get(number), comment if not alone else "", is_empty=not line.strip())
    placing.of(()).below.extend(placing.pending)
    return {path: comments for path, comments in placing.found.items() if comments.lines()}


class _Placing:
    """Comments put to their places, line by line."""

    def __init__(self) -> None:
        self.found: dict[Path, Comments] = {}
        self.pending: list[str] = []  # above what comes next
        self._last: Path = ()  # the place that began last

    def of(self, path: Path) -> Comments:
        return self.found.setdefault(path, Comments())

    def take(self, above: str, begins: Path | None, beside: str, *, is_empty: bool) -> None:
        """Take a line: a comment alone on it, the place that ``begins`` there, a comment ``beside`` it."""
        if above:
            self.pending.append(above)
        elif is_empty and self._last == ():
            self.of(()).above.extend(self.pending)
            self.pending = []
        if begins is not None:
            self._last = begins
            self.of(begins).above.extend(self.pending)
            self.pending = []
        if beside:
            here = self.of(self._last)
            here.beside, more = here.beside or beside, beside if here.beside else ""
            here.above.extend([more] if more else [])


def _places(node: Node, path: Path) -> Iterator[tuple[Path, Node]]:
    """The fields and entries within ``node``, each before those within it."""
    children = node.children
    for key, child in children.items() if isinstance(children, dict) else enumerate(children or ()):
        yield (*path, key), child
        yield from _places(child, (*path, key))


def _lines(text: str, scalars: list[tuple[int, int]]) -> Iterator[tuple[str, str, bool]]:
    """Each line, its comment, and whether that stands alone; ``scalars`` are the places in the text where there are none."""
    pieces, end = [], 0
    for start, stop in scalars:
        pieces += [text[end:start], re.sub("[^\n]", "x", text[start:stop])]
        end = max(end, stop)
    for line, masked in zip(text.split("\n"), ("".join(pieces) + text[end:]).split("\n"), strict=True):
        found = _COMMENT.search(masked)
        yield line, line[found.start() :].rstrip() if found else "", bool(found) and not line[: found.start() if found else 0].strip()


def write_with_comments(value: Any, comments: Mapping[Path, Comments]) -> str:
    """Write one value as a YAML document with ``comments``; what stands two levels below the top may be in brackets."""
    lines: list[str] = []
    top = comments.get((), Comments())
    lines += [*top.above, ""] if top.above else []
    _write(value, (), "", "", lines, {path: one for path, one in comments.items() if path})
    lines += top.below
    return "".join(f"{line}\n" for line in lines)


def _write(value: Any, path: Path, first: str, indent: str, lines: list[str], comments: Mapping[Path, Comments]) -> None:
    """Append the lines of a map or list: ``first`` is what its first line begins with, ``indent`` what the others do."""
    entries = value.items() if isinstance(value, dict) else enumerate(value)
    for key, inner in entries:
        here = (*path, key)
        said = comments.get(here, Comments())
        lines += [f"{first.replace('-', ' ')}{comment}" for comment in said.above]  # above the dash, at the first field of an entry
        beside = f" {said.beside}" if said.beside else ""
        head = f"{first}{string(key)}:" if isinstance(key, str) else f"{first}-"
        room = WIDTH - len(head) - 1
        if not isinstance(inner, dict | list) or not inner or (len(here) > 1 and _is_short(inner, here, room, comments)):
            text = _flow(inner) if isinstance(inner, dict | list) else scalar(inner, indent + "  ")
            begin, *more = text.split("\n")
            lines += [f"{head} {begin}{beside}", *more]
        elif isinstance(key, int):
            lines += [f"{indent}{said.beside}"] if said.beside else []
            _write(inner, here, f"{first}- ", indent + "  ", lines, comments)
        else:
            lines.append(f"{head}{beside}")
            below = indent + "  " if isinstance(inner, dict) else indent
            _write(inner, here, below, below, lines, comments)
        first = indent


def _is_short(value: Any, path: Path, room: int, comments: Mapping[Path, Comments]) -> bool:
    """Whether a map or list has place on a line, in brackets."""
    depth = len(path)
    if any(other[:depth] == path and len(other) > depth for other in comments):
        return False
    scalars = list(_scalars(value))
    most = MOST if isinstance(value, dict) else 2 * MOST
    if len(scalars) > most or any(isinstance(one, str) and "\n" in one for one in scalars):
        return False
    return len(_flow(value)) <= room


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _scalars(inner)
    else:
        yield value


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_in_brackets(key)}: {_flow(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _in_brackets(value) if isinstance(value, str) else scalar(value, "")


def _in_brackets(text: str) -> str:
    written = string(text)
    return quoted(text) if written == text and _OF_FLOW.search(text) else written
