"""Names that are too long for what Kubernetes makes of them."""

from __future__ import annotations

import pytest
from tests.checks.worlds import Map, found, thing
from tests.compose.made import make

LIMITED = {"Deployment": 63, "StatefulSet": 63, "Service": 63, "InferencePool": 63, "LeaderWorkerSet": 59}


@pytest.mark.parametrize(("kind", "longest"), LIMITED.items())
@pytest.mark.parametrize("complete", [True, False])
def test_names_over_the_limit(kind: str, longest: int, complete: bool) -> None:
    """A name with one character too many is an error with both numbers; a LeaderWorkerSet's pods need four characters more."""
    assert found("name-length", thing(kind, "x" * longest), complete=complete) == []
    assert found("name-length", thing(kind, "x" * (longest + 1)), complete=complete) == [
        (
            "error",
            f"{kind}/{'x' * (longest + 1)}",
            "metadata.name",
            f"has {longest + 1} characters; a {kind} may have {longest}",
            "x" * (longest + 1),
        )
    ]


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret", "HTTPRoute", "PodMonitor", "ResourceClaimTemplate"])
def test_other_kinds_may_have_long_names(kind: str) -> None:
    """Of what nothing else is named after, Kubernetes takes 253 characters."""
    assert found("name-length", thing(kind, "x" * 253)) == []


def test_generated_resources_are_told_once() -> None:
    """What a ModelService makes is told with the ModelService, and not again among all resources."""
    long = thing("Service", "x" * 64)
    assert found("name-length", long, generated=(long,)) == []
    ((severity, field, message),) = make({"extraObjects": [long]}).found("name-length")
    assert (severity, field, message) == ("error", "metadata.name", "has 64 characters; a Service may have 63")


@pytest.mark.parametrize(("length", "role", "told"), [(52, {}, 0), (53, {}, 1), (55, {}, 1)])
def test_a_long_name_of_a_service_with_several_nodes(length: int, role: Map, told: int) -> None:
    """The base name is cut for Deployments; a LeaderWorkerSet of it may still be too long, which the result says of that resource."""
    results = [
        result
        for result in make({"multinode": True, **role}, name="x" * length).generated.results
        if (result.tags or {}).get("check") == "name-length"
    ]
    assert len(results) == told
    for result in results:
        assert result.resource is not None
        assert result.resource.kind == "LeaderWorkerSet"
