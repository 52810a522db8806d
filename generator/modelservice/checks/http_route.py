"""An HTTPRoute to an InferencePool or Service that is not there, or to a port that the Service does not have.

With none of its kind among the resources it may come from elsewhere, and is a warning.
"""

from __future__ import annotations

from modelservice.checks.world import finding
from modelservice.kubernetes.names import namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "http-route", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such backend, and for a Gateway that is not there where Gateways are known."""
    for route in world.of("HTTPRoute"):
        for index, parent in enumerate((route.get("spec") or {}).get("parentRefs") or []):
            name, namespace = str(parent.get("name")), parent.get("namespace") or namespace_of(route)
            if (parent.get("kind") or "Gateway") == "Gateway" and world.has_any("Gateway") and world.lacks("Gateway", name, namespace):
                message = f"there is no Gateway {name} in namespace {namespace}"
                yield finding(route, f"spec.parentRefs[{index}].name", message, "warning", name)
        for index, rule in enumerate((route.get("spec") or {}).get("rules") or []):
            for place, backend in enumerate(rule.get("backendRefs") or []):
                yield from _check(world, route, f"spec.rules[{index}].backendRefs[{place}]", backend)


def _check(world: World, route: dict[str, Any], field: str, backend: dict[str, Any]) -> Iterator[Result]:
    kind, name = backend.get("kind") or "Service", str(backend.get("name"))
    namespace = backend.get("namespace") or namespace_of(route)
    if kind in ("InferencePool", "Service") and world.lacks(kind, name, namespace):
        severity = SEVERITY if world.of(kind) else "warning"
        yield finding(route, f"{field}.name", f"there is no {kind} {name} in namespace {namespace}", severity, name)
    service = world.find("Service", name, namespace) if kind == "Service" else None
    ports = [port.get("port") for port in ((service or {}).get("spec") or {}).get("ports") or []]
    if service is not None and backend.get("port") is not None and backend["port"] not in ports:
        served = ", ".join(map(str, ports)) or "none"
        yield finding(route, f"{field}.port", f"is {backend['port']}, and Service {name} has {served}", SEVERITY, backend["port"])
