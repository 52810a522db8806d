"""What tests of checks of one service ask for: a vLLM service without mistakes, and what one check finds in it."""

from __future__ import annotations

from typing import Any

from tests.compose.made import Made, engine, make

Map = dict[str, Any]
Found = list[tuple[str, str, str]]


def service(spec: Map | None = None, **container: Any) -> Made:
    """Make a service whose decode role has one vllmServe container with these fields, and what ``spec`` says."""
    role = {"containers": [engine(**{"modelCommand": "vllmServe", "mountModelVolume": True, **container})]}
    spec = dict(spec or {})
    return make(
        {
            "profile": "llm-d",
            "prefill": {"create": False},
            **spec,
            "modelArtifacts": {"size": "10Gi", **spec.get("modelArtifacts", {})},
            "routing": {**spec.get("routing", {}), "proxy": {"image": "proxy:v0.7.1", **spec.get("routing", {}).get("proxy", {})}},
            "decode": {**role, **spec.get("decode", {})},
        }
    )


def custom(*command: str, spec: Map | None = None, **container: Any) -> Made:
    """Make a service whose decode role has one container with a command of its own."""
    spec = dict(spec or {})
    containers = [engine(modelCommand="custom", mountModelVolume=True, command=list(command), **container)]
    return service({**spec, "decode": {"containers": containers, **spec.get("decode", {})}})


def script(text: str, **more: Any) -> Made:
    """Make a service whose engine is started by a shell script."""
    return custom("/bin/bash", "-c", text, **more)
