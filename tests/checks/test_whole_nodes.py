"""Deployments whose pods take whole nodes."""

from __future__ import annotations

import pytest
from tests.compose.made import Map, engine, make


def told(spec: Map | None = None, **role: object) -> list[tuple[str, str]]:
    """Return the severity and field of what is told of a role on GPUs."""
    body = {"containers": [engine()], "parallelism": {"tensor": 8}, **role}
    made = make({"profile": "llm-d", "prefill": {"create": False}, "decode": body, **(spec or {})})
    return [(severity, field) for severity, field, _ in made.found("whole-nodes")]


FOUND = [("info", "spec.decode.strategy")]


def rolling(**fields: object) -> Map:
    """Return the strategy of rolling updates."""
    return {"type": "RollingUpdate", "rollingUpdate": fields}


STRATEGIES: list[tuple[Map, int, bool]] = [
    ({}, 1, False),
    ({}, 3, False),
    ({}, 4, True),
    ({}, 0, True),
    ({"type": "RollingUpdate"}, 1, False),
    ({"type": "Recreate"}, 1, True),
    (rolling(maxUnavailable=1, maxSurge=0), 1, True),
    (rolling(maxUnavailable=0), 8, False),
    (rolling(maxUnavailable="50%"), 1, False),
    (rolling(maxUnavailable="50%"), 2, True),
    (rolling(maxSurge=1), 2, False),
]


@pytest.mark.parametrize(("strategy", "replicas", "right"), STRATEGIES)
def test_an_update_needs_room(strategy: Map, replicas: int, right: bool) -> None:
    """It may take a pod away first, by Kubernetes' own rounding; or else it waits for a free node."""
    assert told(strategy=strategy, replicas=replicas) == ([] if right else FOUND)


def test_only_whole_nodes() -> None:
    """Eight devices are one: by parallelism, of the user's own number, by claim; a LeaderWorkerSet makes room by itself."""
    assert told(parallelism={"tensor": 4}) == []
    assert told(parallelism={"tensor": 16}) == FOUND
    assert told(containers=[engine(resources={"limits": {"nvidia.com/gpu": "4"}})]) == []
    assert told(parallelism={"tensor": 1}, containers=[engine(resources={"limits": {"nvidia.com/gpu": 8}})]) == FOUND
    assert told({"accelerator": {"dra": True}}) == FOUND
    assert told({"multinode": True}) == []
    assert told({"accelerator": {"type": "cpu"}}) == []


def test_the_mend_in_the_message_is_one() -> None:
    """What the message says, pasted, is told nothing."""
    made = make({"profile": "furiosa", "decode": {"parallelism": {"tensor": 64}}})
    ((_, _, message),) = made.found("whole-nodes")
    assert "strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1, maxSurge: 0}}" in message
