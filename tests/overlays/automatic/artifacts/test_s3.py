"""Models of a bucket: an init container fetches them into the volume that the engine reads."""

from __future__ import annotations

from typing import Any

from tests.compose.made import Made, Map, make


def fetched(**artifacts: Any) -> Made:
    """Make a service whose model is in a bucket."""
    return make({"modelArtifacts": {"uri": "s3://models/llama/8b", "size": "20Gi", **artifacts}})


def fetcher(made: Made) -> Map:
    """Return the init container that fetches the model."""
    (container,) = [one for one in made.pod()["initContainers"] if one["name"] == "fetch-model"]
    found: Map = container
    return found


def test_it_is_fetched_into_the_models_volume() -> None:
    """The engine gets the folder, which has the size that is said, read-only."""
    made = fetched(mountPath="/models")
    assert fetcher(made)["command"] == ["aws", "s3", "sync", "--no-progress", "s3://models/llama/8b", "/models"]
    assert fetcher(made)["volumeMounts"] == [{"name": "model-storage", "mountPath": "/models"}]
    assert made.volume("model-storage") == {"name": "model-storage", "emptyDir": {"sizeLimit": "20Gi"}}
    assert made.mounts()["/models"]["readOnly"] is True
    assert made.container()["args"][0] == "/models"
    assert not {"env", "envFrom"} & fetcher(made).keys()
    assert (made.errors, made.warnings) == ([], [])


def test_service_keys_and_image_are_said() -> None:
    """Of another service than Amazon's, with keys of a Secret, by an image of one's own."""
    made = fetched(s3={"endpoint": "http://minio:9000", "region": "eu", "secretName": "keys", "image": "aws:1"})
    assert fetcher(made)["image"] == "aws:1"
    assert fetcher(made)["env"] == [{"name": "AWS_ENDPOINT_URL", "value": "http://minio:9000"}, {"name": "AWS_REGION", "value": "eu"}]
    assert fetcher(made)["envFrom"] == [{"secretRef": {"name": "keys"}}]


def test_presets_reach_the_container() -> None:
    """As they reach init containers of the user's own."""
    made = make({"modelArtifacts": {"uri": "s3://models/llama", "size": "20Gi"}, "presets": ["hardened"]})
    assert fetcher(made)["securityContext"]["allowPrivilegeEscalation"] is False


def test_a_size_that_no_model_fits_into_and_keys_without_a_bucket_are_told() -> None:
    """As of models that are downloaded."""
    assert [field for _, field, _ in make({"modelArtifacts": {"uri": "s3://models/llama"}}).found("model-storage")] == [
        "spec.modelArtifacts.size"
    ]
    told = make({"modelArtifacts": {"size": "20Gi", "s3": {"region": "eu"}}}).found("unused-keys")
    assert [field for _, field, _ in told] == ["spec.modelArtifacts.s3"]
