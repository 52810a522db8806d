"""A Service called vllm: its service link sets VLLM_PORT to an URL, where vLLM wants a number, and it dies."""

from __future__ import annotations

from modelservice.checks.world import finding
from modelservice.kubernetes.names import namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.checks.world import Pods, World
    from modelservice.krm import Result

NAME, SEVERITY = "service-links", "warning"
ENGINE = "vllm"


def check_world(world: World) -> Iterator[Result]:
    """A finding for each workload that runs vLLM beside a Service of this name, and takes its links."""
    for service in world.of("Service"):
        if service["metadata"].get("name") != ENGINE:
            continue
        told = set()
        for pods in world.pods:
            links = (pods.template.get("spec") or {}).get("enableServiceLinks")
            if pods.namespace == namespace_of(service) and links is not False and id(pods.workload) not in told and _runs_vllm(pods):
                told.add(id(pods.workload))
                message = (
                    "Service vllm sets VLLM_PORT to an URL in these pods, and vLLM ends at once; say false, or call the Service otherwise"
                )
                field = f"{pods.path}.spec.enableServiceLinks" if pods.path else "spec.enableServiceLinks"
                yield finding(pods.workload, field, message, SEVERITY, links)


def _runs_vllm(pods: Pods) -> bool:
    for _, container in pods.containers():
        words = [container.get("image"), *(container.get("command") or []), *(container.get("args") or [])]
        if any(ENGINE in str(word).lower() for word in words):
            return True
    return False
