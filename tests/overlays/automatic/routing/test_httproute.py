"""The HTTPRoute from the gateways to the InferencePool (specification: HTTPRoutes)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

GATEWAYS = [{"name": "inference-gateway", "namespace": "infra"}]


@pytest.mark.parametrize("routing", [{"parentRefs": GATEWAYS}, {"proxy": {"parentRefs": GATEWAYS}}])
def test_a_route_leads_from_the_gateways_to_the_pool(routing: dict[str, Any]) -> None:
    """parentRefs, wherever they stand, are the route's; its backend is the service's InferencePool (specification: HTTPRoutes)."""
    route = make({"routing": {"httpRoute": {"create": True}, **routing}}, namespace="serving").one("HTTPRoute")
    assert route["apiVersion"] == "gateway.networking.k8s.io/v1"
    assert (route["metadata"]["name"], route["metadata"]["namespace"]) == ("llama", "serving")
    assert route["spec"]["parentRefs"] == [{**one, "group": "gateway.networking.k8s.io", "kind": "Gateway"} for one in GATEWAYS]
    (rule,) = route["spec"]["rules"]
    (backend,) = rule["backendRefs"]
    assert backend == {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "llama", "weight": 1}


def test_a_route_without_gateways_is_an_error() -> None:
    """A route needs its parents; the error names the key (specification: Missing values)."""
    errors = make({"routing": {"httpRoute": {"create": True}}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.routing.parentRefs: missing")


@pytest.mark.parametrize("routing", [{}, {"parentRefs": GATEWAYS}, {"httpRoute": {"create": False}, "parentRefs": GATEWAYS}])
def test_nothing_is_routed_unasked(routing: dict[str, Any]) -> None:
    """The charts leave routes to the user, and so do we unless asked."""
    assert "HTTPRoute" not in make({"routing": routing}).kinds()
