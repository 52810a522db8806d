"""Keys that mean nothing as the service is set up (behaviour 10)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make

Map = dict[str, Any]


def fields(spec: Map) -> list[str]:
    """Return the fields that are found."""
    found = make(spec).found("unused-keys")
    assert all(severity == "warning" for severity, _, _ in found)
    return [field for _, field, _ in found]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"tracing": {"enabled": True}}, "spec.tracing"),
        ({"tracing": {"otlpEndpoint": "http://x"}}, "spec.tracing"),
        ({"requester": {"enable": True}}, "spec.requester"),
        ({"accelerator": {"dra": True}}, "spec.accelerator.dra"),
        ({"accelerator": {"resourceClaimTemplates": {"a": {"name": "n", "class": "c"}}}}, "spec.accelerator.resourceClaimTemplates"),
        ({"decode": {"accelerator": {"type": "amd"}}}, "spec.decode.accelerator"),
        ({"decode": {"parallelism": {"dataLocal": 2}}}, "spec.decode.parallelism.dataLocal"),
        ({"profile": "llm-d", "dra": {"enabled": True}}, "spec.dra"),
        ({"profile": "llm-d", "dra": {"type": "x"}}, "spec.dra"),
        ({"profile": "llm-d", "prefill": {"parallelism": {"pipeline": 2}}}, "spec.prefill.parallelism.pipeline"),
    ],
)
def test_a_key_of_the_other_profile_is_a_warning(spec: Map, field: str) -> None:
    """Tracing, requester and the like under furiosa, dra and pipeline under llm-d do nothing, and that is told (behaviour 10)."""
    assert fields(spec) == [field]


@pytest.mark.parametrize(
    "spec",
    [
        {"tracing": {"enabled": False, "otlpEndpoint": "http://x"}},
        {"requester": {"enable": False, "image": "x"}},
        {"accelerator": {"dra": False, "resourceClaimTemplates": {}}},
        {"tracing": {}, "requester": None},
        {"decode": {"accelerator": {}, "parallelism": {"dataLocal": None}}},
        {"prefill": {"accelerator": {"type": "amd"}}},
        {"profile": "llm-d", "dra": {"enabled": False, "claimTemplates": [{"name": "x"}]}},
        {"profile": "llm-d", "tracing": {"enabled": True}, "requester": {"enable": True}, "accelerator": {"dra": True}},
        {"dra": {"enabled": True}, "decode": {"parallelism": {"pipeline": 2}}},
    ],
)
def test_what_says_nothing_or_means_something_is_not_told(spec: Map) -> None:
    """Values files spell out switches that are off; and keys of the own profile count."""
    assert fields(spec) == []


def test_a_pipeline_is_used_by_furiosa_engines_under_llm_d() -> None:
    """FuriosaLLMServe is allowed there, and takes --pipeline-parallel-size (behaviour 4)."""
    role: Map = {"parallelism": {"pipeline": 2}, "containers": [engine(modelCommand="furiosaLLMServe")]}
    spec = {"profile": "llm-d", "prefill": {"create": False}, "decode": role}
    assert fields(spec) == []
    assert "--pipeline-parallel-size" in make(spec).container()["args"]


def test_what_furiosa_engines_do_not_use_either_is_told() -> None:
    """DataLocal means nothing under furiosa, whatever the container runs."""
    role: Map = {"parallelism": {"dataLocal": 2}, "containers": [engine(modelCommand="furiosaLLMServe")]}
    assert fields({"decode": role}) == ["spec.decode.parallelism.dataLocal"]


@pytest.mark.parametrize("command", ["furiosaLLMServe", "vllmServe", "imageDefault"])
def test_a_command_beside_a_generated_one_is_told(command: str) -> None:
    """Only a custom container runs the user's command; elsewhere it is dropped, and not in silence."""
    spec = {"decode": {"containers": [engine(), engine(name="b", modelCommand=command, command=["sh"])]}}
    assert fields(spec) == ["spec.decode.containers[1].command"]
    assert make(spec).container(index=1).get("command") != ["sh"]
    assert fields({"decode": {"containers": [engine(modelCommand="custom", command=["sh"])]}}) == []
