"""Preset mnnvl: one ComputeDomain for all pods of a service."""

from __future__ import annotations

from tests.overlays.presets.test_rdma_ib import served

CHANNEL = {"name": "compute-domain-channel", "resourceClaimTemplateName": "llama-compute-domain-channel"}


def test_all_pods_are_in_one_domain() -> None:
    """Prefill and decode too, between which KV caches go; their GPUs still come from where they came."""
    made = served("mnnvl")
    domain = made.one("ComputeDomain")
    assert domain["spec"] == {
        "numNodes": 0,
        "channel": {"allocationMode": "Single", "resourceClaimTemplate": {"name": CHANNEL["resourceClaimTemplateName"]}},
    }
    for role in ("decode", "prefill"):
        assert made.pod(role)["resourceClaims"] == [CHANNEL]
        resources = made.container(role)["resources"]
        assert (resources["claims"], resources["limits"]) == ([{"name": CHANNEL["name"]}], {"nvidia.com/gpu": "2"})


def test_drivers_that_wait_are_told_for_how_many_nodes() -> None:
    """In vain for newer ones."""
    assert served({"name": "mnnvl", "nodes": 4}).one("ComputeDomain")["spec"]["numNodes"] == 4


def test_libraries_are_told() -> None:
    """Each in its own words."""
    names = ("NCCL_MNNVL_ENABLE", "NCCL_CUMEM_ENABLE", "NCCL_NVLS_ENABLE", "NCCL_P2P_LEVEL", "UCX_CUDA_IPC_ENABLE_MNNVL", "UCX_TLS")
    variables = served("mnnvl").variables()
    assert [variables[name] for name in names] == ["1", "1", "1", "NVL", "y", "cuda_copy,cuda_ipc,tcp"]
