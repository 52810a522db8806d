"""What the version of the routing proxy does not take: it ends at once, or what was asked for is not said."""

from __future__ import annotations

from modelservice.krm import Result
from modelservice.plan import proxy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "proxy-flags", "error"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each key of ``routing.proxy`` that the version cannot say, and for each connector or flag that it refuses."""
    if not any(role.facts["proxy"] for role in service.plan.roles):
        return
    config = service.plan.config
    own = (config.own.get("routing") or {}).get("proxy") or {}
    for finding in proxy.findings(config.spec.get("routing") or {}, own):
        field = f"spec.routing.proxy.{finding.path}"
        yield Result(finding.message, finding.severity, field=field, current=finding.current)
