"""Preset graceful-shutdown: drain, for 90 seconds unless another number is given."""

from __future__ import annotations

import pytest
from tests.compose.made import Map, engine, make

VLLM = engine(image="vllm/vllm-openai:v0.18.0", modelCommand="vllmServe")


def grace(*presets: str | Map, **spec: Map | int | None) -> int | None:
    """Return the grace period of the pods of a service with these presets."""
    seconds: int | None = make({"presets": list(presets), **spec}).pod().get("terminationGracePeriodSeconds")
    return seconds


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_it_does_what_drain_does(profile: str) -> None:
    """What it makes is what ``drain: 90`` makes, down to the flag of the engine."""
    spec: Map = {"profile": profile, "decode": {"containers": [VLLM]}}
    assert make({**spec, "presets": ["graceful-shutdown"]}).objects == make({**spec, "drain": 90}).objects


def test_another_number_may_be_given() -> None:
    """``seconds`` is what requests in flight get."""
    assert (grace("graceful-shutdown"), grace({"name": "graceful-shutdown", "seconds": 40})) == (120, 70)


def test_drain_of_the_spec_and_of_a_role_win() -> None:
    """A preset says what the spec does not; and null says that there is none."""
    assert grace("graceful-shutdown", drain=40) == 70
    assert grace("graceful-shutdown", decode={"drain": 40}) == 70
    assert grace("graceful-shutdown", drain=None) is None


def test_seconds_that_are_none_are_told_where_they_are_given() -> None:
    """The number is held against what ``drain`` may be."""
    made = make({"presets": ["shm", {"name": "graceful-shutdown", "seconds": -1}]})
    assert made.errors == ["spec.presets[1].seconds: is -1; must be at least 0 (as spec.drain)"]
