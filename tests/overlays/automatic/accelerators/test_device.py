"""Devices are requested from a device plugin (specification: Device plugins)."""

from __future__ import annotations

from tests.compose.made import make


def test_limits_and_requests_have_the_same_count_as_text() -> None:
    """An extended resource must be the same in both."""
    made = make({"decode": {"parallelism": {"tensor": 16}}})
    assert made.container()["resources"] == {"limits": {"furiosa.ai/rngd": "2"}, "requests": {"furiosa.ai/rngd": "2"}}


def test_under_claims_no_device_is_requested() -> None:
    """A device is claimed or requested, never both."""
    made = make({"dra": {"enabled": True}})
    assert "limits" not in made.container()["resources"]
    assert "requests" not in made.container()["resources"]
