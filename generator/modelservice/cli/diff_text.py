"""What `modelservice diff` tells people: objects, their fields, and what the change does, in colours where there are any."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from rich.text import Text

from modelservice.comparison import Change, ObjectChange
from modelservice.kubernetes.names import identity
from modelservice.patch.three_way import ABSENT
from modelservice.texts import one_line

MARKS = {"changed": ("~", "bold"), "added": ("+", "bold green"), "removed": ("-", "bold red"), "renamed": (">", "bold yellow")}
LONGEST = 100  # characters of a value on a line
AROUND = 20  # of them, what is shown of what two long texts have in common
MOST_LINES = 30  # of the difference of two longer texts


def text_of(found: Sequence[ObjectChange]) -> Text:
    """The differences as lines, the object first, and at the end how many there are; nothing where there is none."""
    text = Text()
    for one in found:
        mark, style = MARKS[one.way]
        text.append(f"{mark} {title_of(one)}\n", style)
        for change in one.fields:
            _field(text, change)
        for impact in one.impact:
            text.append(f"  ! {impact.effect}: {impact.message}{_for(impact.paths if impact.effect == 'recreate' else ())}\n", "yellow")
    if found:
        text.append(f"{summary(found)}\n", "bold")
    return text


def name_of(obj: dict[str, Any]) -> str:
    """``Kind namespace/name``."""
    _, kind, namespace, name = identity(obj)
    return one_line(f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}")


def title_of(one: ObjectChange) -> str:
    """The object, of one with a new name both."""
    if one.way == "renamed" and one.old and one.new:
        return f"{name_of(one.old)} -> {name_of(one.new)}: a new name is a new object, the old one is deleted"
    return name_of(one.new or one.old or {})


def _for(paths: Sequence[str]) -> str:
    return f" ({', '.join(paths)})" if paths else ""


def _field(text: Text, change: Change) -> None:
    text.append(f"    {one_line(change.path)}:", "cyan")
    text.append(difference(change))


def difference(change: Change) -> Text:
    """What differs at a path, to stand behind that."""
    text = Text()
    old, new = change.old, change.new
    if change.way != "value":
        what = "the same in another order" if change.way == "order" else f"{_scalar(change.new)}, which is the default, said or not"
        text.append(f" {what}{'' if change.counts else '; it means nothing, yet makes another pod template'}\n")
    elif _has_lines(old) and _has_lines(new):
        text.append("\n")
        _lines(text, old, new)
    else:
        before, after = _shown(old, new), _shown(new, old)
        text.append(" ")
        text.append(f"{before}{_by_default(change, 'old')}", "red")
        text.append(" -> ")
        text.append(f"{after}{_by_default(change, 'new')}\n", "green")
    return text


def _by_default(change: Change, side: str) -> str:
    return " (default)" if change.default == side else ""


def _has_lines(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and not any(isinstance(item, (dict, list)) for item in value)
    return isinstance(value, str) and "\n" in value


def _lines(text: Text, old: Any, new: Any) -> None:
    """What differs between two texts of several lines, or two lists, and one line around it."""
    before, after = (side.splitlines() if isinstance(side, str) else [_scalar(item) for item in side] for side in (old, new))
    lines: list[tuple[str, str]] = []
    for group in SequenceMatcher(None, before, after).get_grouped_opcodes(1):
        lines += [("dim", "  ...")] if lines else []
        for tag, start, end, new_start, new_end in group:
            gone, come = before[start:end], after[new_start:new_end]
            if tag == "equal":
                lines += [("dim", f"  {_cut(one_line(line), '')}") for line in gone]
            else:
                lines += [("red", f"- {_cut(one_line(line), one_line(other))}") for line, other in _beside(gone, come)]
                lines += [("green", f"+ {_cut(one_line(line), one_line(other))}") for line, other in _beside(come, gone)]
    for style, line in lines[:MOST_LINES]:
        text.append(f"      {line.rstrip()}\n", style)
    if len(lines) > MOST_LINES:
        text.append(f"      ... and {len(lines) - MOST_LINES} more lines\n", "dim")


def _beside(lines: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
    """Each of the lines with its counterpart, which is empty where there is none."""
    return zip(lines, [*others, *[""] * len(lines)], strict=False)


def _shown(value: Any, other: Any) -> str:
    if value is ABSENT:
        return "(none)"
    if isinstance(value, (dict, list)):
        return _cut(json.dumps(value, ensure_ascii=False, default=str), "")
    text, beside = _scalar(value), "" if other is ABSENT or isinstance(other, (dict, list)) else _scalar(other)
    return _cut(text, beside)


def _scalar(value: Any) -> str:
    """A scalar as YAML has it: a text in quotes where it would be read as something else."""
    if not isinstance(value, str):
        return json.dumps(value, default=str)
    plain = value.isprintable() and value.strip() == value and value not in ("", "null", "true", "false", "~")
    return value if plain and not value.replace(".", "", 1).lstrip("-").isdecimal() else json.dumps(value, ensure_ascii=False)


def _cut(text: str, other: str) -> str:
    """``text`` so short that a line takes it, with what differs from ``other``."""
    if len(text) <= LONGEST:
        return text
    same = next((index for index, (one, two) in enumerate(zip(text, other, strict=False)) if one != two), min(len(text), len(other)))
    start = max(0, min(same - AROUND, len(text) - LONGEST))
    return f"{'…' if start else ''}{text[start : start + LONGEST]}{'…' if start + LONGEST < len(text) else ''}"


def summary(found: Sequence[ObjectChange]) -> str:
    """How many objects there are of each way, and of each grave effect."""
    ways = Counter[str](one.way for one in found)
    effects = Counter[str](effect for one in found for effect in {impact.effect for impact in one.impact})
    parts = [f"{ways[way]} {way}" for way in MARKS if ways[way]]
    words = {"restart": "with pods that restart", "recreate": "to delete and make anew"}
    parts += [f"{effects[effect]} {word}" for effect, word in words.items() if effects[effect]]
    return f"objects: {', '.join(parts)}"
