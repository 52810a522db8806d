"""Pods: what their containers, volumes and claims are to one another."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted
from modelservice.kubernetes.rules import exactly_one
from modelservice.kubernetes.rules.labels import labels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from modelservice.kubernetes.rules import Map, Mistakes

GRACE = 30  # seconds; what terminationGracePeriodSeconds is when nothing is said
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def pod(spec: Map) -> Mistakes:
    """Mistakes of a pod, or of the pods of a template."""
    yield from _names(spec)
    grace = spec.get("terminationGracePeriodSeconds", GRACE)
    claims = {claim.get("name") for claim in spec.get("resourceClaims", ())}
    for path, container in _containers(spec):
        for below, message in _container(container, path[0] == "initContainers", grace, claims):
            yield (*path, *below), message
    if "nodeSelector" in spec:
        yield from labels(spec["nodeSelector"], ("nodeSelector",))
    yield from _host(spec)
    if spec.get("dnsPolicy") == "None" and not (spec.get("dnsConfig") or {}).get("nameservers"):
        yield ("dnsConfig",), "has no nameservers; must have one with dnsPolicy None"


def mounts(spec: Map, others: Collection[str] = ()) -> Mistakes:
    """Mistakes of containers that use a volume which neither the pod has nor is among ``others``."""
    known = {*others, *(volume.get("name") for volume in spec.get("volumes", ()))}
    for path, container in _containers(spec):
        for field in ("volumeMounts", "volumeDevices"):
            for index, mount in enumerate(container.get(field, ())):
                name = mount.get("name")
                if name and name not in known:
                    right = ", ".join(sorted(map(str, known))) or "none is there"
                    yield (
                        (*path, field, index, "name"),
                        f"is {quoted(name)}, which is no volume of the pod; must be one of its volumes: {right}",
                    )


def whole_pod(value: Map) -> Mistakes:
    """Mistakes of a Pod's mounts."""
    yield from _below(("spec",), mounts(value.get("spec") or {}))


def pod_template(value: Map) -> Mistakes:
    """Mistakes of a PodTemplate's mounts."""
    yield from _below(("template", "spec"), mounts((value.get("template") or {}).get("spec") or {}))


def _below(path: tuple[str, ...], mistakes: Mistakes) -> Mistakes:
    for below, message in mistakes:
        yield (*path, *below), message


def _containers(spec: Map) -> Iterator[tuple[tuple[str | int, ...], Map]]:
    for field in ("containers", "initContainers", "ephemeralContainers"):
        for index, container in enumerate(spec.get(field, ())):
            yield (field, index), container


def _names(spec: Map) -> Mistakes:
    """Names that must be there once."""
    seen: dict[str, tuple[str | int, ...]] = {}
    for path, container in _containers(spec):
        name = container.get("name")
        if name and seen.setdefault(name, path) != path:
            field, index = seen[name]
            yield (*path, "name"), f"is {quoted(name)}, as that of {field}[{index}]; must be there once"
    for field in ("volumes", "resourceClaims"):
        found: dict[str, int] = {}
        for index, item in enumerate(spec.get(field, ())):
            name = item.get("name")
            if name and found.setdefault(name, index) != index:
                yield (field, index, "name"), f"is {quoted(name)}, as that of item {found[name]}; must be there once"


def _container(container: Map, init: bool, grace: int, claims: Collection[str | None]) -> Mistakes:
    probes = [field for field in (*PROBES, "lifecycle") if field in container]
    if init and probes and container.get("restartPolicy", "Never") in ("Never", "OnFailure"):
        for field in probes:
            yield (field,), "is there; an init container may have it with restartPolicy: Always only"
        probes = []
    for field in probes:
        yield from _probe(field, container[field], grace)
    if "claims" in container.get("resources", ()):
        yield from _claims(container["resources"]["claims"], claims)


def _probe(field: str, probe: Map, grace: int) -> Mistakes:
    if field == "lifecycle":
        for when in ("postStart", "preStop"):
            seconds = ((probe.get(when) or {}).get("sleep") or {}).get("seconds", 0)
            if seconds < 0 or seconds > grace:
                yield (field, when, "sleep", "seconds"), f"is {seconds}; must be from 0 to terminationGracePeriodSeconds, {grace}"
    elif field == "readinessProbe":
        if "terminationGracePeriodSeconds" in probe:
            yield (field, "terminationGracePeriodSeconds"), "is there; a readiness probe ends nothing, and may not have it"
    elif probe.get("successThreshold", 1) > 1:
        yield (field, "successThreshold"), f"is {probe['successThreshold']}; must be 1 for a {field}"


def _claims(used: list[Map], claims: Collection[str | None]) -> Mistakes:
    seen = set()
    for index, claim in enumerate(used):
        name = claim.get("name")
        if name and name not in claims:
            right = ", ".join(sorted(map(str, claims))) or "none is there"
            yield (
                ("resources", "claims", index, "name"),
                f"is {quoted(name)}, which is no claim of the pod; must be one of its resourceClaims: {right}",
            )
        key = (name, claim.get("request"))
        if key in seen or (name, None) in seen:
            yield ("resources", "claims", index), f"names {quoted(str(name))} again; must be there once"
        seen.add(key)


def _host(spec: Map) -> Mistakes:
    """Mistakes of what a pod shares with its node."""
    ports: set[tuple[str, str, int]] = set()
    for path, container in _containers(spec):
        for index, port in enumerate(container.get("ports", ())):
            host = port.get("hostPort")
            if not host:
                continue
            key = (port.get("protocol") or "TCP", port.get("hostIP", ""), host)
            if key in ports and path[0] == "containers":
                yield (*path, "ports", index, "hostPort"), f"is {host}, as that of another port; must be there once"
            ports.add(key)
            if spec.get("hostNetwork") and path[0] == "containers" and host != port.get("containerPort"):
                yield (*path, "ports", index, "hostPort"), f"is {host}; must be the containerPort with hostNetwork: true"
    if spec.get("hostPID") and spec.get("shareProcessNamespace"):
        yield ("shareProcessNamespace",), "is true beside hostPID: true; must be one of them"
    if spec.get("hostUsers") is False:
        for field in ("hostPID", "hostIPC"):
            if spec.get(field):
                yield (field,), "is true beside hostUsers: false; must be one of them"


def toleration(value: Map) -> Mistakes:
    """Mistakes of a toleration."""
    operator = value.get("operator") or "Equal"
    if not value.get("key") and operator != "Exists":
        yield ("operator",), "is Equal without a key; must be Exists, which then means all taints"
    if operator == "Exists" and value.get("value"):
        yield ("value",), "is there; the operator Exists takes none"
    elif operator == "Equal" and not names.is_label_value(value.get("value", "")):
        yield ("value",), f"is {quoted(value['value'])}; must be {names.WHAT[names.is_label_value]}"
    if "tolerationSeconds" in value and value.get("effect") != "NoExecute":
        yield ("effect",), "is not NoExecute; must be that with tolerationSeconds"


def spread(value: Map) -> Mistakes:
    """Mistakes of a topology spread constraint."""
    if "minDomains" in value and value.get("whenUnsatisfiable") == "ScheduleAnyway":
        yield ("minDomains",), "is there; only whenUnsatisfiable: DoNotSchedule takes it"


def resource_claim(value: Map) -> Mistakes:
    """Mistakes of where a pod's claim of devices comes from."""
    yield from exactly_one(value, ("resourceClaimName", "resourceClaimTemplateName"), "claim")
