"""The rules of the HTTPRoute: the one that takes all requests, or those that the spec writes, each led to the InferencePool.

The rules are written down (specification: HTTPRoutes).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

POOL = {"group": "inference.networking.k8s.io", "kind": "InferencePool"}


def rules(route: Map, pool: str) -> list[Map]:
    """The rules of ``route``, which is ``routing.httpRoute``, to the InferencePool called ``pool``.

    A rule that the user wrote keeps what it says. Where it names no backends, and redirects nothing, it leads to the pool; the headers and
    timeouts that are said for all rules are added where it says nothing of them.
    """
    given = route.get("rules") or [{"matches": [{"path": {"type": "PathPrefix", "value": "/"}}]}]
    return [_rule(rule, route, pool) for rule in given]


def _rule(rule: Map, route: Map, pool: str) -> Map:
    made = dict(rule)
    headers = [{"name": name, "value": str(value)} for name, value in (route.get("headers") or {}).items()]
    if headers:
        made["matches"] = [{**match, "headers": _with(match.get("headers") or [], headers)} for match in rule.get("matches") or [{}]]
    redirects = any(one.get("type") == "RequestRedirect" for one in rule.get("filters") or [])
    if rule.get("backendRefs") is None and not redirects:
        made["backendRefs"] = [{**POOL, "name": pool, "weight": 1}]
    if route.get("timeouts") and "timeouts" not in rule:
        made["timeouts"] = route["timeouts"]
    return made


def _with(own: list[Map], headers: list[Map]) -> list[Map]:
    """``own`` headers and those of ``headers`` of which they say nothing; names of headers are the same in any case."""
    names = {str(one.get("name")).lower() for one in own}
    return [*own, *(one for one in headers if one["name"].lower() not in names)]
