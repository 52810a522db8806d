"""The pods that a requester holds as text, beside those that objects have templates of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelservice.checks.world import Pods, World
from modelservice.compose.server_patch import ANNOTATION
from modelservice.krm import ReadError, parse
from modelservice.workloads import REQUESTER

Map = dict[str, Any]

ANNOTATED = ("spec", "template", "metadata", "annotations", ANNOTATION)


def served_by_requesters(world: World) -> Iterator[Pods]:
    """The pods that requesters have others make, each with its requester as the workload; text that is no pod is left out."""
    for requester in world.of(REQUESTER):
        annotations = ((requester.get("spec") or {}).get("template") or {}).get("metadata", {}).get("annotations") or {}
        try:
            template = parse(str(annotations.get(ANNOTATION) or ""))
        except ReadError:
            continue
        if isinstance(template, dict) and isinstance(template.get("spec"), dict):
            as_pod = {"kind": "Pod", "metadata": {"name": "served"}, "spec": template["spec"]}
            yield from (Pods(requester, ANNOTATED, pods.template) for pods in World([as_pod], complete=False).pods)
