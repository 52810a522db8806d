"""OpenTelemetry traces of the engines and the routing proxy (specification: Tracing)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make

Map = dict[str, Any]
NAMES = [
    "OTEL_SERVICE_NAME",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
]
DEFAULTS = ["http://otel-collector:4317", "otlp", "parentbased_traceidratio", "1.0"]


def of(variables: Map) -> list[Any]:
    """Return the values of the tracing variables, in their order."""
    return [value for name, value in variables.items() if name.startswith("OTEL_")]


def test_engines_and_proxy_send_traces_by_their_own_names() -> None:
    """Five variables each; the service name is that of the role, or of the proxy (specification: Tracing)."""
    made = make({"profile": "llm-d", "tracing": {"enabled": True}})
    proxy = {variable["name"]: variable["value"] for variable in made.proxy()["env"]}
    assert list(proxy) == NAMES
    assert of(made.variables("decode")) == ["vllm-decode", *DEFAULTS]
    assert of(made.variables("prefill")) == ["vllm-prefill", *DEFAULTS]
    assert of(proxy) == ["routing-proxy", *DEFAULTS]


@pytest.mark.parametrize("argument", ["0.25", 0.25])
def test_what_the_user_says_of_tracing(argument: Any) -> None:
    """Endpoint, sampler and names are the user's; a number becomes text, which env values must be."""
    tracing = {
        "enabled": True,
        "otlpEndpoint": "http://o:1",
        "sampling": {"sampler": "traceidratio", "samplerArg": argument},
        "serviceNames": {"vllmDecode": "d", "routingProxy": "p"},
    }
    made = make({"profile": "llm-d", "tracing": tracing})
    assert of(made.variables("decode")) == ["d", "http://o:1", "otlp", "traceidratio", "0.25"]
    assert of(made.variables("prefill"))[0] == "vllm-prefill"
    assert made.proxy()["env"][0]["value"] == "p"


def test_the_users_variables_win() -> None:
    """A variable of the user's replaces the generated one."""
    own = [{"name": "OTEL_SERVICE_NAME", "value": "mine"}]
    made = make({"profile": "llm-d", "tracing": {"enabled": True}, "decode": {"containers": [engine(env=own)]}})
    assert made.variables()["OTEL_SERVICE_NAME"] == "mine"


@pytest.mark.parametrize(
    "spec", [{"profile": "llm-d"}, {"profile": "llm-d", "tracing": {"enabled": False}}, {"tracing": {"enabled": True}}]
)
def test_nothing_is_traced_unasked(spec: Map) -> None:
    """Tracing is off by default, and not for furiosa (specification: Tracing)."""
    made = make(spec)
    assert of(made.variables()) == []
    assert "env" not in made.proxy()


def test_without_proxy_only_engines_are_traced() -> None:
    """No proxy is made for its variables."""
    made = make({"profile": "llm-d", "tracing": {"enabled": True}, "routing": {"proxy": {"enabled": False}}})
    assert "initContainers" not in made.pod()
    assert of(made.variables()) == ["vllm-decode", *DEFAULTS]
