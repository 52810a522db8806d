"""Values to YAML text that every reader in Kubernetes' world reads as the same values.

A writer of its own and not a library's: a JSON-like value needs few of YAML's forms, which of them is the point here
(see `scalars.ambiguous`), and the exec path must not import ruamel.yaml for the one annotation that holds YAML.
The text depends on the value alone: keys in their order, one form for each string, no line folding, no aliases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from json.encoder import encode_basestring as _json_string
from typing import Any

from modelservice.krm.scalars import ambiguous

# What may stand plain: begins with a letter or one of _ / . digits signs, has no blank at the end, and neither ": " nor " #".
_PLAIN = re.compile(r"(?![-.]{3})[\w/.+\-](?:[^\s:#]|:(?=\S)|(?<=[^\s])#| (?=\S)(?!#))*", re.ASCII)
# Characters that go-yaml, YAML 1.1 or an editor would not leave alone when they stand unescaped.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xa0\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NOT_LITERAL = re.compile(r"^[ \t\n]|[ \t]$", re.MULTILINE)


def write_yaml(value: Any) -> str:
    """One value as a YAML document in block style, ending in a line break.

    Takes what JSON has: dict with string keys, list, str, int, float, bool, None. Raises `TypeError` for anything else.
    """
    lines: list[str] = []
    _write(value, "", "", lines)
    return "".join(lines)


def write_documents(values: Iterable[Any]) -> str:
    """Values as a stream of YAML documents, separated by `---`."""
    return "---\n".join(map(write_yaml, values))


def escape(match: re.Match[str]) -> str:
    """An unprintable character as an escape that both JSON and YAML know; half of a surrogate pair is no character."""
    code = ord(match.group())
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"


def _write(value: Any, first: str, indent: str, lines: list[str]) -> None:
    """Append the lines of `value`; `first` is what already stands on its first line."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key must be a string, not {key!r}")
            _entry(inner, first + _string(key) + ":", indent, lines)
            first = indent
    elif isinstance(value, list) and value:
        for inner in value:
            _write(inner, first + "- ", indent + "  ", lines)
            first = indent
    else:
        lines.append(first + _scalar(value, indent) + "\n")


def _entry(value: Any, head: str, indent: str, lines: list[str]) -> None:
    if isinstance(value, dict) and value:
        lines.append(head + "\n")
        _write(value, indent + "  ", indent + "  ", lines)
    elif isinstance(value, list) and value:
        lines.append(head + "\n")
        _write(value, indent, indent, lines)
    else:
        lines.append(f"{head} {_scalar(value, indent + '  ')}\n")


def _scalar(value: Any, indent: str) -> str:
    if isinstance(value, str):
        return _literal(value, indent) if "\n" in value else _string(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and abs(value) < float("inf"):
        return repr(value)
    if isinstance(value, dict | list) and not value:
        return "{}" if isinstance(value, dict) else "[]"
    raise TypeError(f"{value!r} is nothing that YAML for Kubernetes can hold")


def _literal(text: str, indent: str) -> str:
    """A text of several lines as a literal block if it can be one, else quoted."""
    if UNPRINTABLE.search(text) or _NOT_LITERAL.search(text.rstrip("\n")) or not text.strip("\n"):
        return _quoted(text)
    body = text.rstrip("\n")
    end = len(text) - len(body)
    chomp = ("-", "", "+")[min(end, 2)]
    block = "".join(f"\n{indent or '  '}{line}" if line else "\n" for line in body.split("\n"))
    return f"|{chomp}{block}" + "\n" * (end - 1)


def _string(text: str) -> str:
    """A string in its simplest safe form: plain, in single quotes if that saves escapes, else in double quotes."""
    if _PLAIN.fullmatch(text) and not UNPRINTABLE.search(text) and not ambiguous(text):
        return text
    if ('"' in text or "\\" in text) and not UNPRINTABLE.search(text) and "\n" not in text and "\t" not in text:
        return "'" + text.replace("'", "''") + "'"
    return _quoted(text)


def _quoted(text: str) -> str:
    return UNPRINTABLE.sub(escape, _json_string(text))
