"""Values to YAML text that every reader in Kubernetes' world reads as the same values.

A writer of our own and no library's: what JSON can hold needs few of YAML's forms, to choose among them is the point
here (see `scalars.ambiguous`), and the exec path must not import ruamel.yaml for one annotation that holds YAML. The
text depends on the value alone: keys in their order, one form for each string, no folded lines, no aliases.
"""

from __future__ import annotations

import functools
import json
import re

from modelservice.krm.scalars import ambiguous

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Path = tuple[str | int, ...]

# A plain scalar: no indicator first, no blank last, and neither ": " nor " #" in it. (Strings, compiled when needed.)
# Possessive, since what it would keep for another try takes a hundred times the memory of a long text.
_PLAIN = r"""(?!---|\.\.\.)(?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|-(?=[^\s]))(?:[^\s:]++|:(?=\S)| ++(?=[^\s#]))*+"""
_LONGEST_KEY = 1000  # a key that no `?` announces has at most 1024 characters
# What go-yaml, a reader of YAML 1.1 or an editor would not leave alone. Space, tab and line feed are fine.
_UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f-\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"


def write_yaml(value: Any) -> str:
    """Write one value as a YAML document in block style, with a line break at its end.

    It may hold what JSON can: dict with string keys, list, str, int, float, bool, None. Raises `TypeError` for the
    rest, NaN and infinities included.
    """
    lines: list[str] = []
    _write(value, "", "", lines)
    return "".join(lines)


def write_lines(value: Any) -> list[tuple[str, Path | None]]:
    """The lines of ``write_yaml``, each with the path of the scalar or the empty list or map that it holds; None where that is below.

    A text of several lines is one of them. The line breaks at their ends are left out.
    """
    lines: list[str] = []
    held: dict[int, Path] = {}
    _write(value, "", "", lines, held)
    return [(line.removesuffix("\n"), held.get(place)) for place, line in enumerate(lines)]


def write_documents(values: Iterable[Any]) -> str:
    """Write values as a stream of YAML documents, with `---` between them."""
    return "---\n".join(map(write_yaml, values))


def escaped(text: str) -> str:
    r"""Return `text`, which is JSON or stands in double quotes, with \u escapes for what must not be there as it is."""
    return text if text.isprintable() else re.sub(_UNPRINTABLE, _escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"  # half of a surrogate pair is no character


def _write(value: Any, first: str, indent: str, lines: list[str], held: dict[int, Path] | None = None, path: Path = ()) -> None:
    """Append the lines of `value`: `first` is what its first line begins with, `indent` what the others do.

    `held`, where it is wanted, gets the path of what each line holds; `path` is that of `value`.
    """
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key has to be a string, and {key!r} is none")
            text = string(key)
            head = f"{first}{text}:" if len(text) <= _LONGEST_KEY else f"{first}? {text}\n{indent}:"
            if isinstance(inner, dict | list) and inner:
                lines.append(head + "\n")
                below = indent + "  " if isinstance(inner, dict) else indent  # a list is indented like its key, as kubectl does
                _write(inner, below, below, lines, held, (*path, key) if held is not None else path)
            else:
                if held is not None:
                    held[len(lines)] = (*path, key)
                lines.append(f"{head} {scalar(inner, indent + '  ')}\n")
            first = indent
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            _write(inner, first + "- ", indent + "  ", lines, held, (*path, place) if held is not None else path)
            first = indent
    else:
        if held is not None:
            held[len(lines)] = path
        lines.append(f"{first}{scalar(value, indent)}\n")


def scalar(value: Any, indent: str) -> str:
    """Write a scalar, or an empty map or list; a text of several lines has its own lines at `indent`."""
    if isinstance(value, str):
        return _lines(value, indent or "  ") if "\n" in value else string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and abs(value) < float("inf")):
        return repr(value)
    if isinstance(value, dict | list):
        return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(f"{value!r} is nothing that a Kubernetes resource can hold")


@functools.lru_cache(maxsize=4096)  # the same keys and names come again and again
def string(text: str) -> str:
    """Write a string in its simplest safe form: plain, in single quotes to save escapes, else in double quotes."""
    if text.isprintable():
        if re.fullmatch(_PLAIN, text) and not ambiguous(text):
            return text
        if '"' in text or "\\" in text:
            return "'" + text.replace("'", "''") + "'"
    return quoted(text)


def _lines(text: str, indent: str) -> str:
    """Write a text of several lines as a literal block, or quoted if blanks at the ends of its lines could get lost."""
    body = text.rstrip("\n")
    clean = body and body[0] not in " \t\n" and body[-1] not in " \t" and " \n" not in body and "\t\n" not in body
    if not clean or re.search(_UNPRINTABLE, body):
        return quoted(text)
    breaks = len(text) - len(body)
    chomping = ("-", "", "+")[min(breaks, 2)]
    block = "".join(f"\n{indent}{line}" if line else "\n" for line in body.split("\n"))
    return f"|{chomping}{block}" + "\n" * (breaks - 1)


def quoted(text: str) -> str:
    """Write a string in double quotes."""
    return escaped(json.dumps(text, ensure_ascii=False))
