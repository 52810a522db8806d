"""A /dev/shm that is too small for what a flag puts there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.checks.services import service
from tests.compose.made import Map

FIELD = "spec.decode.containers[0].flags.ec-transfer-config"
SHM = "/dev/shm"  # noqa: S108  the path in containers


def config(size: Any) -> Map:
    """Return flags that ask for so many bytes."""
    return {"ec-transfer-config": json.dumps({"ec_connector_extra_config": {"ec_cpu_bytes": size}})}


def told(spec: Map | None = None, size: Any = 1 << 30, **container: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told."""
    return [one[:2] for one in service(spec, flags=config(size), **container).found("shared-memory")]


@pytest.mark.parametrize(
    ("limit", "is_told"), [("512Mi", True), ("1Gi", False), ("1G", True), ("2Gi", False), (None, False), ("1073741823", True)]
)
def test_the_volume_holds_what_the_flag_says(limit: str | None, is_told: bool) -> None:
    """Without a limit, all that the node has."""
    presets = {"presets": [{"name": "shm", "sizeLimit": limit}]}
    assert told(presets) == [("warning", FIELD)] * is_told


def test_without_a_volume_there_is_little() -> None:
    """What container runtimes give; with the host's, what that has."""
    assert told() == [("warning", FIELD)]
    assert told(size=1 << 20) == []
    assert told({"decode": {"hostIPC": True}}) == []


def test_a_volume_of_another_kind_is_not_known() -> None:
    """Nor is a number that is none."""
    volumes = {"decode": {"volumes": [{"name": "s", "hostPath": {"path": SHM}}]}}
    assert told(volumes, volumeMounts=[{"name": "s", "mountPath": SHM}]) == []
    sizes: list[Any] = ["1073741824", None, True, {}]
    for size in sizes:
        assert told(size=size) == []
    assert service(flags={"ec-transfer-config": "{nonsense"}).found("shared-memory") == []
    assert service(flags={"kv-transfer-config": "{}"}).found("shared-memory") == []
