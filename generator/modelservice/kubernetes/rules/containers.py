"""Containers: ports, variables, mounts, probes, resources."""

from __future__ import annotations

from modelservice.kubernetes import names, quantities
from modelservice.kubernetes.limits import quoted
from modelservice.kubernetes.rules import exactly_one

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

ENV_FIELDS = (
    *("metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"),
    *("status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"),
)
RESOURCES = ("cpu", "memory", "ephemeral-storage")
DIVISORS = ("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei")


def container(value: Map) -> Mistakes:
    """Mistakes among the ports and the mounts of a container."""
    if "ports" in value:
        yield from _once(value["ports"], "ports", "name")
    if "volumeMounts" in value:
        yield from _once(value["volumeMounts"], "volumeMounts", "mountPath")
        privileged = (value.get("securityContext") or {}).get("privileged")
        for index, one in enumerate(value["volumeMounts"]):
            if one.get("mountPropagation") == "Bidirectional" and not privileged:
                yield ("volumeMounts", index, "mountPropagation"), "is Bidirectional; only a privileged container may have that"
    if "volumeDevices" in value:
        yield from _devices(value)
    if "resizePolicy" in value:
        yield from _once(value["resizePolicy"], "resizePolicy", "resourceName")
    if "restartPolicyRules" in value and "restartPolicy" not in value:
        yield ("restartPolicy",), "is missing; restartPolicyRules need it"


def _once(items: list[Map], field: str, key: str) -> Mistakes:
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        what = item.get(key)
        if what and seen.setdefault(what, index) != index:
            yield (field, index, key), f"is {quoted(what)}, as that of item {seen[what]}; must be there once"


def _devices(value: Map) -> Mistakes:
    for key, other in (("name", "name"), ("devicePath", "mountPath")):
        yield from _once(value["volumeDevices"], "volumeDevices", key)
        mounted = {one.get(other) for one in value.get("volumeMounts", ())}
        for index, device in enumerate(value["volumeDevices"]):
            if device.get(key) in mounted:
                yield ("volumeDevices", index, key), f"is {quoted(device[key])}, as in volumeMounts; must be in one of them"


def mount(value: Map) -> Mistakes:
    """Mistakes of a volume mount."""
    if value.get("subPath") and value.get("subPathExpr"):
        yield ("subPathExpr",), "is there beside subPath; must be one of them"
    if value.get("recursiveReadOnly") in ("Enabled", "IfPossible"):
        if not value.get("readOnly"):
            yield ("recursiveReadOnly",), "is there without readOnly: true; must be given with it"
        if value.get("mountPropagation", "None") != "None":
            yield ("recursiveReadOnly",), "is there beside mountPropagation; must be one of them"


def env_var(value: Map) -> Mistakes:
    """Mistakes of a variable that has a value twice."""
    if "valueFrom" in value and value.get("value"):
        yield ("valueFrom",), "is there beside value; must be one of them"


def env_source(value: Map) -> Mistakes:
    """Mistakes of where a variable's value comes from."""
    yield from exactly_one(value, ("fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"), "source")
    if "fieldRef" in value:
        for below, message in field_path(value["fieldRef"], ENV_FIELDS):
            yield ("fieldRef", *below), message
    if "resourceFieldRef" in value:
        for below, message in resource_field(value["resourceFieldRef"]):
            yield ("resourceFieldRef", *below), message


def env_from(value: Map) -> Mistakes:
    """Mistakes of where several variables come from."""
    yield from exactly_one(value, ("configMapRef", "secretRef"), "source")


def field_path(reference: Map, known: tuple[str, ...]) -> Mistakes:
    """Mistakes of a field of the pod that is asked for."""
    text = reference.get("fieldPath", "")
    path, bracket, key = text.partition("[")
    if bracket and path in ("metadata.labels", "metadata.annotations"):
        key = key[:-1].strip("'\"")
        if not names.is_label_key(key.lower() if path.endswith("annotations") else key) or text[-1] != "]":
            yield ("fieldPath",), f"is {quoted(text)}; must be a key in brackets, as in {path}['example.com/key']"
    elif text not in known:
        right = ", ".join([*known, "metadata.labels['KEY']", "metadata.annotations['KEY']"])
        yield ("fieldPath",), f"is {quoted(text)}; must be one of {right}"


def resource_field(reference: Map) -> Mistakes:
    """Mistakes of a resource of a container that is asked for."""
    text = reference.get("resource", "")
    side, _, resource = text.partition(".")
    if side not in ("limits", "requests") or (resource not in RESOURCES and not resource.startswith("hugepages-")):
        yield ("resource",), f"is {quoted(text)}; must be limits or requests with {', '.join(RESOURCES)}, as in limits.cpu"
        return
    divisor = quantities.canonical(reference.get("divisor", 0))
    divisors = ("1", "1m") if resource == "cpu" else DIVISORS
    if divisor != "0" and divisor not in divisors:
        yield ("divisor",), f"is {quoted(divisor)}; must be one of {', '.join(divisors)}"


def probe(value: Map) -> Mistakes:
    """Mistakes of what a probe does."""
    yield from exactly_one(value, ("exec", "httpGet", "tcpSocket", "grpc"), "handler")


def lifecycle_handler(value: Map) -> Mistakes:
    """Mistakes of what is done after a start or before a stop."""
    yield from exactly_one(value, ("exec", "httpGet", "tcpSocket", "sleep"), "handler")


def resources(value: Map) -> Mistakes:
    """Mistakes of limits and requests: names, quantities, and the one against the other."""
    limits, requests = value.get("limits") or {}, value.get("requests") or {}
    for side, given in (("limits", limits), ("requests", requests)):
        for name, quantity in given.items():
            yield from _resource(side, name, quantity)
    for name, quantity in requests.items():
        if name not in limits:
            if not _may_overcommit(name):
                yield ("limits", name), f"is missing; {name} is asked for in requests, and needs the same limit"
            continue
        asked, limit = quantities.in_nanos(quantity) or 0, quantities.in_nanos(limits[name]) or 0
        if asked > limit:
            yield ("requests", name), f"is {quantity}, more than the limit {limits[name]}; must be at most that"
        elif asked < limit and not _may_overcommit(name):
            yield ("requests", name), f"is {quantity}, less than the limit {limits[name]}; must be the same for {name}"
    asked_names = {*limits, *requests}
    if any(name.startswith("hugepages-") for name in asked_names) and asked_names.isdisjoint(("cpu", "memory")):
        yield (), "asks for huge pages alone; must ask for cpu or memory, too"


def _may_overcommit(name: str) -> bool:
    return ("/" not in name or "kubernetes.io/" in name) and not name.startswith("hugepages-")


def _resource(side: str, name: str, quantity: float | str) -> Mistakes:
    if not names.is_label_key(name):
        yield (side, name), f"has the name {quoted(name)}; must be {names.WHAT[names.is_label_key]}"
    elif "/" not in name:
        if name not in RESOURCES and not name.startswith("hugepages-"):
            yield (
                (side, name),
                f"{quoted(name)} is no resource; must be one of {', '.join(RESOURCES)}, or have a domain as in example.com/device",
            )
    elif name.startswith("requests.") or len(name.partition("/")[0]) > 253 - len("requests."):
        yield (side, name), f"{quoted(name)} is no extended resource; must not begin with 'requests.'"
    nanos = quantities.in_nanos(quantity) or 0
    if nanos < 0:
        yield (side, name), f"is {quantity}; must be at least 0"
    elif "/" in name and "kubernetes.io/" not in name and nanos % quantities.NANO:
        yield (side, name), f"is {quantity}; must be a whole number"
    elif name.startswith("hugepages-"):
        page = quantities.in_nanos(name.partition("-")[2]) or 0
        if page <= 0 or nanos % page:
            yield (side, name), f"is {quantity}; must be a multiple of the page, as {name} says it"
