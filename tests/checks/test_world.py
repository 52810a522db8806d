"""All resources that a run can see, and what holds for every check that looks at them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.worlds import LABELS, Map, deployment, found_by_all, leader_worker_set, pod, thing
from tests.compose.made import make
from tests.compose.samples import SAMPLES

from modelservice import checks
from modelservice.checks.world import POD_TEMPLATES, SHAPE, World
from modelservice.kubernetes.names import named, namespace_of


def ours(instance: str) -> Map:
    """Return the labels of what a ModelService makes."""
    return {"app.kubernetes.io/instance": instance, "app.kubernetes.io/managed-by": "modelservice"}


# For each check, resources among which it finds one thing, and whether only a world that is complete shows it.
FINDINGS: dict[str, tuple[list[Map], bool]] = {
    "inference-pool": (
        [
            thing("InferencePool", "p", spec={"selector": {"matchLabels": LABELS}, "targetPorts": [{"number": 8001}]}),
            deployment(template=pod(ports=[{"containerPort": 8000}])),
        ],
        False,
    ),
    "endpoint-picker": (
        [
            thing(
                "InferencePool",
                "p",
                spec={
                    "selector": {"matchLabels": LABELS},
                    "targetPorts": [{"number": 8000}],
                    "endpointPickerRef": {"name": "epp", "port": {"number": 9002}},
                },
            ),
            deployment(template=pod(ports=[{"containerPort": 8000}])),
        ],
        True,
    ),
    "http-route": ([thing("HTTPRoute", "r", spec={"rules": [{"backendRefs": [{"name": "svc", "port": 80}]}]})], True),
    "pod-monitor": (
        [
            thing("PodMonitor", "m", spec={"selector": {"matchLabels": LABELS}, "podMetricsEndpoints": [{"port": "metrics"}]}),
            deployment(),
        ],
        False,
    ),
    "service-selector": ([thing("Service", "s", spec={"selector": {"app": "none"}, "ports": [{"port": 80}]})], True),
    "workload-selectors": ([deployment("a"), deployment("b")], False),
    "autoscaler": (
        [
            thing(
                "HorizontalPodAutoscaler",
                "h",
                spec={"maxReplicas": 3, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}},
            ),
            deployment(replicas=1),
        ],
        False,
    ),
    "references": ([deployment(template=pod(imagePullSecrets=[{"name": "x"}]))], True),
    "engine-pods": (
        [
            deployment(
                template={**pod(), "spec": {"containers": [{"name": "c", "image": "c:1", "readinessProbe": {"httpGet": {"port": "x"}}}]}}
            ),
        ],
        False,
    ),
    "volume-mounts": (
        [
            leader_worker_set(
                {"workerTemplate": pod(containers=[{"name": "c", "image": "c:1", "volumeMounts": [{"name": "x", "mountPath": "/x"}]}])}
            )
        ],
        False,
    ),
    "name-length": ([deployment("x" * 64)], False),
    "kubernetes-fields": ([thing("ConfigMap", data={"port": 80})], False),
    "leader-worker-set": ([leader_worker_set({"workerTemplate": pod()}, "a.b")], False),
    "pool-labels": (
        [
            {
                **thing("InferencePool", "p", spec={"selector": {"matchLabels": LABELS}, "targetPorts": [{"number": 8000}]}),
                "metadata": {"name": "p", "labels": ours("p")},
            },
            {**deployment(), "metadata": {"name": "web", "labels": ours("web")}},
        ],
        False,
    ),
    "service-links": (
        [
            thing("Service", "vllm", spec={"ports": [{"port": 80}]}),
            deployment(template={**pod(), "spec": {"containers": [{"name": "c", "image": "vllm:1"}]}}),
        ],
        False,
    ),
    "resource-quota": ([thing("ResourceQuota", "q", spec={"hard": {"cpu": "1"}}), deployment()], False),
    "renamed-references": (
        [
            thing("HTTPRoute", "r", spec={"rules": [{"backendRefs": [{"kind": "InferencePool", "name": "p"}]}]}),
            {
                **thing("InferencePool", spec={"selector": {"matchLabels": LABELS}, "targetPorts": [{"number": 8000}]}),
                "metadata": {"name": "x-p", "annotations": {"internal.config.kubernetes.io/previousNames": "p"}},
            },
        ],
        True,
    ),
}


def test_every_check_has_a_sample() -> None:
    """The tests below are about all checks that look at all resources."""
    assert set(FINDINGS) == set(checks.OF_WORLD)


@pytest.mark.parametrize("check", FINDINGS)
def test_a_finding_says_which_check_and_which_field_of_which_resource(check: str) -> None:
    """Results have a tag, a resource with kind and name, a field and a message of one line; one mistake is one result."""
    results = checks.check_world(World(FINDINGS[check][0], complete=True), {})
    assert len(results) == 1
    assert results[0].tags == {"check": check}
    assert results[0].resource is not None
    assert results[0].resource.kind
    assert results[0].resource.name
    assert results[0].resource.api_version
    assert results[0].field
    assert "\n" not in results[0].message


@pytest.mark.parametrize("check", FINDINGS)
@pytest.mark.parametrize("severity", ["error", "warning", "info"])
def test_severities_can_be_given(check: str, severity: str) -> None:
    """A severity that is given to a check is that of its findings, and one that is given to another is not."""
    objects = FINDINGS[check][0]
    assert [one.severity for one in found_by_all(*objects, severities={check: severity})[check]] == [severity]
    other = next(name for name in FINDINGS if name != check)
    assert found_by_all(*objects, severities={other: severity, check: None}) == found_by_all(*objects)


@pytest.mark.parametrize("check", FINDINGS)
def test_a_check_can_be_off(check: str) -> None:
    """A check that is off finds nothing."""
    assert found_by_all(*FINDINGS[check][0], severities={check: "off"}) == {}


@pytest.mark.parametrize("check", FINDINGS)
def test_what_takes_all_resources_is_only_told_where_they_are(check: str) -> None:
    """Where other resources may exist, that something is missing is not told, and what is wrong among those seen is."""
    objects, only_complete = FINDINGS[check]
    assert bool(found_by_all(*objects, complete=False)) is not only_complete


def test_results_come_in_the_order_of_the_checks() -> None:
    """The order of results does not depend on where the resources stand."""
    objects = [obj for sample, _ in FINDINGS.values() for obj in sample]
    forwards, backwards = ([*found_by_all(*each)] for each in (objects, objects[::-1]))
    assert forwards == [name for name in checks.OF_WORLD if name in forwards]
    assert forwards == backwards


# What a world knows


def test_pods_of_every_kind_are_found_where_they_are() -> None:
    """Each kind of workload has its pod templates at the paths that are known of it, and a Pod is one itself."""
    for kind, paths in POD_TEMPLATES.items():
        for path in paths:
            obj: Any = thing(kind, "w")
            place = obj
            for key in path:
                place = place.setdefault(key, {})
            place["metadata"] = {**place.get("metadata", {}), "labels": LABELS}
            place["spec"] = {"containers": [{"name": "c", "ports": [{"name": "http", "containerPort": 1}]}]}
            (pods,) = World([obj], complete=True).pods
            prefix = ".".join([*path, "spec"])
            assert (pods.labels, pods.ports(), pods.port_names()) == (LABELS, {1}, {"http"})
            assert [field for field, _ in pods.containers()] == [f"{prefix}.containers[0]"]


@pytest.mark.parametrize(
    ("container", "ports"),
    [
        ({"ports": [{"containerPort": 1}, {"containerPort": 2, "protocol": "UDP"}]}, {1, 2}),
        ({"args": ["--port", "3"]}, {3}),
        ({"args": ["--port=3", "--other", "4", "--port-name=5"]}, {3}),
        ({"command": ["serve", "--port", "3"], "args": ["--port=4"]}, {3, 4}),
        ({"command": ["serve", "--port"], "args": ["3"]}, {3}),
        ({"args": ["--port", "$(PORT)", "--port"]}, set()),
        ({"args": None, "ports": None}, set()),
        ({"args": ["--port=²", "--port", "9" * 5000, "--port=٣"]}, set()),
        ({"ports": [{"containerPort": "http"}]}, set()),
    ],
)
def test_ports_that_pods_are_known_to_serve(container: Map, ports: set[int]) -> None:
    """Declared ports count, and those that a command line says in either way; what is no number is not known."""
    (pods,) = World([deployment(template={"spec": {"containers": [{"name": "c", **container}]}})], complete=True).pods
    assert pods.ports() == ports


def test_names_are_told_apart_by_kind_and_namespace() -> None:
    """Something is found by its kind, name and namespace; a resource without one is in the namespace default."""
    here, there = thing("Secret", "x"), thing("Secret", "x", namespace="ml")
    world = World([here, there, thing("ConfigMap", "x")], complete=True)
    assert world.find("Secret", "x", "default") is here
    assert world.find("Secret", "x", "ml") is there
    assert world.find("Secret", "x", "other") is None
    assert world.find("Secret", "y", "ml") is None
    assert [namespace_of(obj) for obj in (here, there)] == ["default", "ml"]
    assert named(there) == "Secret x"


@pytest.mark.parametrize(
    ("external", "lacks"),
    [
        ((), True),
        (("Secret/y",), False),
        (("Secret/*",), False),
        (("Secret",), True),
        (("secret/y",), True),
        (("ConfigMap/y", "Secret/z"), True),
    ],
)
def test_what_is_external_is_not_missing(external: tuple[str, ...], lacks: bool) -> None:
    """Kind/name declares one, Kind/* all of a kind, in whatever namespace; nothing is missing from a world that is not complete."""
    assert World([thing("Secret", "x")], complete=True, external=external).lacks("Secret", "y", "ml") is lacks
    assert not World([thing("Secret", "x")], complete=False, external=external).lacks("Secret", "y", "ml")
    assert not World([thing("Secret", "x")], complete=True, external=external).lacks("Secret", "x", "default")


def test_an_empty_selector_selects_nothing() -> None:
    """No label says nothing about pods; several labels must all be there."""
    world = World([deployment(labels={"a": "1", "b": "1"}), deployment("x", {"a": "1"})], complete=True)
    assert world.selected({}, "default") == []
    assert [named(pods.workload) for pods in world.selected({"a": "1"}, "default")] == ["Deployment web", "Deployment x"]
    assert [named(pods.workload) for pods in world.selected({"b": "1", "a": "1"}, "default")] == ["Deployment web"]


def test_generated_resources_are_known_by_name() -> None:
    """In a package what was generated may have been edited: it is known by kind, name and namespace."""
    made = deployment()
    world = World([{**made, "spec": {}}], complete=True, generated=(made, {"apiVersion": "v1", "kind": "List"}))
    assert world.is_generated(world.objects[0])
    assert not world.is_generated(deployment("other"))
    assert not world.is_generated(deployment(namespace="ml"))


def test_both_templates_of_a_leader_worker_set_are_its_pods() -> None:
    """The leader's pods and the workers' are looked at as two."""
    world = World([leader_worker_set({"leaderTemplate": pod({"a": "1"}), "workerTemplate": pod({"b": "1"})})], complete=True)
    assert [pods.labels for pods in world.pods] == [{"a": "1"}, {"b": "1"}]
    assert [pods.path for pods in world.pods] == ["spec.leaderWorkerTemplate.leaderTemplate", "spec.leaderWorkerTemplate.workerTemplate"]


# Any resources at all


KINDS = [
    *POD_TEMPLATES,
    "Service",
    "InferencePool",
    "HTTPRoute",
    "PodMonitor",
    "HorizontalPodAutoscaler",
    "ScaledObject",
    "ConfigMap",
    "List",
]


def keys_of(shape: Any) -> set[str]:
    """Return all keys that checks look at."""
    if isinstance(shape, list):
        return keys_of(shape[0])
    return set(shape).union(*(keys_of(below) for below in shape.values())) if isinstance(shape, dict) else set()


KEYS = st.sampled_from(sorted(keys_of(SHAPE) | {"replicas", "matchExpressions"}))
SCALARS = st.sampled_from([None, True, 0, 1, 8000, 0.5, "", "x", "web", "Service", "--port"])
VALUES = st.recursive(SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below, max_size=4), max_leaves=10)
OBJECTS = st.builds(
    lambda kind, metadata, rest: {"kind": kind, "metadata": metadata, **rest},
    st.sampled_from(KINDS),
    st.dictionaries(KEYS, VALUES, max_size=3) | SCALARS,
    st.dictionaries(KEYS, VALUES, max_size=4),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(OBJECTS | VALUES, max_size=4), st.booleans())
def test_no_resource_brings_a_check_down(objects: list[Any], complete: bool) -> None:
    """Whatever users keep in their packages, it is looked at or left alone, and stays as it is."""
    before = copy.deepcopy(objects)
    checks.check_world(World(objects, complete=complete), {})
    assert objects == before


@st.composite
def damaged(draw: st.DrawFn) -> list[Any]:
    """Draw the samples with something in them replaced by nonsense."""

    def damage(value: Any) -> Any:
        if isinstance(value, dict) and value:
            key = draw(st.sampled_from(sorted(value)))
            return {**value, key: damage(value[key])} if draw(st.integers(0, 3)) else {**value, key: draw(VALUES)}
        if isinstance(value, list) and value:
            return [damage(value[0]), *value[1:]] if draw(st.integers(0, 3)) else [draw(VALUES), *value]
        return draw(VALUES)

    objects, _ = FINDINGS[draw(st.sampled_from(sorted(FINDINGS)))]
    return [damage(obj) if draw(st.booleans()) else obj for obj in objects]


@settings(max_examples=100, deadline=None)
@given(damaged())
def test_no_damaged_resource_brings_a_check_down(objects: list[Any]) -> None:
    """A resource that is almost right, with a list for a map or a null in a list, raises nothing either."""
    checks.check_world(World(objects, complete=True), {})


@pytest.mark.parametrize("sample", [name for name in SAMPLES if name != "disabled"])
def test_what_is_generated_is_at_peace_with_itself(sample: str) -> None:
    """The resources of one ModelService alone give no finding but for what only others can bring."""
    objects = make(SAMPLES[sample]).objects
    told = found_by_all(*objects, complete=False, generated=tuple(objects))
    assert told == {}
