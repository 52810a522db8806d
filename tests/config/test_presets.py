"""Presets with parameters: what a spec gives them, and what they ask of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Map, document, overlay

from modelservice.config import ModelService
from modelservice.config.presets import place_of
from modelservice.generate import Generated, generate

VOLUME = {"target": "pod", "patch": {"metadata": {"annotations": {"text": "${preset.text?}", "number": "${preset.number}"}}}}
PARAMETERS: Map = {
    "text": {"type": "string", "default": None, "enum": ["one", "two"]},
    "number": {"type": "integer", "default": 3},
    "map": {"type": "object", "default": {}},
    "list": {"type": "array", "default": []},
    "switch": {"type": "boolean", "default": False},
    "share": {"type": "number", "default": 0.5},
}
MINE = overlay(VOLUME, name="mine", parameters=PARAMETERS)
NEEDS = overlay(VOLUME, name="needs", require=["shm", "mine"], parameters={"number": {"type": "integer", "description": "How many."}})


def made(*presets: Any, library: tuple[Map, ...] = (MINE, NEEDS), **spec: Any) -> Generated:
    """Make a service with these presets."""
    return generate([document({"presets": list(presets), **spec})], library=library)[0]


def errors(*presets: Any, library: tuple[Map, ...] = (MINE, NEEDS), **spec: Any) -> list[str]:
    """Return the errors of a service with these presets, for which nothing may be generated."""
    one = made(*presets, library=library, **spec)
    assert (one.objects == []) is one.failed
    return [f"{result.field}: {result.message}" for result in one.results if result.severity == "error"]


def written(*presets: Any, library: tuple[Map, ...] = (MINE, NEEDS)) -> Map:
    """Return the annotations of the decode pods of a service with these presets."""
    one = made(*presets, library=library)
    (deployment,) = [obj for obj in one.objects if obj["kind"] == "Deployment"]
    found: Map = deployment["spec"]["template"]["metadata"]["annotations"]
    return found


def test_a_value_is_given_or_the_default() -> None:
    """Null is as if nothing were said; what may be absent is."""
    assert written("mine") == {"number": "3"}
    assert written({"name": "mine"}) == {"number": "3"}
    assert written({"name": "mine", "number": None, "text": "two"}) == {"number": "3", "text": "two"}
    assert written({"name": "mine", "number": 0}) == {"number": "0"}


def test_a_preset_named_twice_applies_once() -> None:
    """At its first place, with all its values, of which the later one counts."""
    items = [{"name": "mine", "number": 1, "text": "one"}, "shm", {"name": "mine", "number": 2}, "mine"]
    assert written(*items) == {"number": "2", "text": "one"}
    config = ModelService(document({"presets": items}), [MINE])
    assert config.spec["presets"] == ["mine", "shm", "mine", "mine"]
    assert (config.presets["mine"].index, config.presets["mine"].places) == (0, {"number": 2, "text": 0})


@pytest.mark.parametrize(
    ("item", "error"),
    [
        ({"name": "mine", "numbr": 1}, "[0].numbr: preset mine has no such parameter; did you mean number? Known are: text, number,"),
        ({"name": "mine", "x": 1}, "[0].x: preset mine has no such parameter; known are: text, number, map, list, switch, share"),
        ({"name": "probes", "x": 1}, "[0].x: preset probes has no parameters; leave it out"),
        ({"name": "mine", "text": 16}, "[0].text: is 16; must be text: quote it"),
        ({"name": "mine", "text": "three"}, "[0].text: is 'three'; must be one of one, two"),
        ({"name": "mine", "number": "4"}, "[0].number: is '4'; must be a whole number, as in 4 without quotes"),
        ({"name": "mine", "number": True}, "[0].number: is true; must be a whole number"),
        ({"name": "mine", "number": 1.5}, "[0].number: is 1.5; must be a whole number"),
        ({"name": "mine", "map": []}, "[0].map: is a list; must be a map"),
        ({"name": "mine", "list": {}}, "[0].list: is a map; must be a list"),
        ({"name": "mine", "switch": "yes"}, "[0].switch: is 'yes'; must be true or false, as in true without quotes"),
        ({"name": "mine", "share": "1"}, "[0].share: is '1'; must be a number"),
        ("needs", "[0].number: missing; preset needs needs it: How many"),
        ({"name": "needs", "number": None}, "[0].number: missing; preset needs needs it: How many"),
        ({"name": "needs", "number": 1}, "[0]: needs preset shm and mine too; name it"),
        ({"name": "mein", "x": 1}, "[0].name: there is no preset 'mein'; did you mean mine? There are: "),
        ({"nam": "mine"}, "[0]: is a map; must be the name of a preset, or a map of its name and parameters"),
        ({"name": 5}, "[0]: is a map; must be the name of a preset, or a map of its name and parameters"),
        (5, "[0]: is 5; must be the name of a preset, or a map of its name and parameters"),
        ("", "[0]: there is no preset ''; there are: "),
    ],
)
def test_a_mistake_is_told_once_at_its_place(item: Any, error: str) -> None:
    """Wrong names, types and choices, what is missing, and what a preset needs beside it."""
    (told,) = errors(item)
    assert told.startswith(f"spec.presets{error}")


def test_all_mistakes_are_told_in_one_run() -> None:
    """Each at its own value; and what a wrong preset would need is not told beside it."""
    items = ["shm", {"name": "mine", "text": 16, "numbr": 1}, {"name": "needs", "number": "x"}, "keda"]
    assert [error.partition(": ")[0] for error in errors(*items)] == [
        "spec.presets[1].text",
        "spec.presets[1].numbr",
        "spec.presets[2].number",
        "spec.presets[3].serverAddress",
        "spec.presets[3].maxReplicaCount",
    ]


def test_thousands_of_mistakes_are_told_in_short() -> None:
    """The first of them, and how many more there are."""
    told = errors(*[{"name": "mine", "text": 16, f"x{index}": 1} for index in range(3000)])
    assert len(told) == 20
    assert told[-1].endswith("; and 5980 more like this")


@pytest.mark.parametrize("turned", [False, True])
def test_two_that_exclude_each_other_are_told_once(turned: bool) -> None:
    """At the later one, whichever of them says it."""
    one, two = overlay(VOLUME, name="one", exclude=["two"], parameters=PARAMETERS), overlay(VOLUME, name="two", parameters=PARAMETERS)
    names = ["two", "shm", "one"] if turned else ["one", "shm", "two"]
    assert errors(*names, library=(one, two)) == [f"spec.presets[2]: goes not together with preset {names[0]}; leave one out"]


def test_what_is_needed_may_come_later() -> None:
    """And then nothing is told."""
    assert errors({"name": "needs", "number": 1}, "mine", "shm") == []


# What presets say of the spec

SIZED = overlay(
    name="sized",
    parameters={"size": {"type": "string"}, "seconds": {"type": "integer", "default": 60}},
    defaults={
        "modelArtifacts": {"size": "${preset.size}"},
        "drain": "${preset.seconds}",
        "routing": {"servicePort": "9000"},
        "decode": {"replicas": 2, "monitoring": {"podmonitor": {"enabled": True, "portName": None}}},
    },
)
LARGER = overlay(name="larger", defaults={"decode": {"replicas": 5}})


def config(*presets: Any, **spec: Any) -> ModelService:
    """Return a config with these presets."""
    return ModelService(document({"presets": list(presets), **spec}), [SIZED, LARGER, MINE])


def test_a_preset_speaks_where_the_spec_does_not() -> None:
    """Above the profile, below the spec, and of two presets the later one; the form is the one that the spec is brought into."""
    read = config({"name": "sized", "size": "9Gi"}, "larger", drain=5)
    assert read.problems == []
    assert (read.spec["drain"], read.spec["decode"]["replicas"], read.spec["routing"]["servicePort"]) == (5, 5, 9000)
    assert read.spec["modelArtifacts"]["size"] == "9Gi"
    assert "portName" not in read.spec["decode"]["monitoring"]["podmonitor"]
    assert read.own == {"presets": ["sized", "larger"], "drain": 5, "modelArtifacts": {"name": "meta/llama-8b"}}
    assert (read.inherited["decode"]["replicas"], "drain" in read.inherited) == (5, False)


def test_the_profiles_model_follows_a_name_that_a_preset_gives() -> None:
    """What a profile makes of the model's name, it makes of this one."""
    chosen = overlay(name="chosen", defaults={"modelArtifacts": {"name": "org/other"}})
    read = ModelService(document({"presets": ["chosen"], "modelArtifacts": {"name": None}}), [chosen])
    assert read.spec["modelArtifacts"].get("name") is None  # null of the spec deletes
    without = {**document(), "spec": {"presets": ["chosen"]}}
    assert ModelService(without, [chosen]).spec["modelArtifacts"]["uri"] == "hf://org/other"


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("spec.modelArtifacts.size", "spec.presets[1]"),
        ("spec.decode.replicas", "spec.presets[2]"),
        ("spec.routing.servicePort", "spec.presets[1]"),
        ("spec.drain", "spec.drain"),
        ("spec.decode", "spec.decode"),
        ("spec.decode.containers[0].image", "spec.decode.containers[0].image"),
        ("spec.decode.monitoring.podmonitor.enabled", "spec.presets[1]"),
        ("spec.presets[1].size", "spec.presets[1].size"),
        ("metadata.name", "metadata.name"),
        ("", ""),
    ],
)
def test_what_a_preset_says_is_found_where_it_is_named(field: str, place: str) -> None:
    """What the user or the profile says, and what is a map of several, is not."""
    service = config("mine", {"name": "sized", "size": "9Gi"}, "larger", drain=5)
    assert place_of(service.presets, service.own, field) == place


def test_a_list_that_a_preset_gives_is_its_own_whole() -> None:
    """Down to the fields of its items."""
    container = {"name": "engine", "image": "engine:latest"}
    brought = overlay(name="engines", defaults={"decode": {"containers": [container]}})
    one = made("engines", library=(brought,), routing={"proxy": {"enabled": False}})
    assert [result.field for result in one.results if result.tags == {"check": "image-tag"}] == ["spec.presets[0]"]


def test_values_that_do_not_fit_the_spec_are_told_where_they_are_given() -> None:
    """With the field that they would have become; a default of the preset, where that is named."""
    wrong = overlay(name="wrong", parameters={"seconds": {"type": "string"}}, defaults={"drain": "${preset.seconds}"})
    (error,) = errors("shm", {"name": "wrong", "seconds": "soon"}, library=(wrong,))
    assert error == "spec.presets[1].seconds: is 'soon'; must be a whole number (as spec.drain)"
    deep = overlay(name="deep", parameters={"map": {"type": "object", "default": {}}}, defaults={"drain": "${preset.map.seconds}"})
    assert errors("deep", library=(deep,)) == ["spec.presets[0]: its defaults use ${preset.map.seconds}, which is not set"]


def test_defaults_of_parameters_are_filled_and_values_are_not() -> None:
    """What an overlay says may refer to the service; what a user gives is taken as it is."""
    own = overlay(
        {"target": "pod", "patch": {"metadata": {"annotations": {"text": "${preset.text}"}}}},
        name="own",
        parameters={"text": {"type": "string", "default": "of ${workload.name}"}},
    )
    assert written("own", library=(own,)) == {"text": "of llama-decode"}
    assert written({"name": "own", "text": "of ${workload.name}"}, library=(own,)) == {"text": "of ${workload.name}"}


VALUES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.floats(-2, 2), st.text("a1=${}", max_size=4), st.just([]), st.just({}))
ITEMS = st.one_of(
    st.sampled_from(["shm", "mine", "needs", "keda", "hpa", "no", ""]),
    st.dictionaries(st.sampled_from(["name", "number", "text", "map", "x", "claim", "sizeLimit"]), VALUES, max_size=3),
    st.builds(
        lambda name, values: {**values, "name": name},
        st.sampled_from(["mine", "needs", "shm", "model-cache-pvc", "host-cache", "graceful-shutdown", "network-policy"]),
        st.dictionaries(st.sampled_from(["number", "text", "map", "x", "claim", "sizeLimit", "rule", "seconds"]), VALUES, max_size=3),
    ),
    VALUES,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(ITEMS, max_size=4))
def test_whatever_is_named_it_is_made_or_told(presets: list[Any]) -> None:
    """No value of a preset breaks anything: objects, or errors each within ``spec.presets``."""
    one = made(*presets)
    fields = [result.field for result in one.results if result.severity == "error"]
    assert all(field.startswith("spec.presets") for field in fields), fields
    assert bool(fields) is (one.objects == [])
