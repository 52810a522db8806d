"""The model is on a PersistentVolumeClaim, as files or as a Hugging Face cache (specification: Model storage, Environment)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make

PVC, PVC_HF = "pvc://models/llama", "pvc+hf://models/hub/meta/llama"


@pytest.mark.parametrize("uri", [PVC, PVC_HF])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
@pytest.mark.parametrize(("given_value", "read_only"), [({}, True), ({"readOnly": False}, False), ({"readOnly": None}, None)])
def test_the_volume_is_the_claim(profile: str, uri: str, given_value: dict[str, Any], read_only: bool | None) -> None:
    """ReadOnly of the claim and of the mount are modelArtifacts.readOnly; deleted, neither is there (specification: Model storage)."""
    made = make({"profile": profile, "modelArtifacts": {"uri": uri, **given_value}})
    flag = {} if read_only is None else {"readOnly": read_only}
    assert made.volume("model-storage") == {"name": "model-storage", "persistentVolumeClaim": {"claimName": "models", **flag}}
    marked = flag if (profile, uri) != ("furiosa", PVC_HF) else {}  # which the furiosa chart does not mark
    assert made.mounts()["/model-cache"] == {"name": "model-storage", "mountPath": "/model-cache", **marked}


def test_a_cache_is_told_to_the_engine() -> None:
    """pvc+hf: HF_HUB_CACHE is below the mount path, whatever that is, and has no slash at its end (specification: Environment)."""
    variables = make({"modelArtifacts": {"uri": PVC_HF, "mountPath": "/data"}}).variables()
    assert variables["HF_HUB_CACHE"] == "/data/hub"
    assert "HF_HOME" not in variables
    assert make({"modelArtifacts": {"uri": "pvc+hf://models/meta/llama"}}).variables()["HF_HUB_CACHE"] == "/model-cache"


def test_files_need_no_cache() -> None:
    """pvc: the path is the model; neither variable is set (specification: Environment)."""
    assert not {"HF_HOME", "HF_HUB_CACHE"} & make({"modelArtifacts": {"uri": PVC}}).variables().keys()


@pytest.mark.parametrize("uri", [PVC, PVC_HF])
def test_only_for_containers_that_mount_it(uri: str) -> None:
    """MountModelVolume decides over volume, mount and variable (specification: Model storage, Environment)."""
    made = make({"modelArtifacts": {"uri": uri}, "decode": {"containers": [engine()]}})
    assert made.volume("model-storage") is None
    assert made.mounts() == {}
    assert "HF_HUB_CACHE" not in made.variables()
