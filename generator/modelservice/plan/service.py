"""A ModelService planned.

What can be said in an overlay is said there. This is the rest: what has to be computed.
"""

from __future__ import annotations

from modelservice.plan import accelerators, artifacts, names, role
from modelservice.plan.problems import Problems
from modelservice.plan.scopes import Scope
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.config import ModelService


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
    pool = routing.get("inferencePool") or {}
    account = spec.get("serviceAccountOverride")
    artifact = artifacts.read_uri(given, problems) if given.get("uri") or given.get("name") else artifacts.UNKNOWN
    domain = accelerators.compute_domain(spec, name, config.profile)
    facts = {
        "profile": config.profile,
        "artifact": artifact["scheme"],
        "authSecret": bool(given.get("authSecretName")),
        "multinode": bool(spec.get("multinode")),
        "tracing": config.profile == "llm-d" and bool((spec.get("tracing") or {}).get("enabled")),
        "requester": config.profile == "llm-d" and bool((spec.get("requester") or {}).get("enable")),
        "serviceAccount": "given" if account else "own",
        "computeDomain": bool(domain),
        "inferencePool": bool(pool.get("create")),
        "httpRoute": bool((routing.get("httpRoute") or {}).get("create")),
    }
    parameters = {
        **spec,
        "name": name,
        "namespace": config.namespace,
        "labels": names.labels(name),
        "serviceAccountName": account or name,
        "artifact": artifact,
        "computeDomain": domain,
        "endpointPicker": pool.get("endpointPicker") or f"{name}-epp",
    }
    return Scope("service", facts, parameters)
