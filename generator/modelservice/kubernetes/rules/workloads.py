"""Deployments, ReplicaSets, StatefulSets, DaemonSets, and disruption budgets."""

from __future__ import annotations

from modelservice.kubernetes.rules.labels import is_empty, matches
from modelservice.kubernetes.rules.pods import mounts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from modelservice.kubernetes.rules import Map, Mistakes

DEADLINE = 600  # seconds; what progressDeadlineSeconds is when nothing is said


def workload(spec: Map, volumes: Collection[str] = ()) -> Mistakes:
    """Mistakes of a workload whose pods are started again: its selector and its pod template."""
    template = spec.get("template") or {}
    selector, pod = spec.get("selector"), template.get("spec") or {}
    if selector is not None:
        if is_empty(selector):
            yield ("selector",), "is empty; must select the pods of the template"
        elif "template" in spec and not matches(selector, (template.get("metadata") or {}).get("labels") or {}):
            yield ("template", "metadata", "labels"), "do not have what the selector asks for; must have all of it"
    if pod.get("restartPolicy", "") not in ("", "Always"):
        yield ("template", "spec", "restartPolicy"), f"is {pod['restartPolicy']}; must be Always"
    if "activeDeadlineSeconds" in pod:
        yield ("template", "spec", "activeDeadlineSeconds"), "is there; only Jobs may have it"
    yield from template_of(template, volumes)


def template_of(template: Map, volumes: Collection[str] = ()) -> Mistakes:
    """Mistakes of a pod template at ``template``: mounts, and what only pods may have."""
    pod = template.get("spec") or {}
    for below, message in mounts(pod, volumes):
        yield ("template", "spec", *below), message
    if pod.get("ephemeralContainers"):
        yield ("template", "spec", "ephemeralContainers"), "is there; a pod template may not have them"


def deployment(spec: Map) -> Mistakes:
    """Mistakes of a Deployment's times."""
    ready, deadline = spec.get("minReadySeconds", 0), spec.get("progressDeadlineSeconds", DEADLINE)
    if deadline <= ready:
        field = "progressDeadlineSeconds" if "progressDeadlineSeconds" in spec else "minReadySeconds"
        yield (field,), f"is {spec.get(field)}; progressDeadlineSeconds ({deadline}) must be more than minReadySeconds ({ready})"


def deployment_strategy(strategy: Map) -> Mistakes:
    """Mistakes of how a Deployment is updated."""
    rolling = strategy.get("rollingUpdate")
    if rolling is None:
        return
    if strategy.get("type") == "Recreate":
        yield ("rollingUpdate",), "is there; the type Recreate takes none"
    elif _is_zero(rolling.get("maxUnavailable", "25%")) and _is_zero(rolling.get("maxSurge", "25%")):
        yield ("rollingUpdate", "maxUnavailable"), "is 0 beside maxSurge 0; must be more, or no pod can be replaced"


def stateful_set(spec: Map) -> Mistakes:
    """Mistakes of a StatefulSet, whose claim templates are volumes of its pods."""
    claims = {str((claim.get("metadata") or {}).get("name")) for claim in spec.get("volumeClaimTemplates", ())}
    yield from workload(spec, claims)


def stateful_set_update(strategy: Map) -> Mistakes:
    """Mistakes of how a StatefulSet is updated."""
    rolling = strategy.get("rollingUpdate")
    if rolling is not None and strategy.get("type") == "OnDelete":
        yield ("rollingUpdate",), "is there; the type OnDelete takes none"
    elif rolling and "maxUnavailable" in rolling and _is_zero(rolling["maxUnavailable"]):
        yield ("rollingUpdate", "maxUnavailable"), "is 0; must be more, or no pod can be replaced"


def daemon_set_update(strategy: Map) -> Mistakes:
    """Mistakes of how a DaemonSet is updated."""
    rolling = strategy.get("rollingUpdate")
    if rolling is None or strategy.get("type") == "OnDelete":
        return
    unavailable, surge = _is_zero(rolling.get("maxUnavailable", 1)), _is_zero(rolling.get("maxSurge", 0))
    if unavailable and surge:
        yield ("rollingUpdate", "maxUnavailable"), "is 0 beside maxSurge 0; must be more, or no pod can be replaced"
    elif not unavailable and not surge:
        yield ("rollingUpdate", "maxSurge"), "is there beside maxUnavailable; must be 0, or maxUnavailable must be"


def disruption_budget(spec: Map) -> Mistakes:
    """Mistakes of a PodDisruptionBudget."""
    if "minAvailable" in spec and "maxUnavailable" in spec:
        yield ("maxUnavailable",), "is there beside minAvailable; must be one of them"


def _is_zero(value: int | str) -> bool:
    return (value.rstrip("%").lstrip("0") == "") if isinstance(value, str) else value == 0
