"""Label selectors as kubectl and kustomize write them: ``app=web,tier!=db,env in (a, b),track,!canary,size>2``."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Requirement = Callable[[Mapping[str, str]], bool]

KEY = r"(?P<key>[A-Za-z0-9][-A-Za-z0-9_./]*)"
VALUE = r"[A-Za-z0-9]?[-A-Za-z0-9_.]*"
EQUALITY = re.compile(rf"{KEY}\s*(?P<operator>==?|!=)\s*(?P<values>{VALUE})")
MEMBERSHIP = re.compile(rf"{KEY}\s+(?P<operator>in|notin)\s*\((?P<values>\s*{VALUE}\s*(?:,\s*{VALUE}\s*)*)\)")
COMPARISON = re.compile(rf"{KEY}\s*(?P<operator>[<>])\s*(?P<limit>[0-9]+)")
EXISTENCE = re.compile(rf"(?P<operator>!?)\s*{KEY}")
COMMA = re.compile(r",(?![^(]*\))")


def matches(selector: str, labels: Mapping[str, str]) -> bool:
    """Whether ``labels`` fit ``selector``; an empty one fits all. ValueError for a selector that is none, with what is wrong."""
    return all(_fits(text.strip(), labels) for text in COMMA.split(selector)) if selector.strip() else True


def _fits(text: str, labels: Mapping[str, str]) -> bool:
    match = EQUALITY.fullmatch(text) or MEMBERSHIP.fullmatch(text)
    if match:
        values = {value.strip() for value in match["values"].split(",")}
        wanted = match["operator"] not in ("!=", "notin")
        return (labels.get(match["key"]) in values) is wanted
    match = COMPARISON.fullmatch(text)
    if match:
        number = str(labels.get(match["key"]))
        difference = int(number) - int(match["limit"]) if re.fullmatch(r"[+-]?[0-9]+", number) else 0  # what is no number fits neither
        return difference > 0 if match["operator"] == ">" else difference < 0
    match = EXISTENCE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is no selector; must be as in app=web, app!=web, app in (a, b), app, !app, or app>1, with commas between"
        )
    return (match["key"] in labels) is not bool(match["operator"])
