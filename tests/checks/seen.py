"""What tests of the checks across resources ask for: objects by a few words, and what is found of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from modelservice.checks.world import World

Map = dict[str, Any]


def found(check: str, *objects: Any, complete: bool = True, external: tuple[str, ...] = (), generated: tuple[Map, ...] = ()) -> list[Map]:
    """Return what a check finds of these objects: severity, about what, field and message."""
    world = World(objects, complete=complete, external=external, generated=generated)
    results = import_module(f"modelservice.checks.{check.replace('-', '_')}").check_world(world)
    return [
        {
            "severity": result.severity,
            "about": f"{result.resource.kind} {result.resource.name}" if result.resource else "",
            "field": result.field,
            "message": result.message,
        }
        for result in results
    ]


def brief(check: str, *objects: Any, **world: Any) -> list[tuple[str, str, str]]:
    """Return severity, about what, and field of what a check finds."""
    return [(one["severity"], one["about"], one["field"]) for one in found(check, *objects, **world)]


def manifest(kind: str, name: str, spec: Map | None = None, version: str = "v1", namespace: str | None = None) -> Map:
    """Return an object."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **({"spec": spec} if spec is not None else {})}


def deployment(
    name: str = "llama-decode", labels: Map | None = None, *, namespace: str | None = None, pod: Map | None = None, **fields: Any
) -> Map:
    """Return a Deployment whose pods have one container with these fields."""
    labels = labels or {"app": "llama"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "engine", "image": "x:1", **fields}], **(pod or {})}}
    return manifest("Deployment", name, {"selector": {"matchLabels": labels}, "template": template}, "apps/v1", namespace)


def workers(labels: Map, **fields: Any) -> Map:
    """Return a LeaderWorkerSet whose workers have one container with these fields."""
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "engine", **fields}]}}
    spec = {"leaderWorkerTemplate": {"workerTemplate": template}}
    return manifest("LeaderWorkerSet", "llama-decode", spec, "leaderworkerset.x-k8s.io/v1")
