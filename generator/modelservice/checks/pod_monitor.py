"""A PodMonitor that selects no pods, or scrapes a port that no container of them names: Prometheus finds no target, silently."""

from __future__ import annotations

from modelservice.checks.world import and_more, finding
from modelservice.kubernetes.names import named, namespace_of
from modelservice.texts import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "pod-monitor", "warning"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such PodMonitor; one that looks into other namespaces, or selects by more than labels, is left alone."""
    for monitor in world.of("PodMonitor"):
        spec = monitor.get("spec") or {}
        whole = spec.get("selector") or {}
        selector = whole.get("matchLabels") or {}
        if not selector or whole.get("matchExpressions") or spec.get("namespaceSelector") or world.is_generated(monitor):
            continue
        selected = world.selected(selector, namespace_of(monitor))
        if not selected and world.complete and world.pods:
            labels = ", ".join(f"{key}={value}" for key, value in selector.items())
            yield finding(monitor, "spec.selector.matchLabels", f"selects no pods: {labels}", SEVERITY)
        for index, endpoint in enumerate(spec.get("podMetricsEndpoints") or []):
            port = endpoint.get("port")
            lacking = world.without_port(selector, namespace_of(monitor), str(port)) if port is not None else []
            if lacking:
                names = listed(sorted(lacking[0].port_names()))
                there = f"they name {names}" if names else "they name none"
                message = f"no container of {named(lacking[0].workload)} has a port called {port} ({there}){and_more(lacking)}"
                yield finding(monitor, f"spec.podMetricsEndpoints[{index}].port", message, SEVERITY, port)
