"""Images by the tag latest (specification: Warnings)."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make

from modelservice.checks.image_tag import is_latest


@pytest.mark.parametrize(
    ("image", "latest"),
    [
        ("vllm", True),
        ("vllm:latest", True),
        ("ghcr.io/llm-d/vllm", True),
        ("ghcr.io/llm-d/vllm:latest", True),
        ("registry:5000/vllm", True),
        ("registry:5000/vllm:latest", True),
        ("vllm:v1", False),
        ("registry:5000/vllm:v1", False),
        ("vllm:latest-cpu", False),
        ("vllm@sha256:abc", False),
        ("vllm:latest@sha256:abc", False),
        ("", False),
    ],
)
def test_which_images_are_whatever_is_newest(image: str, latest: bool) -> None:
    """The tag latest, or neither tag nor digest; a registry's port is no tag."""
    assert is_latest(image) is latest


def test_images_of_defaults_are_told_where_a_user_would_set_them() -> None:
    """Both profiles' default images have the tag; each is told with the field of the config."""
    fields = [field for _, field, _ in make({"profile": "llm-d"}).found("image-tag")]
    assert sorted(fields) == ["spec.decode.engine.image", "spec.routing.proxy.image"]
    assert [field for _, field, _ in make({}).found("image-tag")] == ["spec.decode.engine.image"]


def test_a_role_without_pods_is_not_looked_at() -> None:
    """Prefill is created with no replicas by default: its image runs nowhere."""
    fields = [field for _, field, _ in make({"profile": "llm-d", "prefill": {"replicas": 1}}).found("image-tag")]
    assert "spec.prefill.engine.image" in fields


def test_pinned_images_are_nothing_to_tell() -> None:
    """A version, and there is no warning at all."""
    assert make({"decode": {"containers": [engine()]}}).generated.results == []


def test_each_container_is_looked_at() -> None:
    """Engines, init containers and the proxy, each by its own field; the finding is a warning that has the image."""
    made = make(
        {
            "routing": {"proxy": {"image": "proxy:latest"}},
            "decode": {
                "containers": [engine(), engine(name="b", image="b:latest")],
                "initContainers": [{"name": "one", "image": "one:1"}, {"name": "two", "image": "two"}],
            },
        }
    )
    found = made.found("image-tag")
    assert [(severity, field) for severity, field, _ in found] == [
        ("warning", "spec.routing.proxy.image"),
        ("warning", "spec.decode.initContainers[1].image"),
        ("warning", "spec.decode.containers[1].image"),
    ]
    assert [message.split()[0] for _, _, message in found] == ["proxy:latest", "two", "b:latest"]


def test_an_image_from_extra_config_is_told_there() -> None:
    """An init container that extraConfig adds is found under extraConfig."""
    made = make({"decode": {"containers": [engine()], "extraConfig": {"initContainers": [{"name": "x", "image": "x:latest"}]}}})
    assert [field for _, field, _ in made.found("image-tag")] == ["spec.decode.extraConfig"]
