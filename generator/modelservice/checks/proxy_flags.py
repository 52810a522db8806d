"""What the version of the routing proxy does not take: it ends at once, or what was asked for is not said."""

from __future__ import annotations

from modelservice.krm import Result
from modelservice.plan import proxy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "proxy-flags", "error"
NEEDED = {"connector": "{engine}", "ecConnector": "the encode role"}  # whose connectors the plan takes where nobody says others


def check(service: Composition) -> Iterator[Result]:
    """A finding for each key of ``routing.proxy`` that the version cannot say, and for each connector or flag that it refuses."""
    proxied = next((role for role in service.plan.roles if role.facts["proxy"]), None)
    if proxied is None:
        return
    config = service.plan.config
    own = (config.own.get("routing") or {}).get("proxy") or {}
    routing = proxy.with_ranks(proxied.parameters["routing"], proxied.parameters["proxy"]["ranks"])
    for finding in proxy.findings(routing, own):
        field, message = f"spec.routing.proxy.{finding.path}", finding.message
        if finding.path == f"flags.{proxy.RANKS}" and proxy.RANKS not in (own.get("flags") or {}):
            field, message = (
                f"spec.{proxied.name}.parallelism.mode",
                f"the routing proxy has a port for each rank, and {message.partition(',')[0]}",
            )
            message = message.replace("this flag", f"--{proxy.RANKS}; take a newer one (routing.proxy.image)")
        given = ((config.spec.get("routing") or {}).get("proxy") or {}).get(finding.path)
        if finding.path in NEEDED and finding.current != given:
            message = f"is {finding.current}, which {NEEDED[finding.path].format(**proxied.facts)} needs: {message}"
        yield Result(message, finding.severity, field=field, current=finding.current)
