"""KV caches over TCP that nobody asked for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import service
from tests.compose.made import Map, engine

CONFIG = '{"kv_connector":"NixlConnector","kv_role":"kv_both"}'
FLAG = {"kv-transfer-config": CONFIG}
LOCK = {"securityContext": {"capabilities": {"add": ["IPC_LOCK"]}}}
NIC = {"resources": {"limits": {"rdma/ib": "1"}}}


def told(spec: Map | None = None, **container: Any) -> list[str]:
    """Return what is told of vLLM with prefill and decode, each as one word on what is missing."""
    fields = {"modelCommand": "vllmServe", "flags": FLAG, "mountModelVolume": True, **container}
    prefill = {"create": True, "replicas": 1, "containers": [engine(**fields)]}
    found = service({"prefill": prefill, **(spec or {})}, **fields).found("kv-transport")
    assert {(severity, field.split(".")[3]) for severity, field, _ in found} <= {("info", "flags"), ("info", "args"), ("info", "command")}
    return [f"{field.split('.')[1]} {message.partition('has no ')[2].partition(';')[0]}" for _, field, message in found]


def test_an_adapter_and_locked_memory_are_needed() -> None:
    """What is missing is named; with both nothing is."""
    both = "RDMA device and no capability IPC_LOCK"
    assert told() == [f"decode {both}", f"prefill {both}"]
    assert told(**LOCK) == ["decode RDMA device", "prefill RDMA device"]
    assert told(**NIC) == ["decode capability IPC_LOCK", "prefill capability IPC_LOCK"]
    assert told(**NIC, **LOCK) == []
    assert told(securityContext={"privileged": True}) == []


@pytest.mark.parametrize("preset", ["rdma-ib", "gke-roce", "aws-efa", "mnnvl", "nixl-tcp"])
def test_presets_of_networks_mend_it(preset: str) -> None:
    """The last one says that TCP is meant."""
    assert told({"presets": [preset]}) == []


def test_claimed_accelerators_are_no_adapters() -> None:
    """A claim of something else may be one, and so may be the second request of a template."""
    assert told({"accelerator": {"dra": True}}, **LOCK) == ["decode RDMA device", "prefill RDMA device"]
    pairs = {"nvidia": {"requests": [{"name": "gpu"}, {"name": "nic", "class": "nic.example"}]}}
    assert told({"accelerator": {"dra": True, "resourceClaimTemplates": pairs}}, **LOCK) == []
    claim = {"resourceClaims": [{"name": "nic", "resourceClaimName": "nic"}]}
    assert told({"decode": claim}, **LOCK) == ["prefill RDMA device"]


def test_one_pod_moves_nothing() -> None:
    """Nor do pods with another connector, or none."""
    assert told({"prefill": {"create": False}}) == []
    assert told({"prefill": {"create": False}, "decode": {"replicas": 2}}) != []
    assert told({"prefill": {"create": False}, "decode": {"replicas": 1, "autoscaling": {"enabled": True}}}) != []
    assert told({"prefill": {"create": False}, "multinode": True, "decode": {"parallelism": {"workers": 2}}}) != []
    assert told(flags={"kv-transfer-config": '{"kv_connector":"LMCacheConnector"}'}) == []
    assert told(flags={}) == []


def test_a_script_is_read_too() -> None:
    """And so is a list of arguments."""
    script = f"exec vllm serve m --kv-transfer-config '{CONFIG}'"
    assert len(told(modelCommand="custom", flags={}, command=["sh", "-c", script])) == 2
    assert len(told(flags={}, args=["--kv-transfer-config", CONFIG])) == 2


def test_sglang_that_moves_kv_caches_by_nixl_is_told() -> None:
    """SGLang says with a flag of its own that NIXL moves its KV caches."""
    command = ["python3", "-m", "sglang.launch_server", "--disaggregation-transfer-backend"]
    assert len(told(modelCommand="custom", flags={}, command=[*command, "nixl"])) == 2
    assert told(modelCommand="custom", flags={}, command=[*command, "mooncake"]) == []
