"""Profile furiosa-2026.3, as Furiosa's chart is from 2026.3 on: sizes and flags, devices and claims, paths, tracing."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import decode, engine, make

Map = dict[str, Any]
SERVE: Map = {"modelCommand": "furiosaLLMServe", "mountModelVolume": True}


def newer(spec: Map | None = None, **container: Any) -> Any:
    """Make a service of the profile, with a container where any of its fields is given."""
    return make({"profile": "furiosa-2026.3", **(decode(**SERVE, **container) if container else {}), **(spec or {})})


@pytest.mark.parametrize(
    ("parallelism", "sizes", "devices"),
    [
        ({}, (8, 1, 1), "1"),
        ({"tensor": None, "data": None, "pipeline": None}, (8, 1, 1), "1"),
        ({"tensor": 1}, (1, 1, 1), "1"),
        ({"tensor": 4, "data": 3}, (4, 3, 1), "2"),
        ({"data": 2, "pipeline": 3}, (8, 2, 3), "6"),
    ],
)
def test_every_size_is_told(parallelism: Map, sizes: tuple[int, int, int], devices: str) -> None:
    """In one order after the port, also where it is 1; tensor is 8 where nothing is said, and a device has 8 cores."""
    made = newer({"decode": {"parallelism": parallelism}})
    tensor, data, pipeline = map(str, sizes)
    flags = ["--tensor-parallel-size", tensor, "--data-parallel-size", data, "--pipeline-parallel-size", pipeline]
    assert made.container()["args"][1:] == ["--port", "8000", *flags]
    assert made.container()["resources"]["limits"] == {"furiosa.ai/rngd": devices}
    assert [made.variables()[name] for name in ("DP_SIZE", "TP_SIZE", "PP_SIZE")] == [data, tensor, pipeline]
    assert "initContainers" not in made.pod()


def test_pods_have_one_label_by_default() -> None:
    """The model's name is none of them."""
    assert newer().template()["metadata"]["labels"] == {"llm-d.ai/inference-serving": "true", "llm-d.ai/role": "decode"}


@pytest.mark.parametrize(
    ("resources", "asked"),
    [
        (None, {"furiosa.ai/rngd": "1"}),
        ({"furiosa": None}, {"furiosa.ai/rngd": "1"}),
        ({"furiosa": "furiosa.ai/card"}, {"furiosa.ai/card": "1"}),
        ({"furiosa": ""}, None),
    ],
)
def test_the_name_of_the_device(resources: Map | None, asked: Map | None) -> None:
    """The chart's own where none is said; an empty name asks for no device."""
    assert newer({"accelerator": {"resources": resources}}).container().get("resources", {}).get("limits") == asked


def test_claims_are_of_the_accelerator() -> None:
    """By accelerator's claim templates, for a role that asks for it; the devices of the pod are counted, unless the template says."""
    spec = {
        "decode": {"accelerator": {"dra": True}, "parallelism": {"data": 2}, "resourceClaims": [{"name": "nic", "resourceClaimName": "n"}]}
    }
    made = newer(spec)
    template = made.one("ResourceClaimTemplate")
    assert template["metadata"]["name"] == "furiosa-claim-template-decode"
    assert template["metadata"]["labels"]["llm-d.ai/role"] == "decode"
    (request,) = template["spec"]["spec"]["devices"]["requests"]
    assert request == {"name": "furiosa", "exactly": {"deviceClassName": "npu.furiosa.ai", "count": 2}}
    assert [claim["name"] for claim in made.pod()["resourceClaims"]] == ["furiosa-decode-claim", "nic"]
    assert made.container()["resources"] == {"claims": [{"name": "furiosa-decode-claim"}, {"name": "nic"}]}
    own = {"accelerator": {"resourceClaimTemplates": {"furiosa": {"count": 5}}}}
    assert newer({**spec, **own}).one("ResourceClaimTemplate")["spec"]["spec"]["devices"]["requests"][0]["exactly"]["count"] == 5


@pytest.mark.parametrize("dra", [False, True])
def test_a_number_of_ones_own_is_told(*, dra: bool) -> None:
    """It stays, the workload carries a warning, also beside claims; llm-d says nothing of claims."""
    resources = {"limits": {"furiosa.ai/rngd": "4"}}
    made = newer({"accelerator": {"dra": dra}}, resources=resources)
    assert made.container()["resources"]["limits"] == resources["limits"]
    assert "is set to 4, but the parallelism needs 1" in made.workload()["metadata"]["annotations"]["llm-d.ai/accelerator-warning"]
    beside = {
        "accelerator": {"dra": True},
        "checks": {"device-drivers": "off"},
        "decode": {"containers": [engine(resources={"limits": {"nvidia.com/gpu": "4"}})]},
    }
    assert "annotations" not in make({"profile": "llm-d", **beside}).workload()["metadata"]


@pytest.mark.parametrize(
    ("uri", "model", "variables", "read_only"),
    [
        ("hf://a/b", "a/b", {"HF_HOME": "/models/"}, None),
        ("pvc://c/a/b", "/models/a/b", {}, True),
        ("pvc+hf://c/hub/a/b", "a/b", {"HF_HUB_CACHE": "/models/hub"}, True),
        ("oci://r/a:1", "/models", {}, True),
    ],
)
def test_a_last_slash_of_the_mount_path(uri: str, model: str, variables: Map, read_only: bool | None) -> None:
    """Is taken off where a path follows, and stays in the mount and in HF_HOME; mounts of claims are read-only, those of caches too."""
    made = newer({"modelArtifacts": {"uri": uri, "mountPath": "/models/"}})
    assert made.container()["args"][0] == model
    assert {name: value for name, value in made.variables().items() if name.startswith("HF_")} == variables
    assert made.mounts()["/models/"].get("readOnly") is read_only
    assert make({"modelArtifacts": {"uri": "pvc://c/a", "mountPath": "/models/"}}).container()["args"][0] == "/models//a"


def test_the_engine_is_traced() -> None:
    """Variables behind the token, named by furiosaLLMDecode; flags of vLLM's are none of its own."""
    made = newer({"tracing": {"enabled": True}, "modelArtifacts": {"authSecretName": "hf"}})
    names = [*made.variables()]
    assert names[:5] == ["DP_SIZE", "TP_SIZE", "PP_SIZE", "HF_HOME", "HF_TOKEN"]
    assert made.variables()["OTEL_SERVICE_NAME"] == "furiosa-llm-decode"
    assert not [arg for arg in made.container()["args"] if "trace" in arg]
    without = newer({"tracing": {"enabled": True, "serviceNames": {"furiosaLLMDecode": None}}})
    assert without.errors == ["spec.tracing.serviceNames.furiosaLLMDecode: missing; tracing needs it"]


@pytest.mark.parametrize(
    ("profile", "spec", "field"),
    [
        ("furiosa-2026.3", {"tracing": {"enabled": True, "vllm": {"collectDetailedTraces": "all"}}}, "spec.tracing.vllm"),
        ("furiosa-2026.3", {"tracing": {"enabled": True, "serviceNames": {"vllmDecode": "a"}}}, "spec.tracing.serviceNames.vllmDecode"),
        (
            "llm-d",
            {"tracing": {"enabled": True, "serviceNames": {"furiosaLLMPrefill": "a"}}},
            "spec.tracing.serviceNames.furiosaLLMPrefill",
        ),
        ("furiosa-2026.3", {"requester": {"enable": True}}, "spec.requester"),
    ],
)
def test_keys_of_another_profile_are_told(profile: str, spec: Map, field: str) -> None:
    """A key that means nothing under this profile is a warning."""
    told = make({"profile": profile, **spec}).found("unused-keys")
    assert ("warning", field, f"means nothing with profile {profile}") in told
