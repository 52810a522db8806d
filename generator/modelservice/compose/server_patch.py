"""Fast model actuation: the decode pod as text inside a requester ReplicaSet, for the dual-pods controller (specification: Requesters)."""

from __future__ import annotations

from modelservice.krm import write_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.plan import Scope

    Map = dict[str, Any]

ANNOTATION = "dual-pod.llm-d.ai/server-patch"


def server_patch(role: Scope, pod: Map) -> str:
    """The patch that makes a pod of the controller's one that serves like ``pod``."""
    registry, _, model = (role.parameters["modelArtifacts"].get("name") or "").partition("/")
    spec = {key: pod["spec"][key] for key in ("initContainers", "containers") if key in pod["spec"]}
    return write_yaml({"metadata": {"labels": {"model-reg": model, "model-repo": registry, "app": None}}, "spec": spec})


def with_server_patch(requester: Map, role: Scope, pod: Map) -> Map:
    """The ``requester`` ReplicaSet with another pod in its annotation."""
    template = requester["spec"]["template"]
    annotations = {**(template["metadata"].get("annotations") or {}), ANNOTATION: server_patch(role, pod)}
    template = {**template, "metadata": {**template["metadata"], "annotations": annotations}}
    return {**requester, "spec": {**requester["spec"], "template": template}}
