"""Which fields of a spec decide what is computed from it: seen by planning the service again with one field changed, then the next."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from copy import copy

from modelservice.patch.three_way import same
from modelservice.plan import Plan
from modelservice.template import look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from modelservice.config import ModelService
    from modelservice.plan import Scope
    from modelservice.plan.scopes import Container

    Map = dict[str, Any]
    Keys = tuple[str | int, ...]

NOT_PLANNED = (
    "presets",
    "overlays",
    "patches",
    "mergeKeys",
    "extraObjects",
    "extraConfig",
    "external",
    "checks",
)  # nothing is computed of it


class Trials:
    """The plans of a config in which one field is another; made when first asked for."""

    def __init__(self, config: ModelService) -> None:
        self._config = config
        self._plans: list[tuple[str, Any, Plan]] = []
        self._others: dict[tuple[str, int | None, tuple[str, ...]], list[tuple[str, Any, Any]]] = {}

    def deciding(
        self, scope: Scope, container: Container | None, names: Sequence[str], part: Callable[[Any], Any]
    ) -> list[tuple[str, Any]]:
        """The fields, with their values, that decide a ``part`` of the parameter at ``names`` of a scope or container.

        Those that change less of the whole parameter come first: what a flag is from, before what all of the flags hang on.
        """
        index = scope.containers.index(container) if container is not None else None
        now = _parameter(scope, index, names)
        known = scope.name, index, tuple(names)
        if known not in self._others:  # asked once for each value in a parameter
            self._others[known] = sorted(self._differing(scope, index, names, now), key=lambda one: _extent(now, one[2]))
        return [(field, value) for field, value, then in self._others[known] if not same(part(now), part(then))]

    def _differing(self, scope: Scope, index: int | None, names: Sequence[str], now: Any) -> Iterator[tuple[str, Any, Any]]:
        """The fields, with their values, with which a parameter differs, and what it is then."""
        for field, value, plan in self._all():
            other = next((one for one in (plan.service, *plan.pods) if one.pod == scope.pod), None)
            if other is None:  # one that is not there tells nothing
                continue
            then = _parameter(other, index, names)
            if not same(now, then):
                yield field, value, then

    def _all(self) -> list[tuple[str, Any, Plan]]:
        if not self._plans:
            for keys, value in _leaves(self._config.spec, ()):
                config = copy(self._config)
                config.spec = _with(self._config.spec, keys, _another(value))
                self._try(_field(keys), value, config)
            config = copy(self._config)
            config.name += "x"
            self._try("metadata.name", self._config.name, config)
            config = copy(self._config)
            config.namespace = f"{config.namespace}x"
            self._try("metadata.namespace", self._config.namespace, config)
        return self._plans

    def _try(self, field: str, value: Any, config: ModelService) -> None:
        with suppress(Exception):  # with the other value, nothing could be planned: then this tells nothing
            self._plans.append((field, value, Plan(config)))


def _parameter(scope: Scope, container: int | None, names: Sequence[str]) -> Any:
    own = scope.containers[container].parameters if container is not None and container < len(scope.containers) else {}
    return look_up(own if names[0] in own else scope.parameters, names)


def _extent(one: Any, other: Any) -> int:
    """How many words two lists of them do not share; all other values differ alike."""
    if not isinstance(one, list) or not isinstance(other, list):
        return 0
    words, others = Counter(map(str, one)), Counter(map(str, other))
    return (words - others).total() + (others - words).total()


def _leaves(value: Any, keys: Keys) -> Iterator[tuple[Keys, Any]]:
    if isinstance(value, (dict, list)):
        for key, below in value.items() if isinstance(value, dict) else enumerate(value):
            if not keys and key in NOT_PLANNED:
                continue
            yield from _leaves(below, (*keys, key))
    elif value is not None:
        yield keys, value


def _another(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value * 64 + 1  # far enough for what is rounded
    return str(int(value) * 64 + 1) if value.isdecimal() else f"{value}x"


def _with(value: Any, keys: Keys, new: Any) -> Any:
    if not keys:
        return new
    changed: Any = [*value] if isinstance(value, list) else {**value}
    changed[keys[0]] = _with(value[keys[0]], keys[1:], new)
    return changed


def _field(keys: Keys) -> str:
    return "spec" + "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)
