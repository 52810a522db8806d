"""Presets that tolerate the taint of other devices."""

from __future__ import annotations

import pytest
from tests.compose.made import Map, make

NVIDIA, RNGD = "nvidia-tolerations", "rngd-tolerations"


def told(*presets: str, **spec: object) -> list[tuple[str, str, str]]:
    """Return what is told of a service with these presets."""
    return make({"presets": [*presets], **spec}).found("preset-tolerations")


@pytest.mark.parametrize(("profile", "right", "wrong"), [("furiosa", RNGD, NVIDIA), ("llm-d", NVIDIA, RNGD)])
def test_the_other_profiles_devices(profile: str, right: str, wrong: str) -> None:
    """A warning at the preset, which names the one that is meant."""
    assert told("probes", right, profile=profile) == []
    ((severity, field, message),) = told("probes", wrong, profile=profile)
    assert (severity, field) == ("warning", "spec.presets[1]")
    assert message.endswith(f"preset {right} is for them")


DEVICES: list[tuple[Map, bool]] = [
    ({"accelerator": {"type": "amd"}}, False),
    ({"accelerator": {"type": "cpu"}}, True),
    ({"accelerator": {"type": "nvidia", "resources": {"nvidia": "nvidia.com/mig-1g.5gb"}}}, False),
    ({"accelerator": {"type": "amd"}, "prefill": {"accelerator": {"type": "nvidia"}}}, True),
    ({"accelerator": {"dra": True}}, True),
]


@pytest.mark.parametrize(("spec", "right"), DEVICES)
def test_the_devices_of_any_role_count(spec: Map, right: bool) -> None:
    """What the pods have decides, not the profile; pods without devices are left alone."""
    assert (told(NVIDIA, profile="llm-d", **spec) == []) is right
