"""An InferencePool whose endpoint picker is not there, or does not serve the port that the pool calls."""

from __future__ import annotations

from modelservice.checks.world import finding, namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "endpoint-picker", "error"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such pool; that the Service is missing is a warning, since it may come from elsewhere."""
    for pool in world.of("InferencePool"):
        picker = (pool.get("spec") or {}).get("endpointPickerRef") or {}
        name, namespace = picker.get("name"), namespace_of(pool)
        if not name or picker.get("kind", "Service") != "Service":
            continue
        if world.lacks("Service", name, namespace):
            yield finding(pool, "spec.endpointPickerRef.name", f"there is no Service {name} in namespace {namespace}", "warning", name)
        service = world.find("Service", name, namespace)
        number = (picker.get("port") or {}).get("number")
        ports = [port.get("port") for port in ((service or {}).get("spec") or {}).get("ports") or []]
        if service is not None and number is not None and number not in ports:
            served = ", ".join(map(str, ports)) or "none"
            yield finding(pool, "spec.endpointPickerRef.port.number", f"is {number}, and Service {name} has {served}", SEVERITY, number)
