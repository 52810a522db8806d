"""One role of a service, planned: decode, prefill or encode (specification: Roles)."""

from __future__ import annotations

from modelservice.config.rules import rules_of
from modelservice.plan import accelerators, container, drain, engine, names, parallelism, proxy, ranks
from modelservice.plan.problems import Problems
from modelservice.plan.scopes import ALIKE, LEADER, PROFILE, SPEC, WORKER, Scope, placed, replacing, says_something

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.config import ModelService

    Map = dict[str, Any]


def planned(config: ModelService, service: Scope, name: str, problems: Problems) -> Scope:
    """The scope of the role called ``name``, which the config creates."""
    spec, role, field = config.spec, config.spec[name], f"spec.{name}"
    routing = _routing(config, role)
    devices, kind = accelerators.mode(spec, role, config.profile)
    group, split = _group(config, name, kind, problems)
    template: Map = {}
    if devices == "dra":
        template = accelerators.claim_template(spec, kind, config.profile, name, split["devices"], problems)
    domain = service.parameters["computeDomain"] if kind != "cpu" else {}
    claims = accelerators.pod_claims(template, role, domain)
    times = drain.of_role(spec, role)
    facts = {**service.facts, **_facts(service.facts, name, role, routing, grouped=bool(group) and split["workers"] > 1)}
    facts |= {"accelerator": devices, "claims": bool(claims), "claimMatch": template.get("match", "none")}
    facts["drain"] = bool(times)
    facts["encoder"], facts["ecConnector"] = _encoder(spec, name), (routing.get("proxy") or {}).get("ecConnector") or "none"
    if group.get("serves") == LEADER:
        facts["pod"] = LEADER
    selector = names.selector((spec.get("modelArtifacts") or {}).get("labels") or {}, name)
    traced_by = f"{rules_of(config.profile).get('tracing')}{name.capitalize()}"
    traced_as = ((spec.get("tracing") or {}).get("serviceNames") or {}).get(traced_by)
    if facts["tracing"] and traced_as is None:
        problems.error(f"spec.tracing.serviceNames.{traced_by}", "missing; tracing needs it")
    if facts["podmonitor"] and not _podmonitor(role).get("portName"):
        problems.error(f"{field}.monitoring.podmonitor.portName", "missing; give the name of the container port that is scraped")
    served = split["dataLocal"] if group.get("ports") else 1
    parameters = {
        **service.parameters,
        "routing": routing,
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
        "proxy": {"args": proxy.arguments(routing, served) if facts["proxy"] else [], "ranks": served},
        "port": _engine_port(routing, facts["proxy"], problems),
        "tracingServiceName": traced_as,
        "group": group,
    }
    if served > 1:
        parameters["ranks"] = ranks.ports(parameters["port"], routing.get("servicePort"), served, parameters["podmonitor"])
    scope = Scope(name, facts, parameters)
    container.add_all(scope, config, kind, problems)
    engines = [one.facts["engine"] for one in scope.containers if one.facts["serves"]] or [engine.of_profile(config.profile)]
    facts["engine"] = engines[0]
    if name not in engine.document(engines[0])["roles"]:
        problems.error(f"{field}.create", f"{engines[0]} has no {name} apart; leave it false", True)
    parameters["waitingMetric"] = engine.document(engines[0])["metrics"]["waiting"]
    scope.others = _others(role, [one.name for one in scope.containers])
    if fetched := _fetched(service.parameters, facts):
        scope.others["initContainers"] = [*fetched, *scope.others.get("initContainers", ())]
    scope.fields = {PROFILE: _fields(config.inherited, name), SPEC: _fields(config.own, name)}
    if facts["pod"] == LEADER:
        scope.worker = _worker(scope, config, kind)
    return scope


def _routing(config: ModelService, role: Map) -> Map:
    """What the spec says of routing, with the connectors that the engine and the encode role need, where nobody wrote others."""
    routing: Map = config.spec.get("routing") or {}
    given, own = routing.get("proxy") or {}, (config.own.get("routing") or {}).get("proxy") or {}
    first = ((role.get("containers") or [None])[0]) or {}
    needed: Map = {}
    connector = engine.document(engine.engine_of(first, config.profile)).get("connector")
    if connector is not None and not proxy.is_said(own, given):
        needed["connector"] = connector
    if _has_pods(config.spec, "encode") and given.get("ecConnector") is None:
        needed["ecConnector"] = proxy.DEFAULT_EC_CONNECTOR
    return {**routing, "proxy": {**given, **needed}} if needed else routing


def _encoder(spec: Map, name: str) -> str:
    """What a role does with what encode pods make: it is their ``producer``, the ``consumer``, or neither."""
    if not _has_pods(spec, "encode"):
        return "none"
    consumer = "prefill" if _has_pods(spec, "prefill") else "decode"
    return {"encode": "producer", consumer: "consumer"}.get(name, "none")


def _has_pods(spec: Map, name: str) -> bool:
    role = spec.get(name) or {}
    return bool(role.get("create")) and (role.get("replicas") != 0 or bool((role.get("autoscaling") or {}).get("enabled")))


def _worker(leader: Scope, config: ModelService, kind: str) -> Scope:
    """The scope of the worker pods of a group in which only the leader serves: no requests come to them, so they have no proxy."""
    worker = Scope(leader.name, {**leader.facts, "pod": WORKER, "proxy": False}, leader.parameters)
    container.add_all(worker, config, kind, Problems())  # all that is wrong was told of the leader
    worker.fields, worker.others = leader.fields, leader.others
    return worker


def _group(config: ModelService, name: str, kind: str, problems: Problems) -> tuple[Map, dict[str, int]]:
    """How the pods of a role's groups serve together, empty where nothing says so; and how the model is split then."""
    role, field = config.spec[name], f"spec.{name}.parallelism"
    given = role.get("parallelism") or {}
    mode = given.get("mode")
    if mode is None:
        return {}, {**parallelism.sizes(given, config.profile, field, problems), **_expert(given)}
    generated = [one for one in role.get("containers") or [] if engine.model_command(one) != "custom"]
    if not generated:
        problems.error(
            f"{field}.mode", "is for a command that is generated, and the engine's is custom; leave it out, or write modelCommand", mode
        )
    runs = engine.engine_of(generated[0] if generated else {}, config.profile)
    group = engine.mode_of(runs, mode)
    if not group:
        there = ", ".join(engine.document(runs).get("modes") or ())
        problems.error(
            f"{field}.mode", f"{runs} has no such mode; {f'it has {there}' if there else 'it has none: its processes serve alone'}", mode
        )
        return {}, parallelism.sizes(given, config.profile, field, problems)
    own = (config.own.get(name) or {}).get("parallelism") or {}
    asked = accelerators.asked_by(generated[0], config.spec, kind) if generated else None
    return {"mode": mode, **group}, {**parallelism.of_mode(group, given, own, asked, field, problems), **_expert(given)}


def _expert(given: Map) -> dict[str, int]:
    return {"expert": True} if given.get("expert") else {}


def _facts(service: Map, name: str, role: Map, routing: Map, *, grouped: bool) -> Map:
    mode = (role.get("parallelism") or {}).get("mode")
    return {
        "role": name,
        "workload": _workload(service, name, grouped=grouped),
        "mode": mode or "none",
        "pod": ALIKE,
        "proxy": _is_proxied(service, name, routing),
        "acceleratorTypes": bool((role.get("acceleratorTypes") or {}).get("labelValues")),
        "acceleratorMismatch": False,
        "autoscaling": bool((role.get("autoscaling") or {}).get("enabled")),
        "podmonitor": bool(_podmonitor(role).get("enabled")),
        "subGroupExclusiveTopology": bool(role.get("subGroupExclusiveTopology")),
        "modelVolume": any(one.get("mountModelVolume") for one in role.get("containers") or []),
    }


def _is_proxied(service: Map, role: str, routing: Map) -> bool:
    return role == "decode" and rules_of(service["profile"]).get("proxy", True) and (routing.get("proxy") or {}).get("enabled") is not False


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


def _fetched(service: Map, facts: Map) -> list[str]:
    """The names of the init containers that fetch the model and adapters."""
    model = service["artifact"].get("fetch") if facts["modelVolume"] else None
    return [one["name"] for one in (*filter(None, [model]), *(service["adapters"].get("containers") or ()))]


def _workload(service: Map, role: str, *, grouped: bool) -> str:
    if service["multinode"] or grouped or service["topology"] == "disaggregatedset":
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
