"""What the restricted Pod Security Standard refuses of pods that the preset hardened is for.

The rules are those of https://kubernetes.io/docs/concepts/security/pod-security-standards/, Baseline and Restricted together.
"""

from __future__ import annotations

from modelservice.checks.world import POD_TEMPLATES, finding
from modelservice.krm import Result
from modelservice.workloads import REQUESTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.compose import Composition

    Map = dict[str, Any]
    Path = tuple[str | int, ...]
    Refused = tuple[Path, str, Any, str]  # where, what is wrong, the value there, how serious

NAME, SEVERITY = "pod-security", "warning"
PRESET = "hardened"
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}
SECCOMP = ("RuntimeDefault", "Localhost")
SELINUX_TYPES = (None, "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
SYSCTLS = {
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ping_group_range",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_wmem",
}
PROBES = ("livenessProbe", "readinessProbe", "startupProbe")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each field of the pods, of all their containers, that the standard refuses; told once, at the field that says it."""
    trace, told = None, set()
    for role, obj, path, template in _templates(service):
        for below, message, current, severity in _refused(template.get("spec") or {}):
            if trace is None:
                from modelservice.origin import Trace  # it composes once more: for what is refused alone  # noqa: PLC0415

                trace = Trace(service)
            whole = (*path, "spec", *below)
            origin = trace.in_pod(role, ["spec", *below]) if role else trace.origin(obj, [*whole])
            if origin is None:
                fallback = f"spec.{role}" if role else _dotted(whole)
                result = Result(message, severity, field=fallback, current=current) if role else finding(obj, fallback, message, severity)
            else:
                result = Result(message, severity, field=origin.field, current=current, resource=origin.resource)
            if (result.field, message) not in told:
                told.add((result.field, message))
                yield result


def _templates(service: Composition) -> Iterator[tuple[str, Map, Path, Map]]:
    """The pod templates of the service's objects, with their paths; and of roles that a requester holds as text, under the role's name."""
    for role in service.plan.roles:
        if role.facts["workload"] == REQUESTER:
            yield role.name, {}, (), service.pods[role.name]
    for obj in service.objects:
        for path in POD_TEMPLATES.get(str(obj.get("kind")), ()):
            template: Any = obj
            for key in path:
                template = template.get(key) if isinstance(template, dict) else None
            if isinstance(template, dict) and isinstance(template.get("spec"), dict):
                yield "", obj, path, template


def _refused(pod: Map) -> Iterator[Refused]:
    """What is refused of the spec of a pod."""
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(name):
            yield (name,), f"{name} is not allowed with preset {PRESET}; leave it out", True, SEVERITY
    for index, volume in enumerate(_maps(pod.get("volumes"))):
        for kind in sorted(volume.keys() - VOLUMES - {"name"}):
            message = f"volume {volume.get('name')} is a {kind}, which preset {PRESET} does not allow; take an emptyDir or a claim"
            yield ("volumes", index, kind), message, None, SEVERITY
    context = _map(pod.get("securityContext"))
    yield from _of_context(context, ("securityContext",), "the pods")
    for index, sysctl in enumerate(_maps(context.get("sysctls"))):
        if sysctl.get("name") not in SYSCTLS:
            message = f"sysctl {sysctl.get('name')} is not allowed with preset {PRESET}; leave it out"
            yield ("securityContext", "sysctls", index), message, None, SEVERITY
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(_maps(pod.get(kind))):
            for path, message, current, severity in _of_container(container, context):
                yield (kind, index, *path), message, current, severity


def _of_container(container: Map, pod: Map) -> Iterator[Refused]:
    """What is refused of a container, whose pod has this security context."""
    name, own = f"container {container.get('name')}", _map(container.get("securityContext"))
    yield from _of_context(own, ("securityContext",), name)
    yield from _of_privileges(own, name)
    if own.get("runAsNonRoot") is None and pod.get("runAsNonRoot") is None:
        yield ("securityContext", "runAsNonRoot"), f"{name} may run as root; say runAsNonRoot: true", None, SEVERITY
    if not _map(own.get("seccompProfile")) and not _map(pod.get("seccompProfile")):
        yield (
            ("securityContext", "seccompProfile"),
            f"{name} has no seccomp profile; say seccompProfile: {{type: RuntimeDefault}}",
            None,
            SEVERITY,
        )
    for index, port in enumerate(_maps(container.get("ports"))):
        if port.get("hostPort"):
            message = f"{name} has a hostPort, which preset {PRESET} does not allow; leave it out"
            yield ("ports", index, "hostPort"), message, port["hostPort"], SEVERITY
    for probe in PROBES:
        for handler in ("httpGet", "tcpSocket"):
            if _map(_map(container.get(probe)).get(handler)).get("host"):
                message = f"{probe} of {name} names a host, which preset {PRESET} does not allow; leave it out"
                yield (probe, handler, "host"), message, None, SEVERITY


def _of_privileges(own: Map, name: str) -> Iterator[Refused]:
    """What a container may do beyond others."""
    escalates, capabilities = own.get("allowPrivilegeEscalation"), _map(own.get("capabilities"))
    added = [str(one) for one in capabilities.get("add") or []]
    if own.get("privileged"):
        invalid = escalates is False  # the API server refuses the two together
        message = f"{name} is privileged, which preset {PRESET} does not allow" + (" and Kubernetes refuses beside its" if invalid else "")
        message += " allowPrivilegeEscalation: false; leave one of them out" if invalid else "; leave it out"
        yield ("securityContext", "privileged"), message, True, "error" if invalid else SEVERITY
    if escalates is not False:
        message = f"{name} may gain privileges; say allowPrivilegeEscalation: false"
        yield ("securityContext", "allowPrivilegeEscalation"), message, escalates, SEVERITY
    refused = [one for one in added if one != "NET_BIND_SERVICE"]
    if refused:
        invalid = "CAP_SYS_ADMIN" in refused and escalates is False
        message = f"{name} adds {', '.join(refused)}; preset {PRESET} allows NET_BIND_SERVICE alone"
        message += ", and Kubernetes refuses CAP_SYS_ADMIN beside allowPrivilegeEscalation: false" if invalid else ""
        yield ("securityContext", "capabilities", "add"), message, None, "error" if invalid else SEVERITY
    if "ALL" not in (capabilities.get("drop") or []):
        yield ("securityContext", "capabilities", "drop"), f"{name} keeps capabilities; say capabilities: {{drop: [ALL]}}", None, SEVERITY
    if own.get("procMount") not in (None, "", "Default"):
        message = f"{name} has procMount {own['procMount']}; preset {PRESET} allows Default alone"
        yield ("securityContext", "procMount"), message, own["procMount"], SEVERITY


def _of_context(context: Map, path: Path, name: str) -> Iterator[Refused]:
    """What is refused of a security context, a pod's or a container's."""
    if context.get("runAsNonRoot") is False:
        yield (*path, "runAsNonRoot"), f"lets {name} run as root; say true", False, SEVERITY
    if context.get("runAsUser") == 0:
        yield (*path, "runAsUser"), f"runs {name} as root; name another user", 0, SEVERITY
    for key, allowed, types in (
        ("seccompProfile", SECCOMP, "RuntimeDefault or Localhost"),
        ("appArmorProfile", SECCOMP, "RuntimeDefault or Localhost"),
    ):
        kind = _map(context.get(key)).get("type")
        if kind is not None and kind not in allowed:
            yield (*path, key, "type"), f"{key} of {name} is {kind}; preset {PRESET} allows {types}", kind, SEVERITY
    selinux = _map(context.get("seLinuxOptions"))
    if selinux.get("type") not in SELINUX_TYPES or selinux.get("user") or selinux.get("role"):
        message = f"seLinuxOptions of {name} name a user, a role or a type that preset {PRESET} does not allow; leave them out"
        yield (*path, "seLinuxOptions"), message, None, SEVERITY
    if _map(context.get("windowsOptions")).get("hostProcess"):
        yield (
            (*path, "windowsOptions", "hostProcess"),
            f"{name} is a host process, which preset {PRESET} does not allow; leave it out",
            True,
            SEVERITY,
        )


def _dotted(path: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _map(value: Any) -> Map:
    return value if isinstance(value, dict) else {}


def _maps(value: Any) -> list[Map]:
    return [_map(one) for one in value] if isinstance(value, list) else []
