"""The checks together: their order, their names, and the severities that users give them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pytest
from tests.compose.made import document, engine, make
from tests.compose.samples import SAMPLES

from modelservice import checks
from modelservice.checks import volume_mounts
from modelservice.compose import compose
from modelservice.config import ModelService
from modelservice.krm import Result
from modelservice.plan import Plan

Map = dict[str, Any]

EVERYTHING: Map = {  # a finding of each check that looks at one service, save those that are errors
    "multinode": True,
    "tracing": {"enabled": True},
    "decode": {
        "schedulerName": "s",
        "monitoring": {"podmonitor": {"enabled": True}},
        "containers": [
            engine(
                image="x:latest",
                env=[{"name": "HF_TOKEN", "value": "x"}],
                resources={"limits": {"furiosa.ai/rngd": "3"}},
                volumeMounts=[{"name": "none", "mountPath": "/none"}],
            )
        ],
    },
}
FOUND = (
    "accelerator-count",
    "deprecated-keys",
    "furiosa-multinode",
    "image-tag",
    "literal-token",
    "name-cut",
    "podmonitor-port",
    "unused-keys",
    "volume-mounts",
)


def tags(spec: Map) -> list[str]:
    """Return the checks that found something, as often as they did."""
    return [(result.tags or {})["check"] for result in make(spec, name="x" * 56).generated.results]


def test_every_check_that_finds_something_tells_it() -> None:
    """Each check of one service is asked, and a result carries the name of its check."""
    assert set(FOUND) <= set(tags(EVERYTHING))
    assert set(tags(EVERYTHING)) <= set(checks.NAMES)


# what these look at only matters where a preset, an InferencePool, or something of the user's about the proxy asks for it
ASKED_FOR = ("pod-security", "pool-labels", "proxy-flags")


@pytest.mark.parametrize("spec", [EVERYTHING, *SAMPLES.values()], ids=["everything", *SAMPLES])
def test_a_check_that_is_not_asked_would_have_found_nothing(spec: Map) -> None:
    """When a check is asked decides what a start costs, never what is found."""
    service = compose(Plan(ModelService(document(spec))))
    for name, has_something in checks.OF_ONE.items():
        module = importlib.import_module(f"modelservice.checks.{name.replace('-', '_')}")
        assert name == module.NAME
        assert name in ASKED_FOR or has_something(service) or not [*module.check(service)], name


def test_names_are_unique() -> None:
    """A name stands for one check: users set severities by it."""
    assert len(set(checks.NAMES)) == len(checks.NAMES)
    assert {"selectors", "collisions", *FOUND} <= set(checks.NAMES)


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_users_give_a_check_another_severity(name: str, severity: str) -> None:
    """spec.checks makes a check more or less serious, and leaves the others alone."""
    results = make({**EVERYTHING, "checks": {name: severity}}, name="x" * 56).generated.results
    before = make(EVERYTHING, name="x" * 56).generated.results
    assert {result.severity for result in results if result.tags == {"check": name}} == {severity}
    assert [(result.severity, result.message) for result in results if result.tags != {"check": name}] == [
        (result.severity, result.message) for result in before if result.tags != {"check": name}
    ]


@pytest.mark.parametrize("name", FOUND)
def test_users_turn_a_check_off(name: str) -> None:
    """A check that is off says nothing."""
    assert name not in tags({**EVERYTHING, "checks": {name: "off"}})
    assert set(FOUND) - {name} <= set(tags({**EVERYTHING, "checks": {name: "off"}}))


def test_a_warning_made_an_error_stops_the_output() -> None:
    """An error is an error wherever its severity is from; and an error made a warning lets the objects through."""
    spec: Map = {"decode": {"containers": [engine(image="x:latest")]}}
    assert make(spec).generated.objects != []
    assert make({**spec, "checks": {"image-tag": "error"}}).generated.objects == []
    broken: Map = {"decode": {"containers": [engine(volumeMounts=[{"name": "none", "mountPath": "/x"}])]}}
    assert make(broken).generated.objects == []
    assert make({**broken, "checks": {"volume-mounts": "warning"}}).generated.objects != []


def test_checks_find_nothing_in_a_service_without_mistakes() -> None:
    """A plain service with pinned images has no results at all, under either profile."""
    proxy = {"routing": {"proxy": {"image": "proxy:v0.7.1"}}, "modelArtifacts": {"size": "10Gi"}}
    role = {"containers": [engine(mountModelVolume=True)]}
    assert make({**proxy, "decode": role}).generated.results == []
    assert make({"profile": "llm-d", **proxy, "decode": role, "prefill": role}).generated.results == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_finding_has_a_field_and_a_config(sample: str) -> None:
    """A result says which ModelService and which of its fields."""
    for result in make(SAMPLES[sample]).generated.results:
        assert result.field
        assert result.resource is not None
        assert (result.resource.kind, result.resource.name) == ("ModelService", "llama")


@pytest.mark.parametrize("refused", [True, False])
def test_a_check_that_stumbles(refused: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over an object that Kubernetes refuses, and that is told, a check may stumble; over any other that is a mistake of ours."""

    def stumbling(_: Any) -> Iterator[Result]:
        yield Result("before", "info")
        raise KeyError("x")

    monkeypatch.setattr(volume_mounts, "check", stumbling)
    spec = {"decode": {"containers": [engine(image="e:latest", livenessProbe={"httpget": {}} if refused else {"httpGet": {"port": 1}})]}}
    if refused:
        made = make(spec)
        assert "spec.decode.containers[0].livenessProbe.httpget" in [error.partition(":")[0] for error in made.errors]
        assert made.found("volume-mounts") == [("info", "", "before")]
        assert made.found("image-tag") != []
    else:
        with pytest.raises(KeyError):
            make(spec)
