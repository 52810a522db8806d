"""Preset aws-efa: Elastic Fabric Adapters, as many as the GPUs have."""

from __future__ import annotations

import json

import pytest
from tests.compose.made import engine, make
from tests.overlays.presets.test_rdma_ib import served

EFA = "vpc.amazonaws.com/efa"


@pytest.mark.parametrize("tensor", [1, 2, 4, 8])
@pytest.mark.parametrize("data", [1, 2])
def test_there_are_as_many_adapters_as_the_devices_of_the_pod_have(tensor: int, data: int) -> None:
    """Four for each, unless the preset is told otherwise."""
    role = {"parallelism": {"tensor": tensor, "data": data, "dataLocal": data}, "containers": [engine(modelCommand="vllmServe")]}
    for given, each in (("aws-efa", 4), ({"name": "aws-efa", "perDevice": 2}, 2)):
        resources = served(given, decode=role).container()["resources"]
        assert resources["limits"] == resources["requests"] == {"nvidia.com/gpu": str(tensor * data), EFA: str(each * tensor * data)}


def test_devices_of_ones_own_count() -> None:
    """And not what the parallelism needs."""
    role = {"containers": [engine(modelCommand="vllmServe", resources={"limits": {"nvidia.com/gpu": "8"}})]}
    assert served("aws-efa", decode=role).container()["resources"]["limits"][EFA] == "32"


def test_claimed_devices_count_too() -> None:
    """GPUs by Dynamic Resource Allocation, adapters by their device plugin."""
    resources = served("aws-efa", accelerator={"dra": True}).container()["resources"]
    assert resources == {"claims": [{"name": "nvidia-decode-claim"}], "limits": {EFA: "8"}, "requests": {EFA: "8"}}


def test_libfabric_is_told() -> None:
    """In its own words; and vLLM takes NIXL's plugin for it, which is not the default."""
    made = served({"name": "aws-efa", "privileged": True, "logLevel": "info"})
    variables = {"FI_PROVIDER": "efa", "FI_EFA_USE_DEVICE_RDMA": "1", "FI_EFA_ENABLE_SHM_TRANSFER": "0", "FI_LOG_LEVEL": "info"}
    assert variables.items() <= made.variables().items()
    assert made.container()["securityContext"] == {"privileged": True, "capabilities": {"add": ["IPC_LOCK", "SYS_PTRACE"]}}
    assert json.loads(made.container()["args"][-1]) == {"kv_connector_extra_config": {"backends": ["LIBFABRIC"]}}
    plain = served("aws-efa").container()
    assert plain["securityContext"] == {"capabilities": {"add": ["IPC_LOCK", "SYS_PTRACE"]}}


def test_it_goes_with_nixl() -> None:
    """What that says of the connector stays."""
    container = served("nixl", "aws-efa").container("prefill")
    told = json.loads(container["args"][container["args"].index("--kv-transfer-config") + 1])
    assert told["kv_connector"] == "NixlConnector"
    assert told["kv_connector_extra_config"] == {"backends": ["LIBFABRIC"]}


def test_sglang_is_told_by_a_variable() -> None:
    """And by no flag of vLLM's."""
    made = served("aws-efa", decode={"containers": [engine(modelCommand="sglangServe")]})
    assert made.variables()["SGLANG_DISAGGREGATION_NIXL_BACKEND"] == "LIBFABRIC"
    assert "LIBFABRIC" not in " ".join(made.container()["args"])


def test_a_command_of_ones_own_is_left_alone() -> None:
    """Nobody knows where its flags are."""
    script = {"command": ["sh", "-c", "exec vllm serve m"]}
    made = served("aws-efa", decode={"containers": [engine(**script)]})
    assert made.container()["command"] == script["command"]
    assert made.container()["resources"]["limits"][EFA] == "4"


def test_an_engine_without_devices_has_no_adapters() -> None:
    """The simulator needs no devices, and so gets no network adapters either."""
    image = "ghcr.io/llm-d/llm-d-inference-sim:v0.6"
    made = make({"profile": "llm-d", "presets": ["aws-efa"], "prefill": {"create": False}, "decode": {"containers": [engine(image=image)]}})
    assert "resources" not in made.container()
