"""An HTTPRoute and what it sends requests to."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import Map, found, thing

POOL = thing("InferencePool", "pool", "inference.networking.k8s.io/v1", spec={})
SERVICE = thing("Service", "svc", spec={"ports": [{"port": 80}, {"port": 443}]})


def route(*rules: list[Map], namespace: str | None = None) -> Map:
    """Return an HTTPRoute; each rule is a list of backends."""
    spec = {"rules": [{"backendRefs": backends} for backends in rules]}
    return thing("HTTPRoute", "route", "gateway.networking.k8s.io/v1", namespace, spec=spec)


@pytest.mark.parametrize(
    ("backend", "message"),
    [
        ({"kind": "InferencePool", "name": "poll"}, "there is no InferencePool poll in namespace default"),
        ({"name": "svc2", "port": 80}, "there is no Service svc2 in namespace default"),
        ({"kind": "Service", "name": "svc", "namespace": "ml", "port": 80}, "there is no Service svc in namespace ml"),
    ],
)
def test_a_backend_that_is_not_there(backend: Map, message: str) -> None:
    """A route to nowhere is an error, about the backend in its rule; not where it may be elsewhere, or is external."""
    both = route([{"kind": "InferencePool", "name": "pool"}], [{"name": "svc", "port": 443}, backend])
    assert found("http-route", both, POOL, SERVICE) == [
        ("error", "HTTPRoute/route", "spec.rules[1].backendRefs[1].name", message, backend["name"])
    ]
    assert found("http-route", both, POOL, SERVICE, complete=False) == []
    kind = backend.get("kind", "Service")
    assert found("http-route", both, POOL, SERVICE, external=(f"{kind}/{backend['name']}",)) == []
    assert found("http-route", both, POOL, SERVICE, external=(f"{kind}/*",)) == []


def test_a_backend_of_a_kind_that_is_nowhere() -> None:
    """Where there is no pool at all, the pool may come from elsewhere: a warning."""
    assert [one.severity for one in found("http-route", route([{"kind": "InferencePool", "name": "pool"}]), SERVICE)] == ["warning"]


@pytest.mark.parametrize("complete", [True, False])
def test_a_port_that_the_service_lacks(complete: bool) -> None:
    """A port that the Service does not have is an error with both."""
    assert found("http-route", route([{"name": "svc", "port": 8080}]), SERVICE, complete=complete) == [
        ("error", "HTTPRoute/route", "spec.rules[0].backendRefs[0].port", "is 8080, and Service svc has 80, 443", 8080)
    ]
    empty = thing("Service", "svc", spec={})
    (one,) = found("http-route", route([{"name": "svc", "port": 80}]), empty, complete=complete)
    assert one.message == "is 80, and Service svc has none"


@pytest.mark.parametrize(
    "backend",
    [
        {"kind": "InferencePool", "name": "pool"},
        {"kind": "InferencePool", "name": "pool", "port": 1},
        {"name": "svc", "port": 80},
        {"name": "svc"},
        {"kind": "Bucket", "name": "none"},
    ],
)
def test_what_fits_or_cannot_be_told(backend: Map) -> None:
    """A backend that is there, with a port it has or none that counts, and kinds that nobody knows: nothing to tell."""
    assert found("http-route", route([backend]), POOL, SERVICE) == []


def test_backends_of_the_routes_own_namespace() -> None:
    """A backend without a namespace is in the route's."""
    there: Any = {**SERVICE, "metadata": {"name": "svc", "namespace": "ml"}}
    assert found("http-route", route([{"name": "svc", "port": 80}], namespace="ml"), there) == []
    assert found("http-route", route([{"name": "svc", "port": 80}], namespace="ml"), SERVICE) != []


def test_routes_without_rules() -> None:
    """A route may have no rules, and a rule no backends."""
    assert found("http-route", route(), thing("HTTPRoute", "r"), thing("HTTPRoute", "s", spec={"rules": [{}]})) == []


def test_a_gateway_that_is_not_there() -> None:
    """It is told where Gateways are known, here or by name; they are mostly somebody else's."""
    one = thing("HTTPRoute", "r", spec={"parentRefs": [{"name": "inference"}, {"kind": "Service", "name": "mesh"}]})
    told = [("warning", "HTTPRoute/r", "spec.parentRefs[0].name", "there is no Gateway inference in namespace default", "inference")]
    assert found("http-route", one) == []
    assert found("http-route", one, external=("Gateway/other",)) == told
    assert found("http-route", one, thing("Gateway", "other", "gateway.networking.k8s.io/v1")) == told
    assert found("http-route", one, external=("Gateway/inference",)) == []
    assert found("http-route", one, external=("Gateway/*",)) == []
    assert found("http-route", one, external=("Gateway/other",), complete=False) == []
