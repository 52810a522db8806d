"""Everything a run can see: what is found in it, and what is not looked at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.seen import deployment, manifest, workers

from modelservice import checks
from modelservice.checks.world import World

Map = dict[str, Any]


def test_objects_are_found_by_kind_name_and_namespace() -> None:
    """No namespace is the default one."""
    here, there = manifest("Secret", "x"), manifest("Secret", "x", namespace="other")
    world = World([here, there, None, 5, {"kind": "Secret"}], complete=True)
    assert world.of("Secret") == [here, there]
    assert world.find("Secret", "x", "default") is here
    assert world.find("Secret", "x", "other") is there
    assert world.find("Secret", "y", "default") is None
    assert world.find("ConfigMap", "x", "default") is None


@pytest.mark.parametrize(
    ("complete", "external", "lacks"),
    [(True, (), True), (False, (), False), (True, ("Secret/y",), False), (True, ("Secret/*",), False), (True, ("ConfigMap/y",), True)],
)
def test_what_is_certainly_not_there(complete: bool, external: tuple[str, ...], lacks: bool) -> None:
    """Only where all is seen, and nobody says that it is there all the same."""
    world = World([manifest("Secret", "x")], complete=complete, external=external)
    assert world.lacks("Secret", "y", "default") is lacks
    assert world.lacks("Secret", "x", "default") is False


def test_pods_of_every_workload_are_selected_by_all_labels() -> None:
    """Deployments, LeaderWorkerSets and Pods themselves; an empty selector selects nothing."""
    pod = {**manifest("Pod", "p", {"containers": []}), "metadata": {"name": "p", "labels": {"app": "x", "a": "b"}}}
    objects = [deployment("d", {"app": "x"}), workers({"app": "x", "a": "b"}), pod, deployment("o", {"app": "x"}, namespace="other")]
    world = World(objects, complete=True)
    assert [pods.workload["metadata"]["name"] for pods in world.selected({"app": "x"}, "default")] == ["d", "llama-decode", "p"]
    assert [pods.workload["metadata"]["name"] for pods in world.selected({"app": "x", "a": "b"}, "default")] == ["llama-decode", "p"]
    assert world.selected({}, "default") == []


@pytest.mark.parametrize(
    ("fields", "ports"),
    [
        ({}, set()),
        ({"ports": [{"containerPort": 1}, {"containerPort": 2, "name": "x"}]}, {1, 2}),
        ({"args": ["--port", "3", "--x"]}, {3}),
        ({"args": ["--port=4"], "command": ["x", "--port=5"]}, {4, 5}),
        ({"args": ["--port", "$(PORT)", "--port="]}, set()),
        ({"ports": [{"containerPort": 1}], "args": ["--port=2"]}, {1, 2}),
    ],
)
def test_ports_are_declared_or_said_in_arguments(fields: Map, ports: set[int]) -> None:
    """What a container serves is known from its ports and from --port."""
    (pods,) = World([deployment(**fields)], complete=True).pods
    assert pods.ports() == ports


def test_a_severity_is_the_users() -> None:
    """spec.checks of the services of a run gives the checks across resources their severity, too."""
    world = World([manifest("Service", "front", {"selector": {"app": "none"}})], complete=True)
    for severities, expected in (({}, ["warning"]), ({"service-selector": "error"}, ["error"]), ({"service-selector": "off"}, [])):
        results = [result for result in checks.check_world(world, severities) if result.tags == {"check": "service-selector"}]
        assert [result.severity for result in results] == expected


KINDS = ["Deployment", "Service", "InferencePool", "HTTPRoute", "PodMonitor", "HorizontalPodAutoscaler", "LeaderWorkerSet", "Pod"]
WORDS = ["metadata", "spec", "labels", "name", "namespace", "selector", "matchLabels", "template", "containers", "ports", "env", "rules"]
WORDS += ["port", "backendRefs", "targetPorts", "number", "endpointPickerRef", "scaleTargetRef", "kind", "volumes", "podMetricsEndpoints"]
ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2) | st.sampled_from(["", "x", "Deployment"]),
    lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from(WORDS), below, max_size=3),
    max_leaves=8,
)


ODD_MAPS = st.dictionaries(st.sampled_from(["metadata", "spec"]), ODD, max_size=2)
OBJECTS = st.builds(lambda kind, rest: {"kind": kind, "metadata": {"name": "x"}, **rest}, st.sampled_from(KINDS), ODD_MAPS)


@settings(max_examples=150, deadline=None)
@given(st.lists(OBJECTS, max_size=4))
def test_no_objects_raise_anything(objects: list[Map]) -> None:
    """Whatever shape other people's resources have: there are results, or none, and never an exception."""
    results = checks.check_world(World([*objects, deployment()], complete=True), {})
    assert all(result.message and result.field for result in results)
