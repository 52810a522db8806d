"""What tests of checks of all resources ask for: resources, and what a check finds among them."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from modelservice import checks
from modelservice.checks.world import World

Map = dict[str, Any]

LABELS = {"app": "web"}
VERSIONS = {
    "StatefulSet": "apps/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "HTTPRoute": "gateway.networking.k8s.io/v1",
    "InferencePool": "inference.networking.k8s.io/v1",
    "PodMonitor": "monitoring.coreos.com/v1",
}


class Found(NamedTuple):
    """One finding: how serious, about which resource and field, what, and the value there."""

    severity: str
    resource: str
    field: str
    message: str
    current: Any


def thing(kind: str, name: str = "web", version: str = "", namespace: str | None = None, **fields: Any) -> Map:
    """Return a resource, of the API version that its kind has."""
    version = version or VERSIONS.get(kind, "v1")
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def pod(labels: Map | None = None, ports: list[Map] | None = None, **spec: Any) -> Map:
    """Return a pod template; its one container has these ports."""
    container = {"name": "c", "image": "c:1", **({"ports": ports} if ports is not None else {})}
    return {"metadata": {"labels": LABELS if labels is None else labels}, "spec": {"containers": [container], **spec}}


def deployment(
    name: str = "web", labels: Map | None = None, namespace: str | None = None, *, template: Map | None = None, **spec: Any
) -> Map:
    """Return a Deployment that selects its pods by their labels."""
    labels = LABELS if labels is None else labels
    body = {"selector": {"matchLabels": labels}, "template": template or pod(labels), **spec}
    return thing("Deployment", name, "apps/v1", namespace, spec=body)


def leader_worker_set(templates: Map, name: str = "web") -> Map:
    """Return a LeaderWorkerSet with these pod templates."""
    return thing("LeaderWorkerSet", name, "leaderworkerset.x-k8s.io/v1", spec={"replicas": 1, "leaderWorkerTemplate": templates})


def found(check: str, *objects: Any, complete: bool = True, external: tuple[str, ...] = (), generated: tuple[Map, ...] = ()) -> list[Found]:
    """Return what one check finds among resources."""
    world = World(objects, complete=complete, external=external, generated=generated)
    results = import_module(f"modelservice.checks.{check.replace('-', '_')}").check_world(world)
    return [_found(result) for result in results]


def found_by_all(*objects: Any, severities: Map | None = None, **more: Any) -> dict[str, list[Found]]:
    """Return what all checks find, by check."""
    world = World(objects, **{"complete": True, **more})
    by_check: dict[str, list[Found]] = {}
    for result in checks.check_world(world, severities or {}):
        by_check.setdefault((result.tags or {})["check"], []).append(_found(result))
    return by_check


def _found(result: Any) -> Found:
    resource = f"{result.resource.kind}/{result.resource.name}" if result.resource else ""
    return Found(result.severity, resource, result.field, result.message, result.current)
