"""Settings from outside a config, ``PATH=VALUE``: of the command line, and of a ConfigMap that kpt makes of one."""

from __future__ import annotations

import re
from typing import Any

from modelservice.krm import ReadError, parse
from modelservice.texts import cut, shown, whole_number

DEEPEST = 100  # steps of a path


class SettingError(ValueError):
    """A setting that cannot be made; the message says why."""


def with_settings(service: dict[str, Any], presets: list[str], assignments: list[str]) -> dict[str, Any]:
    """``service`` with each of ``assignments`` made, and ``presets`` behind those that its spec names; ``service`` is not changed.

    A text of ``presets`` names one, ``probes``, or several, with parameters, as ``read_presets`` reads them.
    """
    for assignment in assignments:
        service = assign(service, assignment)
    spec = service.get("spec") or {}
    named = (spec.get("presets") or []) if isinstance(spec, dict) else None
    more = added(named if isinstance(named, list) else [], presets)  # what names none is told, whatever the spec is
    if more and isinstance(named, list):
        service = {**service, "spec": {**spec, "presets": [*named, *(item for _, item in more)]}}
    return service


def added(named: list[Any], presets: list[str]) -> list[tuple[str, Any]]:
    """The items that ``presets`` add to those that a spec has ``named``, each with its text: what says nothing new is left out."""
    known = [item.get("name") if isinstance(item, dict) else item for item in named]
    found: list[tuple[str, Any]] = []
    for text in presets:
        for item in read_presets(text):
            if isinstance(item, dict) or item not in known:
                found.append((text, item))
                known.append(item["name"] if isinstance(item, dict) else item)
    return found


def read_presets(text: str) -> list[str | dict[str, Any]]:
    """The presets that ``text`` names, as spec.presets has them: ``probes, shm:sizeLimit=16Gi, model-cache-pvc:claim=models``.

    A value is YAML, and may have commas within brackets or quotes. SettingError says what does not fit.
    """
    found: list[str | dict[str, Any]] = []
    for piece in _pieces(text):
        name, _, parameter = ("", "", piece) if _PARAMETER.match(piece) else piece.partition(":")
        if name.strip():
            found.append(name.strip())
        elif not found or not _PARAMETER.match(piece):
            raise SettingError(f"{shown(piece)} names no preset; write NAME:PARAMETER=VALUE")
        if parameter.strip():
            found[-1] = _with_parameter(found[-1], parameter, piece)
    return found or [text]


def _with_parameter(preset: str | dict[str, Any], parameter: str, piece: str) -> dict[str, Any]:
    """``preset`` with one more parameter, ``sizeLimit=16Gi``; ``piece`` is the text that has it."""
    key, _, value = parameter.partition("=")
    if not _PARAMETER.match(parameter) or key.strip() == "name":
        raise SettingError(f"{shown(piece)}: {shown(parameter.strip())} is no PARAMETER=VALUE")
    return {**({"name": preset} if isinstance(preset, str) else preset), key.strip(): _value(value, piece)}


_PARAMETER = re.compile(r"\s*[A-Za-z][A-Za-z0-9]*\s*=")
_OPEN, _CLOSE = "([{", ")]}"


def _pieces(text: str) -> list[str]:
    """``text`` between its commas, save those within brackets and quotes; without what is empty."""
    pieces, depth, quote, before = [""], 0, "", ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'" and before in ("", "=", ",", ":", *_OPEN):  # elsewhere it is an apostrophe
            quote = character
        elif character in _OPEN:
            depth += 1
        elif character in _CLOSE:
            depth -= 1
        if character == "," and not quote and depth <= 0:
            pieces.append("")
        else:
            pieces[-1] += character
        before = before if character == " " else character
    return [piece.strip() for piece in pieces if piece.strip()]


def _value(text: str, setting: str) -> Any:
    try:
        return parse(text + "\n")
    except ReadError as error:
        raise SettingError(f"{shown(setting)}: the value is not YAML: {error.problem}") from None


def assign(service: dict[str, Any], assignment: str) -> dict[str, Any]:
    r"""``service`` with the field set that ``assignment`` names: ``decode.replicas=2``, ``decode.containers[0].image=x``.

    A path begins in spec; ``metadata.…`` and ``spec.…`` begin at the top. A dot inside a key is written ``\.``. The value is YAML, so that
    ``2`` is a number, ``"2"`` text and ``null`` deletes a default. ``service`` is not changed. SettingError says what does not fit.
    """
    path, separator, text = assignment.partition("=")
    if not separator or not path.strip():
        raise SettingError(f"{shown(assignment)} is no PATH=VALUE")
    steps = _steps(path.strip())
    if steps[0] not in ("metadata", "spec"):
        steps = ["spec", *steps]
    if not _get(service, steps[:3]):  # of the profile's container all else stays
        steps = _of_engine(steps)
    changed: dict[str, Any] = _set(service, steps, _value(text, assignment), path)
    return changed


def _of_engine(steps: list[str | int]) -> list[str | int]:
    """The steps to a field of `engine`, for those to a field of a role's first container."""
    return [*steps[:2], "engine", *steps[4:]] if steps[2:4] == ["containers", 0] and len(steps) > 4 else steps


def with_value(fields: dict[str, Any], assignment: str, path: str, value: Any) -> dict[str, Any]:
    """``fields`` with ``value`` at ``path``, which ``assignment`` names; not changed itself. SettingError says what does not fit."""
    if "=" not in assignment or not path:
        raise SettingError(f"{shown(assignment)} is no PATH=VALUE")
    changed: dict[str, Any] = _set(fields, _steps(path), value, path)
    return changed


def _get(value: Any, steps: list[str | int]) -> Any:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def sets(path: str, field: str) -> bool:
    """Whether a setting of ``path`` set what stands at ``field`` (``spec.decode.replicas``), or what holds it."""
    try:
        steps = _steps(path.strip())
    except SettingError:
        return False
    steps = steps if steps[0] in ("metadata", "spec") else ["spec", *steps]
    places = [
        "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in one).removeprefix(".")
        for one in (steps, _of_engine(steps))
    ]
    return field in places or field.startswith(tuple(f"{place}{end}" for place in places for end in ".["))


def _steps(path: str) -> list[str | int]:
    """The keys and indexes of a path."""
    steps: list[str | int] = []
    for part in path.replace("\\.", "\0").split("."):
        key, *indexes = part.split("[")
        if key:
            steps.append(key.replace("\0", "."))
        for index in indexes:
            number = whole_number(index.removesuffix("]")) if index.endswith("]") else None
            if number is None:
                raise SettingError(f"{shown(path)} is no path: [{cut(index)} is no index in a list")
            steps.append(number)
        if not key and not indexes:
            raise SettingError(f"{shown(path)} is no path: a key is missing")
    if len(steps) > DEEPEST:
        raise SettingError(f"{shown(path)} is no path: it has more than {DEEPEST} steps")
    return steps


def _set(target: Any, steps: list[str | int], value: Any, path: str) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(step, int):
        items = target if target is not None else []
        if not isinstance(items, list) or step > len(items):
            raise SettingError(f"{shown(path)} does not fit: there is no list with {step} items before [{step}]")
        changed = _set(items[step] if step < len(items) else None, rest, value, path)
        return [*items[:step], changed, *items[step + 1 :]]
    fields = target if target is not None else {}
    if not isinstance(fields, dict):
        raise SettingError(f"{shown(path)} does not fit: {cut(step)} is asked for in what is no map")
    return {**fields, step: _set(fields.get(step), rest, value, path)}
