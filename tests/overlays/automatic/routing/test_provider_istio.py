"""What gateways of Istio need."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make
from tests.overlays.automatic.routing.test_endpoint_picker import picker

RULES = ("DestinationRule", "HealthCheckPolicy", "GCPBackendPolicy")


def test_tls_to_the_picker() -> None:
    """The certificate is the picker's own; the host is the Service of the rule's namespace, wherever that is."""
    rule = picker(routing={"provider": "istio"}).one("DestinationRule")
    assert rule["spec"]["host"] == rule["metadata"]["name"] == "llama-epp"
    assert rule["spec"]["trafficPolicy"]["tls"] == {"mode": "SIMPLE", "insecureSkipVerify": True}


@pytest.mark.parametrize("provider", ["none", "agentgateway", None])
def test_nothing_for_others(provider: str | None) -> None:
    """No object of a kind that the cluster may not have; agentgateway needs none."""
    made = picker(routing={"provider": provider})
    assert set(made.kinds()).isdisjoint(RULES)
    assert made.found("unused-keys") == []


@pytest.mark.parametrize("routing", [{"inferencePool": {"create": True}}, {}])
def test_a_provider_of_nothing(routing: dict[str, Any]) -> None:
    """Without a picker of ours there is none to reach."""
    made = make({"routing": {**routing, "provider": "istio"}})
    assert set(made.kinds()).isdisjoint(RULES)
    assert [field for _, field, _ in made.found("unused-keys")] == ["spec.routing.provider"]
