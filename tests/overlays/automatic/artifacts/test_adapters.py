"""LoRA adapters: each comes into the pods by its scheme, and the engine is told its name and path."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, Map, make


def adapted(*adapters: Map, command: str = "vllmServe", **spec: Any) -> Made:
    """Make a service with adapters."""
    engine = {"image": "x:1", "modelCommand": command}
    return make({"profile": "llm-d", "modelArtifacts": {"lora": list(adapters)}, "engine": engine, **spec})


@pytest.mark.parametrize(
    ("uri", "path", "volume"),
    [
        ("hf://org/sql", "org/sql", None),
        ("pvc://claim/a/b", "/adapters/sql/a/b", {"persistentVolumeClaim": {"claimName": "claim", "readOnly": True}}),
        ("oci://reg/sql:1", "/adapters/sql", {"image": {"reference": "reg/sql:1", "pullPolicy": "Always"}}),
        ("s3://bucket/sql", "/adapters/sql", {"emptyDir": {}}),
    ],
)
def test_each_scheme_has_its_volume(uri: str, path: str, volume: Map | None) -> None:
    """And vLLM gets all of them behind one flag: of several it takes the last."""
    made = adapted({"name": "sql", "uri": uri}, {"name": "other", "uri": "hf://org/other"})
    args = made.container()["args"]
    assert args[args.index("--enable-lora") :] == ["--enable-lora", "--lora-modules", f"sql={path}", "other=org/other"]
    assert made.volume("adapter-0") == ({"name": "adapter-0", **volume} if volume else None)
    assert ("/adapters/sql" in made.mounts()) is (volume is not None)
    fetching = [one["name"] for one in made.pod()["initContainers"] if one["name"] == "fetch-adapter-0"]
    assert fetching == (["fetch-adapter-0"] if uri.startswith("s3") else [])
    assert made.errors == []


def test_an_image_is_copied_where_there_are_no_image_volumes() -> None:
    """For a cluster without image volumes an init container copies the adapter out of its image, as it does a model."""
    made = adapted({"name": "sql", "uri": "oci://reg/sql:1"}, kubernetesVersion="1.34")
    (container,) = [one for one in made.pod()["initContainers"] if one["name"] == "fetch-adapter-0"]
    assert container["command"][-2:] == ["/models", "/adapters/sql"]


def test_other_engines() -> None:
    """SGLang calls the flag otherwise; Furiosa-LLM has none."""
    args = adapted({"name": "sql", "uri": "hf://org/sql"}, command="sglangServe").container()["args"]
    assert args[args.index("--lora-paths") + 1] == "sql=org/sql"
    (error,) = make({"modelArtifacts": {"lora": [{"name": "sql", "uri": "hf://org/sql"}]}}).errors
    assert error == "spec.modelArtifacts.lora: furiosa-llm takes no LoRA adapters; leave it out"


@pytest.mark.parametrize(
    ("adapters", "field", "words"),
    [
        ([{"name": "a", "uri": "pvc+hf://c/a/b"}], "lora[0].uri", "must be one of hf://NAMESPACE/ADAPTER"),
        ([{"name": "a", "uri": "x"}], "lora[0].uri", "must be one of hf://NAMESPACE/ADAPTER"),
        ([{"name": "a", "uri": "hf://o/a"}, {"name": "a", "uri": "hf://o/b"}], "lora[1].name", "another adapter is called so"),
        ([{"name": "a/b", "uri": "hf://o/a"}], "lora[0].name", "a/b"),
        ([{"name": "a"}], "lora[0].uri", "missing"),
    ],
)
def test_mistakes_are_told(adapters: list[Map], field: str, words: str) -> None:
    """With the field and what would be right."""
    (error,) = adapted(*adapters).errors
    assert error.startswith(f"spec.modelArtifacts.{field}: ")
    assert words in error


URIS = st.sampled_from(["hf://o/a", "pvc://c/p", "pvc://c", "oci://r/a:1", "s3://b/p"])


@settings(max_examples=25, deadline=None)
@given(st.lists(URIS, min_size=1, max_size=4), st.sampled_from(["1.34", "1.35"]))
def test_what_is_mounted_is_there(uris: list[str], version: str) -> None:
    """Each mount has its volume, each path lies below a mount, and what is fetched is fetched into a volume that is mounted."""
    made = adapted(*({"name": f"n{index}", "uri": uri} for index, uri in enumerate(uris)), kubernetesVersion=version)
    assert made.errors == []
    volumes = {one["name"] for one in made.pod()["volumes"]}
    containers = [made.container(), *made.pod()["initContainers"]]
    assert {mount["name"] for one in containers for mount in one.get("volumeMounts") or []} <= volumes
    args = made.container()["args"]
    paths = [word.partition("=")[2] for word in args[args.index("--lora-modules") + 1 :]]
    assert len(paths) == len(uris)
    for path in paths:
        assert not path.startswith("/") or any(f"{path}/".startswith(f"{mount}/") for mount in made.mounts())
    for one in made.pod()["initContainers"]:
        if one["name"].startswith("fetch-"):
            assert one["volumeMounts"][0]["mountPath"] in made.mounts()
