"""A ModelService planned.

What can be said in an overlay is said there. This is the rest: what has to be computed.
"""

from __future__ import annotations

from modelservice.plan import artifacts, names, role
from modelservice.plan.problems import Problems
from modelservice.plan.scopes import Scope
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.config import ModelService

    Map = dict[str, Any]

METRICS_AUTH = "metrics-endpoint-auth"  # the flag of the endpoint picker that has anybody read its metrics


class Plan:
    """One ModelService, planned: its config, the scope of the service, the scopes of its created roles, and the problems found.

    ``asked_name`` is the base name before it was cut to ``name``. A ModelService that is not enabled has no roles.
    """

    __slots__ = ("asked_name", "config", "enabled", "name", "problems", "roles", "service")

    def __init__(self, config: ModelService) -> None:
        self.config = config
        self.enabled = config.spec.get("enabled") is not False
        self.problems = Problems()
        self.name, self.asked_name = names.full_name(config.spec, config.name)
        self.service = _service(config, self.name, self.problems)
        created = [name for name in ROLES if self.enabled and (config.spec.get(name) or {}).get("create")]
        self.roles = [role.planned(config, self.service, name, self.problems) for name in created]
        if self.service.facts["epp"] or self.service.facts["objectives"]:
            from modelservice.plan import endpoint_picker  # few services bring their picker  # noqa: PLC0415

            self.service.parameters["epp"] = endpoint_picker.parameters(self.service, self.roles)
        if "prefill" in created and config.profile == "furiosa":
            self.problems.error(
                "spec.prefill.create",
                "furiosa-llm does not support prefill/decode disaggregation; leave it false",
                True,
            )


def _service(config: ModelService, name: str, problems: Problems) -> Scope:
    spec = config.spec
    given = spec.get("modelArtifacts") or {}
    if not given.get("name"):
        problems.error("spec.modelArtifacts.name", "missing; give the model's name, as NAMESPACE/MODEL")
    if not given.get("labels"):
        problems.error("spec.modelArtifacts.labels", "missing; pods are selected by these labels")
    routing = spec.get("routing") or {}
    pool, epp = routing.get("inferencePool") or {}, routing.get("epp") or {}
    flags = epp.get("flags") or {}
    account = spec.get("serviceAccountOverride")
    artifact = artifacts.read_uri(given, problems) if given.get("uri") or given.get("name") else artifacts.UNKNOWN
    facts = {
        "profile": config.profile,
        "artifact": artifact["scheme"],
        "authSecret": bool(given.get("authSecretName")),
        "multinode": bool(spec.get("multinode")),
        "tracing": config.profile == "llm-d" and bool((spec.get("tracing") or {}).get("enabled")),
        "requester": config.profile == "llm-d" and bool((spec.get("requester") or {}).get("enable")),
        "serviceAccount": "given" if account else "own",
        "inferencePool": bool(pool.get("create")),
        "httpRoute": bool((routing.get("httpRoute") or {}).get("create")),
        "epp": bool(epp.get("create")),
        "leaderElection": (epp.get("replicas") or 1) > 1,
        "metricsAuth": not any(name.lstrip("-") == METRICS_AUTH and value in (False, "false") for name, value in flags.items()),
        "objectives": bool(routing.get("objectives")),
        "provider": routing.get("provider") or "none",
    }
    parameters = {
        **spec,
        "name": name,
        "namespace": config.namespace,
        "labels": names.labels(name),
        "serviceAccountName": account or name,
        "artifact": artifact,
        "endpointPicker": pool.get("endpointPicker") or f"{name}-epp",
    }
    if facts["inferencePool"]:
        parameters["pool"] = _pool(pool, given.get("labels"), routing.get("servicePort"), problems)
    if facts["httpRoute"]:
        from modelservice.plan import route  # few services have one of their own  # noqa: PLC0415

        parameters["route"] = {"rules": route.rules(routing["httpRoute"], name)}
    return Scope("service", facts, parameters)


def _pool(given: Map, labels: Map | None, port: Any, problems: Problems) -> Map:
    """What the InferencePool selects, the ports that requests come to, and the one that is asked whether a pod is healthy."""
    if port is None:
        problems.error("spec.routing.servicePort", "missing; give the port that serves requests")
    return {"selector": given.get("selector") or labels, "targetPorts": [{"number": port}], "healthPort": port}
