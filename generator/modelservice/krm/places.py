"""Where the fields of a text stand that the fast reader has read: found in its lines, without reading it once more.

The lines have the form that `fast` describes, so columns tell it all: the keys of a map stand in one column, what is
deeper belongs to them, and what is less deep ends the map. Only the maps and lists on the way to a field are looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate, pairwise

from modelservice.krm.errors import ReadError
from modelservice.krm.reading import begins_with_bracket

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from modelservice.krm.full import Node

_LARGEST_FLOW = 1 << 16  # characters in brackets that are read in full, which can take a second, for a place within them
_KEY = re.compile(r"""(?m)(?:"([^"\n]*)"|'((?:[^'\n]|'')*)'|([^"'\n](?:(?! #)[^\n])*?)):(?: +|$)""")
_CONTENT = "(?=[^ \n#])"  # behind the indentation of a line that is neither empty nor a comment


class Place:
    """The position (from 1) of a document, a field or an entry of a list, and the places within it, like a `full.Node`.

    A field begins with its key, and `value` is behind that; `end` is where the document ends, `lines` where the lines begin.
    """

    def __init__(self, text: str, lines: list[int], start: int, value: int, end: int) -> None:
        self._text = text
        self._lines = lines
        self._start = start
        self._value = value
        self._end = end
        self.line = bisect_right(lines, start)
        self.column = start - lines[self.line - 1] + 1

    @cached_property
    def children(self) -> Mapping[str, Place | Node] | Sequence[Place | Node] | None:
        """The places within, by key or in their order; None if there are none."""
        if self._text.startswith(("[", "{"), self._value):
            return self._in_brackets()
        begin = self._begin()
        if begin is None:
            return None
        if self._text.startswith("- ", begin):
            return [Place(self._text, self._lines, dash + 2, dash + 2, self._end) for dash in self._beside(begin)]
        keys = [match for start in self._beside(begin) if (match := _KEY.match(self._text, start))]
        return {_name(key): Place(self._text, self._lines, key.start(), key.end(), self._end) for key in keys}

    def _begin(self) -> int | None:
        """Return where the map or list begins that is the value; None if it is neither."""
        first = self._text[self._value : self._value + 1]
        if first not in ("", "\n", "#"):
            return self._start if self._start == self._value and first not in ("|", ">") else None
        below = re.compile(f"(?m)^ *{_CONTENT}").search(self._text, self._value, self._end)
        if below is None:
            return None
        deepest = self.column - self._text.startswith("- ", below.end())  # the dashes of a field may stand below its key
        return below.end() if below.end() - below.start() >= deepest else None

    def _beside(self, begin: int) -> Iterator[int]:
        """Yield where the keys of the map, or the dashes of the list, stand whose first is at `begin`."""
        yield begin
        column = begin - self._lines[bisect_right(self._lines, begin) - 1]
        in_list = self._text.startswith("- ", begin)
        beside = f" {{{column}}}(?{'=' if in_list else '!'}- )"
        end = f" {{0,{column - 1}}}" if column else "(?!)"
        if in_list:
            end += f"| {{{column}}}"
        for line in re.compile(f"\n(?:({beside})|{end}){_CONTENT}").finditer(self._text, begin, self._end):
            if line[1] is None:
                return
            yield line.end()

    def _in_brackets(self) -> Mapping[str, Node] | Sequence[Node] | None:
        """Return the nodes within a collection in brackets, which is all of one line from there on."""
        end = self._text.find("\n", self._value)
        flow = self._text[self._value : end if end >= 0 else None]
        column = self._value - self._lines[self.line - 1]
        nodes = _of_brackets(" " * column + flow)
        for node in nodes:
            _move(node, self.line - 1)
        return nodes[0].children if nodes else None


def documents(text: str) -> Sequence[Place | Node]:
    """Return the places of the documents in a text that was read: of the first key or dash in each.

    JSON, whose lines tell nothing, is read in full for that. There is no place in it if it is too long, or no YAML.
    """
    return _of_brackets(text) if begins_with_bracket(text) else _of_lines(text)


def _of_lines(text: str) -> list[Place]:
    lines = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    cuts = [(0, 0), *(separator.span() for separator in re.finditer("(?m)^---$", text)), (len(text), len(text))]
    places = []
    for (_, begin), (end, _) in pairwise(cuts):
        first = re.compile(f"(?m)^ *{_CONTENT}").search(text, begin, end)
        if first or begin or len(cuts) == 2:  # only comments before the first `---` are no document
            start = first.end() if first else begin
            places.append(Place(text, lines, start, start, end))
    return places


def _of_brackets(text: str) -> list[Node]:
    if len(text) > _LARGEST_FLOW:
        return []
    from modelservice.krm import full  # noqa: PLC0415  imports ruamel.yaml: only for messages

    try:
        return full.read(text)
    except ReadError:
        return []


def _move(node: Node, lines: int) -> None:
    node.line += lines
    for inner in node.children.values() if isinstance(node.children, dict) else node.children or ():
        _move(inner, lines)


def _name(key: re.Match[str]) -> str:
    double, single, plain = key.groups()
    return plain or double or (single or "").replace("''", "'")
