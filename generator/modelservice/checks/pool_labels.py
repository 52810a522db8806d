"""An InferencePool that takes the pods of other services, too: its labels are those that all services have."""

from __future__ import annotations

from modelservice import data
from modelservice.checks.world import finding
from modelservice.krm import Result
from modelservice.kubernetes.names import named, namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.compose import Composition

    Map = dict[str, Any]

NAME, SEVERITY = "pool-labels", "warning"
INSTANCE, MANAGER = "app.kubernetes.io/instance", "app.kubernetes.io/managed-by"


def check(service: Composition) -> Iterator[Result]:
    """A finding when the pods have no label but the one that the profile gives to those of every service."""
    config = service.plan.config
    labels = (config.spec.get("modelArtifacts") or {}).get("labels") or {}
    shared: Map = data.document("bases", "profiles", f"{config.profile}.yaml")["spec"]["modelArtifacts"]["labels"]
    if labels and labels.items() <= shared.items():
        message = (
            f"the InferencePool selects by {', '.join(labels)} alone, which the pods of every service have; add a label of this model's own"
        )
        yield Result(message, SEVERITY, field="spec.modelArtifacts.labels", current=labels)


def check_world(world: World) -> Iterator[Result]:
    """A finding for each pool of a service of ours that selects pods of another one, whoever makes them."""
    for pool in world.of("InferencePool"):
        instance = _instance(pool)
        selector = ((pool.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
        if instance is None:
            continue
        others = (pods.workload for pods in world.selected(selector, namespace_of(pool)))
        other = next((one for one in others if _instance(one) not in (None, instance)), None)
        if other is not None:
            message = f"also selects the pods of {named(other)}, which serves another model; give the services labels of their own"
            yield finding(pool, "spec.selector.matchLabels", message, SEVERITY, selector)


def _instance(obj: Map) -> str | None:
    """The service that an object was generated for; None for what others made."""
    labels = obj["metadata"].get("labels") or {}
    return str(labels.get(INSTANCE)) if labels.get(MANAGER) == "modelservice" else None
