"""``${path}``: the only templating of bases and overlays.

``${path}`` alone keeps the type of its parameter, inside text it becomes text; where Kubernetes takes only text (an env value, a label, an
argument) it becomes text alone, too. A parameter that is not there is an error, or drops its key when it is written ``${path?}``. What is
put in is never expanded again. ``${path * 4}`` is a whole number that is computed; ``arithmetic`` does that.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    Map = dict[str, Any]
    Filler = Callable[[Map], Any]

REFERENCE = re.compile(r"\$\{([A-Za-z][\w.-]*)(\?)?\}")
TEXT_MAPS = frozenset(("annotations", "labels", "matchLabels", "nodeSelector", "data", "limits", "metadata", "requests"))
TEXT_FIELDS = frozenset(("args", "averageValue", "command"))  # of lists, their items

ABSENT: Any = object()


class MissingParameterError(LookupError):
    """A parameter that is needed and not there; ``args[0]`` is its path."""


class CannotComputeError(ValueError):
    """Something that is computed is no whole number; the message says why."""


def references(text: str) -> list[tuple[str, bool]]:
    """The paths of the parameters that ``text`` refers to or computes with, and whether they may be absent."""
    found = [(path, bool(optional)) for path, optional in REFERENCE.findall(text)]
    if text.count("${") > len(found):
        from modelservice.template.arithmetic import operands  # hardly any overlay computes  # noqa: PLC0415

        found += operands(text)
    return found


def first_reference(text: str) -> tuple[list[str], bool] | None:
    """The path of the first parameter that ``text`` refers to, and whether it is nothing but that; None where it refers to none."""
    if alone := REFERENCE.fullmatch(text):
        return alone[1].split("."), True
    found = references(text)
    return (found[0][0].split("."), False) if found else None


def look_up(parameters: Map, keys: Sequence[str]) -> Any:
    """The parameter at the path of ``keys``; ABSENT when it is not there or null."""
    value: Any = parameters
    for key in keys:
        if not isinstance(value, dict) or key not in value:
            return ABSENT
        value = value[key]
    return ABSENT if value is None else value


def compile_template(template: Any) -> Filler:
    """A function from parameters to ``template`` with its references filled; parts without references are shared, not copied.

    The function returns ABSENT for a template that is nothing but a reference ``${path?}`` to nothing, and raises MissingParameterError
    or CannotComputeError.
    """
    filler = _compile(template, "", "")
    return filler if filler is not None else lambda _: template


def _compile(template: Any, key: str, parent: str) -> Filler | None:
    """A filler for ``template``, or None when it holds no reference."""
    if isinstance(template, str):
        return _compile_text(template, _takes_text(key, parent)) if "${" in template else None
    if isinstance(template, dict):
        return _compile_map(template, key)
    if isinstance(template, list):
        return _compile_list(template, key)
    return None


def _takes_text(key: str, parent: str) -> bool:
    return parent in TEXT_MAPS or key in TEXT_FIELDS or (key == "value" and parent == "env")


def _compile_text(template: str, text_only: bool) -> Filler | None:
    alone = REFERENCE.fullmatch(template)
    if alone:
        keys, needed = tuple(alone[1].split(".")), not alone[2]
        return lambda parameters: _alone(parameters, keys, needed, text_only)
    parts = REFERENCE.split(template)
    if any("${" in part for part in parts[::3]):
        from modelservice.template import arithmetic  # hardly any overlay computes  # noqa: PLC0415

        if computed := arithmetic.compile_text(template, text_only=text_only):
            return computed
    if len(parts) == 1:
        return None

    def fill(parameters: Map) -> Any:
        filled = [parts[0]]
        for index in range(1, len(parts), 3):
            value = _alone(parameters, parts[index].split("."), not parts[index + 1], text_only=True)
            if value is ABSENT:
                return ABSENT
            filled += [value if isinstance(value, str) else str(value), parts[index + 2]]
        return "".join(filled)

    return fill


def _alone(parameters: Map, keys: Sequence[str], needed: bool, text_only: bool) -> Any:
    value = look_up(parameters, keys)
    if value is ABSENT and needed:
        raise MissingParameterError(".".join(keys))
    if text_only and isinstance(value, (int, float)):
        return str(value).lower() if isinstance(value, bool) else str(value)
    return value


def _compile_map(template: Map, key: str) -> Filler | None:
    compiled = [
        (_compile_text(name, text_only=True) if "${" in name else None, name, _compile(value, name, key), value)
        for name, value in template.items()
    ]
    if all(name_filler is None and filler is None for name_filler, _, filler, _ in compiled):
        return None

    def fill(parameters: Map) -> Map:
        filled = {}
        for name_filler, name, filler, value in compiled:
            name_filled = name if name_filler is None else name_filler(parameters)
            value_filled = value if filler is None else filler(parameters)
            if value_filled is not ABSENT and name_filled is not ABSENT:
                filled[name_filled] = value_filled
        return filled

    return fill


def _compile_list(template: list[Any], key: str) -> Filler | None:
    compiled = [(_compile(item, key, key), item) for item in template]
    if all(filler is None for filler, _ in compiled):
        return None

    def fill(parameters: Map) -> list[Any]:
        filled = [item if filler is None else filler(parameters) for filler, item in compiled]
        return [item for item in filled if item is not ABSENT]

    return fill
