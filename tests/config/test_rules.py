"""What a profile's services have of their own beyond defaults, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import decode, make

from modelservice import data
from modelservice.config.rules import BUILT_IN, field_of, found_at, refusals, rules_of

Map = dict[str, Any]
NEWER = "furiosa-2026.3"
GONE = "was removed from Furiosa's chart in 2026.3"


def test_every_profile_has_rules() -> None:
    """And every file of rules is a profile's; the accelerator's are there for all."""
    assert sorted(BUILT_IN) == sorted(data.names("bases", "profiles")) == sorted(data.names("bases", "rules"))
    assert all({"type", "claims"} <= rules_of(profile)["accelerator"].keys() for profile in BUILT_IN)


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        ({"multinode": True}, "spec.multinode", GONE),
        ({"multinode": False}, "spec.multinode", GONE),
        ({"prefill": {"parallelism": {"workers": 1}}}, "spec.prefill.parallelism.workers", GONE),
        ({"decode": {"parallelism": {"dataLocal": 2}}}, "spec.decode.parallelism.dataLocal", "parallelism.data says how many ranks"),
        ({"dra": {"enabled": True}}, "spec.dra", "is accelerator.dra from Furiosa's chart 2026.3 on"),
        ({"routing": {"proxy": {"enabled": True}}}, "spec.routing.proxy.enabled", "leave it false"),
        ({"prefill": {"create": True}}, "spec.prefill.create", "does not support prefill/decode disaggregation"),
        ({"accelerator": {"type": "nvidia"}}, "spec.accelerator.type", "must be furiosa"),
        ({"accelerator": {"type": "cpu"}}, "spec.accelerator.type", "must be furiosa"),
        ({"decode": {"accelerator": {"type": "amd"}}}, "spec.decode.accelerator.type", "must be furiosa"),
        ({"decode": {"parallelism": {"tensor": 0}}}, "spec.decode.parallelism.tensor", "must be at least 1"),
        ({"decode": {"parallelism": {"data": 0}}}, "spec.decode.parallelism.data", "must be at least 1"),
        ({"engine": {"modelCommand": "imageDefault"}}, "spec.engine.modelCommand", "must be furiosaLLMServe or custom"),
        (decode(modelCommand="vllmServe"), "spec.decode.containers[0].modelCommand", "must be furiosaLLMServe or custom"),
        (decode(modelCommand=None), "spec.decode.containers[0].modelCommand", "missing; give furiosaLLMServe, or a command"),
        (decode(modelCommand="custom"), "spec.decode.containers[0].command", "missing"),
    ],
)
def test_the_newer_furiosa_refuses(spec: Map, field: str, words: str) -> None:
    """One error for each key that its chart has no more, whatever its value, and for each value that cannot work."""
    (told,) = make({"profile": NEWER, **spec}).errors
    assert told.startswith(f"{field}: ")
    assert words in told


@pytest.mark.parametrize(
    "spec",
    [
        {"multinode": None},
        {"decode": {"parallelism": {"workers": None, "dataLocal": None}}},
        {"routing": {"proxy": {"enabled": False}}},
        {"routing": {"proxy": {"enabled": None}}},
        {"accelerator": {"type": "furiosa"}},
        {"enabled": False, "multinode": True},
        decode(modelCommand=None, command=["sleep"]),
        decode(modelCommand="custom", command=["sleep"]),
    ],
)
def test_what_is_null_or_right_is_not_refused(spec: Map) -> None:
    """Null takes a key away; a service that is not enabled is not looked at; no proxy comes of either."""
    made = make({"profile": NEWER, **spec})
    assert made.errors == []
    assert all("initContainers" not in obj.get("spec", {}).get("template", {}).get("spec", {}) for obj in made.objects)


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_other_profiles_take_them(profile: str) -> None:
    """What the newer Furiosa's profile refuses is the older ones' own."""
    assert make({"profile": profile, "multinode": False, "decode": {"parallelism": {"workers": 1}}}).errors == []
    errors = make({"profile": profile, "prefill": {"create": True}}).errors
    assert [error.partition(":")[0] for error in errors] == (["spec.prefill.create"] if profile == "furiosa" else [])


def test_a_profile_of_ones_own_refuses_what_its_root_does() -> None:
    """Its defaults are looked at like a service's own spec."""
    assert [problem.field for problem in refusals(NEWER, {"multinode": False})] == ["spec.multinode"]


def test_paths_lead_into_roles_and_lists() -> None:
    """A star is either role, a list any of its items; what is not there is nothing."""
    spec = {"decode": {"containers": [{"a": 1}, {"b": 2}]}, "prefill": {"containers": [{"a": 3}]}}
    found = list(found_at(spec, ["*", "containers", "a"]))
    assert found == [(("decode", "containers", 0, "a"), 1), (("prefill", "containers", 0, "a"), 3)]
    assert field_of(found[0][0]) == "spec.decode.containers[0].a"
    assert list(found_at({"decode": 1}, ["decode", "containers"])) == []
