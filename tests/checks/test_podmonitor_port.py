"""A PodMonitor that scrapes a port which no container names (specification: Warnings)."""

from __future__ import annotations

from typing import Any

from tests.compose.made import engine, make


def monitored(port: str = "metrics", **role: Any) -> dict[str, Any]:
    """Return a spec with a PodMonitor of decode."""
    return {"decode": {"monitoring": {"podmonitor": {"enabled": True, "portName": port}}, **role}}


def test_a_port_that_no_container_names_is_a_warning() -> None:
    """Prometheus would find nothing, silently; the finding says which names there are."""
    ports = [{"name": "http", "containerPort": 8200}]
    ((severity, field, message),) = make(monitored(containers=[engine(ports=ports)])).found("podmonitor-port")
    assert (severity, field) == ("warning", "spec.decode.monitoring.podmonitor.portName")
    assert "metrics" in message
    assert "http" in message
    ((_, _, without),) = make(monitored(containers=[engine()])).found("podmonitor-port")
    assert "metrics" in without


def test_a_port_that_a_container_names_is_fine() -> None:
    """Any container of the pods will do, from ports or from extraConfig."""
    ports = [{"name": "metrics", "containerPort": 8200}]
    assert make(monitored(containers=[engine(), engine(name="b", ports=ports)])).found("podmonitor-port") == []
    assert make(monitored(containers=[engine(extraConfig={"ports": ports})])).found("podmonitor-port") == []
    assert make(monitored("http", containers=[engine(ports=ports)])).found("podmonitor-port") != []


def test_without_a_podmonitor_nothing_is_told() -> None:
    """A portName alone means nothing."""
    assert make({}).found("podmonitor-port") == []
    assert make({"prefill": {"monitoring": {"podmonitor": {"enabled": True}}}}).found("podmonitor-port") == []
