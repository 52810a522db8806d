"""What gateways of GKE need."""

from __future__ import annotations

from tests.compose.made import make


def test_health_and_time() -> None:
    """Its load balancer asks at the port that requests come to, and does not end long requests."""
    made = make({"routing": {"servicePort": 8100, "inferencePool": {"create": True}, "provider": "gke"}}, namespace="serving")
    health, backend = made.one("HealthCheckPolicy"), made.one("GCPBackendPolicy")
    for policy in (health, backend):
        assert policy["spec"]["targetRef"] == {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "llama"}
        assert (policy["metadata"]["name"], policy["metadata"]["namespace"]) == ("llama", "serving")
    assert health["spec"]["default"]["config"] == {"type": "HTTP", "httpHealthCheck": {"requestPath": "/health", "port": 8100}}
    assert backend["spec"]["default"]["timeoutSec"] == 300
    assert "DestinationRule" not in made.kinds()


def test_timeouts_of_a_route_are_not_taken() -> None:
    """GKE refuses routes with timeouts: a warning that says what to write."""
    gateway = [{"name": "g"}]
    routing = {"inferencePool": {"create": True}, "provider": "gke", "parentRefs": gateway}
    told = make({"routing": {**routing, "httpRoute": {"create": True, "timeouts": {"request": "300s"}}}}).found("unused-keys")
    assert [(severity, field) for severity, field, _ in told] == [("warning", "spec.routing.httpRoute.timeouts")]
