"""The ports of pods in which each rank of data has one of its own (specification: Ranks and addresses)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

ENDPOINT = ("path", "interval", "scrapeTimeout", "relabelings", "metricRelabelings")  # of a PodMonitor, what a role says of it


def ports(engine: Any, served: Any, ranks: int, podmonitor: Map) -> Map:
    """The ports of the ranks, from ``engine`` on, as a container has them; the proxy's, from ``served`` on; the endpoints of metrics.

    The port of the first rank is called as the PodMonitor has it, whose endpoint for that is said elsewhere.
    """
    name = podmonitor.get("portName") if podmonitor.get("enabled") else None
    said = {key: podmonitor[key] for key in ENDPOINT if podmonitor.get(key) is not None}
    return {
        "engine": [{"name": name or "rank-0", "containerPort": engine}, *_numbered("containerPort", engine, ranks)],
        "proxy": [{"containerPort": one["containerPort"]} for one in _numbered("containerPort", served, ranks)],
        "endpoints": [{"port": one["name"], **said} for one in _numbered("containerPort", engine, ranks)],
    }


def _numbered(key: str, first: Any, ranks: int) -> list[Map]:
    """The ports of all ranks but the first."""
    return [{"name": f"rank-{rank}", key: first + rank} for rank in range(1, ranks)] if isinstance(first, int) else []
