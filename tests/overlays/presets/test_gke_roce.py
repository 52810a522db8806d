"""Preset gke-roce: a GPU and the adapter next to it for each rank, by Dynamic Resource Allocation."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import engine, make
from tests.overlays.presets.test_rdma_ib import served

EACH = {"allocationMode": "ExactCount", "count": 1}
REQUESTS = [
    {"name": "gpu", "exactly": {"deviceClassName": "gpu.nvidia.com", **EACH}},
    {"name": "nic", "exactly": {"deviceClassName": "mrdma.google.com", **EACH}},
]
CONSTRAINTS = [{"requests": ["gpu", "nic"], "matchAttribute": "resource.kubernetes.io/pcieRoot"}]


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 8), st.integers(1, 8))
def test_there_are_as_many_claims_as_ranks(tensor: int, local: int) -> None:
    """Each rank has one GPU and the adapter at the same root; the device plugin gives nothing."""
    split = {"tensor": tensor, "data": local, "dataLocal": local}
    made = served("gke-roce", decode={"parallelism": split, "containers": [engine(modelCommand="vllmServe")]})
    names = [f"nvidia-decode-claim-{rank}" for rank in range(tensor * local)]
    template = "nvidia-claim-template-decode"
    assert made.pod()["resourceClaims"] == [{"name": name, "resourceClaimTemplateName": template} for name in names]
    assert made.container()["resources"] == {"claims": [{"name": name} for name in names]}
    templates = {obj["metadata"]["name"]: obj["spec"]["spec"] for obj in made.objects if obj["kind"] == "ResourceClaimTemplate"}
    assert templates[template] == {"devices": {"requests": REQUESTS, "constraints": CONSTRAINTS}}


@pytest.mark.parametrize(
    ("split", "ranks"),
    [
        ({"mode": "mp", "tensor": 8, "pipeline": 2, "workers": 2}, 8),
        ({"mode": "internal", "data": 4, "dataLocal": 2, "tensor": 2}, 4),
        ({"mode": "hybrid", "data": 16, "dataLocal": 8}, 8),
        ({"mode": "multi-port", "data": 16, "dataLocal": 8}, 8),
    ],
)
def test_each_pod_of_a_group_has_the_claims_of_its_ranks(split: dict[str, object], ranks: int) -> None:
    """Leaders and workers alike, in each mode."""
    role = {"parallelism": split, "containers": [engine(modelCommand="vllmServe")]}
    made = served("gke-roce", multinode=True, decode=role, prefill={"create": False})
    (group,) = [obj["spec"]["leaderWorkerTemplate"] for obj in made.objects if obj["kind"] == "LeaderWorkerSet"]
    pods = [group[name]["spec"] for name in ("leaderTemplate", "workerTemplate") if name in group]
    assert [len(pod["resourceClaims"]) for pod in pods] == [ranks] * len(pods)
    assert [len(pod["containers"][0]["resources"]["claims"]) for pod in pods] == [ranks] * len(pods)


def test_pods_may_run_on_the_nodes() -> None:
    """And start transfers from their GPUs."""
    made = served("gke-roce")
    assert made.pod()["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    assert made.container()["securityContext"] == {"privileged": True, "capabilities": {"add": ["IPC_LOCK"]}}
    assert served({"name": "gke-roce", "privileged": False}).container()["securityContext"]["privileged"] is False


def test_libraries_are_told() -> None:
    """Not to take GKE's plugins, and which adapter is next to which GPU."""
    variables = served({"name": "gke-roce", "interface": "net0"}).variables()
    expected = {"NCCL_TUNER_PLUGIN": "none", "NVSHMEM_DISABLE_GDRCOPY": "1", "NCCL_SOCKET_IFNAME": "net0"}
    expected |= {"GLOO_SOCKET_IFNAME": "net0", "NVSHMEM_BOOTSTRAP_UID_SOCK_IFNAME": "net0", "UCX_IB_ROCE_REACHABILITY_MODE": "all"}
    (empty,) = [one for one in served("gke-roce").container()["env"] if one["name"] == "NCCL_NET_PLUGIN"]
    assert empty == {"name": "NCCL_NET_PLUGIN"}
    expected |= {"NVSHMEM_REMOTE_TRANSPORT": "ibgda", "NVSHMEM_IB_ENABLE_IBGDA": "true"}
    assert expected.items() <= variables.items()
    assert variables["DEEP_EP_DEVICE_TO_HCA_MAPPING"].startswith("0:mlx5_0:1,1:mlx5_1:1")
    assert served({"name": "gke-roce", "hcaMapping": "0:a:1"}).variables()["DEEP_EP_DEVICE_TO_HCA_MAPPING"] == "0:a:1"


def test_the_class_of_the_adapters_may_be_another() -> None:
    """A cluster may call the DeviceClass of its adapters otherwise, as dranet does."""
    made = served({"name": "gke-roce", "nicClass": "dranet.example"}, prefill={"create": False})
    assert made.one("ResourceClaimTemplate")["spec"]["spec"]["devices"]["requests"][1]["exactly"]["deviceClassName"] == "dranet.example"


def test_what_is_newer_than_the_cluster_is_told() -> None:
    """Claim templates are of Kubernetes 1.34."""
    assert any("needs Kubernetes 1.34" in one or "1.34" in one for one in served("gke-roce", kubernetesVersion="1.33").errors)


@pytest.mark.parametrize("spec", [{"accelerator": {"dra": False}}, {"profile": "furiosa"}])
def test_it_is_for_devices_that_are_claimed(spec: dict[str, object]) -> None:
    """What says otherwise is told."""
    assert [error.partition(":")[0] for error in make({"profile": "llm-d", "presets": ["gke-roce"], **spec}).errors] == ["spec.presets[0]"]
