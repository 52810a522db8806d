"""Another number of devices asked for than the parallelism needs (specification: Device plugins, Warnings)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make


def asks_for(count: Any, part: str = "limits") -> dict[str, Any]:
    """Return an engine that asks for a number of RNGD."""
    return engine(resources={part: {"furiosa.ai/rngd": count}})


@pytest.mark.parametrize("part", ["limits", "requests"])
def test_another_number_is_a_warning_with_both_numbers(part: str) -> None:
    """The user's number is used; that it differs from the calculated one is told (specification: Device plugins)."""
    made = make({"decode": {"containers": [engine(name="a"), asks_for("3", part)], "parallelism": {"tensor": 16}}})
    assert made.found("accelerator-count") == [
        (
            "warning",
            "spec.decode.containers[1].resources",
            "furiosa.ai/rngd is set to 3, but the parallelism needs 2; 3 is used",
        )
    ]


@pytest.mark.parametrize("count", ["2", 2])
def test_the_needed_number_is_nothing_to_tell(count: Any) -> None:
    """As text or as a number, what is needed may be said."""
    assert make({"decode": {"containers": [asks_for(count)], "parallelism": {"tensor": 16}}}).found("accelerator-count") == []


@pytest.mark.parametrize(
    "spec",
    [
        {"decode": {"containers": [engine(resources={"limits": {"cpu": "3"}})]}},
        {"dra": {"enabled": True}, "decode": {"containers": [asks_for("3")]}},
        {"accelerator": {"type": "cpu"}, "decode": {"containers": [asks_for("3")]}},
        {"profile": "llm-d", "decode": {"containers": [asks_for("3")]}},
    ],
)
def test_where_nobody_counts_nothing_is_told(spec: dict[str, Any]) -> None:
    """Other resources, claims, cpu and other profiles' devices are not counted."""
    assert make(spec).found("accelerator-count") == []
