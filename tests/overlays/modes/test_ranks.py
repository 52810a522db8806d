"""Each rank of a pod serves on a port of its own."""

from __future__ import annotations

from tests.compose.made import make
from tests.compose.serving import served


def test_ranks_have_ports_and_endpoints() -> None:
    """In the engine, in the proxy, and for metrics."""
    spec = served(mode="multi-port", data=4, dataLocal=2)
    spec["decode"]["monitoring"] = {"podmonitor": {"enabled": True}}
    made = make(spec)
    assert [port["containerPort"] for port in made.container()["ports"]] == [8200, 8201]
    assert [port["containerPort"] for port in made.proxy()["ports"]] == [8000, 8001]
    assert [one["port"] for one in made.one("PodMonitor")["spec"]["podMetricsEndpoints"]] == ["metrics", "rank-1"]
