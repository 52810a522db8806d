"""Presets that are not for the service that names them, and overlays that nobody gave the values that they need."""

from __future__ import annotations

from modelservice.compose.overlays import holds
from modelservice.krm import ResourceRef, Result
from modelservice.texts import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.compose.overlays import Overlay
    from modelservice.plan import Plan, Scope


def unmet(plan: Plan, presets: Sequence[Overlay]) -> Iterator[Result]:
    """An error for each preset whose facts hold for no created role; where there is none, or it is of the service, not for the service."""
    named = plan.config.spec.get("presets") or []
    for overlay in presets:
        scopes: list[Scope] = [plan.service] if overlay.scope == "service" or not plan.roles else plan.roles
        if any(holds(overlay.meant_for, scope.facts) for scope in scopes):
            continue
        wanted = " and ".join(f"{fact} {_choices(value)}" for fact, value in overlay.meant_for.items())
        lacking = [fact for fact, value in overlay.meant_for.items() if not any(holds({fact: value}, scope.facts) for scope in scopes)]
        here = " and ".join(f"{fact} {_choices(_found(fact, scopes))}" for fact in lacking or overlay.meant_for)
        message = f"is for services with {wanted}; this one has {here}: leave the preset out, or change that"
        yield Result(message, field=f"spec.presets[{named.index(overlay.name)}]", current=overlay.name)


def unfilled(unnamed: Sequence[Overlay]) -> Iterator[Result]:
    """An error for each parameter without default of an overlay that applies without being named."""
    for overlay in unnamed:
        for name in overlay.lacks():
            message = "has no default, and the overlay applies by its when, where nobody gives a value; give a default, or name the overlay"
            yield Result(message, field=f"spec.parameters.{name}", resource=ResourceRef.of(overlay.document))


def _found(fact: str, scopes: Sequence[Scope]) -> list[Any]:
    values: list[Any] = []
    for scope in scopes:
        value = scope.facts.get(fact)
        if not any(value is known or (type(value) is type(known) and value == known) for known in values):
            values.append(value)
    return values


def _choices(value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    return " or ".join(one if isinstance(one, str) else "none" if one is None else shown(one) for one in values)
