"""Values that a tool wrote for a new service, in the shape that aiconfigurator and llm-d-benchmark give theirs."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from modelservice.conversion import Conversion, ConversionError, convert
from modelservice.conversion.mending import mended, tool_of
from modelservice.conversion.problems import written
from modelservice.conversion.release import Release
from modelservice.generate import generate

Map = dict[str, Any]

SIDECAR = "ghcr.io/llm-d/llm-d-routing-sidecar:latest"


def searched(*args: str, **decode: Any) -> Map:
    """Return values as aiconfigurator writes them: whole arguments, one rank a pod, the devices of one rank."""
    container = {
        "name": "vllm",
        "image": "vllm/vllm-openai:latest",
        "modelCommand": "vllmServe",
        "args": ["--model", "org/model", "--served-model-name", "chat", *args],
        "env": [],
        "ports": [{"containerPort": 8200, "name": "metrics", "protocol": "TCP"}],
        "resources": {"limits": {"nvidia.com/gpu": 2}},
        "mountModelVolume": True,
        "volumeMounts": [{"name": "metrics-volume", "mountPath": "/.config"}],
    }
    return {
        "enabled": True,
        "modelArtifacts": {"name": "org/model", "uri": "hf://org/model", "size": "100Gi", "authSecretName": ""},
        "accelerator": {"type": "nvidia", "dra": False},
        "routing": {"servicePort": 8000, "proxy": {"enabled": True, "image": SIDECAR, "zapLogLevel": "info"}},
        "multinode": False,
        "decode": {
            "create": True,
            "parallelism": {"tensor": 2, "data": 4, "dataLocal": 1, "workers": 1},
            "containers": [container],
            **decode,
        },
        "prefill": {"create": False, "replicas": 0},
    }


def benchmarked(**decode: Any) -> Map:
    """Return values as llm-d-benchmark renders them: a script, variables of its own, fields where nobody reads them."""
    container = {
        "name": "vllm",
        "image": "ghcr.io/llm-d/llm-d-cuda:v0.6.0",
        "modelCommand": "custom",
        "mountModelVolume": True,
        "command": ["/bin/sh", "-c"],
        "args": ["exec vllm serve /model-cache/m --port $VLLM_METRICS_PORT --seed $LLMDBENCH_SEED\n"],
        "env": [
            {"name": "VLLM_METRICS_PORT", "value": "8200"},
            {"name": "LLMDBENCH_POD_NS", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}},
            {"name": "LLMDBENCH_SEED", "value": "7"},
        ],
        "resources": {"limits": {"memory": "64Gi", "nvidia.com/gpu": "2"}, "requests": {"memory": "64Gi", "nvidia.com/gpu": "2"}},
        "extraConfig": {"imagePullSecrets": [{"name": "registry"}]},
    }
    return {
        "fullnameOverride": "model-1a2b",
        "schedulerName": "default-scheduler",
        "modelArtifacts": {"name": "org/model", "uri": "pvc://model-pvc/m", "labels": {"llm-d.ai/inferenceServing": "true"}},
        "accelerator": {"type": "nvidia"},
        "decode": {
            "create": True,
            "replicas": 1,
            "parallelism": {"tensor": 2, "data": 1, "dataLocal": 1, "workers": 2},
            "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
            "autoscaling": {"enabled": False, "minReplicas": 1},
            "containers": [container],
            **decode,
        },
        "prefill": {"create": False},
    }


def told(found: Conversion, what: str) -> list[str]:
    """Return what became of the keys of one kind, each as ``key: why``."""
    return [f"{written(change.key)}: {change.why}" for change in found.changes if change.what == what]


def test_searched_values_are_mended() -> None:
    """One name of the model, one served name, sizes and devices that fit, and each of it told."""
    values = searched("--tensor-parallel-size", "2", "--data-parallel-size", "4", "--max-num-seqs", "512", "--trust-remote-code")
    before = copy.deepcopy(values)
    found = convert(values)
    assert values == before
    assert found.document["metadata"] == {"name": "model"}
    assert found.document["spec"] == {
        "profile": "llm-d",
        "modelArtifacts": {"name": "org/model", "size": "100Gi"},
        "routing": {"proxy": {"zapLogLevel": "info"}},
        "engine": {
            "image": "vllm/vllm-openai:latest",
            "modelCommand": "vllmServe",
            "ports": [{"containerPort": 8200, "name": "metrics", "protocol": "TCP"}],
            "flags": {"max-num-seqs": 512, "trust-remote-code": True, "served-model-name": "chat"},
        },
        "decode": {"parallelism": {"tensor": 2, "data": 4, "dataLocal": 4}},
        "prefill": {"create": False},
    }
    (generated,) = generate([found.document])
    container = next(obj for obj in generated.objects if obj["kind"] == "Deployment")["spec"]["template"]["spec"]["containers"][0]
    args = container["args"]
    assert (args[0], args.count("--served-model-name"), args[args.index("--served-model-name") + 1]) == ("org/model", 1, "chat")
    assert container["resources"]["limits"] == {"nvidia.com/gpu": "8"}
    place = "decode.containers[0]"
    assert told(found, "mended") == [
        "routing.proxy.image: the name of that image ended with version 0.8, and latest with it; the profile's is the newer one",
        "decode.parallelism.dataLocal: is 4 now: 4 ranks of data run in one pod",
        f"{place}.args: --model: the command names the model already",
        f"{place}.args: --served-model-name: the command says org/model, and flags.served-model-name says chat",
        f"{place}.args: --tensor-parallel-size: parallelism.tensor says the same",
        f"{place}.args: --data-parallel-size: parallelism.data says the same",
        f"{place}.resources.limits.nvidia.com/gpu: is 2, and parallelism needs 8, which are asked for now",
    ]


@pytest.mark.parametrize("release", [Release("chat"), Release(objects="chat")])
def test_what_runs_stays(release: Release) -> None:
    """A release is not mended: its pods would restart."""
    values = searched()
    found = convert(values, version="0.4.16", release=release)
    (generated,) = generate([{**found.document, "spec": {"profile": "llm-d", **values}}])
    assert found.objects == generated.objects
    assert told(found, "mended") == []


@pytest.mark.parametrize(
    ("asked", "split"),
    [
        (2, {"dataLocal": 1, "workers": 4}),
        (4, {"dataLocal": 2, "workers": 2}),
        (8, {"dataLocal": 4, "workers": 1}),
        (6, {"dataLocal": 1, "workers": 1}),
    ],
)
def test_groups_are_as_large_as_their_devices_say(asked: int, split: Map) -> None:
    """With several pods a replica; where it does not divide, nothing is made up."""
    values = searched()
    values["multinode"] = True
    values["decode"]["containers"][0]["resources"]["limits"]["nvidia.com/gpu"] = asked
    right, _ = mended(values)
    assert right["decode"]["parallelism"] == {"tensor": 2, "data": 4, **split}


@pytest.mark.parametrize(
    ("args", "kept"),
    [
        (["--tensor-parallel-size", "4"], ["--tensor-parallel-size", "4"]),
        (["--pipeline-parallel-size=2"], ["--pipeline-parallel-size=2"]),
        (["--tensor_parallel_size=2"], None),
        (["--cudagraph-capture-sizes", "1", "2", "-O3"], ["--cudagraph-capture-sizes", "1", "2", "-O3"]),
    ],
)
def test_other_arguments_stay_as_they_are(args: list[str], kept: list[str] | None) -> None:
    """What says something else, and what nothing else says, in the words that it had."""
    right, _ = mended(searched(*args))
    assert right["decode"]["containers"][0].get("args") == kept


def test_rendered_values_of_the_benchmark_are_mended() -> None:
    """Fields get their right place, what only the benchmark reads goes, and what a script reads stays."""
    found = convert(benchmarked())
    spec = found.document["spec"]
    assert found.document["metadata"] == {"name": "model-1a2b"}
    assert "schedulerName" not in spec
    assert spec["decode"]["imagePullSecrets"] == [{"name": "registry"}]
    assert [*spec["decode"]["extraConfig"]] == ["affinity"]
    assert [*spec["engine"]["env"]] == ["LLMDBENCH_SEED", "VLLM_METRICS_PORT"] or [one["name"] for one in spec["engine"]["env"]] == [
        "VLLM_METRICS_PORT",
        "LLMDBENCH_SEED",
    ]
    assert spec["engine"]["resources"] == {"limits": {"memory": "64Gi"}, "requests": {"memory": "64Gi"}}
    assert [line.partition(":")[0] for line in told(found, "mended")] == [
        "schedulerName",
        "decode.affinity",
        "decode.containers[0].extraConfig.imagePullSecrets",
        "decode.containers[0].resources.limits.nvidia.com/gpu",
        "decode.containers[0].resources.requests.nvidia.com/gpu",
        "decode.containers[0].env[1]",
    ]
    assert told(found, "ignored") == ["decode.autoscaling.minReplicas: the chart does nothing with it"]
    assert "decode.parallelism.workers: means nothing without multinode: true" in told(found, "removed")


@pytest.mark.parametrize(
    ("values", "tool"),
    [
        (searched(), "aiconfigurator"),
        (benchmarked(), "llm-d-benchmark"),
        ({"decode": {"containers": [{"image": "x", "args": ["--model", "a"]}]}}, ""),
        ({"decode": {"containers": [{"image": "x", "modelCommand": "vllmServe", "args": ["--seed", "1"]}]}}, ""),
        ({"decode": None, "prefill": {"containers": "x"}}, ""),
        ({"decode": {"containers": [None, {"env": "x", "args": 5, "modelCommand": "vllmServe"}]}}, ""),
    ],
)
def test_tools_show_in_what_they_write(values: Map, tool: str) -> None:
    """Their values, and no others, are mended; misshapen ones are told later."""
    assert tool_of(values) == tool


@pytest.mark.parametrize("junk", [None, 5, "x", [], [None], {"a": 1}])
@pytest.mark.parametrize("place", ["parallelism", "containers", "resources", "extraConfig"])
def test_misshapen_values_raise_nothing_else(place: str, junk: Any) -> None:
    """They are converted, or refused with their places."""
    values = searched()
    if place in ("resources", "extraConfig"):
        values["decode"]["containers"][0][place] = junk
    else:
        values["decode"][place] = junk
    try:
        convert(values)
    except ConversionError as error:
        assert error.problems  # noqa: PT017
