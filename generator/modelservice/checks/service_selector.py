"""A Service that selects no pods, or sends traffic to a port name that its pods do not have."""

from __future__ import annotations

from modelservice.checks.world import and_more, finding
from modelservice.kubernetes.names import named, namespace_of
from modelservice.texts import listed, whole_number

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
        for index, port in enumerate(spec.get("ports") or []):
            wanted = port.get("targetPort")
            lacking = world.without_port(selector, namespace_of(service), wanted) if isinstance(wanted, str) else []
            if lacking and whole_number(wanted) is None:
                names = listed(sorted(lacking[0].port_names()))
                there = f"they name {names}" if names else "they name none"
                message = f"no container of {named(lacking[0].workload)} has a port called {wanted} ({there}){and_more(lacking)}"
                yield finding(service, f"spec.ports[{index}].targetPort", message, SEVERITY, wanted)
