"""A PodMonitor that selects no pods, or scrapes a port that no container of them names: Prometheus finds no target, silently."""

from __future__ import annotations

from modelservice.checks.world import finding, name_of, namespace_of

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
        for pods in selected:
            names = pods.port_names()
            for index, endpoint in enumerate(spec.get("podMetricsEndpoints") or []):
                port = endpoint.get("port")
                if port is not None and port not in names:
                    there = f"they name {', '.join(sorted(names))}" if names else "they name none"
                    message = f"no container of {name_of(pods.workload)} has a port called {port} ({there})"
                    yield finding(monitor, f"spec.podMetricsEndpoints[{index}].port", message, SEVERITY, port)
