"""Preset nixl: both sides of the transfer of KV caches, as each engine has it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.compose.made import Made, Map, make


def transferring(engine: Map, *presets: Any, **spec: Any) -> Made:
    """Make a service with prefill and decode and the preset."""
    given = {"image": "x:1", **engine}
    return make({"profile": "llm-d", "presets": list(presets or ("nixl",)), "prefill": {"replicas": 1}, **spec, "engine": given})


def flag(made: Made, role: str, name: str) -> str:
    """Return the value of a flag of a role's engine."""
    args: list[str] = made.container(role)["args"]
    return args[args.index(f"--{name}") + 1]


@pytest.mark.parametrize(("role", "side"), [("decode", "kv_consumer"), ("prefill", "kv_producer")])
def test_vllm_has_connector_address_and_port(role: str, side: str) -> None:
    """Each side is told which one it is, and the address and the port of its side channel, which it declares."""
    made = transferring({"modelCommand": "vllmServe"})
    assert json.loads(flag(made, role, "kv-transfer-config")) == {"kv_connector": "NixlConnector", "kv_role": side}
    variables = {one["name"]: one for one in made.container(role)["env"]}
    assert variables["VLLM_NIXL_SIDE_CHANNEL_HOST"]["valueFrom"] == {"fieldRef": {"fieldPath": "status.podIP"}}
    assert variables["VLLM_NIXL_SIDE_CHANNEL_PORT"]["value"] == "5600"
    assert {"name": "nixl", "containerPort": 5600} in made.container(role)["ports"]


def test_port_and_policy_are_parameters_and_users_flags_merge() -> None:
    """Variable and port agree; what the user says of the configuration goes over the preset's, key by key."""
    preset = {"name": "nixl", "port": 5700, "loadFailurePolicy": "recompute"}
    flags = {"kv-transfer-config": {"kv_role": "kv_both", "kv_connector_extra_config": {"backends": ["LIBFABRIC"]}}}
    made = transferring({"modelCommand": "imageDefault", "flags": flags}, preset)
    assert json.loads(flag(made, "decode", "kv-transfer-config")) == {
        "kv_connector": "NixlConnector",
        "kv_load_failure_policy": "recompute",
        "kv_role": "kv_both",
        "kv_connector_extra_config": {"backends": ["LIBFABRIC"]},
    }
    variables = {one["name"]: one for one in made.container()["env"]}
    assert variables["VLLM_NIXL_SIDE_CHANNEL_PORT"]["value"] == "5700"
    assert {"name": "nixl", "containerPort": 5700} in made.container()["ports"]


@pytest.mark.parametrize("role", ["decode", "prefill"])
def test_sglang_has_mode_backend_and_bootstrap_port(role: str) -> None:
    """Prefill declares the port at which the routing proxy, which is told that it speaks to SGLang, looks for it."""
    made = transferring({"modelCommand": "sglangServe"})
    assert flag(made, role, "disaggregation-mode") == role
    assert flag(made, role, "disaggregation-transfer-backend") == "nixl"
    assert flag(made, role, "disaggregation-bootstrap-port") == "8998"
    variables = {one["name"]: one for one in made.container(role)["env"]}
    assert variables["SGLANG_NIXL_SIDE_CHANNEL_HOST"]["valueFrom"] == {"fieldRef": {"fieldPath": "status.podIP"}}
    declared = [one["containerPort"] for one in made.container(role).get("ports") or []]
    assert (8998 in declared) is (role == "prefill")
    assert "--kv-connector=sglang" in made.proxy()["args"]


def test_it_is_for_engines_that_have_it() -> None:
    """Furiosa-LLM has no prefill apart."""
    (error,) = make({"presets": ["nixl"]}).errors
    assert error.startswith("spec.presets[0]: is for services with engine vllm or sglang; this one has engine furiosa-llm")
