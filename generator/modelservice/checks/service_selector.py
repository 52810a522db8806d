"""A Service that selects no pods, or sends traffic to a port name that its pods do not have."""

from __future__ import annotations

from modelservice.checks.world import finding, name_of, namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "service-selector", "warning"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such Service."""
    for service in world.of("Service"):
        spec = service.get("spec") or {}
        selector = spec.get("selector") or {}
        selected = world.selected(selector, namespace_of(service))
        if selector and not selected and world.complete:
            labels = ", ".join(f"{key}={value}" for key, value in selector.items())
            yield finding(service, "spec.selector", f"selects no pods: {labels}", SEVERITY)
        for pods in selected:
            names = pods.port_names()
            for index, port in enumerate(spec.get("ports") or []):
                wanted = port.get("targetPort")
                if isinstance(wanted, str) and not wanted.isdigit() and wanted not in names:
                    there = f"they name {', '.join(sorted(names))}" if names else "they name none"
                    message = f"no container of {name_of(pods.workload)} has a port called {wanted} ({there})"
                    yield finding(service, f"spec.ports[{index}].targetPort", message, SEVERITY, wanted)
