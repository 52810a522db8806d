"""An InferencePool that selects no pods, or sends requests to a port that its pods do not serve; what is for no such pool."""

from __future__ import annotations

from modelservice.checks.world import and_more, finding
from modelservice.kubernetes.names import named, namespace_of
from modelservice.texts import MOST, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "inference-pool", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such pool; that no pods are selected is only told where all workloads can be seen."""
    for pool in world.of("InferencePool"):
        spec = pool.get("spec") or {}
        selector = (spec.get("selector") or {}).get("matchLabels") or {}
        selected = world.selected(selector, namespace_of(pool))
        if selector and not selected and world.complete and world.pods:
            there = listed([f"{named(pods.workload)} has {_written(pods.labels)}" for pods in world.pods[: MOST + 1]], "; ")
            yield finding(pool, "spec.selector.matchLabels", f"selects no pods: {_written(selector)}; {there}", "warning")
        for index, port in enumerate(spec.get("targetPorts") or []):
            number = port.get("number")
            lacking = world.not_serving(selector, namespace_of(pool), number)
            if lacking:
                ports = listed([str(one) for one in sorted(lacking[0].ports())])
                message = f"is {number}, and the pods of {named(lacking[0].workload)} serve {ports}{and_more(lacking)}"
                yield finding(pool, f"spec.targetPorts[{index}].number", message, SEVERITY, number)
    for objective in world.of("InferenceObjective"):
        yield from _without_pool(world, objective, "poolRef")
    for policy in [*world.of("HealthCheckPolicy"), *world.of("GCPBackendPolicy")]:
        if ((policy.get("spec") or {}).get("targetRef") or {}).get("kind") == "InferencePool":
            yield from _without_pool(world, policy, "targetRef")
            yield from _unhealthy(world, policy)


def _without_pool(world: World, obj: dict[str, Any], key: str) -> Iterator[Result]:
    name, namespace = ((obj.get("spec") or {}).get(key) or {}).get("name"), namespace_of(obj)
    if name and world.lacks("InferencePool", name, namespace):
        yield finding(obj, f"spec.{key}.name", f"there is no InferencePool {name} in namespace {namespace}", "warning", name)


def _unhealthy(world: World, policy: dict[str, Any]) -> Iterator[Result]:
    """A result for a health check at a port to which the pool sends no requests."""
    spec = policy["spec"]
    pool = world.find("InferencePool", str(spec["targetRef"].get("name")), namespace_of(policy))
    asked = (((spec.get("default") or {}).get("config") or {}).get("httpHealthCheck") or {}).get("port")
    ports = [port.get("number") for port in ((pool or {}).get("spec") or {}).get("targetPorts") or []]
    if pool is not None and asked is not None and asked not in ports:
        message = f"is {asked}, and {named(pool)} sends requests to {listed([str(port) for port in ports])}"
        yield finding(policy, "spec.default.config.httpHealthCheck.port", message, SEVERITY, asked)


def _written(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items()) or "no labels"
