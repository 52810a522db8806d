"""Objects in the form in which an API server stores them, where applying another form again and again would change them each time.

That is quantities, of which the server writes one form, and defaults of custom resources and of lists that are replaced whole.
"""

from __future__ import annotations

from modelservice.kubernetes import quantities
from modelservice.kubernetes.types import look_up, table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Map = dict[str, Any]

_QUANTITIES: dict[str, dict[str, str]] = {}


def stored(obj: Map, *, defaults: bool, as_charts: bool = False) -> Map:
    """``obj`` with its quantities as Kubernetes writes them and, with ``defaults``, what its kind fills in within lists.

    ``as_charts``: lists that were written in the form of the charts' values come out as they do of a chart.
    """
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    name = look_up("kinds", f"{api_version}/{kind}")
    changed: Map = obj if name is None else _settled(obj, name)
    for path, value in filled_in(str(api_version), str(kind), as_charts=as_charts).items() if defaults else ():
        changed = _filled(changed, path.split("."), value)
    return changed


def filled_in(api_version: str, kind: str, *, as_charts: bool = False) -> Map:
    """What the definition of a kind fills in within lists, by path; ``as_charts``: save where the charts leave that to it."""
    files = ("defaults.json",) if as_charts else ("defaults.json", "chart_defaults.json")
    name = f"{api_version.rpartition('/')[0]}/{kind}"
    return {path: value for file in files for path, value in table(file).get(name, {}).items()}


def _settled(value: Any, word: str) -> Any:
    """``value``, of the type that ``word`` describes, with its quantities settled."""
    if word == "quantity":
        settled = quantities.canonical(value) if quantities.in_nanos(value) is not None else value
        return value if settled == value and isinstance(value, str) else settled
    if isinstance(value, list) and word[0] == "[":
        items = [_settled(item, word[1:-1]) for item in value]
        return items if any(item is not old for item, old in zip(items, value, strict=True)) else value
    if not isinstance(value, dict) or word[0] == "[":
        return value
    words = dict.fromkeys(value, word[1:-1]) if word[0] == "{" else _leading_to_quantities(word)
    changes = {key: new for key, inner in words.items() if key in value and (new := _settled(value[key], inner)) is not value[key]}
    return {**value, **changes} if changes else value


def _leading_to_quantities(name: str) -> dict[str, str]:
    """The fields of a type that are quantities, or have some in them."""
    if name not in _QUANTITIES:
        _QUANTITIES[name] = {}  # a type that holds itself
        words = look_up("types", name) or {}
        _QUANTITIES[name] = {field: word for field, word in words.items() if _leads(word)}
    return _QUANTITIES[name]


def _leads(word: str) -> bool:
    inner = word.strip("[]{}")
    return inner == "quantity" or (inner[:1].isupper() and bool(_leading_to_quantities(inner)))


def _filled(value: Any, steps: Sequence[str], default: Any) -> Any:
    """``value`` with ``default`` at the path of ``steps``, where what holds it is there and it is not; ``x[]`` is each item of x."""
    step, *rest = steps
    name = step.removesuffix("[]")
    if not isinstance(value, dict) or (rest and name not in value):
        return value
    if not rest:
        return {**value, name: default} if value.get(name) is None else value
    below = value[name]
    if step == name:
        new = _filled(below, rest, default)
    else:
        new = [_filled(item, rest, default) for item in below] if isinstance(below, list) else below
    return value if new is below else {**value, name: new}
