"""The kinds of workloads, and where each has its pods: what is said once must fit the bases, the merge engine and the plan."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import WORKLOADS, make

from modelservice import data
from modelservice.checks import world
from modelservice.patch import strategic_merge
from modelservice.workloads import KINDS, POD_TEMPLATES, REQUESTER

Map = dict[str, Any]

SPECS: dict[str, Map] = {
    "Deployment": {"profile": "llm-d"},
    "LeaderWorkerSet": {"profile": "llm-d", "multinode": True},
    "ReplicaSet": {"profile": "llm-d", "requester": {"enable": True}},
}


def at(obj: Map, path: tuple[str, ...]) -> Any:
    """Return what stands at a path of an object."""
    value: Any = obj
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def test_the_kinds_are_those_that_are_generated() -> None:
    """Each kind has a base of its own, and is what some config becomes."""
    assert set(KINDS) == set(SPECS) == set(WORKLOADS)
    assert REQUESTER in KINDS
    assert REQUESTER not in POD_TEMPLATES
    for kind, spec in SPECS.items():
        assert data.document("bases", f"{kind.lower()}.yaml")["kind"] == kind
        assert make(spec).workload()["kind"] == kind


@pytest.mark.parametrize("kind", POD_TEMPLATES)
def test_the_last_path_is_where_every_workload_has_its_pods(kind: str) -> None:
    """The base puts the composed pod at the last path of its kind, and at the others at most another one."""
    base = data.document("bases", f"{kind.lower()}.yaml")
    *others, last = POD_TEMPLATES[kind]
    assert at(base, last) == "${pod}"
    assert all(at(base, path) in (None, "${leaderPod?}") for path in others)
    template = at(make(SPECS[kind]).workload(), last)
    assert template["spec"]["containers"]
    assert template["metadata"]["labels"]


@pytest.mark.parametrize(("kind", "path"), [(kind, path) for kind, paths in POD_TEMPLATES.items() for path in paths])
def test_pods_merge_by_kubernetes_keys_at_each_path(kind: str, path: tuple[str, ...]) -> None:
    """The merge engine knows that a pod template stands there: containers and variables merge by name."""

    def wrapped(**container: Any) -> Map:
        value: Any = {"spec": {"containers": [{"name": "e", **container}]}}
        for key in reversed(path):
            value = {key: value}
        return dict(value)

    head = {key: data.document("bases", f"{kind.lower()}.yaml")[key] for key in ("apiVersion", "kind")}
    target = head | wrapped(image="e:1", env=[{"name": "A", "value": "1"}])
    merged = strategic_merge(target, wrapped(env=[{"name": "B", "value": "2"}]), new_items="append")
    assert merged == head | wrapped(image="e:1", env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])


def test_checks_look_at_the_same_places() -> None:
    """What checks know of all kinds of workloads says the same of these."""
    assert {kind: world.POD_TEMPLATES[kind] for kind in POD_TEMPLATES} == POD_TEMPLATES
    assert REQUESTER in world.POD_TEMPLATES
