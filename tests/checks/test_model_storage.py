"""A model that is not where the engine looks, or whose volume cannot take it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import service
from tests.compose.made import Made, engine, make, overlay

Map = dict[str, Any]
MOUNT = "spec.decode.containers[0].mountModelVolume"
OFFLINE = [{"name": "HF_HUB_OFFLINE", "value": "1"}]
CLAIM = {"modelArtifacts": {"uri": "pvc://claim/models/a"}}
CACHE = {"modelArtifacts": {"uri": "pvc+hf://claim/hub/a/b"}}


def fields(made: Made) -> list[str]:
    """Return the fields of what the check found, which are warnings."""
    found = made.found("model-storage")
    assert {severity for severity, _, _ in found} <= {"warning"}
    return [field for _, field, _ in found]


@pytest.mark.parametrize("uri", ["pvc://claim/models/a", "oci://registry/model:1"])
@pytest.mark.parametrize("command", ["vllmServe", "imageDefault"])
def test_an_engine_without_the_volume(uri: str, command: str) -> None:
    """The generated arguments name a path that is not there."""
    spec = {"modelArtifacts": {"uri": uri}}
    made = service(spec, modelCommand=command, mountModelVolume=False)
    assert fields(made) == [MOUNT]
    assert uri in made.found("model-storage")[0][2]
    assert fields(service(spec, modelCommand=command)) == []


def test_a_mount_of_ones_own_is_as_good() -> None:
    """At the path, or above it."""
    volumes = [{"name": "models", "persistentVolumeClaim": {"claimName": "claim"}}]
    for path, count in (("/model-cache", 0), ("/model-cache/", 0), ("/", 0), ("/model-cache/models", 1), ("/model", 1)):
        spec = {**CLAIM, "decode": {"volumes": volumes}}
        made = service(spec, mountModelVolume=False, volumeMounts=[{"name": "models", "mountPath": path}])
        assert len(fields(made)) == count, path


def test_a_command_of_ones_own_without_the_volume() -> None:
    """It is told of the first, where no container has the volume, and the URI would be for nobody."""
    command = {"modelCommand": "custom", "command": ["x"]}
    assert fields(service(CLAIM, mountModelVolume=False, **command)) == [MOUNT]
    containers = [engine(**command), engine(name="b", mountModelVolume=True, **command)]
    assert fields(service({**CLAIM, "decode": {"containers": containers}})) == []


def test_a_model_larger_than_the_profiles_volume() -> None:
    """Told once, for both roles, where the model is downloaded into it."""
    prefill = {"create": True, "containers": [engine(modelCommand="vllmServe", mountModelVolume=True)]}
    default = {"modelArtifacts": {"size": "5Mi"}}
    assert fields(service({**default, "prefill": prefill})) == ["spec.modelArtifacts.size"]
    assert fields(make({})) == ["spec.modelArtifacts.size"]
    assert fields(service()) == []


@pytest.mark.parametrize(
    ("spec", "container"),
    [
        ({}, {"mountModelVolume": False}),
        ({}, {"image": "ghcr.io/llm-d/llm-d-inference-sim:v0.7.1"}),
        (CLAIM, {}),
        (
            {
                "overlays": [
                    overlay(
                        {"target": "pod", "patch": {"spec": {"volumes": [{"name": "model-storage", "emptyDir": {"sizeLimit": "9Gi"}}]}}}
                    )
                ]
            },
            {},
        ),
        ({"decode": {"volumes": [{"name": "model-storage", "hostPath": {"path": "/x"}}]}}, {}),
    ],
    ids=["not mounted", "simulator", "claim", "overlay", "own volume"],
)
def test_where_nothing_is_downloaded_into_it(spec: Map, container: Map) -> None:
    """Or into a volume of another size."""
    artifacts = {"size": "5Mi", **spec.get("modelArtifacts", {})}
    assert "spec.modelArtifacts.size" not in fields(service({**spec, "modelArtifacts": artifacts}, **container))


def test_a_cache_that_cannot_be_written() -> None:
    """That readOnly is true is the profile's; the library writes also where the model is there, unless it is told to stay offline."""
    assert fields(service(CACHE)) == ["spec.modelArtifacts.readOnly"]
    assert fields(make({"modelArtifacts": CACHE["modelArtifacts"]})) == ["spec.modelArtifacts.readOnly"]
    assert fields(service(CACHE, env=OFFLINE)) == []
    assert fields(service(CACHE, env=[{"name": "HF_HUB_OFFLINE", "value": "0"}])) == ["spec.modelArtifacts.readOnly"]
    writable = {"modelArtifacts": {**CACHE["modelArtifacts"], "readOnly": False}}
    assert fields(service(writable)) == []
    assert fields(service(CLAIM)) == []
    brought = overlay({"target": "container", "patch": {"env": OFFLINE}})
    assert fields(service({**CACHE, "overlays": [brought]})) == []
