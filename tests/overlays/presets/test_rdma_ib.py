"""Preset rdma-ib: adapters of InfiniBand by a device plugin."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Made, engine, make

Map = dict[str, Any]


def served(*presets: Any, **spec: Any) -> Made:
    """Make vLLM on two GPUs, with prefill, and these presets."""
    role = {"parallelism": {"tensor": 2}, "containers": [engine(modelCommand="vllmServe")]}
    return make({"profile": "llm-d", "presets": [*presets], "decode": role, "prefill": {"replicas": 1, **role}, **spec})


@pytest.mark.parametrize("role", ["decode", "prefill"])
def test_every_engine_has_the_adapters(role: str) -> None:
    """One of the plugin's resource stands for all adapters of a node, beside the GPUs; and the memory that they read may be locked."""
    container = served("rdma-ib").container(role)
    for part in ("limits", "requests"):
        assert container["resources"][part] == {"nvidia.com/gpu": "2", "rdma/ib": "1"}
    assert container["securityContext"] == {"capabilities": {"add": ["IPC_LOCK"]}}
    assert "securityContext" not in served().container(role)


def test_libraries_are_told_which_adapters_to_take() -> None:
    """Each in its own words."""
    variables = served({"name": "rdma-ib", "hca": "ibp", "netDevices": "mlx5_0:1", "interface": "net0"}).variables()
    expected = {"NCCL_IB_HCA": "ibp", "NVSHMEM_HCA_PREFIX": "ibp", "UCX_NET_DEVICES": "mlx5_0:1", "NCCL_SOCKET_IFNAME": "net0"}
    expected |= {"GLOO_SOCKET_IFNAME": "net0", "NVSHMEM_BOOTSTRAP_UID_SOCK_IFNAME": "net0"}
    expected |= {"NVSHMEM_REMOTE_TRANSPORT": "ibgda", "NVSHMEM_IB_ENABLE_IBGDA": "true"}
    assert expected.items() <= variables.items()
    usual = served("rdma-ib").variables()
    assert (usual["NCCL_IB_HCA"], usual["UCX_NET_DEVICES"], usual["NCCL_SOCKET_IFNAME"]) == ("mlx5", "all", "eth0")


def test_the_resource_may_be_another() -> None:
    """Plugins call it as they are set up."""
    made = served({"name": "rdma-ib", "resource": "rdma/shared_a", "count": 2})
    assert made.container()["resources"]["limits"]["rdma/shared_a"] == "2"


def test_a_variable_of_the_users_goes_over_the_presets() -> None:
    """What the spec says itself is above every preset."""
    role = {"containers": [engine(modelCommand="vllmServe", env=[{"name": "NCCL_IB_HCA", "value": "own"}])]}
    assert served("rdma-ib", decode=role).variables()["NCCL_IB_HCA"] == "own"


@pytest.mark.parametrize("other", ["gke-roce", "aws-efa", "mnnvl", "nixl-tcp", "hardened"])
def test_it_goes_not_together_with_another_network(other: str) -> None:
    """Nor with a standard that does not allow the capability."""
    assert served("rdma-ib", other).errors == ["spec.presets[1]: goes not together with preset rdma-ib; leave one out"]


def test_it_is_for_pods_with_devices() -> None:
    """What has none has nothing to reach."""
    assert [error.partition(":")[0] for error in served("rdma-ib", accelerator={"type": "cpu"}).errors] == ["spec.presets[0]"]
    assert make({"presets": ["rdma-ib"]}).errors[0].startswith("spec.presets[0]: is for services with profile llm-d")
