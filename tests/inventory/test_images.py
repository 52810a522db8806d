"""Which images objects have, and where."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import decode, make
from tests.compose.samples import SAMPLES

from modelservice.inventory.images import images

Map = dict[str, Any]

HELD = ("spec", "template", "metadata", "annotations", "dual-pod.llm-d.ai/server-patch")
POD: Map = {
    "initContainers": [{"name": "i", "image": "i:1"}],
    "containers": [{"name": "a", "image": "a:1"}, {"name": "none"}],
    "volumes": [{"name": "v", "emptyDir": {}}, {"name": "m", "image": {"reference": "m:1"}}],
}


def found(*objects: Map) -> list[tuple[Any, ...]]:
    """The images of objects: image, kind of the object, path."""
    return [(use.image, use.obj["kind"], (*use.path, *use.within)) for use in images(objects)]


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Pod", ()),
        ("Deployment", ("spec", "template")),
        ("StatefulSet", ("spec", "template")),
        ("CronJob", ("spec", "jobTemplate", "spec", "template")),
        ("LeaderWorkerSet", ("spec", "leaderWorkerTemplate", "workerTemplate")),
        ("LeaderWorkerSet", ("spec", "leaderWorkerTemplate", "leaderTemplate")),
    ],
)
def test_containers_and_image_volumes_of_every_kind_of_pods(kind: str, path: tuple[str, ...]) -> None:
    """Init containers first; a container without an image has none."""
    inner: Map = {"spec": POD}
    for step in reversed(path):
        inner = {step: inner}
    assert found({"apiVersion": "v1", "kind": kind, "metadata": {"name": "x"}, **inner}) == [
        ("i:1", kind, (*path, "spec", "initContainers", 0, "image")),
        ("a:1", kind, (*path, "spec", "containers", 0, "image")),
        ("m:1", kind, (*path, "spec", "volumes", 1, "image", "reference")),
    ]


def test_the_pod_that_a_requester_holds_as_text() -> None:
    """Its images run, too: they stand within the text."""
    spec = {"profile": "llm-d", "requester": {"enable": True, "image": "r:1"}, "prefill": {"create": False}}
    uses = images(make({**spec, **decode(modelCommand="vllmServe")}).objects)
    assert [(use.image.rpartition("/")[2], use.path[-1], use.within) for use in uses] == [
        ("r:1", "image", ()),
        ("llm-d-router-disagg-sidecar:latest", HELD[-1], ("spec", "initContainers", 0, "image")),
        ("engine:1.0", HELD[-1], ("spec", "containers", 0, "image")),
    ]
    assert uses[1].path == HELD


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_container_of_a_service_is_there(sample: str) -> None:
    """Whatever a service uses: as many images as its pods have containers and image volumes."""
    made = make(SAMPLES[sample])
    uses = images(made.objects)
    for obj in made.objects:
        if obj["kind"] in ("Deployment", "LeaderWorkerSet"):
            group = obj["spec"].get("leaderWorkerTemplate", obj["spec"])
            pods = [group[name]["spec"] for name in ("template", "leaderTemplate", "workerTemplate") if name in group]
            listed = [
                [*pod["containers"], *pod.get("initContainers", []), *(one for one in pod.get("volumes", []) if "image" in one)]
                for pod in pods
            ]
            count = sum(map(len, listed))
            assert sum(use.obj["metadata"]["name"] == obj["metadata"]["name"] for use in uses) == count


POD_TEXT = "spec: {containers: [{name: a, image: a:1}]}"
TEXTS = st.text(max_size=20) | st.sampled_from([POD_TEXT, "spec: 5", "[", "spec: {containers: 5}", "a: &a [*a]"])


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_text_that_is_no_pod_has_no_images(text: str) -> None:
    """A requester that somebody wrote may hold anything."""
    template = {"metadata": {"annotations": {HELD[-1]: text}}, "spec": {}}
    obj = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "r"}, "spec": {"template": template}}
    assert [image for image, *_ in found(obj)] == (["a:1"] if text == POD_TEXT else [])
