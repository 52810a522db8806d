"""The priorities that requests may ask for."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make

OBJECTIVES: list[dict[str, Any]] = [{"name": "chat", "priority": 10}, {"name": "batch", "priority": -1}, {"name": "rest"}]


@pytest.mark.parametrize(
    ("version", "api"),
    [
        (None, "llm-d.ai/v1alpha2"),
        ("0.9.0", "llm-d.ai/v1alpha2"),
        ("0.8.0", "inference.networking.x-k8s.io/v1alpha2"),
    ],
)
@pytest.mark.parametrize("create", [True, False])
def test_an_object_each(version: str | None, api: str, create: bool) -> None:
    """Each is an InferenceObjective of the pool, of the API that the picker's version looks for, whoever makes the picker."""
    routing: dict[str, Any] = {"inferencePool": {"create": True}, "epp": {"create": create, "version": version}, "objectives": OBJECTIVES}
    made = make({"routing": routing}, namespace="serving")
    found = [obj for obj in made.objects if obj["kind"] == "InferenceObjective"]
    assert [(obj["apiVersion"], obj["metadata"]["name"], obj["metadata"]["namespace"]) for obj in found] == [
        (api, one["name"], "serving") for one in OBJECTIVES
    ]
    assert [obj["spec"].get("priority") for obj in found] == [10, -1, None]
    pool = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "llama"}
    assert [obj["spec"]["poolRef"] for obj in found] == [pool] * 3


def test_none_without_a_pool() -> None:
    """They are of the pool; without it they mean nothing, and that is told."""
    made = make({"routing": {"objectives": OBJECTIVES}})
    assert "InferenceObjective" not in made.kinds()
    assert "spec.routing.objectives: means nothing while routing.inferencePool.create is not on" in made.warnings


def test_two_of_one_name() -> None:
    """Two objects of one name are an error, as everywhere."""
    made = make({"routing": {"inferencePool": {"create": True}, "objectives": [{"name": "a"}, {"name": "a", "priority": 1}]}})
    assert made.errors == ["spec.routing.objectives[1].name: InferenceObjective a is there more than once; give each another name"]
