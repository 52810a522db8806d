"""Preset host-cache: a model from Hugging Face stays on the node."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_a_folder_of_the_node_takes_the_place_of_the_pods_own(profile: str, multinode: bool) -> None:
    """It is made where it is not there."""
    made = make({"profile": profile, "multinode": multinode, "presets": ["host-cache"]})
    assert made.volume("model-storage") == {
        "name": "model-storage",
        "hostPath": {"path": "/var/cache/models", "type": "DirectoryOrCreate"},
    }


def test_the_folder_may_be_another() -> None:
    """As where the disks of the nodes are mounted."""
    volume = make({"presets": [{"name": "host-cache", "path": "/mnt/nvme"}]}).volume("model-storage")
    assert volume is not None
    assert volume["hostPath"]["path"] == "/mnt/nvme"


@pytest.mark.parametrize("turned", [False, True])
def test_it_goes_not_together_with_a_claim(turned: bool) -> None:
    """One volume has one source; told once, at the later of the two."""
    presets = ["host-cache", {"name": "model-cache-pvc", "claim": "models"}]
    other = "model-cache-pvc" if turned else "host-cache"
    (error,) = make({"presets": presets[::-1] if turned else presets}).errors
    assert error == f"spec.presets[1]: goes not together with preset {other}; leave one out"


def test_it_is_for_models_that_are_fetched() -> None:
    """Another kind of model is somewhere else."""
    made = make({"modelArtifacts": {"uri": "oci://r/m:1"}, "presets": ["host-cache"]})
    assert [error.partition(":")[0] for error in made.errors] == ["spec.presets[0]"]
