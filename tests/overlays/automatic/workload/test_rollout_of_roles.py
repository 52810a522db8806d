"""How the roles of a DisaggregatedSet are rolled out."""

from __future__ import annotations

from tests.compose.made import Map, make

SPEC: Map = {"profile": "llm-d", "topology": "disaggregatedset", "prefill": {"replicas": 2}}


def rolling(role: str, **spec: Map) -> tuple[int, int]:
    """Return how many groups of a role may be away and how many may be more at a time."""
    (one,) = [one for one in make({**SPEC, **spec}).one("DisaggregatedSet")["spec"]["roles"] if one["name"] == role]
    found = (
        one["spec"].get("rolloutStrategy", {}).get("rollingUpdateConfiguration", {"maxUnavailable": 1, "maxSurge": 0})
    )  # Kubernetes' own
    return found["maxUnavailable"], found["maxSurge"]


def test_prefill_surges_and_decode_does_not() -> None:
    """Both at once would wait for each other's devices; presets and the user say otherwise."""
    assert (rolling("prefill"), rolling("decode")) == ((0, 1), (1, 0))
    own = {"rolloutStrategy": {"rollingUpdateConfiguration": {"maxUnavailable": 2, "maxSurge": 1}}}
    assert rolling("decode", decode={"leaderWorkerSet": own}) == (2, 1)
