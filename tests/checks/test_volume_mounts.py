"""A mount of a volume that the pod does not have (specification: Refusals)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import deployment, found, leader_worker_set, pod
from tests.compose.made import engine, make

Map = dict[str, Any]
MOUNT = {"name": "cache", "mountPath": "/cache"}
CACHE = {"name": "cache", "emptyDir": {}}


def test_a_mount_without_its_volume_is_an_error() -> None:
    """The API server would refuse the pod; the finding says which volumes there are."""
    made = make({"decode": {"containers": [engine(volumeMounts=[MOUNT])]}})
    ((severity, field, message),) = made.found("volume-mounts")
    assert (severity, field) == ("error", "spec.decode.volumes")
    assert all(word in message for word in ("cache", "engine", "/cache", "metrics-volume"))


def test_volumes_alone_drop_the_default_and_its_mount_stays() -> None:
    """Setting volumes replaces the list, while the default container still mounts metrics-volume (specification: Refusals)."""
    ((_, _, message),) = make({"decode": {"volumes": [CACHE]}}).found("volume-mounts")
    assert "metrics-volume" in message


@pytest.mark.parametrize(
    "role",
    [
        {"containers": [engine(volumeMounts=[MOUNT])], "volumes": [CACHE]},
        {"containers": [engine(volumeMounts=[MOUNT])], "extraConfig": {"volumes": [CACHE]}},
        {"containers": [engine(volumeMounts=[{**MOUNT, "name": "metrics-volume"}])]},
        {"containers": [engine(mountModelVolume=True)], "volumes": [CACHE]},
    ],
)
def test_volumes_from_anywhere_count(role: Map) -> None:
    """The user's, the generated ones, the profile's, those of extraConfig."""
    assert make({"decode": role}).found("volume-mounts") == []


def test_init_containers_count_too() -> None:
    """Every container of the pod is looked at."""
    role = {"initContainers": [{"name": "init", "image": "x:1", "volumeMounts": [MOUNT]}], "containers": [engine()]}
    ((_, _, message),) = make({"decode": role}).found("volume-mounts")
    assert "init" in message


@pytest.mark.parametrize(
    ("volumes", "severity"), [({}, "warning"), ({"volumes": [CACHE, {"name": "metrics-volume", "emptyDir": {}}]}, "error")]
)
def test_in_a_leader_worker_set_without_volumes_of_its_own_it_is_a_warning(volumes: Map, severity: str) -> None:
    """Its StatefulSets are refused; but the charts render such values, and what makes the volume may come later."""
    role = {"containers": [engine(volumeMounts=[{**MOUNT, "name": "other"}])], **volumes}
    made = make({"profile": "llm-d", "multinode": True, "prefill": {"create": False}, "decode": role})
    assert [finding[:2] for finding in made.found("volume-mounts")] == [(severity, "spec.decode.volumes")]


def test_claims_of_a_leader_worker_set_are_volumes() -> None:
    """A patch may give it claim templates, whose names its pods mount."""
    claim = {"metadata": {"name": "cache"}, "spec": {"accessModes": ["ReadWriteOnce"]}}
    patch = {"target": {"kind": "LeaderWorkerSet"}, "patch": {"spec": {"leaderWorkerTemplate": {"volumeClaimTemplates": [claim]}}}}
    role = {"containers": [engine(volumeMounts=[MOUNT])]}
    assert make({"multinode": True, "decode": role, "patches": [patch]}).found("volume-mounts") == []
    assert len(make({"multinode": True, "decode": role}).found("volume-mounts")) == 1


def test_each_role_is_looked_at() -> None:
    """A finding is about its role's own pods."""
    made = make({"profile": "llm-d", "prefill": {"containers": [engine(volumeMounts=[MOUNT])]}})
    assert [field for _, field, _ in made.found("volume-mounts")] == ["spec.prefill.volumes"]


def test_groups_that_are_only_looked_at() -> None:
    """The pods of a LeaderWorkerSet, whose volumes may come from its claim templates; others are the API server's to refuse."""
    mounting = {"name": "c", "image": "c:1", "volumeMounts": [{"name": "x", "mountPath": "/x"}]}
    template = pod(containers=[mounting])
    claim = {"metadata": {"name": "x"}}
    assert [one.field for one in found("volume-mounts", leader_worker_set({"workerTemplate": template}))] == [
        "spec.leaderWorkerTemplate.workerTemplate.spec.containers[0].volumeMounts[0].name"
    ]
    assert found("volume-mounts", leader_worker_set({"workerTemplate": template, "volumeClaimTemplates": [claim]})) == []
    assert found("volume-mounts", leader_worker_set({"workerTemplate": pod(containers=[mounting], volumes=[{"name": "x"}])})) == []
    assert found("volume-mounts", deployment(template=template)) == []
