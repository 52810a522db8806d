"""What the webhook and the controller of LeaderWorkerSets refuse."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import Map, found, leader_worker_set, pod
from tests.compose.made import make

TOPOLOGY = "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology"


def told(name: str = "llama", replicas: int = 1, **role: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told of a decode role in groups."""
    spec: Map = {"multinode": True, "decode": {"replicas": replicas, **role}}
    return [(severity, field) for severity, field, _ in make(spec, name=name).found("leader-worker-set")]


def world(size: int = 4, name: str = "web", replicas: int = 1, annotations: Map | None = None, **policy: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told of a LeaderWorkerSet among others."""
    templates = {"workerTemplate": pod(), "size": size, **({"subGroupPolicy": policy} if policy else {})}
    obj = leader_worker_set(templates, name)
    obj["spec"]["replicas"] = replicas
    obj["metadata"]["annotations"] = annotations or {}
    return [one[:1] + one[2:3] for one in found("leader-worker-set", obj, complete=False)]


@pytest.mark.parametrize(("name", "right"), [("llama", True), ("llama-3", True), ("llama-3.2", False), ("3-llama", False)])
def test_a_name_begins_with_a_letter_and_has_no_dot(name: str, right: bool) -> None:
    """It becomes the name of a Service. Once for all roles, at the field that gives the name."""
    assert told(name) == ([] if right else [("error", "metadata.name")])
    assert world(name=name) == ([] if right else [("error", "metadata.name")])
    spec: Map = {"profile": "llm-d", "multinode": True, "fullnameOverride": name}
    assert [field for _, field, _ in make(spec).found("leader-worker-set")] == ([] if right else ["spec.fullnameOverride"])
    assert make({"fullnameOverride": name}).found("leader-worker-set") == []


SUBGROUPS = [
    (4, 2, None, True),
    (4, 4, None, True),
    (4, 1, None, True),
    (5, 2, None, True),
    (5, 3, None, False),
    (4, 5, None, False),
    (4, 0, None, False),
    (5, 2, "LeaderExcluded", True),
    (4, 2, "LeaderExcluded", False),
    (4, 3, "LeaderExcluded", True),
    (4, 2, "LeaderWorker", True),
]


@pytest.mark.parametrize(("size", "sub", "kind", "right"), SUBGROUPS)
def test_subgroups_divide_a_group(size: int, sub: int, kind: str | None, right: bool) -> None:
    """All of it, or what is beside the leader; with LeaderExcluded only the latter."""
    policy: Map = {"subGroupSize": sub, **({"subGroupPolicyType": kind} if kind else {})}
    field = "spec.decode.subGroupPolicy.subGroupSize"
    assert told(parallelism={"workers": size}, subGroupPolicy=policy) == ([] if right else [("error", field)])
    assert world(size, **policy) == ([] if right else [("error", "spec.leaderWorkerTemplate.subGroupPolicy.subGroupSize")])


def test_the_size_of_a_group_may_be_meant_otherwise() -> None:
    """Values of older charts do not say workers, and meant as many pods as data: a warning."""
    assert told(subGroupPolicy={"subGroupSize": 8}) == [("warning", "spec.decode.subGroupPolicy.subGroupSize")]


def test_exclusive_topology_needs_subgroups() -> None:
    """The webhook refuses the annotation without them."""
    workers: Map = {"parallelism": {"workers": 2}}
    assert told(**workers, subGroupExclusiveTopology=True) == [("error", "spec.decode.subGroupExclusiveTopology")]
    assert told(**workers, subGroupExclusiveTopology=True, subGroupPolicy={"subGroupSize": 2}) == []
    assert world(annotations={TOPOLOGY: "rack"}) == [("error", "metadata.annotations")]
    assert world(annotations={TOPOLOGY: "rack"}, subGroupSize=2) == []


@pytest.mark.parametrize(("replicas", "workers", "right"), [(1_000_000, 2147, True), (1_000_000, 2148, False), (1_000_001, 1, False)])
def test_numbers_have_bounds(replicas: int, workers: int, right: bool) -> None:
    """At most a million groups, and pods that a 32-bit number counts."""
    assert told(replicas=replicas, parallelism={"workers": workers}) == ([] if right else [("error", "spec.decode.replicas")])
    assert world(workers, replicas=replicas) == ([] if right else [("error", "spec.replicas")])


def test_each_role_has_its_own_field_and_generated_ones_are_told_once() -> None:
    """Prefill is told as prefill; among all resources, what was generated is left out."""
    groups = {"parallelism": {"workers": 2}, "subGroupExclusiveTopology": True}
    made = make({"profile": "llm-d", "multinode": True, "prefill": groups})
    assert [field for _, field, _ in made.found("leader-worker-set")] == ["spec.prefill.subGroupExclusiveTopology"]
    wrong = leader_worker_set({"workerTemplate": pod()}, "a.b")
    assert found("leader-worker-set", wrong, generated=(wrong,)) == []


def test_of_extra_objects_the_objects_own_field_is_named() -> None:
    """A LeaderWorkerSet that the user wrote whole has no other field."""
    ((severity, field, _),) = make({"multinode": True, "extraObjects": [leader_worker_set({"workerTemplate": pod()}, "a.b")]}).found(
        "leader-worker-set"
    )
    assert (severity, field) == ("error", "metadata.name")
