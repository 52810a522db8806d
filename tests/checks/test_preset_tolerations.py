"""Presets that tolerate the taint of other devices."""

from __future__ import annotations

import pytest
from tests.compose.made import Map, document, make

from modelservice.generate import generate

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


OWN = [{"key": "batch", "operator": "Exists"}]


@pytest.mark.parametrize(
    ("own", "lost"),
    [(OWN, True), ([*OWN, {"key": "furiosa.ai/rngd", "operator": "Exists"}], False), ([{"operator": "Exists"}], False)],
)
def test_a_toleration_that_another_list_takes_the_place_of(own: list[Map], lost: bool) -> None:
    """Tolerations are a list without keys: the user's own leaves the preset's out, and what that means is told at the preset."""
    found = told(RNGD, decode={"tolerations": own})
    assert [field for _, field, _ in found] == ["spec.presets[0]"] * lost
    assert all("the decode pods do not tolerate furiosa.ai/rngd after all" in message for _, _, message in found)


def test_a_toleration_of_the_profile_that_a_preset_takes_the_place_of() -> None:
    """Told in the Profile; one that the user's own list replaces is the user's choice."""
    ours = {
        "apiVersion": "modelservice.llm-d.ai/v1alpha1",
        "kind": "Profile",
        "metadata": {"name": "ours"},
        "spec": {"defaults": {"presets": [RNGD], "decode": {"tolerations": OWN}}},
    }
    (one,) = generate([document({"profile": "ours"})], profiles=[ours])
    (found,) = [result for result in one.results if result.tags == {"check": "preset-tolerations"}]
    assert (found.field, found.resource and found.resource.kind) == ("spec.defaults.decode.tolerations[0]", "Profile")
    (one,) = generate([document({"profile": "ours", "decode": {"tolerations": [{"operator": "Exists"}]}})], profiles=[ours])
    assert [result for result in one.results if result.tags == {"check": "preset-tolerations"}] == []
