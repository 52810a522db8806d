"""Label selectors as kubectl and kustomize write them: ``app=web,tier!=db,env in (a, b),track,!canary,size>2``."""

from __future__ import annotations

import re

from modelservice.texts import shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Requirement = Callable[[Mapping[str, str]], bool]

KEY = r"(?P<key>[A-Za-z0-9][-A-Za-z0-9_./]*)"
VALUE = re.compile(r"[A-Za-z0-9]?[-A-Za-z0-9_.]*")
EQUALITY = re.compile(rf"{KEY}\s*(?P<operator>==?|!=)\s*(?P<values>{VALUE.pattern})")
MEMBERSHIP = re.compile(rf"{KEY}\s+(?P<operator>in|notin)\s*\((?P<values>[^()]*)\)")
COMPARISON = re.compile(rf"{KEY}\s*(?P<operator>[<>])\s*(?P<limit>[0-9]+)")
EXISTENCE = re.compile(rf"(?P<operator>!?)\s*{KEY}")


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether ``labels`` fit ``selector``; an empty one fits all. ValueError for a selector that is none, with what is wrong."""
    return all(_fits(text.strip(), labels) for text in _requirements(selector)) if selector.strip() else True


def _requirements(selector: str) -> list[str]:
    """The parts between the commas, save those inside parentheses."""
    parts: list[list[str]] = []
    inside = False
    for text in selector.split(","):
        if inside:
            parts[-1].append(text)
        else:
            parts.append([text])
        opened, closed = text.rfind("("), text.rfind(")")
        inside = opened > closed if opened != closed else inside
    return [",".join(part) for part in parts]


def _fits(text: str, labels: Mapping[str, str]) -> bool:
    match = EQUALITY.fullmatch(text) or MEMBERSHIP.fullmatch(text)
    if match:
        values = {value.strip() for value in match["values"].split(",")}
        if all(VALUE.fullmatch(value) for value in values):
            wanted = match["operator"] not in ("!=", "notin")
            return (labels.get(match["key"]) in values) is wanted
    match = COMPARISON.fullmatch(text)
    if match:
        number, limit = _number(str(labels.get(match["key"]))), whole_number(match["limit"])
        if number is None or limit is None:
            return False
        return number > limit if match["operator"] == ">" else number < limit
    match = EXISTENCE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{shown(text)} is no selector; must be as in app=web, app!=web, app in (a, b), app, !app, or app>1, with commas between"
        )
    return (match["key"] in labels) is not bool(match["operator"])


def _number(text: str) -> int | None:
    """The whole number that ``text`` says, which may have a sign."""
    number = whole_number(text[1:] if text[:1] in ("+", "-") else text)
    return -number if number is not None and text[0] == "-" else number
