"""What the walk calls for a field: made from the word for what the field holds, and from its limit."""

from __future__ import annotations

from modelservice.kubernetes import quantities
from modelservice.kubernetes.limits import list_limit, number_limit, number_or_name_limit, text_limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from modelservice.kubernetes.limits import Limit
    from modelservice.kubernetes.walk import Path, Walk

    Check = Callable[[Walk, Any, Path], None]
    Checker = type[str] | type[bool] | Check

RANGES = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1), "integer": (-(2**63), 2**63 - 1)}
ZEROS: dict[str, Any] = {
    "string": "",
    "bytes": "",
    "time": "",
    "boolean": False,
    "any": None,
    "object": None,
    **dict.fromkeys((*RANGES, "number", "quantity", "int-or-string"), 0),
}


def checker(word: str, limit: Limit = None) -> Checker:
    """What looks at a field that holds what ``word`` says, within ``limit``."""
    if word == "string":
        return str if limit is None else _text(limit)
    if word == "boolean":
        return bool
    if word in RANGES:
        return _whole(*RANGES[word], limit)
    if word[0] == "[":
        return _list(word[1:-1], limit)
    if word[0] == "{":
        return _map(word[1:-1], limit)
    if word == "quantity":
        return _quantity(limit)
    if word == "int-or-string":
        return _int_or_string(limit)
    return _PLAIN.get(word) or _typed(word)


def _text(limit: Limit) -> Check:
    problem = text_limit(limit)

    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, str):
            walk.shape(path, "text", value)
        elif message := problem(value):
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


def _list(word: str, limit: Limit) -> Check:
    want, problem, zero = checker(word, limit.get("items") if isinstance(limit, dict) else None), list_limit(limit), ZEROS.get(word)
    plain = want if want is str or want is bool else None
    zero = {} if word not in ZEROS and word[0] not in "[{" else zero

    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, list):
            walk.shape(path, "a list", value)
            return
        for index, item in enumerate(value):
            if item.__class__ is plain:
                continue
            if item is None and not walk.custom:
                walk.holes[*path, index] = zero
            elif plain is not None:
                if not isinstance(item, plain):
                    walk.shape((*path, index), "text" if plain is str else "true or false", item, zero)
            else:
                before = len(walk.holes)
                want(walk, item, (*path, index))  # type: ignore[call-arg, arg-type]
                if len(walk.holes) > before and (*path, index) in walk.holes:
                    walk.holes[*path, index] = zero
        if problem:
            for below, message in problem(value):
                walk.tell((*path, *below), message, value if not below else value[below[0]])

    return check


def _map(word: str, limit: Limit) -> Check:
    want, problem = checker(word, limit.get("values") if isinstance(limit, dict) else None), list_limit(limit)
    zero = ZEROS.get(word)

    def check(walk: Walk, value: Any, path: Path) -> None:
        if not isinstance(value, dict):
            walk.shape(path, "a map", value)
            return
        for key, item in value.items():
            if item.__class__ is want:
                continue
            if item is None:
                walk.holes[*path, key] = None if walk.custom else zero
            elif want is str or want is bool:
                if not isinstance(item, want):  # type: ignore[arg-type]
                    walk.shape((*path, key), "text" if want is str else "true or false", item)
            else:
                want(walk, item, (*path, key))
        if problem:
            for _, message in problem(value):
                walk.tell(path, message, value)

    return check


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
        if value != []:  # which Go takes for no bytes
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


_PLAIN: dict[str, Check] = {
    "number": _number,
    "bytes": _bytes,
    "time": _time,
    "any": _anything,
    "object": _anything,
}
