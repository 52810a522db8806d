"""Role encode: what its pods make reaches prefill, or decode where there is no prefill."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.compose.made import Made, Map, make


def encoding(engine: Map | None = None, **spec: Any) -> Made:
    """Make a service with encode pods."""
    given = {"image": "vllm:1", "modelCommand": "vllmServe", **(engine or {})}
    routing = {"proxy": {"version": "0.10"}}
    return make({"profile": "llm-d", "routing": routing, "encode": {"create": True}, **spec, "engine": given})


def transfer(made: Made, role: str) -> Map | None:
    """Return what a role's engine is told of the transfer of embeddings."""
    args: list[str] = made.container(role)["args"]
    return json.loads(args[args.index("--ec-transfer-config") + 1]) if "--ec-transfer-config" in args else None


@pytest.mark.parametrize(
    ("prefill", "roles"),
    [
        ({}, {"decode": "ec_consumer", "prefill": None}),
        ({"create": False}, {"decode": "ec_consumer"}),
        ({"replicas": 1}, {"decode": None, "prefill": "ec_consumer"}),
        ({"replicas": 0, "autoscaling": {"enabled": True}}, {"decode": None, "prefill": "ec_consumer"}),
    ],
)
def test_prefill_consumes_or_else_decode(prefill: Map, roles: dict[str, str | None]) -> None:
    """Where prefill has pods, decode gets its cache from there, with the embeddings in it."""
    made = encoding(prefill=prefill)
    assert {role: (transfer(made, role) or {}).get("ec_role") for role in roles} == roles
    assert (transfer(made, "encode") or {})["ec_role"] == "ec_producer"


def test_nixl_has_address_port_and_memory() -> None:
    """The producer says where it is found; both need the runner and the memory; the routing proxy is told the connector."""
    made = encoding()
    variables = {one["name"]: one for one in made.container("encode")["env"]}
    assert variables["VLLM_EC_SIDE_CHANNEL_HOST"]["valueFrom"] == {"fieldRef": {"fieldPath": "status.podIP"}}
    assert variables["VLLM_EC_SIDE_CHANNEL_PORT"]["value"] == "5601"
    assert {"name": "encodings", "containerPort": 5601} in made.container("encode")["ports"]
    for role in ("encode", "decode"):
        assert made.variables(role)["VLLM_USE_V2_MODEL_RUNNER"] == "1"
        config = transfer(made, role)
        assert config is not None
        assert config["ec_connector"] == "ECCPUConnector"
        assert config["ec_connector_extra_config"] == {"ec_enable_nixl": True, "ec_cpu_bytes": 1 << 30}
    assert "VLLM_EC_SIDE_CHANNEL_HOST" not in {one["name"] for one in made.container("decode")["env"]}
    assert "--ec-connector=ec-nixl" in made.proxy()["args"]


def test_another_connector_is_said_with_the_proxys() -> None:
    """And flags merge over what it means for the engines."""
    flags = {"ec-transfer-config": {"ec_connector_extra_config": {"shared_storage_path": "/shared"}}}
    made = encoding({"flags": flags}, routing={"proxy": {"version": "0.10", "ecConnector": "ec-example"}})
    assert transfer(made, "encode") == {
        "ec_role": "ec_producer",
        "ec_connector": "ECExampleConnector",
        "ec_connector_extra_config": {"shared_storage_path": "/shared"},
    }
    assert "--ec-connector=ec-example" in made.proxy()["args"]


def test_an_old_proxy_is_told() -> None:
    """The connector that nobody wrote is named."""
    made = encoding(routing={"proxy": {"image": "llm-d-routing-sidecar:v0.8.0"}})
    (_, field, message), *_ = [one for one in made.found("proxy-flags") if one[0] == "error"]
    assert field == "spec.routing.proxy.ecConnector"
    assert message.startswith("is ec-nixl, which the encode role needs: version 0.8 of the routing proxy does not know it")


def test_it_is_a_role_like_the_others() -> None:
    """Labels, port, monitoring, tracing and group; only decode has a routing proxy."""
    tracing = {"enabled": True}
    made = encoding(tracing=tracing, encode={"create": True, "monitoring": {"podmonitor": {"enabled": True}}})
    workload = made.workload("encode")
    assert workload["metadata"]["name"] == "llama-encode"
    assert workload["spec"]["selector"]["matchLabels"]["llm-d.ai/role"] == "encode"
    assert "initContainers" not in made.pod("encode")
    assert made.container("encode")["args"][1:3] == ["--port", "8000"]
    assert made.variables("encode")["OTEL_SERVICE_NAME"] == "vllm-encode"
    assert made.one("PodMonitor")["spec"]["selector"]["matchLabels"]["llm-d.ai/role"] == "encode"
    assert encoding(multinode=True).workload("encode")["kind"] == "LeaderWorkerSet"


@pytest.mark.parametrize(("profile", "command", "engine"), [("furiosa", None, "furiosa-llm"), ("llm-d", "sglangServe", "sglang")])
def test_only_vllm_has_it(profile: str, command: str | None, engine: str) -> None:
    """Other engines have no such part."""
    given = {"image": "x:1", "modelCommand": command} if command else {}
    (error,) = make({"profile": profile, "encode": {"create": True}, "routing": {"proxy": {"version": "0.10"}}, "engine": given}).errors
    assert error == f"spec.encode.create: {engine} has no encode apart; leave it false"
