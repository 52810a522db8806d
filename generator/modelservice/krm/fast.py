"""The fast reader: yaml12, a YAML 1.2 parser in Rust, which answers only where it is sure to agree with go-yaml.

yaml12 reads a canonical text (what kustomize wrote) exactly and starts in a millisecond, but it takes `012` for 12 and
large integers for floats, expands alias bombs, and lets duplicate keys pass. `read` looks at the text before and at
the value after, and says None where any of that could matter: then the full reader has the word.
"""

from __future__ import annotations

import re
from typing import Any

from yaml12 import parse_yaml

from modelservice.krm.scalars import json_number

# Characters that one of the two parsers takes for a line break or refuses.
_STRANGE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")

# The places where a token begins (a line, behind an indicator), and what must not begin there.
_DOUBTFUL = re.compile(
    r"""
    (?: ^\ * | [:?\-,\[{]\ + | [\[{,] )
    (?: [&!%]                                 # anchors, tags, directives; && too, which yaml12 takes for an anchor
      | \?(?:\s|\Z)                           # explicit keys
      | \{(?!\})                              # flow mappings: their keys cannot be counted below
      | \[(?=[^\]\n]*(?:[:?{\n]|\Z))          # flow sequences that hold mappings or go on
      | [-+]?0\w                              # 012, 0x1F, 0b1
      | [-+]?\.?[0-9][0-9.eE+\-]*_            # 1_000
      | \.\.\.                                # the end of a document
      | (?:-\ ){9}                            # nesting without end
    )
    | \t
    """,
    re.VERBOSE | re.MULTILINE,
)

# A block scalar: its header at the end of a line without quotes, brackets and comments, and the lines that are
# indented as its first one is. What looks doubtful in a shell script is not.
_BLOCK = re.compile(r"""^([^"'\n\[{#]*[:\-] [|>][+-]?)\n(?:\n)*( +)[^ \n].*\n(?:\2.*\n| *\n)*""", re.MULTILINE)

_LARGEST = float(1 << 63)  # from here on yaml12 makes floats of integers


def read(text: str) -> list[Any] | None:
    """The documents of `text`, or None where only the full reader can be sure."""
    if not _plausible(text):
        return None
    try:
        documents: list[Any] = parse_yaml(text, multi=True)
    except ValueError:
        return None
    return documents if _agreed(documents, text) else None


def _plausible(text: str) -> bool:
    """Whether nothing in the text is read differently by yaml12 and go-yaml."""
    if _STRANGE.search(text) or (text[-1:] != "\n" and ("|" in text or ">" in text)):
        return False
    return not _DOUBTFUL.search(text) or not _DOUBTFUL.search(_BLOCK.sub(r"\1\n", text))


def _agreed(documents: list[Any], text: str) -> bool:
    """Bring numbers into the form JSON gives them; False if a value or the number of keys raises a doubt.

    yaml12 keeps the last of duplicate keys. Each key, in the text, is a colon before a space or a line end, and so are
    the colons within strings: if text and value have equally many, no key was dropped.
    """
    strings: list[str] = []
    keys = 0
    todo: list[Any] = [documents]
    while todo:
        node = todo.pop()
        if type(node) is dict:
            keys += len(node)
            for key in node:
                if type(key) is not str or key == "<<":
                    return False
            strings.extend(node)
            entries = node.items()
        else:
            entries = enumerate(node)
        for key, value in entries:
            kind = type(value)
            if kind is str:
                strings.append(value)
            elif kind is dict or kind is list:
                todo.append(value)
            elif kind is float:
                if not -_LARGEST < value < _LARGEST:  # also NaN
                    return False
                node[key] = json_number(value)
            elif value is not None and kind is not int and kind is not bool:
                return False  # a tagged value
    return keys + _colons("\0".join(strings)) == _colons(text)


def _colons(text: str) -> int:
    return text.count(": ") + text.count(":\n")
