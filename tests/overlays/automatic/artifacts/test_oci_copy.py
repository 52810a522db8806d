"""Models in images, on clusters that have no image volumes unless told so."""

from __future__ import annotations

from pathlib import Path
from subprocess import run
from typing import Any

import pytest
from tests.compose.made import Made, Map, make


def made_for(version: str | None, **artifacts: Any) -> Made:
    """Make a service for a version of Kubernetes whose model is in an image."""
    spec: Map = {"modelArtifacts": {"uri": "oci://reg/m:1", "size": "20Gi", **artifacts}}
    return make({**spec, **({"kubernetesVersion": version} if version else {})})


def copying(made: Made) -> list[Map]:
    """Return the init containers that copy the model."""
    return [one for one in made.pod()["initContainers"] if one["name"] == "fetch-model"]


@pytest.mark.parametrize(("version", "copies"), [(None, False), ("1.36", False), ("1.35", False), ("1.34", True), ("1.30", True)])
def test_it_is_copied_where_image_volumes_are_off(version: str | None, copies: bool) -> None:
    """Where nobody says which version it is, and from 1.35 on, the image is mounted."""
    made = made_for(version)
    volume = made.volume("model-storage") or {}
    assert bool(copying(made)) is copies
    assert ("emptyDir" in volume, "image" in volume) == (copies, not copies)
    assert made.errors == []


@pytest.mark.parametrize(
    ("artifacts", "source", "target", "model"),
    [
        ({}, "/models", "/model-cache", "/model-cache"),
        ({"path": "weights/8b", "mountPath": "/m"}, "/weights/8b", "/m/weights/8b", "/m/weights/8b"),
    ],
)
def test_the_engine_finds_it_where_it_would_be_mounted(artifacts: Map, source: str, target: str, model: str) -> None:
    """The image's folder, or /models, where such images have their files."""
    made = made_for("1.34", **artifacts)
    (container,) = copying(made)
    assert container["command"][-2:] == [source, target]
    assert (container["image"], container["imagePullPolicy"]) == ("reg/m:1", "Always")
    assert made.container()["args"][0] == model


def test_the_copy_has_every_file(tmp_path: Path) -> None:
    """Run by a real shell: hidden files and folders, too, and a second time after a restart."""
    (container,) = copying(made_for("1.34"))
    source, target = tmp_path / "models", tmp_path / "cache"
    (source / "deep").mkdir(parents=True)
    (source / ".hidden").write_text("x")
    (source / "deep" / "a").write_text("y")
    for _ in range(2):
        run([*container["command"][:-2], source, target / "a"], check=True)
    assert sorted(str(path.relative_to(target / "a")) for path in (target / "a").rglob("*")) == [".hidden", "deep", "deep/a"]
