"""ModelServices whose pods serve together, for tests."""

from __future__ import annotations

from typing import Any

Map = dict[str, Any]

IMAGE = "vllm/vllm-openai:v0.26.0"
PROXY = "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0"
SERVES = "modelservice.llm-d.ai/serves"


def served(*, command: str = "vllmServe", **parallelism: Any) -> Map:
    """Return a spec whose decode role serves in a mode."""
    return {
        "profile": "llm-d",
        "modelArtifacts": {"size": "900Gi", "labels": {"llm-d.ai/model": "llama"}},
        "prefill": {"create": False},
        "routing": {"proxy": {"image": PROXY}, "inferencePool": {"create": True}},
        "engine": {"image": IMAGE, "modelCommand": command},
        "decode": {"parallelism": parallelism},
    }
