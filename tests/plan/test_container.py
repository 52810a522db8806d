"""The engine containers of a role planned: which they are, and what each must have (specification: Containers)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import document, engine, make

from modelservice.config import ModelService
from modelservice.plan import Plan
from modelservice.plan.scopes import Container

Map = dict[str, Any]


def planned(*containers: Map, profile: str = "furiosa") -> list[Container]:
    """Plan the containers of a decode role."""
    spec = {"profile": profile, "decode": {"containers": list(containers)}}
    return Plan(ModelService(document(spec))).roles[0].containers


@pytest.mark.parametrize(("profile", "name"), [("furiosa", "furiosa-llm"), ("llm-d", "vllm")])
@pytest.mark.parametrize("given_name", [None, ""])
def test_a_container_without_name_has_the_profiles(profile: str, name: str, given_name: str | None) -> None:
    """A container that says no name is called after the profile's engine (specification: Containers)."""
    made = make({"profile": profile, "prefill": {"create": False}, "decode": {"containers": [{"name": given_name, "image": "x:1"}]}})
    assert made.container()["name"] == name


@pytest.mark.parametrize("image", [None, ""])
def test_a_container_needs_an_image(image: str | None) -> None:
    """A container without image is refused, with its place (specification: Containers)."""
    errors = make({"decode": {"containers": [engine(), {"name": "b", "image": image}]}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.containers[1].image: missing")


def test_containers_replace_the_default_whole() -> None:
    """Containers is a list: the user's replace the profile's, image, command and mounts included (specification: Layers)."""
    made = make({"decode": {"containers": [engine()]}})
    assert [container["name"] for container in made.pod()["containers"]] == ["engine"]
    assert "/.config" not in made.mounts()
    assert "command" not in made.container()


def test_a_role_needs_a_container() -> None:
    """Null deletes the default, and then there is no engine (specification: Layers)."""
    errors = make({"decode": {"containers": None}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.containers: missing")


def test_two_containers_of_one_name_are_an_error() -> None:
    """Containers merge by their name, so that each needs its own; a name that is not given counts as well."""
    errors = make({"decode": {"containers": [engine(name="furiosa-llm"), {"image": "x:1"}]}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.containers[1].name: ")


@pytest.mark.parametrize(
    ("container", "profile", "facts"),
    [
        ({}, "furiosa", {"modelCommand": "imageDefault", "engine": "furiosa-llm", "mountModelVolume": False, "accelerator": "device"}),
        ({"command": ["sh"]}, "llm-d", {"modelCommand": "custom", "engine": "vllm"}),
        ({"modelCommand": "vllmServe", "mountModelVolume": True}, "furiosa", {"engine": "vllm", "mountModelVolume": True}),
        ({"image": "llm-d-inference-sim:1"}, "llm-d", {"accelerator": "none"}),
    ],
)
def test_facts_of_a_container(container: Map, profile: str, facts: Map) -> None:
    """What patches of containers are chosen by."""
    (found,) = planned(engine(**container), profile=profile)
    assert {fact: found.facts[fact] for fact in facts} == facts


def test_which_container_serves() -> None:
    """The one with a generated command does; a custom one only if it is alone: a preset's probes must not go to a sidecar."""
    side = {"name": "side", "image": "x:1", "modelCommand": "custom", "command": ["sh"]}
    assert [one.facts["serves"] for one in planned(engine(), side)] == [True, False]
    assert [one.facts["serves"] for one in planned(side)] == [True]


def test_every_entry_of_containers_is_an_engine() -> None:
    """Each container of the role has environment, devices and claims of its own (specification: Containers)."""
    made = make({"decode": {"containers": [engine(), engine(name="second")]}})
    for index in (0, 1):
        assert made.variables(index=index)["TP_SIZE"] == "4"
        assert made.container(index=index)["resources"]["limits"] == {"furiosa.ai/rngd": "1"}


@pytest.mark.parametrize("place", [lambda hooks: {"lifecycle": hooks}, lambda hooks: {"extraConfig": {"lifecycle": hooks}}])
def test_a_hook_takes_a_presets_place(place: Any) -> None:
    """Whole, however it is written: no two handlers in one; other hooks stay."""
    hooks = {"preStop": {"exec": {"command": ["drain"]}}, "postStart": {"exec": {"command": ["touch", "/up"]}}}
    made = make({"drain": 30, "decode": {"containers": [engine(**place(hooks))]}})
    assert made.container()["lifecycle"] == hooks
