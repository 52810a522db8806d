"""The rules of the HTTPRoute."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

from modelservice.plan.route import rules

Map = dict[str, Any]
POOL = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "llama", "weight": 1}
ALL = {"path": {"type": "PathPrefix", "value": "/"}}


def test_a_rule_for_all_requests() -> None:
    """Where nothing is said, all requests go to the pool."""
    assert rules({"create": True}, "llama") == rules({"rules": []}, "llama") == [{"matches": [ALL], "backendRefs": [POOL]}]


def test_headers_and_timeouts_of_every_rule() -> None:
    """They go into every match and every rule that says nothing of them itself; header names are the same in any case."""
    header = {"name": "x-model", "value": "llama"}
    own = {"name": "X-Model", "value": "other"}
    route = {
        "headers": {"x-model": "llama"},
        "timeouts": {"request": "300s"},
        "rules": [
            {"matches": [ALL, {"headers": [own]}]},
            {"timeouts": {"request": "10s"}},
            {"matches": [], "timeouts": {}},
        ],
    }
    first, second, third = rules(route, "llama")
    assert first == {
        "matches": [{**ALL, "headers": [header]}, {"headers": [own]}],
        "backendRefs": [POOL],
        "timeouts": {"request": "300s"},
    }
    assert second == {"matches": [{"headers": [header]}], "backendRefs": [POOL], "timeouts": {"request": "10s"}}
    assert third["matches"] == [{"headers": [header]}]
    assert rules({"headers": {"x-model": "llama"}}, "llama")[0]["matches"] == [{**ALL, "headers": [header]}]


@pytest.mark.parametrize(
    ("rule", "filled"),
    [
        ({"backendRefs": [{"name": "elsewhere", "port": 80}]}, False),
        ({"backendRefs": []}, False),
        ({"backendRefs": None}, True),
        ({"filters": [{"type": "RequestRedirect", "requestRedirect": {"hostname": "x"}}]}, False),
        ({"filters": [{"type": "URLRewrite"}]}, True),
    ],
)
def test_where_a_rule_leads(rule: Map, filled: bool) -> None:
    """To the pool, unless it names a backend or redirects; what was written is not changed."""
    before = {**rule}
    (made,) = rules({"rules": [rule]}, "llama")
    assert (made.get("backendRefs") == [POOL]) is filled
    assert rule == before


def test_a_route_as_it_is_made() -> None:
    """Names, hosts, rules and timeouts arrive in the object, under the name that the service has."""
    own = {"create": True, "hostnames": ["a.example"], "timeouts": {"request": "5s"}}
    route = make({"routing": {"parentRefs": [{"name": "g"}], "httpRoute": own}, "fullnameOverride": "other"}).one("HTTPRoute")["spec"]
    assert route["hostnames"] == ["a.example"]
    assert route["rules"][0]["backendRefs"][0]["name"] == "other"
    assert route["rules"][0]["timeouts"] == {"request": "5s"}
