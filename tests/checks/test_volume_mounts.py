"""A mount of a volume that the pod does not have (behaviour 10)."""

from __future__ import annotations

from typing import Any

import pytest
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
    """Setting volumes replaces the list, while the default container still mounts metrics-volume (behaviour 10)."""
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


def test_in_a_leader_worker_set_it_is_a_warning() -> None:
    """Nobody checks those pods before they are made, and a real config that the charts render has such a mount: ours."""
    made = make(
        {"profile": "llm-d", "multinode": True, "prefill": {"create": False}, "decode": {"containers": [engine(volumeMounts=[MOUNT])]}}
    )
    assert [finding[:2] for finding in made.found("volume-mounts")] == [("warning", "spec.decode.volumes")]
    assert made.one("LeaderWorkerSet")["kind"] == "LeaderWorkerSet"


def test_each_role_is_looked_at() -> None:
    """A finding is about its role's own pods."""
    made = make({"profile": "llm-d", "prefill": {"containers": [engine(volumeMounts=[MOUNT])]}})
    assert [field for _, field, _ in made.found("volume-mounts")] == ["spec.prefill.volumes"]
