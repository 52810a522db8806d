"""Preset nixl-tcp: KV caches over TCP, on purpose."""

from __future__ import annotations

import pytest
from tests.compose.made import engine
from tests.overlays.presets.test_rdma_ib import served


@pytest.mark.parametrize("role", ["decode", "prefill"])
def test_ucx_is_told_to_take_tcp(role: str) -> None:
    """Beside what moves memory within a node; and each engine is found under the address of its pod."""
    variables = served("nixl-tcp").variables(role)
    assert (variables["UCX_TLS"], variables["UCX_NET_DEVICES"]) == ("cuda_copy,cuda_ipc,tcp", "all")
    assert variables["VLLM_NIXL_SIDE_CHANNEL_HOST"] == {"fieldRef": {"fieldPath": "status.podIP"}}


def test_the_interface_may_be_named() -> None:
    """Where pods have several network interfaces, one may be named."""
    assert served({"name": "nixl-tcp", "netDevices": "eth0"}).variables()["UCX_NET_DEVICES"] == "eth0"


def test_sglang_is_found_in_its_own_words() -> None:
    """By a variable of another name."""
    variables = served("nixl-tcp", decode={"containers": [engine(modelCommand="sglangServe")]}).variables()
    assert variables["SGLANG_NIXL_SIDE_CHANNEL_HOST"] == {"fieldRef": {"fieldPath": "status.podIP"}}
    assert "VLLM_NIXL_SIDE_CHANNEL_HOST" not in variables
