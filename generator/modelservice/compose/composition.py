"""What composing makes, and what has to be so for anybody to look at it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.krm import Result
    from modelservice.plan import Plan

    Map = dict[str, Any]

PROXY = "routing-proxy"  # the init container that overlays and patches call the part `proxy`


class Composition:
    """The objects of one service, the pod template of each role, and the problems on the way; with problems, the objects are not whole."""

    __slots__ = ("objects", "plan", "pods", "problems")

    def __init__(self, plan: Plan, problems: list[Result] | None = None) -> None:
        self.plan = plan
        self.objects: list[Map] = []
        self.pods: dict[str, Map] = {}
        self.problems: list[Result] = problems or []


def misshapen(pod: Map) -> Iterator[str]:
    """What the spec of a pod has in places where Kubernetes has lists of maps, and nobody could look at."""
    for key in ("initContainers", "containers"):
        if not _are_maps(containers := pod.get(key) or []) or not all(one.get("name") for one in containers):
            yield f"{key} that are no list of containers with names"
            continue
        for container in containers:
            for name in ("env", "ports", "volumeMounts"):
                if not _are_maps(container.get(name) or []):
                    yield f"{name} of container {container['name']} that are no list of maps"
    if not _are_maps(pod.get("volumes") or []):
        yield "volumes that are no list of maps"


def _are_maps(items: Any) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)
