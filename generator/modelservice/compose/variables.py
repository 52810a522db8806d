"""Generated variables that a user's value refers to go before it; else the user's come first, and a takeover restarts nothing.

The rules are written down (specification: Order of items).
"""

from __future__ import annotations

from modelservice.kubernetes.variables import referred_first

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    Map = dict[str, Any]


def expandable(pod: Map, own: Mapping[str, Sequence[Map] | None]) -> Map:
    """``pod`` with its variables so ordered that values in ``own``, the user's variables by container, find those that they refer to."""
    lists = [name for name in ("initContainers", "containers") if name in pod["spec"]]
    ordered = {name: [_ordered(one, own.get(one["name"])) for one in pod["spec"][name]] for name in lists}
    return {**pod, "spec": {**pod["spec"], **ordered}}


def _ordered(container: Map, own: Sequence[Map] | None) -> Map:
    if not own or not container.get("env"):
        return container
    variables = {str(one.get("name")): one.get("value") for one in container["env"]}
    places = {name: place for place, name in enumerate(referred_first(variables, [str(one["name"]) for one in own]))}
    return {**container, "env": sorted(container["env"], key=lambda one: places[str(one.get("name"))])}
