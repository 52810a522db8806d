"""The model is fetched from Hugging Face into an emptyDir (specification: Model storage, Environment)."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_the_volume_is_an_empty_dir_of_the_given_size(profile: str) -> None:
    """It has sizeLimit = size, and is mounted read-write at mountPath (specification: Model storage)."""
    made = make({"profile": profile, "modelArtifacts": {"size": "20Gi", "mountPath": "/models"}})
    assert made.volume("model-storage") == {"name": "model-storage", "emptyDir": {"sizeLimit": "20Gi"}}
    assert made.mounts()["/models"] == {"name": "model-storage", "mountPath": "/models"}
    assert make({"profile": profile}).volume("model-storage") == {"name": "model-storage", "emptyDir": {"sizeLimit": "5Mi"}}


def test_hf_home_is_the_mount_path() -> None:
    """Where the model volume is mounted, HF_HOME says where (specification: Environment)."""
    variables = make({"modelArtifacts": {"mountPath": "/models"}}).variables()
    assert variables["HF_HOME"] == "/models"
    assert "HF_HUB_CACHE" not in variables


def test_only_containers_that_ask_for_it_get_the_volume() -> None:
    """One container with mountModelVolume gives the pod the volume; the others do not mount it (specification: Model storage)."""
    made = make({"decode": {"containers": [engine(), engine(name="b", mountModelVolume=True), engine(name="c", mountModelVolume=False)]}})
    assert made.volume("model-storage") is not None
    assert ["/model-cache" in made.mounts(index=index) for index in range(3)] == [False, True, False]
    assert ["HF_HOME" in made.variables(index=index) for index in range(3)] == [False, True, False]


def test_without_such_a_container_there_is_no_volume() -> None:
    """MountModelVolume is what asks for storage (specification: Model storage)."""
    assert make({"decode": {"containers": [engine()]}}).volume("model-storage") is None


def test_each_role_decides_for_itself() -> None:
    """A role without a mounting container has no volume, even when the other has."""
    role = {"containers": [engine()]}
    made = make({"profile": "llm-d", "prefill": role})
    assert made.volume("model-storage", "decode") is not None
    assert made.volume("model-storage", "prefill") is None


def test_a_deleted_size_is_an_error() -> None:
    """The volume needs a size, and the error names the key (specification: Missing values)."""
    errors = make({"modelArtifacts": {"size": None}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.modelArtifacts.size: missing")
