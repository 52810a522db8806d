"""Custom resources: what their CRDs say in CEL, and their webhooks in code."""

from __future__ import annotations

from modelservice.kubernetes.limits import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

# type of a filter of an HTTPRoute -> its field
FILTERS = {
    "CORS": "cors",
    "ExtensionRef": "extensionRef",
    "RequestHeaderModifier": "requestHeaderModifier",
    "RequestMirror": "requestMirror",
    "RequestRedirect": "requestRedirect",
    "ResponseHeaderModifier": "responseHeaderModifier",
    "URLRewrite": "urlRewrite",
}
MODIFIERS = {"ReplaceFullPath": "replaceFullPath", "ReplacePrefixMatch": "replacePrefixMatch"}
PATH_CHARACTERS = "-ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._~!$&'()*+,;=:@%"
MOST_MATCHES = 128


def pool(spec: Map) -> Mistakes:
    """Mistakes of an InferencePool's ports."""
    seen: dict[int, int] = {}
    for index, port in enumerate(spec.get("targetPorts", ())):
        number = port.get("number", 0)
        if seen.setdefault(number, index) != index:
            yield ("targetPorts", index, "number"), f"is {number}, as that of item {seen[number]}; must be there once"


def endpoint_picker(reference: Map) -> Mistakes:
    """Mistakes of the reference to an endpoint picker."""
    if "port" not in reference and reference.get("kind", "Service") == "Service":
        yield ("port",), "is missing; a Service needs it"


def disaggregated_set(spec: Map) -> Mistakes:
    """Mistakes of the roles of a DisaggregatedSet that its webhook refuses."""
    own = [role for role in spec.get("roles", ()) if (role.get("scaling") or {}).get("mode") != "External"]
    for index, role in enumerate(spec.get("roles", ())):
        rolling = ((role.get("spec") or {}).get("rolloutStrategy") or {}).get("rollingUpdateConfiguration") or {}
        if rolling.get("partition"):  # an API server writes 0
            path = ("roles", index, "spec", "rolloutStrategy", "rollingUpdateConfiguration", "partition")
            yield path, "is there; a DisaggregatedSet takes no partition"
    if spec.get("slices", 1) > 1 and len(own) < len(spec.get("roles", ())):
        yield ("slices",), f"is {spec['slices']}; must be 1 while a role has scaling.mode External"
    if len({(role.get("spec") or {}).get("replicas", 1) == 0 for role in own}) > 1:
        yield ("roles",), "have replicas, and none; must be zero for all roles, or more for all"
    placement = spec.get("placementPolicy") or {}
    if placement.get("type", "None") != "None" and not placement.get("topology"):
        yield ("placementPolicy", "topology"), f"is missing; the type {placement['type']} needs it"


def groups(spec: Map) -> Mistakes:
    """Mistakes of groups of a leader and workers: how they are replaced, and when their pods are started again."""
    rolling = (spec.get("rolloutStrategy") or {}).get("rollingUpdateConfiguration")
    if rolling and str(rolling.get("maxUnavailable", 1)) in ("0", "0%") and str(rolling.get("maxSurge", 0)) in ("0", "0%"):
        path = ("rolloutStrategy", "rollingUpdateConfiguration", "maxUnavailable")
        yield path, "is 0 beside maxSurge 0; must be more, or no group can be replaced"
    for field in ("leaderTemplate", "workerTemplate"):
        policy = (((spec.get("leaderWorkerTemplate") or {}).get(field) or {}).get("spec") or {}).get("restartPolicy", "")
        if policy not in ("", "Always"):
            yield ("leaderWorkerTemplate", field, "spec", "restartPolicy"), f"is {policy}; must be Always, as StatefulSets make the pods"


def route(spec: Map) -> Mistakes:
    """Mistakes of an HTTPRoute's parents and of its rules together."""
    seen: dict[tuple[str, ...], list[Map]] = {}
    for index, parent in enumerate(spec.get("parentRefs", ())):
        key = (
            parent.get("group", "gateway.networking.k8s.io"),
            parent.get("kind", "Gateway"),
            parent.get("name", ""),
            parent.get("namespace", ""),
        )
        others = seen.setdefault(key, [])
        section = parent.get("sectionName", "")
        if any(other.get("sectionName", "") in ("", section) or not section for other in others):
            yield (
                ("parentRefs", index),
                f"names {parent.get('kind', 'Gateway')} {parent.get('name')} again; must have a sectionName of its own",
            )
        others.append(parent)
    count = sum(len(rule.get("matches", ())) for rule in spec.get("rules", ()))
    if count > MOST_MATCHES:
        yield ("rules",), f"have {count} matches together; must have at most {MOST_MATCHES}"


def route_rule(rule: Map) -> Mistakes:
    """Mistakes of a rule's filters and timeouts."""
    filters = rule.get("filters", ())
    yield from _filters(filters, ())
    for index, backend in enumerate(rule.get("backendRefs", ())):
        yield from _filters(backend.get("filters", ()), ("backendRefs", index))
    for index, one in enumerate(filters):
        if "requestRedirect" in one and rule.get("backendRefs"):
            yield ("filters", index, "requestRedirect"), "is there beside backendRefs; must be one of them"
        path = (one.get("requestRedirect") or one.get("urlRewrite") or {}).get("path") or {}
        if path.get("type") == "ReplacePrefixMatch" and not _has_one_prefix(rule.get("matches", [{}])):
            yield ("matches",), "must be one match of a PathPrefix, for a filter that replaces the prefix"
    timeouts = rule.get("timeouts") or {}
    whole, backend_part = _seconds(timeouts.get("request", "")), _seconds(timeouts.get("backendRequest", ""))
    if whole and backend_part and backend_part > whole:
        yield (
            ("timeouts", "backendRequest"),
            f"is {timeouts['backendRequest']}, longer than request, {timeouts['request']}; must be at most that",
        )


def _has_one_prefix(matches: list[Map]) -> bool:
    return len(matches) == 1 and (matches[0].get("path") or {}).get("type", "PathPrefix") == "PathPrefix"


def _filters(filters: list[Map], path: tuple[str | int, ...]) -> Mistakes:
    seen: set[str] = set()
    for index, one in enumerate(filters):
        kind = one.get("type", "")
        if kind in seen and kind not in ("RequestMirror", "ExtensionRef"):
            yield (*path, "filters", index, "type"), f"is {kind} again; must be there once"
        seen.add(kind)
    if {"RequestRedirect", "URLRewrite"} <= seen:
        yield (*path, "filters"), "have RequestRedirect and URLRewrite; must have one of them"


def route_filter(value: Map) -> Mistakes:
    """Mistakes of a filter: the field that its type says, and no other."""
    wanted = FILTERS.get(value.get("type", ""))
    for field in FILTERS.values():
        if field in value and field != wanted:
            yield (field,), f"is there; the type {value.get('type')} takes {wanted} only"
    if wanted and wanted not in value:
        yield (wanted,), f"is missing; the type {value['type']} needs it"


def path_modifier(value: Map) -> Mistakes:
    """Mistakes of how a path is replaced."""
    for kind, field in MODIFIERS.items():
        if (value.get("type") == kind) != (field in value):
            problem = "is there" if field in value else "is missing"
            yield (field,), f"{problem}; must be given with the type {kind} only"


def mirror(value: Map) -> Mistakes:
    """Mistakes of the part of requests that is mirrored."""
    if "percent" in value and "fraction" in value:
        yield ("fraction",), "is there beside percent; must be one of them"
    part = value.get("fraction") or {}
    if part.get("numerator", 0) > part.get("denominator", 100):
        yield ("fraction", "numerator"), f"is {part['numerator']}; must be at most the denominator"


def cors(value: Map) -> Mistakes:
    """Mistakes of lists where `*` stands for all."""
    for field in ("allowHeaders", "allowMethods", "allowOrigins"):
        if "*" in value.get(field, ()) and len(value[field]) > 1:
            yield (field,), "has '*' beside others; must be alone"


def backend(reference: Map) -> Mistakes:
    """Mistakes of where requests go to."""
    if "port" not in reference and not reference.get("group") and reference.get("kind", "Service") == "Service":
        yield ("port",), "is missing; a Service needs it"


def path_match(match: Map) -> Mistakes:
    """Mistakes of the path that a request must have."""
    path = match.get("value", "/")
    if match.get("type", "PathPrefix") not in ("Exact", "PathPrefix"):
        return
    if path[:1] != "/":
        yield ("value",), f"is {quoted(path)}; must begin with '/'"
    elif any(part in path for part in ("//", "/./", "/../", "%2f", "%2F", "#")) or path.endswith(("/.", "/..")):
        yield ("value",), f"is {quoted(path)}; must be without '//', '/./', '/../', '%2F' and '#'"
    elif path.strip(PATH_CHARACTERS) or not _has_whole_escapes(path):
        yield ("value",), f"is {quoted(path)}; must have only characters that a path may have, others as %XX"


def _has_whole_escapes(path: str) -> bool:
    return all(len(part) > 1 and not part[:2].strip("0123456789abcdefABCDEF") for part in path.split("%")[1:])


def _seconds(duration: str) -> float:
    """A Gateway API duration, such as 1m30s, in seconds; 0 where it is none."""
    import re  # timeouts are rare  # noqa: PLC0415

    units = {"h": 3600, "m": 60, "s": 1, "ms": 0.001}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d{1,5})(ms|h|m|s)", duration))
