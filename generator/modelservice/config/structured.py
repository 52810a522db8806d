"""Values of flags that are maps: JSON on the command line, which merges by key, as all maps of a spec do."""

from __future__ import annotations

from modelservice.config import layers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]


def over(below: Map, above: Map) -> Map:
    """The flags ``above`` over those ``below``; a map merges with what is there, be that a map or the text of one, and null stays."""
    merged = dict(below)
    for name, value in above.items():
        there = of(below.get(name)) if isinstance(value, dict) else None
        merged[name] = value if there is None else layers.over(there, value)
    return merged


def of(value: Any) -> Map | None:
    """The map that a flag's value is, or is the JSON text of; None where it is neither."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str) or not value.lstrip().startswith("{"):
        return None
    import json  # few flags have such a value  # noqa: PLC0415

    try:
        read: Map = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return read


def text(value: Map, standing: str = "") -> str | None:
    """``value`` as the text of a flag that stands there with the text ``standing``; None where that leaves nothing to say.

    Where the one that stands is JSON they merge, and null takes a key away. New keys are sorted, since maps have no order of their own,
    and kustomize changes it. What would say the same stays as it is written.
    """
    import json  # few flags have such a value  # noqa: PLC0415

    there = of(standing)
    merged = _applied(there or {}, value)
    if merged == there:
        return standing
    return json.dumps(merged, separators=(",", ":"), ensure_ascii=False) if merged or there else None


def _applied(there: Map, value: Map) -> Map:
    """``value`` merged into ``there``, as RFC 7396 has it."""
    merged = dict(there)
    for key, new in sorted(value.items()):
        if new is None:
            merged.pop(key, None)
            continue
        old = merged.get(key)
        merged[key] = _applied(old if isinstance(old, dict) else {}, new) if isinstance(new, dict) else _sorted(new)
    return merged


def _sorted(value: Any) -> Any:
    """``value`` with the maps of its lists sorted, too."""
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in sorted(value.items())}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
