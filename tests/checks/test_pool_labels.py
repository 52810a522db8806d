"""InferencePools that take the pods of other services."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import Map, deployment, found, thing
from tests.compose.made import make

POOL: Map = {"routing": {"inferencePool": {"create": True}}}
SHARED = {"llm-d.ai/inference-serving": "true"}


@pytest.mark.parametrize(
    ("spec", "right"),
    [
        ({"profile": "llm-d"}, False),
        ({"profile": "llm-d", "modelArtifacts": {"labels": SHARED}}, False),
        ({"profile": "llm-d", "modelArtifacts": {"labels": {"llm-d.ai/model": "llama"}}}, True),
        ({"profile": "furiosa"}, True),
        ({"profile": "furiosa", "modelArtifacts": {"labels": {"llm-d.ai/model": None}}}, False),
    ],
)
def test_labels_of_every_service(spec: Map, right: bool) -> None:
    """The profile's shared label alone selects the pods of all services; one of the model's own tells them apart."""
    told = [(severity, field) for severity, field, _ in make({**spec, **POOL}).found("pool-labels")]
    assert told == ([] if right else [("warning", "spec.modelArtifacts.labels")])
    assert make(spec).found("pool-labels") == []


def named(name: str, **spec: Any) -> list[Map]:
    """Return the objects of a service."""
    return make({"profile": "llm-d", "prefill": {"create": False}, **POOL, **spec}, name=name).objects


def test_pods_of_another_service() -> None:
    """A pool of ours that selects another service's pods is told, however that was generated; its own are its own."""
    first, second = named("a"), named("b")
    assert found("pool-labels", *first) == []
    told = found("pool-labels", *first, *second, complete=False)
    assert [(one.severity, one.resource, one.field) for one in told] == [
        ("warning", f"InferencePool/{name}", "spec.selector.matchLabels") for name in "ab"
    ]
    assert "Deployment b-decode" in told[0].message
    labelled = {"modelArtifacts": {"labels": {**SHARED, "llm-d.ai/model": "b"}}}
    assert [one.resource for one in found("pool-labels", *first, *named("b", **labelled))] == ["InferencePool/a"]


def test_what_others_made_is_left_alone() -> None:
    """Without our labels nobody knows whose a pool or its pods are."""
    pool = thing("InferencePool", "p", spec={"selector": {"matchLabels": {"app": "web"}}})
    assert found("pool-labels", pool, deployment("a"), deployment("b")) == []
    assert found("pool-labels", *named("a"), deployment("x", SHARED)) == []
