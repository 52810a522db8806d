"""What the walk calls for a field: made from the word for what the field holds, and from its limit."""

from __future__ import annotations

from modelservice.kubernetes import quantities
from modelservice.kubernetes.limits import list_limit, number_limit, number_or_name_limit, text_limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from modelservice.kubernetes.limits import Limit
    from modelservice.kubernetes.walk import Path, Walk

    Check = Callable[[Walk, Any, Path], None]

RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1), "integer": (-(2**63), 2**63 - 1)}
PLAIN = {"string": str, "boolean": bool}
# word -> what Go takes a null for
ZEROS: dict[str, Any] = {
    **dict.fromkeys(("string", "bytes", "time"), ""),
    **dict.fromkeys((*RANGES, "number", "quantity", "int-or-string"), 0),
    "any": None,
    "object": {},
    "boolean": False,
}


def plain_class(word: str, limit: Limit = None) -> type | None:
    """The class of which every value is right in a field that holds what ``word`` says, if there is one."""
    return None if limit else PLAIN.get(word)


def checker(word: str, limit: Limit = None) -> Check:
    """What looks at a field that holds what ``word`` says, within ``limit``."""
    if word in _MADE:
        return _MADE[word](limit)
    if word in RANGES:
        return _whole(*RANGES[word], limit)
    if word[0] in "[{":
        return (_list if word[0] == "[" else _map)(word[1:-1], limit)
    return _OTHERS.get(word) or _typed(word)


def _text(limit: Limit) -> Check:
    problem = text_limit(limit) if limit else None

    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, str):
            walk.shape(path, "text", value)
        elif problem and (message := problem(value)):
            walk.tell(path, message, value)

    return check


def _whole(low: int, high: int, limit: Limit) -> Check:
    problem = number_limit(limit)

    def check(walk: Walk, value: Any, path: Path) -> None:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            walk.shape(path, "a whole number", value)
        elif not low <= value <= high:
            walk.shape(path, f"a whole number from {low} to {high}", value)
        elif problem and (message := problem(value)):
            walk.tell(path, message, value)

    return check


def _boolean(_: Limit) -> Check:
    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, bool):
            walk.shape(path, "true or false", value)

    return check


def _list(word: str, limit: Limit) -> Check:
    below = limit.get("items") if isinstance(limit, dict) else None
    plain, look, problem, zero = plain_class(word, below), checker(word, below), list_limit(limit), _zero(word)

    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, list):
            walk.shape(path, "a list", value)
            return
        for index, item in enumerate(value):
            if item.__class__ is plain:
                continue
            place = (*path, index)
            if item is None and not walk.custom:
                walk.holes[place] = zero
            else:
                look(walk, item, place)
                if place in walk.holes:  # an item is not taken out: the others keep their places
                    walk.holes[place] = zero
        _tell(walk, problem, value, path)

    return check


def _map(word: str, limit: Limit) -> Check:
    below = limit.get("values") if isinstance(limit, dict) else None
    plain, look, problem, zero = plain_class(word, below), checker(word, below), list_limit(limit), _zero(word)

    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, dict):
            walk.shape(path, "a map", value)
            return
        for key, item in value.items():
            if item.__class__ is plain:
                continue
            if item is None:
                walk.holes[*path, key] = None if walk.custom else zero
            else:
                look(walk, item, (*path, key))
        _tell(walk, problem, value, path)

    return check


def _zero(word: str) -> Any:
    """What Go takes a null for, where a list or a map has one: there is nothing that it could leave out."""
    if word in ZEROS:
        return ZEROS[word]
    return [] if word[0] == "[" else {}


def _tell(walk: Walk, problem: Callable[[Any], Iterator[tuple[Path, str]]] | None, value: Any, path: Path) -> None:
    for below, message in problem(value) if problem else ():
        walk.tell((*path, *below), message, value[below[0]] if below else value)


def _typed(name: str) -> Check:
    def check(walk: Walk, value: Any, path: Path) -> None:
        walk.inside(value, path, name)

    return check


def _number(walk: Walk, value: Any, path: Path) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        walk.shape(path, "a number", value)


def _quantity(limit: Limit) -> Check:
    problem = number_limit(limit)

    def check(walk: Walk, value: Any, path: Path) -> None:
        if quantities.in_nanos(value) is None or (walk.custom and isinstance(value, float) and not value.is_integer()):
            walk.shape(path, quantities.WHAT, value)
        elif problem and (message := problem(quantities.parse(value) or 0)):
            walk.tell(path, message, value)

    return check


def _int_or_string(limit: Limit) -> Check:
    low, high = RANGES["int32"]
    problem = number_or_name_limit(limit)

    def check(walk: Walk, value: Any, path: Path) -> None:
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value // 1
        if not isinstance(value, str) and not (whole and low <= value <= high):
            walk.shape(path, "a whole number or text", value)
        elif problem and (message := problem(value)):
            walk.tell(path, message, value)

    return check


def _bytes(walk: Walk, value: Any, path: Path) -> None:
    if not isinstance(value, str):
        if value == []:  # which Go takes for no bytes
            walk.holes[path] = ""
        else:
            walk.shape(path, "text in base64", value)
        return
    from binascii import Error, a2b_base64  # Secrets are rare  # noqa: PLC0415

    try:
        a2b_base64(value.replace("\n", "").replace("\r", ""), strict_mode=True)
    except (Error, ValueError):
        walk.shape(path, "text in base64", value)


def _time(walk: Walk, value: Any, path: Path) -> None:
    import re  # hardly any manifest has a time  # noqa: PLC0415

    form = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d([.,]\d+)?([Zz]|[+-]\d\d:\d\d)"
    if not isinstance(value, str) or not re.fullmatch(form, value):
        walk.shape(path, "a time, as in 2026-01-31T12:00:00Z", value)


def _anything(walk: Walk, value: Any, path: Path) -> None:
    """Whatever it is."""


def _object(walk: Walk, value: Any, path: Path) -> None:
    """A map of whatever it is (RawExtension: the API server keeps any, and those whose it is take objects)."""
    if not isinstance(value, dict):
        walk.shape(path, "a map", value)


_MADE: dict[str, Callable[[Limit], Check]] = {
    "string": _text,
    "boolean": _boolean,
    "quantity": _quantity,
    "int-or-string": _int_or_string,
}
_OTHERS: dict[str, Check] = {"number": _number, "bytes": _bytes, "time": _time, "any": _anything, "object": _object}
