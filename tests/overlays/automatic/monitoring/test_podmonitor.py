"""A PodMonitor scrapes the pods of the role (specification: PodMonitors)."""

from __future__ import annotations

from typing import Any

from tests.compose.made import make

Map = dict[str, Any]


def monitor(role: str = "decode", **podmonitor: Any) -> Map:
    """Return the PodMonitor of a role that says this of it."""
    made = make(
        {"profile": "llm-d", "prefill": {"replicas": 1}, role: {"monitoring": {"podmonitor": {"enabled": True, **podmonitor}}}},
        namespace="serving",
    )
    return made.one("PodMonitor")


def test_a_podmonitor_selects_the_pods_and_scrapes_one_endpoint() -> None:
    """Selector is the pods', the endpoint has port, path and interval, the label says the component (specification: PodMonitors)."""
    made = monitor()
    assert made["apiVersion"] == "monitoring.coreos.com/v1"
    assert made["metadata"]["name"] == "llama-decode-podmonitor"
    assert made["metadata"]["namespace"] == "serving"
    assert made["metadata"]["labels"]["app.kubernetes.io/component"] == "decode"
    assert made["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "modelservice"
    assert "annotations" not in made["metadata"]
    assert made["spec"] == {
        "selector": {"matchLabels": {"llm-d.ai/inference-serving": "true", "llm-d.ai/role": "decode"}},
        "podMetricsEndpoints": [{"port": "metrics", "path": "/metrics", "interval": "30s"}],
    }


def test_prefill_has_its_own() -> None:
    """The other role's PodMonitor selects the other role's pods."""
    made = monitor("prefill")
    assert made["metadata"]["name"] == "llama-prefill-podmonitor"
    assert made["metadata"]["labels"]["app.kubernetes.io/component"] == "prefill"
    assert made["spec"]["selector"]["matchLabels"]["llm-d.ai/role"] == "prefill"


def test_what_the_user_says_of_the_endpoint() -> None:
    """Each key of the endpoint is the user's where they give it, and there stays one endpoint (specification: PodMonitors)."""
    endpoint: Map = {
        "path": "/m",
        "interval": "5s",
        "scrapeTimeout": "4s",
        "relabelings": [{"action": "drop"}],
        "metricRelabelings": [{"action": "keep"}],
    }
    assert monitor(portName="http", **endpoint)["spec"]["podMetricsEndpoints"] == [{"port": "http", **endpoint}]
    assert monitor(portName="http")["spec"]["podMetricsEndpoints"] == [{"port": "http", "path": "/metrics", "interval": "30s"}]


def test_what_is_deleted_is_gone() -> None:
    """Null takes path or interval out of the endpoint (specification: Layers)."""
    assert monitor(path=None, interval=None)["spec"]["podMetricsEndpoints"] == [{"port": "metrics"}]


def test_namespaces_labels_and_annotations() -> None:
    """namespaceSelector, labels and annotations of the user are on the PodMonitor (specification: PodMonitors)."""
    made = monitor(namespaceSelector={"any": True}, labels={"release": "p"}, annotations={"a": "b"})
    assert made["spec"]["namespaceSelector"] == {"any": True}
    assert made["metadata"]["annotations"] == {"a": "b"}
    assert made["metadata"]["labels"]["release"] == "p"
    assert made["metadata"]["labels"]["app.kubernetes.io/component"] == "decode"


def test_without_enabled_there_is_none() -> None:
    """Saying something of it is not asking for it."""
    assert "PodMonitor" not in make({"decode": {"monitoring": {"podmonitor": {"portName": "x"}}}}).kinds()
