"""Overlays that are presets: what is wrong with their parameters, with what they ask for, and with what they say of a spec."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from tests.compose.made import Map, overlay

from modelservice.config.overlay import problems

PATCH: Map = {"target": "pod", "patch": {"spec": {"schedulerName": "${preset.text}"}}}
TEXT: Map = {"type": "string", "default": "a"}


def told(given: Map, library: Sequence[str] | None = ()) -> list[str]:
    """Return the problems of an overlay that may be named as a preset, or, with None, of one that applies as it is."""
    return [f"{problem.field}: {problem.message}" for problem in problems(given, "", library)]


def parameters(**declared: Any) -> Map:
    """Return an overlay that declares these parameters."""
    return overlay({"target": "pod", "patch": {"spec": {"hostIPC": True}}}, parameters=declared)


def test_a_right_preset_has_no_problems() -> None:
    """Parameters of every type, used in patches, keys, flags, resources and defaults; names of presets; facts."""
    given = overlay(
        {"target": "pod", "patch": {"spec": {"nodeSelector": {"${preset.text}": "x-${preset.number}"}}}},
        {"target": "container", "flags": {"seed": "${preset.maybe?}"}},
        parameters={
            "text": {"type": "string", "default": "a", "enum": ["a", "b"], "description": "A text."},
            "number": {"type": "integer"},
            "share": {"type": "number", "default": 1},
            "switch": {"type": "boolean", "default": False},
            "map": {"type": "object", "default": {"a": 1}},
            "list": {"type": "array", "default": []},
            "maybe": {"type": "integer", "default": None},
            "filled": {"type": "string", "default": "${workload.name}-x"},
        },
        resources=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${preset.filled}"}, "data": "${preset.map}"}],
        require=["shm", "theirs"],
        exclude=["probes"],
        defaults={"drain": "${preset.number}", "decode": {"replicas": "${preset.maybe?}"}},
        meant_for={"workload": ["Deployment", "LeaderWorkerSet"], "proxy": True},
    )
    assert told(given, ["theirs"]) == []


@pytest.mark.parametrize(
    ("parameter", "error"),
    [
        ({}, "type: missing"),
        ({"type": "text"}, "type: is 'text'; must be one of string, integer, number, boolean, object, array"),
        ({"type": "string", "defualt": "a"}, "defualt: unknown key; did you mean default?"),
        ({"type": "string", "default": 16}, "default: is 16; must be text: quote it"),
        ({"type": "integer", "default": "1"}, "default: is '1'; must be a whole number, as in 1 without quotes"),
        ({"type": "integer", "default": "${port}"}, "default: is '${port}'; must be a whole number"),
        ({"type": "boolean", "default": 1}, "default: is 1; must be true or false"),
        ({"type": "string", "default": "c", "enum": ["a", "b"]}, "default: is 'c'; must be one of a, b"),
        ({"type": "string", "enum": ["a", 1]}, "enum[1]: is 1; must be text: quote it"),
        ({"type": "string", "enum": []}, "enum: has 0 items; must have at least 1"),
    ],
)
def test_a_wrong_parameter_is_told(parameter: Map, error: str) -> None:
    """Its type, its default and its choices."""
    assert told(parameters(size=parameter)) == [f"spec.parameters.size.{error}"]


@pytest.mark.parametrize("name", ["size-limit", "a.b", "", "1st", "ä", "_x"])
def test_a_parameter_has_a_plain_name(name: str) -> None:
    """As it is written in ``${preset.NAME}`` and on the command line; and ``name`` is the preset's own."""
    (error,) = told(parameters(**{name: TEXT}))
    assert error.startswith(f"spec.parameters.{name}: is no name of a parameter; must be a letter and then letters and digits")
    (error,) = told(parameters(name=TEXT))
    assert error.startswith("spec.parameters.name: is what names the preset itself")


USES: list[tuple[Map, str]] = [
    (PATCH, "spec.patches[0].patch.spec.schedulerName"),
    ({"target": "pod", "patch": {"spec": {"nodeSelector": {"${preset.text}": "a"}}}}, "spec.patches[0].patch.spec.nodeSelector"),
    ({"target": "container", "flags": {"seed": "${preset.text}"}}, "spec.patches[0].flags.seed"),
    ({"target": "container", "patch": "${preset.text}"}, "spec.patches[0].patch"),
    ({"target": "pod", "patch": {"spec": {"volumes": [{"name": "a", "hostPath": {"path": "/x/${preset.text}"}}]}}}, ""),
]


@pytest.mark.parametrize(("patch", "field"), USES)
def test_a_parameter_that_is_not_declared_is_told_where_it_is_used(patch: Map, field: str) -> None:
    """With the nearest that is; in whichever overlay."""
    libraries: list[list[str] | None] = [[], None]
    for library in libraries:
        (error,) = told(overlay(patch, parameters={"test": TEXT, "other": TEXT}), library)
        assert error.startswith(field or "spec.patches[0].patch.spec.volumes[0].hostPath.path")
        assert error.endswith("the overlay has no parameter 'text'; did you mean test? It declares: test, other")
        (error,) = told(overlay(patch), library)
        assert error.endswith("the overlay has no parameter 'text'; declare it under spec.parameters")


def test_what_may_be_absent_has_to_be_used_so() -> None:
    """A default of null is no value."""
    (error,) = told(overlay(PATCH, parameters={"text": {"type": "string", "default": None}}))
    assert error.endswith("parameter text is absent unless it is given (default: null); write ${preset.text?}")


def test_defaults_use_parameters_that_are_known_before_the_service() -> None:
    """A default that takes the service's name to fill is not known yet where the spec is put together."""
    filled = {"type": "string", "default": "a-${name}"}
    (error,) = told(overlay(PATCH, parameters={"text": filled}, defaults={"schedulerName": "${preset.text}"}))
    assert error.startswith("spec.defaults.schedulerName: ")
    assert "the default of parameter text is filled by the service" in error


def test_names_of_presets_are_known() -> None:
    """Those that are built in, and those of the library."""
    given = overlay(PATCH, parameters={"text": TEXT}, require=["shn"], exclude=["theirs", "ours"])
    (first, second) = told(given, ["theirs"])
    assert first.startswith("spec.require[0]: there is no preset 'shn'; did you mean shm? There are: ")
    assert second.startswith("spec.exclude[1]: there is no preset 'ours'; ")


def test_facts_of_roles_are_not_a_services() -> None:
    """An overlay of the service can be `for` facts of the service alone, as with `when`."""
    given = overlay(scope="service", resources=["serviceaccount.yaml"], meant_for={"workload": "Deployment"})
    assert [error.partition(": ")[0] for error in told(given)] == ["spec.for.workload"]
    assert [error.partition(": ")[0] for error in told(overlay(PATCH, parameters={"text": TEXT}, meant_for={"workloat": "x"}))] == [
        "spec.for.workloat"
    ]


@pytest.mark.parametrize("key", ["require", "exclude", "for", "defaults"])
def test_what_is_for_presets_is_refused_where_an_overlay_applies_unnamed(key: str) -> None:
    """In spec.overlays and of --overlay; nobody would look at it."""
    value: Any = {"for": {"proxy": True}, "defaults": {"drain": 5}}.get(key, ["shm"])
    (error,) = told(overlay(PATCH, parameters={"text": TEXT}, **{key: value}), None)
    assert error.startswith(f"spec.{key}: is for presets, and this overlay is not named as one")


def test_an_overlay_that_applies_unnamed_needs_defaults() -> None:
    """Nobody gives a value there."""
    given = overlay(PATCH, parameters={"text": {"type": "string"}})
    assert told(given) == []
    (error,) = told(given, None)
    assert error.startswith("spec.parameters.text: has no default, and this overlay applies without being named")


@pytest.mark.parametrize(
    ("defaults", "errors"),
    [
        ({"drain": "${preset.text}"}, ["spec.defaults.drain: is 'a'; must be a whole number"]),
        ({"drain": "${preset.needed}"}, []),
        ({"drain": -1}, ["spec.defaults.drain: is -1; must be at least 0"]),
        ({"drian": 5}, ["spec.defaults.drian: unknown key; did you mean drain?"]),
        ({"decode": {"replicas": "x"}}, ["spec.defaults.decode.replicas: is 'x'; must be a whole number"]),
        ({"drain": "${name}"}, ["spec.defaults: uses ${name}, which is not there; defaults can use parameters of the preset alone"]),
        ({"presets": ["shm"]}, ["spec.defaults.presets: decides which overlays apply, and is not for one of them to say; leave it out"]),
        ({"profile": "llm-d"}, ["spec.defaults.profile: decides which overlays apply, and is not for one of them to say; leave it out"]),
        ({"overlays": []}, ["spec.defaults.overlays: decides which overlays apply, and is not for one of them to say; leave it out"]),
    ],
)
def test_what_a_preset_says_of_a_spec_is_right(defaults: Map, errors: list[str]) -> None:
    """As far as it can be known before the values are."""
    assert told(overlay(parameters={"text": TEXT, "needed": {"type": "integer"}}, defaults=defaults)) == errors
