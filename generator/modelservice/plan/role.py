"""One role of a service, planned: decode or prefill."""

from __future__ import annotations

from modelservice.plan import accelerators, container, drain, engine, names, parallelism, proxy
from modelservice.plan.scopes import PROFILE, SPEC, Scope, placed, replacing, says_something

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.config import ModelService
    from modelservice.plan.problems import Problems

    Map = dict[str, Any]


def planned(config: ModelService, service: Scope, name: str, problems: Problems) -> Scope:
    """The scope of the role called ``name``, which the config creates."""
    spec, role, field = config.spec, config.spec[name], f"spec.{name}"
    routing = spec.get("routing") or {}
    split = parallelism.sizes(role.get("parallelism") or {}, config.profile, f"{field}.parallelism", problems)
    mode, kind = accelerators.mode(spec, role, config.profile)
    template: Map = {}
    if mode == "dra":
        template = accelerators.claim_template(spec, kind, config.profile, name, split["devices"], problems)
    domain = service.parameters["computeDomain"] if kind != "cpu" else {}
    claims = accelerators.pod_claims(template, role, domain)
    times = drain.of_role(spec, role)
    facts = {**service.facts, **_facts(service.facts, name, role, routing)}
    facts |= {"accelerator": mode, "claims": bool(claims), "claimMatch": template.get("match", "none")}
    facts["drain"] = bool(times)
    selector = names.selector((spec.get("modelArtifacts") or {}).get("labels") or {}, name)
    traced_as = ((spec.get("tracing") or {}).get("serviceNames") or {}).get(f"vllm{name.capitalize()}")
    if facts["tracing"] and traced_as is None:
        problems.error(f"spec.tracing.serviceNames.vllm{name.capitalize()}", "missing; tracing needs it")
    if facts["podmonitor"] and not _podmonitor(role).get("portName"):
        problems.error(f"{field}.monitoring.podmonitor.portName", "missing; give the name of the container port that is scraped")
    parameters = {
        **service.parameters,
        "role": {**role, "name": name},
        "workload": {
            "name": f"{service.parameters['name']}-{name}",
            "labels": {**service.parameters["labels"], **selector},
        },
        "selector": selector,
        "parallelism": split,
        "devices": split["devices"],
        "acceleratorType": kind,
        "podmonitor": _podmonitor(role),
        "claims": {"pod": claims},
        "claimTemplate": template,
        "drain": times,
        "first": {"volumes": placed(role.get("volumes"), "name"), "proxyEnv": placed((routing.get("proxy") or {}).get("env"), "name")},
        "proxy": {"args": proxy.arguments(routing) if facts["proxy"] else []},
        "port": _engine_port(routing, facts["proxy"], problems),
        "tracingServiceName": traced_as,
    }
    scope = Scope(name, facts, parameters)
    container.add_all(scope, config, kind, problems)
    engines = [one.facts["engine"] for one in scope.containers if one.facts["serves"]] or [engine.PROFILE_ENGINE[config.profile]]
    parameters["waitingMetric"] = engine.WAITING_METRIC[engines[0]]
    scope.others = _others(role, [one.name for one in scope.containers])
    scope.fields = {PROFILE: _fields(config.inherited, name), SPEC: _fields(config.own, name)}
    return scope


def _facts(service: Map, name: str, role: Map, routing: Map) -> Map:
    return {
        "role": name,
        "workload": _workload(service, name),
        "proxy": name == "decode" and (routing.get("proxy") or {}).get("enabled") is not False,
        "acceleratorTypes": bool((role.get("acceleratorTypes") or {}).get("labelValues")),
        "acceleratorMismatch": False,
        "autoscaling": bool((role.get("autoscaling") or {}).get("enabled")),
        "podmonitor": bool(_podmonitor(role).get("enabled")),
        "subGroupExclusiveTopology": bool(role.get("subGroupExclusiveTopology")),
        "modelVolume": any(one.get("mountModelVolume") for one in role.get("containers") or []),
    }


def _others(role: Map, known: list[str]) -> dict[str, list[str]]:
    """The names of the role's containers beside those that are ``known``: its init containers, and what extraConfig adds."""
    extra = role.get("extraConfig") or {}
    given = {"initContainers": [role.get("initContainers"), extra.get("initContainers")], "containers": [extra.get("containers")]}
    found = {}
    for kind, lists in given.items():
        items = [one for listed in lists if isinstance(listed, list) for one in listed if isinstance(one, dict) and "$patch" not in one]
        names = dict.fromkeys(one["name"] for one in items if isinstance(one.get("name"), str) and one["name"] not in ("", *known))
        if names:
            found[kind] = list(names)
    return found


def _workload(service: Map, role: str) -> str:
    if service["multinode"]:
        return "LeaderWorkerSet"
    return "ReplicaSet" if service["requester"] and role == "decode" else "Deployment"


def _podmonitor(role: Map) -> Map:
    return (role.get("monitoring") or {}).get("podmonitor") or {}


def _engine_port(routing: Map, proxied: bool, problems: Problems) -> Any:
    """The port that the engine listens on: behind the proxy its targetPort, else the service's own."""
    served, behind = routing.get("servicePort"), (routing.get("proxy") or {}).get("targetPort")
    if served is None:
        problems.error("spec.routing.servicePort", "missing; give the port that serves requests")
    if proxied and behind is None:
        problems.error("spec.routing.proxy.targetPort", "missing; give the port that the engine listens on behind the proxy")
    return behind if proxied else served


def _fields(given: Map, name: str) -> Map:
    """What one layer says of the role, field by field."""
    role = given.get(name) or {}
    fields = says_something({**role, "schedulerName": role.get("schedulerName") or given.get("schedulerName")})
    if "volumes" in fields:
        fields["volumes"] = replacing(fields["volumes"], "name")
    if (fields.get("strategy") or {}).get("type") == "Recreate":  # must not meet a preset's rollingUpdate
        fields["strategy"] = {"$patch": "replace", **fields["strategy"]}
    proxied = says_something(((given.get("routing") or {}).get("proxy")) or {})
    if "env" in proxied:
        proxied["env"] = replacing(proxied["env"], "name")
    shared = {"extraConfig": given.get("extraConfig")}
    return {"role": fields, "everyRole": shared, "proxyFields": proxied}
