"""Engines of prefill and decode that hand no KV cache over."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, make

VLLM: Map = {"image": "vllm:0.18.0", "modelCommand": "vllmServe"}
GIVEN: Map = {"kv-transfer-config": {"kv_connector": "NixlConnector"}}


def told(engine: Map, **spec: Any) -> list[str]:
    """Return the roles that are told of in a service with prefill and decode."""
    made = make({"profile": "llm-d", "prefill": {"replicas": 1}, **spec, "engine": {**VLLM, **engine}})
    told = made.found("kv-transfer")
    assert {(severity, field) for severity, field, _ in told} <= {("warning", "spec.engine")}
    return [role for _, _, message in told for role in message.partition(" without ")[0].split(" and ")]


BOTH = ["decode", "prefill"]


@pytest.mark.parametrize(
    ("engine", "roles"),
    [
        ({}, BOTH),
        ({"modelCommand": "sglangServe"}, BOTH),
        ({"modelCommand": "sglangServe", "flags": {"disaggregation-mode": "prefill"}}, []),
        ({"modelCommand": "imageDefault"}, BOTH),
        ({"flags": GIVEN}, []),
        ({"args": ["--kv_transfer_config={}"]}, []),
        ({"args": ["--kv-transfer-config.kv_connector", "NixlConnector"]}, []),
        ({"args": ["--config", "file"]}, []),
        ({"args": ["$(MORE)"]}, []),
        ({"modelCommand": "custom", "command": ["sh", "-c", "exec vllm serve m"]}, BOTH),
        ({"modelCommand": "custom", "command": ["sh", "-c", "exec vllm serve m $MORE"]}, []),
        ({"modelCommand": "custom", "command": ["run"]}, []),
        ({"modelCommand": "furiosaLLMServe"}, []),
        ({"image": "ghcr.io/llm-d/llm-d-inference-sim:v0.3.0"}, []),
    ],
)
def test_an_engine_without_the_flag_is_told(engine: Map, roles: list[str]) -> None:
    """Also one of a command of the user's, as far as it can be read."""
    assert told(engine) == roles


def test_one_side_without_the_other_is_told() -> None:
    """Of the two, the one that lacks it."""
    assert told({}, decode={"engine": {"flags": GIVEN}}) == BOTH[1:]
    assert told({}, presets=["nixl"]) == []
    assert told({"modelCommand": "sglangServe"}, presets=["nixl"]) == []


def test_there_is_nothing_to_tell_where_one_side_has_no_pods() -> None:
    """As in the charts' defaults, whose prefill has no replicas; one that is scaled may have some."""
    assert told({}, prefill={"replicas": 0}) == []
    assert told({}, prefill={"replicas": 0, "autoscaling": {"enabled": True}}) == BOTH
    assert told({}, prefill={"create": False}) == []
