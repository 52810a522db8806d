"""Names that are too long for what Kubernetes makes of them."""

from __future__ import annotations

import pytest
from tests.checks.worlds import Map, found, thing
from tests.compose.made import make

LIMITED = {"Deployment": 63, "StatefulSet": 63, "InferencePool": 63}


@pytest.mark.parametrize(("kind", "longest"), LIMITED.items())
@pytest.mark.parametrize("complete", [True, False])
def test_names_over_the_limit(kind: str, longest: int, complete: bool) -> None:
    """A name with one character too many is an error with both numbers."""
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
    long = thing("InferencePool", "x" * 64)
    assert found("name-length", long, generated=(long,)) == []
    ((severity, field, message),) = make({"extraObjects": [long]}).found("name-length")
    assert (severity, field, message) == ("error", "metadata.name", "has 64 characters; a InferencePool may have 63")


GROUPS = [(1, 1, 52), (1, 1000, 52), (2, None, 49), (2, 0, 49), (2, 1, 49), (2, 10, 49), (8, 11, 48), (8, 100, 48), (8, 101, 47)]


@pytest.mark.parametrize(("size", "replicas", "longest"), [(size, replicas, longest + (size > 1)) for size, replicas, longest in GROUPS])
def test_a_leader_worker_set_leaves_room_for_its_stateful_sets(size: int, replicas: int | None, longest: int) -> None:
    """Their names and a hash of eleven characters are a label: those of workers end in the number of their group."""

    def groups(name: str) -> Map:
        spec = {"leaderWorkerTemplate": {"size": size}, **({} if replicas is None else {"replicas": replicas})}
        return thing("LeaderWorkerSet", name, spec=spec)

    assert found("name-length", groups("x" * longest)) == []
    ((severity, _, _, message, _),) = found("name-length", groups("x" * (longest + 1)))
    assert (severity, message) == ("error", f"has {longest + 1} characters; a LeaderWorkerSet may have {longest}")


@pytest.mark.parametrize(
    ("length", "workers", "told"),
    [(45, 1, []), (46, 1, ["error"]), (43, 2, []), (44, 2, ["error"]), (45, None, []), (46, None, ["warning"]), (53, None, ["error"])],
)
def test_a_long_name_of_a_service_with_several_nodes(length: int, workers: int | None, told: list[str]) -> None:
    """A LeaderWorkerSet of the base name may be too long, which the result says of that resource.

    It is a warning where nobody says how many pods a group has, for names that the charts were tried with.
    """
    role = {"parallelism": {"workers": workers}} if workers else {}
    generated = make({"multinode": True, "decode": role}, name="x" * length).generated
    results = [result for result in generated.results if (result.tags or {}).get("check") == "name-length"]
    assert [result.severity for result in results] == told
    assert [result.resource.kind for result in results if result.resource] == ["LeaderWorkerSet"] * len(told)
