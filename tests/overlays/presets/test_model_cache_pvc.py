"""Preset model-cache-pvc: a model from Hugging Face stays on a claim."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, engine, make

CACHE: Map = {"name": "model-cache-pvc", "claim": "models"}


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_the_claim_takes_the_place_of_the_folder(profile: str, multinode: bool) -> None:
    """The volume is the claim, and nothing else of it changes: neither the mount nor where the engine looks."""
    spec: Map = {"profile": profile, "multinode": multinode}
    made, plain = make({**spec, "presets": [CACHE]}), make(spec)
    assert made.volume("model-storage") == {"name": "model-storage", "persistentVolumeClaim": {"claimName": "models"}}
    assert (made.mounts(), made.variables()) == (plain.mounts(), plain.variables())


def test_the_claim_must_be_named() -> None:
    """There is no claim that everybody has."""
    (error,) = make({"presets": ["shm", "model-cache-pvc"]}).errors
    assert error.startswith("spec.presets[1].claim: missing; preset model-cache-pvc needs it: The PersistentVolumeClaim")


@pytest.mark.parametrize(
    ("spec", "fact"),
    [
        ({"modelArtifacts": {"uri": "pvc://other/x"}}, "artifact pvc"),
        ({"decode": {"containers": [engine(mountModelVolume=False)]}}, "modelVolume false"),
    ],
)
def test_it_is_for_models_that_are_fetched(spec: Map, fact: str) -> None:
    """Of another kind of model, or without the volume, it would do nothing."""
    (error,) = make({**spec, "presets": [CACHE]}).told("error", without=("volume-mounts",))
    assert error.startswith(f"spec.presets[0]: is for services with artifact hf and modelVolume true; this one has {fact}")


def test_the_size_of_a_folder_that_is_not_there_says_nothing() -> None:
    """``modelArtifacts.size`` is the emptyDir's, and is told; the volume of the profile's size is not."""
    made = make({"presets": [CACHE], "modelArtifacts": {"size": "50Gi"}})
    assert [(severity, field) for severity, field, _ in made.found("unused-keys")] == [("info", "spec.modelArtifacts.size")]
    assert make({"modelArtifacts": {"size": "50Gi"}}).found("unused-keys") == []
    assert make({}).found("model-storage") != []
    assert make({"presets": [CACHE]}).found("model-storage") == []


def test_a_claim_that_is_no_name_is_told_where_it_is_given() -> None:
    """Kubernetes would refuse it in the pod."""
    wrong: Any = {**CACHE, "claim": ""}
    (error,) = make({"presets": [wrong]}).errors
    assert error.startswith("spec.presets[0].claim: ")
