"""Preset graceful-shutdown: a pod that is stopped leaves the endpoints first, then has time to finish its requests."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_pods_have_time_and_engines_wait(profile: str) -> None:
    """120 seconds in all, of which every engine container sleeps the first 15."""
    made = make({"profile": profile, "presets": ["graceful-shutdown"], "decode": {"containers": [engine(), engine(name="b")]}})
    assert made.pod()["terminationGracePeriodSeconds"] == 120
    for index in (0, 1):
        assert made.container(index=index)["lifecycle"] == {"preStop": {"sleep": {"seconds": 15}}}
    assert "lifecycle" not in made.proxy()


def test_the_users_time_wins() -> None:
    """TerminationGracePeriodSeconds of the role is above the preset."""
    made = make({"presets": ["graceful-shutdown"], "decode": {"terminationGracePeriodSeconds": 600}})
    assert made.pod()["terminationGracePeriodSeconds"] == 600


def test_it_is_opt_in() -> None:
    """Unasked, nothing changes."""
    assert "terminationGracePeriodSeconds" not in make({}).pod()
    assert "lifecycle" not in make({}).container()
