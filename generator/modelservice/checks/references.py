"""Pods that name a claim, secret, config map, account or claim template which is neither there nor declared external."""

from __future__ import annotations

from modelservice.checks.world import finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import World
    from modelservice.krm import Result

NAME, SEVERITY = "references", "warning"


def check_world(world: World) -> Iterator[Result]:
    """A result for each such name, once a workload; only where all resources can be seen."""
    if not world.complete:
        return
    told = set()
    for pods in world.pods:
        for field, kind, name in pods.references():
            if (id(pods.workload), kind, name) not in told and world.lacks(kind, name, pods.namespace):
                told.add((id(pods.workload), kind, name))
                message = f"there is no {kind} {name} here; add it, or declare it: external: [{kind}/{name}]"
                yield finding(pods.workload, field, message, SEVERITY, name)
