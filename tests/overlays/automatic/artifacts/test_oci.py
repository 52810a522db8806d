"""The model is an OCI artifact, mounted as an image volume (specification: Model storage)."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
@pytest.mark.parametrize(("policy", "expected"), [(None, "Always"), ("", "Always"), ("IfNotPresent", "IfNotPresent")])
def test_the_volume_is_the_image(profile: str, policy: str | None, expected: str) -> None:
    """Reference and pull policy are in the volume, and the mount is read-only (specification: Model storage)."""
    uri = "oci://registry.example:5000/llama:1"
    made = make({"profile": profile, "modelArtifacts": {"uri": uri, "mountPath": "/models", "imagePullPolicy": policy}})
    assert made.volume("model-storage") == {
        "name": "model-storage",
        "image": {"reference": "registry.example:5000/llama:1", "pullPolicy": expected},
    }
    assert made.mounts()["/models"] == {"name": "model-storage", "mountPath": "/models", "readOnly": True}
    assert not {"HF_HOME", "HF_HUB_CACHE"} & made.variables().keys()


def test_only_for_containers_that_mount_it() -> None:
    """MountModelVolume decides, as with the other schemes."""
    made = make({"modelArtifacts": {"uri": "oci://llama:1"}, "decode": {"containers": [engine()]}})
    assert made.volume("model-storage") is None
    assert made.mounts() == {}
