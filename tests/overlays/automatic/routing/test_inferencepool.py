"""The InferencePool that selects the pods of the service (specification: InferencePools)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make


@pytest.mark.parametrize(
    ("pool", "picker"), [({}, "llama-epp"), ({"endpointPicker": "mine"}, "mine"), ({"endpointPicker": ""}, "llama-epp")]
)
@pytest.mark.parametrize("port", [9000, "9000"])
def test_a_pool_selects_the_models_labels_and_the_service_port(pool: dict[str, Any], picker: str, port: Any) -> None:
    """What the README asks users to keep alike is alike: labels, port, and the picker's name (specification: InferencePools)."""
    spec = {"routing": {"servicePort": port, "inferencePool": {"create": True, **pool}}, "modelArtifacts": {"labels": {"team": "a"}}}
    made = make(spec, namespace="serving").one("InferencePool")
    assert made["apiVersion"] == "inference.networking.k8s.io/v1"
    assert (made["metadata"]["name"], made["metadata"]["namespace"]) == ("llama", "serving")
    assert made["spec"]["selector"] == {
        "matchLabels": {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "meta_llama-8b", "team": "a"}
    }
    assert made["spec"]["targetPorts"] == [{"number": 9000}]
    assert made["spec"]["endpointPickerRef"] == {"name": picker, "port": {"number": 9002}}


def test_what_else_a_pool_says() -> None:
    """Labels of one's own, the protocol and what happens without a picker; unsaid, the pool has none of it."""
    said = {"selector": {"serves": "llama"}, "appProtocol": "kubernetes.io/h2c", "failureMode": "FailOpen"}
    made = make({"routing": {"inferencePool": {"create": True, **said}}}).one("InferencePool")["spec"]
    assert (made["selector"], made["appProtocol"]) == ({"matchLabels": {"serves": "llama"}}, "kubernetes.io/h2c")
    assert made["endpointPickerRef"] == {"name": "llama-epp", "port": {"number": 9002}, "failureMode": "FailOpen"}
    assert "appProtocol" not in make({"routing": {"inferencePool": {"create": True}}}).one("InferencePool")["spec"]


def test_a_pool_needs_a_port() -> None:
    """Without a port there is nothing to send requests to, with roles or without."""
    for spec in ({}, {"decode": {"create": False}}):
        errors = make({"routing": {"servicePort": None, "inferencePool": {"create": True}}, **spec}).errors
        assert errors == ["spec.routing.servicePort: missing; give the port that serves requests"]


def test_no_pool_unasked() -> None:
    """The charts leave it to the user, and so do we unless asked."""
    assert "InferencePool" not in make({"routing": {"inferencePool": {"endpointPicker": "x"}}}).kinds()
