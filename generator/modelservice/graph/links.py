"""The links between objects, and what the checks say of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from modelservice.checks import NAMES, check_world
from modelservice.checks.endpoint_picker import pool_of, service_of
from modelservice.checks.world import Pods, World, key_of
from modelservice.kubernetes.names import namespace_of

Map = dict[str, Any]
Key = tuple[str, str, str]
"""Kind, namespace and name."""
Found = tuple[Key, Key, str]
"""Source, target, and in which words."""

# the checks that look at links; the others look at each object for itself
LINKING = ("inference-pool", "endpoint-picker", "http-route", "pod-monitor", "service-selector", "workload-selectors", "autoscaler")
OTHERS = {name: "off" for name in NAMES if name not in LINKING}
# kind -> its selector of pods, below spec, and what it does with them
SELECTING = {
    "Service": ("selector", "sends to"),
    "InferencePool": ("selector.matchLabels", "sends to"),
    "PodMonitor": ("selector.matchLabels", "scrapes"),
    "PodDisruptionBudget": ("selector.matchLabels", "keeps up"),
    "NetworkPolicy": ("podSelector.matchLabels", "guards"),
}
FOR_ALL = ("PodDisruptionBudget", "NetworkPolicy")
SCALING = ("HorizontalPodAutoscaler", "ScaledObject")
POLICIES = ("HealthCheckPolicy", "GCPBackendPolicy")
# kind -> the field below spec that names another object, of which kind where it does not say, and what that means
REFERRING = {
    **dict.fromkeys(SCALING, ("scaleTargetRef", "Deployment", "scales")),
    **dict.fromkeys(POLICIES, ("targetRef", "Service", "is for")),
    "InferenceObjective": ("poolRef", "InferencePool", "is a priority of"),
}
LEADING = ("HTTPRoute", "InferenceObjective", *POLICIES, "InferencePool", "DestinationRule", "Service", *SCALING, "PodMonitor", *FOR_ALL)


@dataclass
class Node:
    """An object: whether it is among those that were given, and what does not line up, each with its field."""

    kind: str
    namespace: str
    name: str
    is_there: bool = True
    problems: list[str] = field(default_factory=list)


@dataclass
class Link:
    """That one object finds another: in which words, by which fields, and whether a check says that this does not line up."""

    source: Key
    target: Key
    label: str
    fields: list[str] = field(default_factory=list)
    is_wrong: bool = False


@dataclass(frozen=True)
class Graph:
    """The objects by kind, namespace and name, those that lead to others first, and their links."""

    nodes: dict[Key, Node]
    links: list[Link]


def graph_of(objects: Iterable[Map]) -> Graph:
    """The graph of objects; what is referred to and not among them is a node as well.

    An object that has not the shape of its kind is left out. That something is not there is no problem: it may come from elsewhere.
    """
    world = World(objects, complete=True)
    ordered = sorted(world.objects, key=lambda obj: LEADING.index(obj["kind"]) if obj.get("kind") in LEADING else len(LEADING))
    nodes = {key_of(obj): Node(*key_of(obj)) for obj in ordered}
    links: dict[Found, Link] = {}
    by_source: dict[Key, list[Link]] = {}
    for (source, target, label), at in (found for obj in ordered for found in _links(world, obj)):
        nodes.setdefault(target, Node(*target, is_there=False))
        if (source, target, label) not in links:
            link = links[source, target, label] = Link(source, target, label)
            by_source.setdefault(source, []).append(link)
        links[source, target, label].fields.append(at)
    for result in check_world(world, OTHERS):
        reference = result.resource
        key = (reference.kind, reference.namespace or "default", reference.name) if reference else ("", "", "")
        concerned = [link for link in by_source.get(key, ()) if any(_is_about(result.field, at) for at in link.fields)]
        if key in nodes and all(nodes[link.target].is_there for link in concerned):
            nodes[key].problems.append(f"{result.field}: {result.message}")
            for link in concerned:
                link.is_wrong = True
    return Graph(nodes, [*links.values()])


def _is_about(field: str, link: str) -> bool:
    """Whether a field is that of a link, or within it."""
    return field == link or field.startswith((f"{link}.", f"{link}["))


def _links(world: World, obj: Map) -> Iterator[tuple[Found, str]]:
    """What an object finds, and by which field."""
    kind, source, spec = obj.get("kind"), key_of(obj), obj.get("spec") or {}
    for target, label, at in _named(obj, spec):
        yield (source, target, label), at
    if kind in SELECTING:
        at, does = SELECTING[kind]
        for label, where in _by_port(obj, spec, does, at):
            for pods in _selected(world, str(kind), _at(spec, at), source[1]):
                yield (source, key_of(pods.workload), label), where
    yield from _of_pods(world, obj, source)


def _selected(world: World, kind: str, selector: Map, namespace: str) -> list[Pods]:
    """The pods that a selector is for; an empty one of a policy or a budget is for all."""
    if not selector and kind in FOR_ALL:
        return [pods for pods in world.pods if pods.namespace == namespace]
    return world.selected(selector, namespace)


def _named(obj: Map, spec: Map) -> Iterator[tuple[Key, str, str]]:
    """What an object names."""
    namespace, kind = namespace_of(obj), obj.get("kind")
    if kind == "HTTPRoute":
        for index, parent in enumerate(_maps(spec.get("parentRefs"))):
            target = (str(parent.get("kind") or "Gateway"), str(parent.get("namespace") or namespace), str(parent.get("name")))
            yield target, "is attached to", f"spec.parentRefs[{index}]"
        for index, rule in enumerate(_maps(spec.get("rules"))):
            for place, backend in enumerate(_maps(rule.get("backendRefs"))):
                target = (str(backend.get("kind") or "Service"), str(backend.get("namespace") or namespace), str(backend.get("name")))
                yield target, _port("sends to", backend.get("port")), f"spec.rules[{index}].backendRefs[{place}]"
    elif kind == "InferencePool" and (picker := spec.get("endpointPickerRef")):
        target = (str(picker.get("kind") or "Service"), namespace, str(picker.get("name")))
        yield target, _port("asks for an endpoint", (picker.get("port") or {}).get("number")), "spec.endpointPickerRef"
    elif kind == "DestinationRule" and (service := service_of(obj))[0]:
        yield ("Service", service[1], service[0]), "is for", "spec.host"
    elif kind in ("RoleBinding", "ClusterRoleBinding"):
        yield from _given(obj, namespace)
    elif kind in REFERRING:
        field, usual, does = REFERRING[kind]
        if referred := spec.get(field):
            yield (str(referred.get("kind") or usual), namespace, str(referred.get("name"))), does, f"spec.{field}"


def _given(binding: Map, namespace: str) -> Iterator[tuple[Key, str, str]]:
    """The role that a binding gives, and the accounts that have it then."""
    role = binding.get("roleRef") or {}
    yield (str(role.get("kind")), namespace if role.get("kind") == "Role" else "default", str(role.get("name"))), "gives", "roleRef"
    for index, one in enumerate(_maps(binding.get("subjects"))):
        if one.get("kind") == "ServiceAccount":
            yield ("ServiceAccount", str(one.get("namespace") or namespace), str(one.get("name"))), "gives to", f"subjects[{index}]"


def _of_pods(world: World, obj: Map, source: Key) -> Iterator[tuple[Found, str]]:
    """What the pods of an object find."""
    for pods in world.pods:
        if pods.workload is obj:
            for at, referred, name in pods.references():
                found = world.find(referred, name, source[1])
                is_made = found is not None and found.get("kind") != referred
                words = "runs as" if referred == "ServiceAccount" else "uses"
                yield (source, key_of(found) if found is not None and is_made else (referred, source[1], name), words), at
            for at, container in pods.containers():
                if pool := pool_of(pods, container):
                    yield (source, ("InferencePool", pool[1], pool[0]), "picks pods of"), f"{at}.args"


def _by_port(obj: Map, spec: Map, does: str, selector: str) -> Iterator[tuple[str, str]]:
    """In which words an object finds the pods that it selects, and the field: of each port, or of the selector where it has none."""
    ports = {"Service": "ports", "InferencePool": "targetPorts", "PodMonitor": "podMetricsEndpoints"}.get(str(obj.get("kind")), "")
    found = _maps(spec.get(ports))
    for index, port in enumerate(found):
        number = port.get("targetPort") or port.get("number") or port.get("port")
        through = f"{port['port']} -> " if port.get("targetPort") not in (None, port.get("port")) and "port" in port else ""
        yield _port(does, f"{through}{number}" if number is not None else None), f"spec.{ports}[{index}]"
    if not found:
        yield does, f"spec.{selector}"


def _port(words: str, port: Any) -> str:
    return words if port is None else f"{words}, port {port}"


def _maps(value: Any) -> list[Map]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _at(spec: Map, path: str) -> Map:
    value: Any = spec
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
