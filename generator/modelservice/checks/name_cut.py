"""A base name longer than 55 characters is cut."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "name-cut", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding when the name was cut."""
    plan = service.plan
    if plan.asked_name != plan.name:
        field = "spec.fullnameOverride" if plan.config.spec.get("fullnameOverride") else "metadata.name"
        yield Result(
            f"has more than 55 characters; the resources are called {plan.name}",
            SEVERITY,
            field=field,
            current=plan.asked_name,
        )
