"""A base name longer than 55 characters is cut."""

from __future__ import annotations

from modelservice.checks.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "name-cut", "warning"


def check(service: Composition) -> Iterator[Finding]:
    """A finding when the name was cut."""
    plan = service.plan
    if plan.asked_name != plan.name:
        field = "spec.fullnameOverride" if plan.config.spec.get("fullnameOverride") else "metadata.name"
        yield Finding(field, f"has more than 55 characters; the resources are called {plan.name}", plan.asked_name)
