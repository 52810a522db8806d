"""A base name longer than 55 characters is cut."""

from __future__ import annotations

from modelservice.krm import Result
from modelservice.plan.names import NAME_LENGTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "name-cut", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding when the name was cut."""
    plan = service.plan
    if plan.asked_name != plan.name:
        why = f"has more than {NAME_LENGTH} characters" if len(plan.asked_name) > NAME_LENGTH else "ends in -"
        field = "spec.fullnameOverride" if plan.config.spec.get("fullnameOverride") else "metadata.name"
        yield Result(
            f"{why}; the resources are called {plan.name}",
            SEVERITY,
            field=field,
            current=plan.asked_name,
        )
