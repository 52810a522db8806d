"""Preset nvidia-tolerations: pods may run on nodes tainted for NVIDIA GPUs."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize("multinode", [False, True])
def test_pods_tolerate_the_taint(multinode: bool) -> None:
    """Every role's pods do, in either workload."""
    made = make({"profile": "llm-d", "multinode": multinode, "presets": ["nvidia-tolerations"]})
    for role in ("decode", "prefill"):
        assert made.pod(role)["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def test_the_users_tolerations_win() -> None:
    """Tolerations is a list without keys: the user's replaces the preset's."""
    own = [{"key": "own", "operator": "Exists"}]
    assert make({"presets": ["nvidia-tolerations"], "decode": {"tolerations": own}}).pod()["tolerations"] == own


def test_without_the_preset_pods_tolerate_nothing() -> None:
    """The preset is applied only where it is named."""
    assert "tolerations" not in make({}).pod()
