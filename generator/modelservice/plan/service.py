"""A ModelService planned: the facts that choose overlays, and the parameters that fill them, for the service and for each role.

What can be said in an overlay is said there. This is the rest: what has to be computed.
"""

from __future__ import annotations

from modelservice.plan import accelerators, artifacts, engine, names, parallelism, proxy
from modelservice.plan.problems import Problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.config import ModelService

    Map = dict[str, Any]

ROLES = ("decode", "prefill")


class Container:
    """An engine container of a role: its name, facts, parameters, and its fields by who gave them (``profile`` or ``spec``)."""

    __slots__ = ("facts", "fields", "name", "parameters")

    def __init__(self, name: str, facts: Map, parameters: Map, fields: dict[str, Map]) -> None:
        self.name, self.facts, self.parameters, self.fields = name, facts, parameters, fields


class Scope:
    """The service or one of its roles: what overlays of that scope are chosen by and filled with.

    ``fields`` holds the parameters ``role`` and ``replaced`` by who gave them: ``profile`` (defaults) or ``spec`` (the user).
    """

    __slots__ = ("containers", "facts", "fields", "name", "parameters")

    def __init__(self, name: str, facts: Map, parameters: Map) -> None:
        self.name, self.facts, self.parameters = name, facts, parameters
        self.containers: list[Container] = []
        self.fields: dict[str, Map] = {}


class Plan:
    """One ModelService, planned: its config, the scope of the service, the scopes of its created roles, and the problems found."""

    __slots__ = ("asked_name", "config", "name", "problems", "roles", "service")

    def __init__(self, config: ModelService) -> None:
        self.config = config
        self.problems = Problems()
        self.name, self.asked_name = names.full_name(config.spec, config.name)
        self.service = _service(config, self.name, self.problems)
        self.roles = [] if config.spec.get("enabled") is False else [
            _role(config, self.service, role, self.problems)
            for role in ROLES
            if (config.spec.get(role) or {}).get("create")
        ]


def _service(config: ModelService, name: str, problems: Problems) -> Scope:
    spec = config.spec
    given = spec.get("modelArtifacts") or {}
    if not given.get("name"):
        problems.error("spec.modelArtifacts.name", "is needed: the model's name, as in NAMESPACE/MODEL")
    if not given.get("labels"):
        problems.error("spec.modelArtifacts.labels", "is needed: pods are selected by these labels")
    routing = spec.get("routing") or {}
    artifact = artifacts.read_uri(given, problems)
    account = spec.get("serviceAccountOverride")
    pool = routing.get("inferencePool") or {}
    facts = {
        "profile": config.profile,
        "artifact": artifact["scheme"],
        "authSecret": bool(given.get("authSecretName")),
        "tracing": config.profile == "llm-d" and bool((spec.get("tracing") or {}).get("enabled")),
        "multinode": bool(spec.get("multinode")),
        "requester": config.profile == "llm-d" and bool((spec.get("requester") or {}).get("enable")),
        "serviceAccount": "given" if account else "own",
        "inferencePool": bool(pool.get("create")),
        "httpRoute": bool((routing.get("httpRoute") or {}).get("create")),
    }
    parameters = {
        **spec,
        "name": name,
        "labels": names.labels(name),
        "serviceAccountName": account or name,
        "artifact": artifact,
        "endpointPicker": pool.get("endpointPicker") or f"{name}-epp",
    }
    if config.namespace:
        parameters["namespace"] = config.namespace
    return Scope("service", facts, parameters)


def _role(config: ModelService, service: Scope, name: str, problems: Problems) -> Scope:
    spec, role, field = config.spec, config.spec[name], f"spec.{name}"
    split = parallelism.sizes(role.get("parallelism") or {}, config.profile, f"{field}.parallelism", problems)
    mode, kind = accelerators.mode(spec, role, config.profile)
    template = accelerators.claim_template(spec, kind, config.profile, name, split["devices"], problems) if mode == "dra" else {}
    claims = accelerators.pod_claims(template, role)
    routing = spec.get("routing") or {}
    proxied = name == "decode" and (routing.get("proxy") or {}).get("enabled") is not False
    facts = {
        **service.facts,
        "role": name,
        "workload": _workload(service.facts, name),
        "proxy": proxied,
        "accelerator": mode,
        "claims": bool(claims),
        "claimMatch": template.get("match", "none"),
        "acceleratorTypes": bool((role.get("acceleratorTypes") or {}).get("labelValues")),
        "autoscaling": bool((role.get("autoscaling") or {}).get("enabled")),
        "podmonitor": bool(_podmonitor(role).get("enabled")),
        "subGroupExclusiveTopology": bool(role.get("subGroupExclusiveTopology")),
        "modelVolume": any(container.get("mountModelVolume") for container in role.get("containers") or []),
    }
    selector = names.selector((spec.get("modelArtifacts") or {}).get("labels") or {}, name)
    parameters = {
        **service.parameters,
        "role": {**role, "name": name},
        "workload": {"name": f"{service.parameters['name']}-{name}", "labels": {**service.parameters["labels"], **selector}},
        "selector": selector,
        "parallelism": split,
        "podmonitor": _podmonitor(role),
        "claims": {"pod": claims},
        "claimTemplate": template,
        "proxy": {"args": proxy.arguments(routing)},
        "port": _engine_port(routing, proxied, problems),
        "tracingServiceName": ((spec.get("tracing") or {}).get("serviceNames") or {}).get(f"vllm{name.capitalize()}"),
    }
    scope = Scope(name, facts, parameters)
    _add_containers(scope, config, kind, problems)
    scope.parameters["containers"] = [{"name": container.name} for container in scope.containers]
    for layer, given in (("profile", config.inherited), ("spec", config.own)):
        fields = _given(given.get(name) or {})
        fields.setdefault("schedulerName", given.get("schedulerName"))
        scope.fields[layer] = {"role": _given(fields), "replaced": {"volumes": _deletions(fields.get("volumes"), "name")}}
    return scope


def _workload(facts: Map, role: str) -> str:
    if facts["multinode"]:
        return "LeaderWorkerSet"
    return "ReplicaSet" if facts["requester"] and role == "decode" else "Deployment"


def _podmonitor(role: Map) -> Map:
    return (role.get("monitoring") or {}).get("podmonitor") or {}


def _engine_port(routing: Map, proxied: bool, problems: Problems) -> Any:
    for key, needed in (("servicePort", True), ("proxy.targetPort", proxied)):
        port = (routing.get("proxy") or {}).get("targetPort") if key == "proxy.targetPort" else routing.get(key)
        if needed and port is None:
            problems.error(f"spec.routing.{key}", "is needed: the port that is served")
    return (routing.get("proxy") or {}).get("targetPort") if proxied else routing.get("servicePort")


def _add_containers(scope: Scope, config: ModelService, kind: str, problems: Problems) -> None:
    field, seen = f"spec.{scope.name}.containers", set()
    containers = (config.spec[scope.name] or {}).get("containers") or []
    own = bool((config.own.get(scope.name) or {}).get("containers"))
    if not containers:
        problems.error(field, "is needed: at least one engine container")
    for index, given in enumerate(containers):
        container = _container(scope, config, kind, given, f"{field}[{index}]", own, problems)
        if container.name in seen:
            problems.error(f"{field}[{index}].name", "is the name of another container of the role too", container.name)
        seen.add(container.name)
        scope.containers.append(container)


def _container(scope: Scope, config: ModelService, kind: str, given: Map, field: str, own: bool, problems: Problems) -> Container:
    if not given.get("image"):
        problems.error(f"{field}.image", "is needed: the container's image")
    parameters, facts = scope.parameters, scope.facts
    name = given.get("name") or engine.PROFILE_ENGINE[config.profile]
    split = parameters["parallelism"]
    device: Map = {}
    if facts["accelerator"] == "device":
        device = accelerators.device(config.spec, kind, config.profile, given, split["devices"], problems)
        if "mismatch" in device and not facts.get("acceleratorMismatch"):
            facts["acceleratorMismatch"] = True
            parameters["accelerator"] = {**(parameters.get("accelerator") or {}), "warning": device["mismatch"]}
    env = ((config.spec.get("accelerator") or {}).get("env") or {}).get(kind) if kind != "cpu" else None
    serving = {
        "profile": config.profile,
        "model": parameters["artifact"]["model"],
        "port": parameters["port"],
        "name": (config.spec.get("modelArtifacts") or {}).get("name"),
        "split": split,
        "tracing": config.spec.get("tracing") if facts["tracing"] else None,
    }
    fields = _given(given)
    if "resources" in fields:
        fields["resources"] = _given({k: v for k, v in fields["resources"].items() if k != "claims"})
    return Container(
        name,
        {
            "modelCommand": engine.model_command(given),
            "engine": engine.engine_of(given, config.profile),
            "mountModelVolume": bool(given.get("mountModelVolume")),
            **({"accelerator": "device" if device else "none"} if facts["accelerator"] == "device" else {}),
        },
        {
            "container": {**given, "name": name},
            "engine": {**engine.command_and_args(given, serving, field, problems), "port": parameters["port"]},
            "accelerator": {**(parameters.get("accelerator") or {}), **device, **({"env": env} if env else {"env": None})},
            "claims": {**parameters["claims"], "container": accelerators.container_claims(given, parameters["claims"]["pod"])},
        },
        {
            "spec" if own else "profile": {
                "container": fields,
                "replaced": {"env": _deletions(given.get("env"), "name"), "volumeMounts": _deletions(given.get("volumeMounts"), "mountPath")},
            }
        },
    )


def _given(fields: Map) -> Map:
    """The fields that say something: an empty list or map, as values files have them, does not."""
    return {key: value for key, value in fields.items() if value is not None and value not in ([], {})}


def _deletions(items: list[Map] | None, key: str) -> list[Map] | None:
    """Patch items that delete what has the keys of ``items``, so that an item of the user's replaces a generated one whole."""
    return [{key: item[key], "$patch": "delete"} for item in items if key in item] if items else None
