"""A PodMonitor that scrapes a port which no container of the pods names: Prometheus then finds no target, silently."""

from __future__ import annotations

from modelservice.checks.walk import pod_containers
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "podmonitor-port", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each role whose PodMonitor's port is not there."""
    for role in service.plan.roles:
        if not role.facts["podmonitor"]:
            continue
        wanted = role.parameters["podmonitor"].get("portName")
        names = [
            str(port["name"])
            for _, container in pod_containers(service.pods[role.name])
            for port in container.get("ports") or []
            if port.get("name")
        ]
        if wanted not in names:
            there = f"they name {', '.join(names)}" if names else "they name none"
            yield Result(
                f"no container of the pods has a port called {wanted} ({there}); give a container port this name",
                SEVERITY,
                field=f"spec.{role.name}.monitoring.podmonitor.portName",
                current=wanted,
            )
