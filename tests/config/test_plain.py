"""Configs that say nothing in Kubernetes' own words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import document, engine

from modelservice import kubernetes
from modelservice.config.plain import is_plain
from modelservice.generate import generate

Map = dict[str, Any]

PLAIN: Map = {
    "profile": "llm-d",
    "presets": ["shm", "probes", "graceful-shutdown", "hardened", "nvidia-tolerations"],
    "multinode": False,
    "fullnameOverride": "short",
    "modelArtifacts": {"size": "100Gi", "authSecretName": "hf-token", "labels": {"llm-d.ai/model": "m"}},
    "routing": {"servicePort": 8000, "proxy": {"image": "proxy:v0.7.1", "targetPort": 8200}, "inferencePool": {"create": True}},
    "decode": {"replicas": 2, "parallelism": {"tensor": 2}, "containers": [engine(modelCommand="vllmServe", mountModelVolume=True)]},
    "prefill": {"create": False},
}


def test_a_service_of_names_numbers_and_images_is_plain() -> None:
    """Most services are so, and need no slower look."""
    assert is_plain(document(PLAIN))
    assert is_plain(document({}))


@pytest.mark.parametrize(
    "spec",
    [
        {"decode": {"volumes": []}},
        {"decode": {"containers": [engine(env=[])]}},
        {"decode": {"extraConfig": {}}},
        {"overlays": [{}]},
        {"patches": [{}]},
        {"extraObjects": [{}]},
        {"kubernetesVersion": "1.34"},
        {"fullnameOverride": "Bad_Name"},
        {"serviceAccountOverride": "a b"},
        {"modelArtifacts": {"size": "10 Gi"}},
        {"modelArtifacts": {"size": "-5"}},
        {"modelArtifacts": {"size": "0"}},
        {"modelArtifacts": {"labels": {"a": "b/c"}}},
        {"modelArtifacts": {"labels": {"a b": "c"}}},
        {"modelArtifacts": {"authSecretName": "HF TOKEN"}},
        {"modelArtifacts": {"mountPath": "models"}},
        {"modelArtifacts": {"uri": "pvc://Bad_Claim/x"}},
        {"routing": {"servicePort": 70000}},
        {"routing": {"proxy": {"image": ""}}},
        {"decode": {"replicas": 3_000_000_000}},
        {"decode": {"replicas": -1}},
        {"decode": {"containers": [engine(name="Furiosa_LLM")]}},
        {"decode": {"containers": [engine(image="a b")]}},
        {"engine": {"name": "routing-proxy", "image": "x:1"}},
        {"decode": {"containers": [engine(name="routing-proxy")]}},
        {"decode": {"monitoring": {"podmonitor": {"portName": "a-name-that-is-long"}}}},
    ],
)
def test_what_needs_a_look_is_not_plain(spec: Map) -> None:
    """Kubernetes' own objects, overlays and patches, and names, sizes and numbers that may be wrong."""
    assert not is_plain(document(spec))


@pytest.mark.parametrize("metadata", [{"name": "Bad"}, {"namespace": "ML_ns"}, {"namespace": "../x"}])
def test_names_of_the_service_count(metadata: Map) -> None:
    """They become names of objects."""
    plain = document({})
    assert not is_plain({**plain, "metadata": {**plain["metadata"], **metadata}})


@settings(max_examples=60, deadline=None)
@given(
    profile=st.sampled_from(["furiosa", "llm-d"]),
    presets=st.lists(st.sampled_from(["shm", "probes", "graceful-shutdown", "hardened", "nvidia-tolerations"]), unique=True),
    size=st.sampled_from(["1Gi", "5Mi", "2T", "1.5G"]),
    replicas=st.integers(0, 100),
    multinode=st.booleans(),
    proxied=st.booleans(),
    port=st.integers(1, 65535),
)
def test_what_a_plain_service_becomes_is_right(
    profile: str, presets: list[str], size: str, replicas: int, multinode: bool, proxied: bool, port: int
) -> None:
    """No look is taken at it, so nothing may be wrong with it."""
    spec = {
        "profile": profile,
        "presets": presets,
        "multinode": multinode,
        "modelArtifacts": {"size": size},
        "routing": {"servicePort": port, "proxy": {"enabled": proxied, "targetPort": port % 60000 + 2}, "inferencePool": {"create": True}},
        "decode": {"replicas": replicas},
    }
    given_document = document(spec)
    assert is_plain(given_document)
    objects = generate([given_document])[0].objects
    assert [problem for obj in objects for problem in kubernetes.problems(obj)] == []
