"""Images by the tag ``latest``, said or meant: what runs then is not what was tested."""

from __future__ import annotations

from modelservice.checks.walk import pod_containers
from modelservice.compose.composition import PROXY
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition

NAME, SEVERITY = "image-tag", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each image of a role's pods that is not pinned; a role of no pods is not looked at."""
    for role in service.plan.pods:
        if role.parameters["role"].get("replicas") == 0:  # as the charts' prefill without anything else
            continue
        for path, container in pod_containers(service.pods[role.pod]):
            image = str(container.get("image") or "")
            if is_latest(image):
                yield Result(
                    f"{image} is whatever is newest when a pod starts; name a version or a digest",
                    SEVERITY,
                    field=_field(role.name, path, container, service),
                    current=image,
                )


def is_latest(image: str) -> bool:
    """Whether an image reference has the tag latest, or neither tag nor digest."""
    name = image.rpartition("/")[2]
    return bool(name) and "@" not in name and name.partition(":")[2] in ("", "latest")


def _field(role: str, path: str, container: dict[str, Any], service: Composition) -> str:
    if container["name"] == PROXY and path.startswith("spec.initContainers"):
        return "spec.routing.proxy.image"
    if path.startswith("spec.initContainers"):
        given = service.plan.config.spec[role].get("initContainers") or []
        index = next((i for i, one in enumerate(given) if one.get("name") == container["name"]), None)
        return f"spec.{role}.extraConfig" if index is None else f"spec.{role}.initContainers[{index}].image"
    return f"spec.{role}.{path.removeprefix('spec.')}.image"
