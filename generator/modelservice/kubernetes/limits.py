"""Limits of values: what a field takes of its type.

In the data a limit is one of

- the name of a form (``FORMS``) for text, with `?` where it may be empty, or of one of ``NUMBERS_OR_NAMES`` for numbers that may be text;
- a list of values, of which the text must be one;
- a map of ``form``, ``enum``, ``pattern``, ``minLength``, ``maxLength`` (text), ``minimum``, ``maximum``, ``above`` (numbers and
  quantities), ``minItems``, ``maxItems``, ``keys`` (what is told by these keys is there once), ``set`` (no item is there twice), ``items``
  or ``values`` (the limit of each).
"""

from __future__ import annotations

from modelservice.kubernetes import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    Limit = str | list[str] | dict[str, Any] | None
    Path = tuple[str | int, ...]

FORMS = {
    "absolute-path": names.is_absolute_path,
    "attribute": names.is_attribute,
    "cidr": names.is_cidr,
    "config-key": names.is_config_key,
    "cron": names.is_cron,
    "descending-path": names.is_descending_path,
    "device-expression": names.is_device_expression,
    "dns-1035": names.is_dns_1035,
    "dns-label": names.is_dns_label,
    "dns-subdomain": names.is_dns_subdomain,
    "driver": names.is_driver_name,
    "env-name": names.is_env_name,
    "header-name": names.is_header_name,
    "image": names.is_image,
    "ip": names.is_ip,
    "label-key": names.is_label_key,
    "label-value": names.is_label_value,
    "local-path": names.is_local_path,
    "no-backsteps": names.is_upward_free,
    "path-segment": names.is_path_segment,
    "port-name": names.is_port_name,
    "search-domain": names.is_search_domain,
    "sysctl": names.is_sysctl_name,
    "time-zone": names.is_time_zone,
    "text": names.is_filled,
    "wildcard": names.is_wildcard_host,
}
LARGEST_PORT = 65535
MANY = 1000  # texts that are known to be right, of each limit: a service has the same few in many places


def text_limit(limit: Limit) -> Callable[[str], str]:
    """What tells the problem of a text, or nothing."""
    if isinstance(limit, str):
        return _form(limit)
    if isinstance(limit, list):
        return _enum(limit)
    limit = limit or {}
    parts: list[Callable[[str], str]] = []
    if "enum" in limit:
        parts.append(_enum(limit["enum"]))
    if "form" in limit:
        parts.append(_form(limit["form"]))
    if "minLength" in limit or "maxLength" in limit:
        parts.append(_length(limit.get("minLength", 0), limit.get("maxLength", 2**31)))
    if "pattern" in limit:
        parts.append(_pattern(limit["pattern"], limit.get("what") or f"match {limit['pattern']}"))
    return parts[0] if len(parts) == 1 else lambda text: next(filter(None, (part(text) for part in parts)), "")


def number_limit(limit: Limit) -> Callable[[float], str] | None:
    """What tells the problem of a number, or nothing."""
    if not isinstance(limit, dict) or limit.keys().isdisjoint(("minimum", "maximum", "above", "enum")):
        return None
    if "enum" in limit:
        choices = limit["enum"]
        return lambda value: "" if value in choices else f"is {value}; must be one of {', '.join(map(str, choices))}"
    low, high, above = limit.get("minimum"), limit.get("maximum"), limit.get("above")
    right = f"from {low} to {high}" if None not in (low, high) else f"at least {low}" if high is None else f"at most {high}"
    right = right if above is None else f"more than {above}"

    def problem(value: float) -> str:
        wrong = (low is not None and value < low) or (high is not None and value > high) or (above is not None and value <= above)
        return f"is {value}; must be {right}" if wrong else ""

    return problem


def number_or_name_limit(limit: Limit) -> Callable[[Any], str] | None:
    """What tells the problem of a number that may be text, or nothing."""
    return NUMBERS_OR_NAMES[limit] if isinstance(limit, str) else None


def _port(value: Any) -> str:
    if isinstance(value, str):
        return (
            ""
            if names.is_port_name(value)
            else f"is {quoted(value)}; must be a port's number, or its name: {names.WHAT[names.is_port_name]}"
        )
    return "" if 1 <= value <= LARGEST_PORT else f"is {value}; must be from 1 to {LARGEST_PORT}"


def _port_or_nothing(value: Any) -> str:
    return "" if value in ("", 0) else _port(value)


def _percent(value: Any) -> str:
    digits = value[:-1] if isinstance(value, str) else ""
    right = (digits.isdecimal() and digits.isascii() and value[-1] == "%") if isinstance(value, str) else value >= 0
    return (
        ""
        if right
        else f"is {quoted(value) if isinstance(value, str) else value}; must be a whole number from 0 on, or a share such as 25%"
    )


def _percent_of_all(value: Any) -> str:
    problem = _percent(value)
    return problem or (f"is {value}; must be at most 100%" if isinstance(value, str) and int(value[:9].rstrip("%")) > 100 else "")


NUMBERS_OR_NAMES: dict[str, Callable[[Any], str]] = {
    "percent": _percent,
    "percent100": _percent_of_all,
    "port": _port,
    "port?": _port_or_nothing,
}


def list_limit(limit: Limit) -> Callable[[Any], Iterator[tuple[Path, str]]] | None:
    """What tells the problems of a list or a map: where, and what."""
    if not isinstance(limit, dict) or limit.keys().isdisjoint(("minItems", "maxItems", "keys", "set")):
        return None
    low, high, keys = limit.get("minItems", 0), limit.get("maxItems", 2**31), limit.get("keys", ())

    def problems(value: Any) -> Iterator[tuple[Path, str]]:
        if len(value) < low:
            yield (), f"has {_items(len(value))}; must have at least {low}"
        if len(value) > high:
            yield (), f"has {_items(len(value))}; must have at most {high}"
        if keys:
            yield from twice(value, keys)
        if limit.get("set"):
            yield from ((place, message) for place, message in twice([{"": item} for item in value], ("",)))

    return problems


def twice(items: list[Any], keys: tuple[str, ...] | list[str], defaults: dict[str, Any] | None = None) -> Iterator[tuple[Path, str]]:
    """The items of which an earlier one has the same values of ``keys``; where in the list, and what is wrong."""
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        values = {**(defaults or {}), **{key: item[key] for key in keys if item.get(key) is not None}}
        what = repr(sorted(values.items()))
        first = seen.setdefault(what, index)
        if first != index and values:
            told = ", ".join(f"{key} {value}".strip() for key, value in values.items())
            yield (index,), f"is there twice ({told}, as item {first}); must be there once"


def _items(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def _form(name: str) -> Callable[[str], str]:
    is_right = FORMS[name.rstrip("?")]
    what, good = names.WHAT[is_right], {""} if name[-1] == "?" else set()

    def problem(text: str) -> str:
        if text in good:
            return ""
        if is_right(text):
            if len(good) < MANY:
                good.add(text)
            return ""
        return f"is {quoted(text)}; must be {what}" if text else f"is empty; must be {what}"

    return problem


def _enum(choices: list[str]) -> Callable[[str], str]:
    def problem(text: str) -> str:
        if text in choices:
            return ""
        from modelservice.kubernetes.suggestions import nearest  # noqa: PLC0415

        return f"is {quoted(text)}; must be one of {', '.join(filter(None, choices))}{nearest(text, choices)}"

    return problem


def _length(low: int, high: int) -> Callable[[str], str]:
    def problem(text: str) -> str:
        if low <= len(text) <= high:
            return ""
        if not text:
            return "is empty; must have at least one character"
        return f"has {len(text)} characters; must have {f'at least {low}' if len(text) < low else f'at most {high}'}"

    return problem


def _pattern(pattern: str, what: str) -> Callable[[str], str]:
    def problem(text: str) -> str:
        import re  # loaded where a text with a pattern is met; it keeps what it compiled  # noqa: PLC0415

        return "" if re.search(pattern, text) and text[-1:] != "\n" else f"is {quoted(text)}; must {what}"

    return problem


def quoted(text: str) -> str:
    """``text`` in a message, cut where it is long."""
    return repr(text) if len(text) <= 80 else f"{text[:76]!r}..."
