"""The fast reader: yaml12, a YAML 1.2 parser in Rust, asked only where it is sure to agree with go-yaml.

yaml12 reads what kustomize writes exactly and starts in a millisecond, but it takes `012` for 12 and large integers
for floats, expands alias bombs and lets duplicate keys pass. `read` looks at the text before and at the value after,
and answers None where any of that could matter: then the full reader has the word. To answer None too often costs
time; to answer wrongly would cost trust.
"""

from __future__ import annotations

import re

from yaml12 import parse_yaml

from modelservice.krm.scalars import json_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

# What must not begin where a token can begin: at the start of a line, behind an indicator and a space, behind more
# than one space, or directly behind an opening bracket or a comma.
_DOUBTFUL = re.compile(
    r"""
    [&!%?:{\[|>0-9.+\-\t]
    (?: (?<=\t)                                 # a tab anywhere
      | (?: (?<=[:?\-,\[{\n\ ]\ .) | (?<=[\[{,\n].) )
        (?: (?<=[&!%])                          # anchor (also &&, for yaml12), tag, directive
          | (?<=[?:])[\ \n]                     # explicit or empty key
          | (?<=\{)(?<!\{\{)(?!\})            # flow mapping: its keys could not be counted ({{ is text, or the first { is one)
          | (?<=\[)(?![^\]\n:?{]{0,500}\])     # flow sequence with a mapping in it, of several lines, or long
          | (?<=[|>])(?![+\-]?\n\ *[^\ \n])     # block scalar that is not plainly a header and lines of text
          | (?<=0)\w | (?<=[+\-])0\w            # 012, 0x1F, 0b1
          | (?<=\+)[+\-]                        # +-1, a number to yaml12
          | (?<=[0-9.+\-])[0-9.eE+\-]*_[0-9.eE+\-_]*(?![^\ \n,:\]])  # 1_000
          | (?<=\.)\.\.                         # end of a document
          | (?<=-)\ +(?:-\ +){8}                # depth in one line, at which yaml12 would crash
        )
    )
    """,
    re.VERBOSE,
)

# A block scalar: a header that ends a line without quotes, brackets and comments, and the lines indented like the
# first one below it. (A string: only text with something doubtful in it needs this pattern.)
_BLOCK = r"""(?m)^([^"'\n\[{#]*[:\-] [|>][+-]?)\n( +)[^ \n].*\n(?:\2.*\n| *\n)*"""

_DEEP = "\n" + " " * 100
_LARGEST = float(1 << 63)  # from here on yaml12 gives floats for integers


def read(text: str) -> list[Any] | None:
    """Read the documents of `text`, or answer None where only the full reader can be sure."""
    if not _plausible("\n" + text):
        return None
    try:
        documents: list[Any] = parse_yaml(text, multi=True)
    except ValueError:
        return None
    return documents if _agreed(documents, text) else None


def _plausible(text: str) -> bool:
    """Tell whether the text (behind a line break) has nothing in it that yaml12 and go-yaml could read differently.

    Control characters, line breaks other than LF and spaces other than SPACE are such things, and Python calls them
    unprintable. The contents of block scalars cannot be doubtful: shell scripts are full of `&&`, `!` and `{`.
    """
    if not text.replace("\n", " ").replace("\t", " ").isprintable() or _DEEP in text:
        return False
    if text[-1] != "\n" and ("|" in text or ">" in text):
        return False  # a block scalar whose last line has no end: go-yaml adds none
    return not _DOUBTFUL.search(text) or not _DOUBTFUL.search(re.sub(_BLOCK, r"\1\n\2.\n", text))


def _agreed(documents: list[Any], text: str) -> bool:
    """Tell whether go-yaml would agree with the value; numbers in it are brought into the form that JSON gives them.

    yaml12 keeps the last of duplicate keys. In the text each key has a colon before a space or a line end, and so has
    each colon within a string: if text and value have equally many of them, no key was dropped.
    """
    if any(isinstance(document, str) for document in documents) and ("|" in text or ">" in text):
        return False  # block scalars without indentation
    strings: list[str] = []
    keys = 0
    todo: list[Any] = [documents]
    while todo:
        node = todo.pop()
        if type(node) is dict:
            keys += len(node)
            strings.extend(node)  # `join` below sees to it that all are strings
        if not _sort(node.items() if type(node) is dict else enumerate(node), node, strings, todo):
            return False
    try:
        joined = "\0".join(strings)
    except TypeError:
        return False
    return "<<" not in strings and keys + _colons(joined) == _colons(text + "\n") + _escaped_colons(text)


def _sort(entries: Iterable[tuple[Any, Any]], node: Any, strings: list[str], todo: list[Any]) -> bool:
    """Put the values of one map or list where they belong; False if one is doubtful."""
    for key, value in entries:
        kind = type(value)
        if kind is str:
            strings.append(value)
        elif kind is dict or kind is list:
            todo.append(value)
        elif kind is float:
            if not -_LARGEST < value < _LARGEST:  # NaN too
                return False
            node[key] = json_number(value)
        elif value is not None and kind is not int and kind is not bool:
            return False  # it has a tag
    return True


def _colons(text: str) -> int:
    return text.count(": ") + text.count(":\n")


def _escaped_colons(text: str) -> int:
    """Count at least as many as there are colons, or what follows them, written as escapes in double quotes."""
    return text.count(":\\") + text.count("\\x3") + text.count("\\u003") + text.count("\\U0000003")
