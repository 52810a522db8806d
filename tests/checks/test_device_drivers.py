"""Devices that come both from a device plugin and by claims."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import service
from tests.compose.made import Map, engine, make

FIELD = "spec.decode.containers[0].resources.limits.nvidia.com/gpu"


def told(spec: Map | None = None, **container: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told."""
    return [(severity, field) for severity, field, _ in service(spec, **container).found("device-drivers")]


def test_a_container_asks_one_way() -> None:
    """Beside a claim, the plugin's resource is an error; as none, or another's, it is not."""
    claimed = {"accelerator": {"dra": True}}
    assert told(claimed) == []
    assert told(claimed, resources={"limits": {"nvidia.com/gpu": "2"}}) == [("error", FIELD)]
    assert told(claimed, resources={"requests": {"nvidia.com/gpu": 2}}) == [("error", FIELD.replace("limits", "requests"))]
    assert told(claimed, resources={"limits": {"nvidia.com/gpu": "0"}}) == []
    assert told(claimed, resources={"limits": {"rdma/ib": "1", "cpu": "8"}}) == []
    assert told({}, resources={"limits": {"nvidia.com/gpu": "1"}}) == []


def test_all_roles_go_one_way() -> None:
    """Of one type, unless their nodes are others, which nobody knows here; GPUs of another are of other nodes."""
    prefill: Map = {"create": True, "accelerator": {"dra": False}, "containers": [engine(modelCommand="vllmServe")]}
    assert told({"accelerator": {"dra": True}, "prefill": prefill}) == [("warning", "spec.prefill.accelerator.dra")]
    prefill["accelerator"]["type"] = "amd"
    assert told({"accelerator": {"dra": True}, "prefill": prefill}) == []


def test_every_request_counts() -> None:
    """Also the second of a template, and one of which the first available is taken."""
    nvidia: Map = {"name": "t", "class": "nic.example", "requests": [{"name": "nic"}, {"name": "gpu", "class": "gpu.nvidia.com"}]}
    templates: Map = {"nic": nvidia, "nvidia": {"name": "n", "class": "gpu.nvidia.com"}}
    spec: Map = {"accelerator": {"type": "nic", "dra": True, "resourceClaimTemplates": templates}}
    asks = {"resources": {"limits": {"nvidia.com/gpu": "1"}}}
    assert told(spec, **asks) == [("error", FIELD)]
    nvidia["requests"][1]["match"] = "firstAvailable"
    assert told(spec, **asks) == [("error", FIELD)]
    nvidia["requests"].pop()
    assert told(spec, **asks) == []


def test_a_network_device_by_claims_goes_with_gpus_of_a_plugin() -> None:
    """Two kinds of devices, each with its driver."""
    nic: Map = {"apiVersion": "resource.k8s.io/v1", "kind": "ResourceClaimTemplate", "metadata": {"name": "nic"}}
    nic["spec"] = {"spec": {"devices": {"requests": [{"name": "nic", "exactly": {"deviceClassName": "mrdma.google.com"}}]}}}
    claims = {"resourceClaims": [{"name": "nic", "resourceClaimTemplateName": "nic"}]}
    assert told({"decode": claims, "extraObjects": [nic]}) == []
    nic["spec"]["spec"]["devices"]["requests"][0]["exactly"]["deviceClassName"] = "gpu.nvidia.com"
    assert told({"decode": claims, "extraObjects": [nic]}) == [("error", "spec.decode.accelerator.dra")]


@pytest.mark.parametrize("enabled", [True, False])
def test_furiosa_devices_by_a_plugin_and_by_claims(enabled: bool) -> None:
    """With profile furiosa it is dra.enabled that turns claims on."""
    container = engine(modelCommand="furiosaLLMServe", resources={"limits": {"furiosa.ai/rngd": "1"}})
    made = make({"dra": {"enabled": enabled}, "decode": {"containers": [container]}})
    field = "spec.decode.containers[0].resources.limits.furiosa.ai/rngd"
    assert [one[:2] for one in made.found("device-drivers")] == [("error", field)] * enabled
