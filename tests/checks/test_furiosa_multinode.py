"""multinode with profile furiosa (specification: Warnings)."""

from __future__ import annotations

from tests.compose.made import make


def test_furiosa_multinode_is_a_warning_and_works() -> None:
    """Furiosa-LLM processes cannot serve one model together: that is told, and the LeaderWorkerSet is made all the same."""
    made = make({"multinode": True})
    ((severity, field, message),) = made.found("furiosa-multinode")
    assert (severity, field) == ("warning", "spec.multinode")
    assert "leader" in message
    assert made.one("LeaderWorkerSet")["metadata"]["name"] == "llama-decode"


def test_nothing_is_told_elsewhere() -> None:
    """VLLM's processes can, and Deployments do not matter."""
    assert make({"profile": "llm-d", "multinode": True}).found("furiosa-multinode") == []
    assert make({"multinode": False}).found("furiosa-multinode") == []
    assert make({}).found("furiosa-multinode") == []
