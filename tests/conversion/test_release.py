"""What a release's objects are called."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.conversion.release import Release, full_name, of_manifest


@pytest.mark.parametrize(
    ("values", "release", "name"),
    [
        ({}, "chat", "chat-llm-d-modelservice"),
        ({}, "my-llm-d-modelservice-1", "my-llm-d-modelservice-1"),
        ({"nameOverride": "ms"}, "chat", "chat-ms"),
        ({"nameOverride": "at"}, "chat", "chat"),
        ({"nameOverride": "", "fullnameOverride": ""}, "chat", "chat-llm-d-modelservice"),
        ({"fullnameOverride": "llama"}, "chat", "llama"),
        ({"fullnameOverride": "llama"}, "", "llama"),
        ({}, "a" * 36, f"{'a' * 36}-llm-d-modelservice"),
        ({}, "a" * 37, f"{'a' * 37}-llm-d-modelservic"),
        ({}, "a" * 48, f"{'a' * 48}-llm-d"),
        ({}, "a" * 54, "a" * 54),
        ({"fullnameOverride": f"{'a' * 54}-b"}, "", "a" * 54),
        ({"modelArtifacts": {"name": "Qwen/Qwen3-0.6B"}}, "", "qwen3-0-6b"),
        ({"modelArtifacts": {"name": "x/__"}}, "", "model"),
        ({}, "", "model"),
    ],
)
def test_names_are_the_charts(values: Any, release: str, name: str) -> None:
    """The release's name with the chart's, cut to 55 characters, unless it is overridden; without a release the model's."""
    assert full_name(values, Release(release)) == name


def test_the_manifest_knows_best() -> None:
    """What runs is called so, whatever the values say."""
    objects = [
        {"kind": "ServiceAccount", "metadata": {"name": "x-decode"}},
        {"kind": "Deployment", "metadata": {"name": "old-decode", "labels": {"helm.sh/chart": "llm-d-modelservice-v0.4.12"}}},
    ]
    assert of_manifest(objects) == ("old", "0.4.12")
    assert full_name({"fullnameOverride": "new"}, Release("other", "", "old")) == "old"
    assert of_manifest([{"kind": "Deployment", "metadata": {"name": "x", "labels": {"helm.sh/chart": "other-1.2.3"}}}]) == ("", "")
