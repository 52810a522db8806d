"""Services, network policies, Ingresses."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted
from modelservice.kubernetes.rules import exactly_one
from modelservice.kubernetes.rules.labels import labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

AFFINITY_LIMIT = 86400  # seconds


def service(spec: Map) -> Mistakes:
    """Mistakes of a Service: its ports, its type, and what its type takes."""
    kind, headless, ports = spec.get("type") or "ClusterIP", spec.get("clusterIP") == "None", spec.get("ports", [])
    if not ports and not headless and kind != "ExternalName":
        yield ("ports",), "is missing; a Service needs a port, unless its clusterIP is None"
    yield from _ports(ports, kind)
    if "selector" in spec:
        yield from labels(spec["selector"], ("selector",))
    yield from _type(spec, kind, headless)
    yield from _affinity(spec)


def _ports(ports: list[Map], kind: str) -> Mistakes:
    seen: dict[tuple[str, object], int] = {}
    for index, port in enumerate(ports):
        name = port.get("name", "")
        if not name and len(ports) > 1:
            yield ("ports", index, "name"), "is missing; several ports need a name each"
        for field, what in (("name", name), ("port", (port.get("protocol") or "TCP", port.get("port")))):
            if port.get(field) and seen.setdefault((field, what), index) != index:
                yield ("ports", index, field), f"is {quoted(str(port[field]))}, as that of item {seen[field, what]}; must be there once"
        if port.get("nodePort", 0) > 0 and kind == "ClusterIP":
            yield ("ports", index, "nodePort"), "is there; a Service of the type ClusterIP has none"


def _type(spec: Map, kind: str, headless: bool) -> Mistakes:
    address = spec.get("clusterIP", "")
    if headless and kind in ("LoadBalancer", "NodePort"):
        yield ("clusterIP",), f"is None; a Service of the type {kind} needs an address"
    elif address not in ("", "None") and not names.is_ip(address):
        yield ("clusterIP",), f"is {quoted(address)}; must be None or {names.WHAT[names.is_ip]}"
    if kind == "ExternalName":
        yield from _external(spec)
    if kind != "LoadBalancer":
        for field in ("loadBalancerSourceRanges", "allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if spec.get(field) not in (None, []):
                yield (field,), f"is there; only the type LoadBalancer takes it, this is {kind}"
    for index, block in enumerate(spec.get("loadBalancerSourceRanges", ())):
        if not names.is_cidr(block.strip()):
            yield ("loadBalancerSourceRanges", index), f"is {quoted(block)}; must be {names.WHAT[names.is_cidr]}"
    reachable = kind in ("LoadBalancer", "NodePort") or (kind == "ClusterIP" and spec.get("externalIPs"))
    if spec.get("externalTrafficPolicy") and not reachable:
        yield ("externalTrafficPolicy",), f"is there; a Service of the type {kind} is not reached from outside"


def _external(spec: Map) -> Mistakes:
    host = spec.get("externalName", "").removesuffix(".")
    if not names.is_dns_subdomain(host):
        yield ("externalName",), f"is {quoted(host)}; must be {names.WHAT[names.is_dns_subdomain]}"
    for field in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if spec.get(field):
            yield (field,), "is there; a Service of the type ExternalName has none"


def _affinity(spec: Map) -> Mistakes:
    config = spec.get("sessionAffinityConfig") or {}
    seconds = (config.get("clientIP") or {}).get("timeoutSeconds")
    if spec.get("sessionAffinity") == "ClientIP" and seconds is not None and not 1 <= seconds <= AFFINITY_LIMIT:
        yield ("sessionAffinityConfig", "clientIP", "timeoutSeconds"), f"is {seconds}; must be from 1 to {AFFINITY_LIMIT}"


def peer(value: Map) -> Mistakes:
    """Mistakes of whom a network policy is about."""
    if "ipBlock" in value:
        for field in ("podSelector", "namespaceSelector"):
            if field in value:
                yield (field,), "is there beside ipBlock; must be in an item of its own"
    elif "podSelector" not in value and "namespaceSelector" not in value:
        yield (), "says nobody; must have podSelector, namespaceSelector or ipBlock"


def policy_port(value: Map) -> Mistakes:
    """Mistakes of a range of ports."""
    if "endPort" not in value:
        return
    port = value.get("port")
    if not isinstance(port, int):
        yield ("endPort",), "is there; must be with a port that is a number"
    elif value["endPort"] < port:
        yield ("endPort",), f"is {value['endPort']}; must be at least the port, {port}"


def ingress(spec: Map) -> Mistakes:
    """Mistakes of an Ingress: what it does, and for which hosts."""
    if not spec.get("rules") and "defaultBackend" not in spec:
        yield (), "has neither rules nor defaultBackend; must have one of them"
    for index, rule in enumerate(spec.get("rules", ())):
        host = rule.get("host", "")
        if host and not names.is_wildcard_host(host):
            yield ("rules", index, "host"), f"is {quoted(host)}; must be {names.WHAT[names.is_wildcard_host]}"


def ingress_path(value: Map) -> Mistakes:
    """Mistakes of a path of an Ingress."""
    path = value.get("path", "")
    if value.get("pathType") in ("Exact", "Prefix"):
        if path[:1] != "/":
            yield ("path",), f"is {quoted(path)}; must be {names.WHAT[names.is_absolute_path]}"
        elif any(part in path for part in ("//", "/./", "/../", "%2f", "%2F")) or path.endswith(("/.", "/..")):
            yield ("path",), f"is {quoted(path)}; must be without '//', '/./', '/../' and '%2F'"
    elif path and path[0] != "/":
        yield ("path",), f"is {quoted(path)}; must be {names.WHAT[names.is_absolute_path]}"


def ingress_backend(value: Map) -> Mistakes:
    """Mistakes of where requests go to."""
    yield from exactly_one(value, ("service", "resource"), "backend")
    port = (value.get("service") or {}).get("port", {})
    if "service" in value and ("name" in port) == ("number" in port):
        yield ("service", "port"), "must have one of name and number"
