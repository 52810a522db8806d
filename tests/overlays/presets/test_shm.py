"""Preset shm: a memory-backed /dev/shm."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make

SHM = "/dev/shm"  # noqa: S108  the path in containers


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_every_engine_has_shared_memory(profile: str) -> None:
    """The volume is in memory, and every engine container mounts it; the proxy does not."""
    made = make({"profile": profile, "presets": ["shm"], "decode": {"containers": [engine(), engine(name="b")]}})
    assert made.volume("shm") == {"name": "shm", "emptyDir": {"medium": "Memory"}}
    for index in (0, 1):
        assert made.mounts(index=index)[SHM] == {"name": "shm", "mountPath": SHM}
    assert "volumeMounts" not in made.proxy()


def test_it_stays_beside_the_users_volumes() -> None:
    """Volumes of the user replace the default, and not what a preset adds."""
    made = make({"presets": ["shm"], "decode": {"containers": [engine()], "volumes": [{"name": "own", "emptyDir": {}}]}})
    assert {volume["name"] for volume in made.pod()["volumes"]} == {"shm", "own"}


def test_without_the_preset_there_is_no_such_volume() -> None:
    """The preset is applied only where it is named."""
    assert make({}).volume("shm") is None


def test_its_size_may_be_limited() -> None:
    """``sizeLimit`` is the emptyDir's; what is no size is told where it is given."""
    made = make({"presets": [{"name": "shm", "sizeLimit": "16Gi"}]})
    assert made.volume("shm") == {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}}
    (error,) = make({"presets": ["probes", {"name": "shm", "sizeLimit": "16 Gi"}]}).errors
    assert error.startswith("spec.presets[1].sizeLimit: ")
