"""A ModelService planned (specification: Objects).

What can be said in an overlay is said there. This is the rest: what has to be computed.
"""

from __future__ import annotations

from modelservice.config.rules import refusals, rules_of
from modelservice.plan import accelerators, artifacts, names, role
from modelservice.plan.problems import Problems
from modelservice.plan.scopes import LEADER, Scope
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
        self._serve_together()
        if self.service.facts["epp"] or self.service.facts["objectives"]:
            from modelservice.plan import endpoint_picker  # few services bring their picker  # noqa: PLC0415

            found = endpoint_picker.parameters(self.service, self.roles)
            for scope in (self.service, *self.pods):
                scope.parameters["epp"] = found
        if self.enabled:
            self.problems.results += refusals(config.profile, config.spec)

    @property
    def pods(self) -> list[Scope]:
        """The scopes that have pods of their own: each role, behind it the workers of its groups where they are others."""
        return [scope for role in self.roles for scope in (role, role.worker) if scope is not None]

    def _serve_together(self) -> None:
        """Note on all scopes which pods serve, and on how many ports, where roles serve in groups."""
        ports = {role.name: role.parameters["proxy"]["ranks"] for role in self.roles}
        leaders = any(role.facts["pod"] == LEADER for role in self.roles)
        for scope in (self.service, *self.pods):
            scope.facts["serving"] = "leaders" if leaders else "all"
            scope.facts["ranks"] = scope.name in ports and ports[scope.name] > 1
        most = max(ports.values(), default=1)
        if most > 1:
            first = (self.service.parameters.get("routing") or {}).get("servicePort")
            self.service.facts["ranks"] = True
            if "pool" in self.service.parameters and isinstance(first, int):
                self.service.parameters["pool"]["targetPorts"] = [{"number": first + rank} for rank in range(most)]
        if self.service.facts["inferencePool"] and len({*ports.values()}) > 1:
            role = next(name for name, count in ports.items() if count == most)
            others = ", ".join(f"{name} on {count}" for name, count in ports.items() if name != role)
            self.problems.error(
                f"spec.{role}.parallelism.mode",
                f"its pods serve on {most} ports and those of {others}, and an InferencePool has the same ports for all; "
                "give both roles the same ranks",
            )


def _service(config: ModelService, name: str, problems: Problems) -> Scope:
    spec, rules = config.spec, rules_of(config.profile)
    given = spec.get("modelArtifacts") or {}
    if not given.get("name"):
        problems.error("spec.modelArtifacts.name", "missing; give the model's name, as NAMESPACE/MODEL")
    if not given.get("labels"):
        problems.error("spec.modelArtifacts.labels", "missing; pods are selected by these labels")
    routing = spec.get("routing") or {}
    pool, epp = routing.get("inferencePool") or {}, routing.get("epp") or {}
    flags = epp.get("flags") or {}
    account = spec.get("serviceAccountOverride")
    artifact = (
        artifacts.read_uri(given, problems, trimmed=bool(rules.get("trimmed")))
        if given.get("uri") or given.get("name")
        else artifacts.UNKNOWN
    )
    compiled = artifacts.read_compiled(given, problems)
    domain = accelerators.compute_domain(spec, name, config.profile)
    facts = {
        "profile": config.profile,
        "artifact": artifact["scheme"],
        "topology": spec.get("topology") or "roles",
        "imageVolumes": True,
        "adapters": bool(given.get("lora")),
        "compiled": compiled.get("scheme", "none"),
        "authSecret": bool(given.get("authSecretName")),
        "multinode": bool(spec.get("multinode")),
        "tracing": "tracing" in rules and bool((spec.get("tracing") or {}).get("enabled")),
        "requester": "requester" in rules and bool((spec.get("requester") or {}).get("enable")),
        "serviceAccount": "given" if account else "own",
        "computeDomain": bool(domain),
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
        "adapters": {},
        "compiled": compiled,
        "computeDomain": domain,
        "endpointPicker": pool.get("endpointPicker") or f"{name}-epp",
    }
    if artifact["scheme"] in ("oci", "s3") or given.get("lora"):
        _fetch(spec, facts, parameters, problems)
    if facts["inferencePool"]:
        parameters["pool"] = _pool(pool, given.get("labels"), routing.get("servicePort"), problems)
    if facts["httpRoute"]:
        from modelservice.plan import route  # few services have one of their own  # noqa: PLC0415

        parameters["route"] = {"rules": route.rules(routing["httpRoute"], name)}
    return Scope("service", facts, parameters)


def _fetch(spec: dict[str, Any], facts: dict[str, Any], parameters: dict[str, Any], problems: Problems) -> None:
    """Add what is fetched before engines start, and adapters."""
    from modelservice.plan import fetching  # few models are fetched  # noqa: PLC0415

    given, artifact = spec.get("modelArtifacts") or {}, parameters["artifact"]
    facts["imageVolumes"] = fetching.image_volumes(spec.get("kubernetesVersion"))
    if artifact["scheme"] == "s3" or (artifact["scheme"] == "oci" and not facts["imageVolumes"]):
        mount = str(given.get("mountPath") or "")
        parameters["artifact"] = {**artifact, "fetch": fetching.container(artifact, given, "fetch-model", fetching.STORAGE, mount)}
    if facts["adapters"]:
        parameters["adapters"] = fetching.adapters(given, images=facts["imageVolumes"], problems=problems)


def _pool(given: Map, labels: Map | None, port: Any, problems: Problems) -> Map:
    """What the InferencePool selects, the ports that requests come to, and the one that is asked whether a pod is healthy."""
    if port is None:
        problems.error("spec.routing.servicePort", "missing; give the port that serves requests")
    return {"selector": given.get("selector") or labels, "targetPorts": [{"number": port}], "healthPort": port}
