"""An endpoint picker that its InferencePool does not find, that does not find its pool, or that does not take what it is told."""

from __future__ import annotations

import re
from itertools import pairwise

from modelservice.checks.world import finding
from modelservice.krm import Result
from modelservice.kubernetes.names import namespace_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import Pods, World
    from modelservice.compose import Composition

    Map = dict[str, Any]

NAME, SEVERITY = "endpoint-picker", "error"
PORTS = {"grpc-port": 9002, "grpc-health-port": 9003}
# what its account needs: group, resource, and the flag that makes it needless when it is false
RIGHTS = (
    ("inference.networking.k8s.io", "inferencepools", ""),
    ("authentication.k8s.io", "tokenreviews", "metrics-endpoint-auth"),
    ("authorization.k8s.io", "subjectaccessreviews", "metrics-endpoint-auth"),
)
URL = re.compile(r"http://([a-z0-9-]+)(?::([0-9]{1,5}))?(?:/|[\"'\s]|$)")  # of a Service without a namespace
CLUSTER_WIDE = ("authentication.k8s.io", "authorization.k8s.io")  # a RoleBinding gives nothing of these


def check(service: Composition) -> Iterator[Result]:
    """A finding for each thing in ``routing.epp`` that the picker's version does not take, and for pods of it that are in the pool."""
    plan = service.plan
    if not plan.service.facts["epp"]:
        return
    from modelservice.plan.endpoint_picker import findings  # noqa: PLC0415

    for one in findings(plan.config.spec["routing"]["epp"], plan.roles):
        yield Result(one.message, one.severity, field=f"spec.routing.epp.{one.path}", current=one.current)
    name = plan.service.parameters["endpointPicker"]
    pool = next((obj for obj in service.objects if obj.get("kind") == "InferencePool" and obj["metadata"].get("name") == plan.name), None)
    if pool is None:
        message = (
            f"the endpoint picker serves InferencePool {plan.name}, which this service does not make; turn routing.inferencePool.create on"
        )
        yield Result(message, "warning", field="spec.routing.epp.create", current=True)
    labels = next(
        (_pod_labels(obj) for obj in service.objects if obj.get("kind") == "Deployment" and obj["metadata"].get("name") == name), {}
    )
    selector = ((pool or {}).get("spec") or {}).get("selector") or {}
    if (wanted := selector.get("matchLabels")) and wanted.items() <= labels.items():
        place = "inferencePool.selector" if plan.config.spec["routing"]["inferencePool"].get("selector") else ""
        message = f"selects the pods of the endpoint picker, too ({', '.join(wanted)}); give the model's pods a label of their own"
        yield Result(message, SEVERITY, field=f"spec.routing.{place}" if place else "spec.modelArtifacts.labels", current=wanted)
    if plan.config.namespace is None and plan.service.facts["metricsAuth"]:
        message = "missing, and the endpoint picker's account is bound in namespace default; kustomize and kpt set both"
        yield Result(message, "info", field="metadata.namespace")


def check_world(world: World) -> Iterator[Result]:
    """A result for each such pool and picker; that something is missing is a warning, since it may come from elsewhere."""
    for pool in world.of("InferencePool"):
        yield from _of_pool(world, pool)
    for pods in world.pods:
        for path, container in pods.containers():
            if pool_of(pods, container) is not None:
                yield from _of_picker(world, pods, path, container)
    for rule in world.of("DestinationRule"):
        name, namespace = service_of(rule)
        if name and world.lacks("Service", name, namespace):
            yield finding(rule, "spec.host", f"there is no Service {name} in namespace {namespace}", "warning", rule["spec"]["host"])


def service_of(rule: Map) -> tuple[str, str]:
    """Name and namespace of the Service that a DestinationRule is for; an empty name where its host is another one."""
    host = str((rule.get("spec") or {}).get("host") or "")
    name, _, rest = host.partition(".")
    namespace, _, domain = rest.partition(".")
    if "*" in host or (rest and domain.partition(".")[0] != "svc"):
        return "", ""
    return name, namespace or namespace_of(rule)


def _of_pool(world: World, pool: Map) -> Iterator[Result]:
    picker, namespace = (pool.get("spec") or {}).get("endpointPickerRef") or {}, namespace_of(pool)
    name, number = picker.get("name"), (picker.get("port") or {}).get("number")
    if not name or picker.get("kind", "Service") != "Service":
        return
    if world.lacks("Service", name, namespace):
        yield finding(pool, "spec.endpointPickerRef.name", f"there is no Service {name} in namespace {namespace}", "warning", name)
    service = world.find("Service", name, namespace)
    spec = (service or {}).get("spec") or {}
    ports = [port.get("port") for port in spec.get("ports") or []]
    if service is None or number is None:
        return
    if number not in ports:
        served = ", ".join(map(str, ports)) or "none"
        yield finding(pool, "spec.endpointPickerRef.port.number", f"is {number}, and Service {name} has {served}", SEVERITY, number)
        return
    index = ports.index(number)
    target = spec["ports"][index].get("targetPort", number)
    for pods in world.selected(spec.get("selector") or {}, namespace):
        for _, container in pods.containers():
            listens, reached = _port(_said(container), "grpc-port"), _number(container, target)
            if "pool-name" in _said(container) and reached is not None and listens is not None and reached != listens:
                message = f"leads to port {reached}, and the endpoint picker listens on {listens}"
                yield finding(service, f"spec.ports[{index}].targetPort", message, SEVERITY, target)


def pool_of(pods: Pods, container: Map) -> tuple[str, str] | None:
    """Name and namespace of the InferencePool that a container is the endpoint picker of; None for one that is none."""
    said = _said(container)
    if "pool-name" not in said:
        return None
    told = said.get("pool-namespace") or pods.namespace
    return said["pool-name"], pods.namespace if told.startswith("$(") else told


def _of_picker(world: World, pods: Pods, path: str, container: Map) -> Iterator[Result]:
    """What does not line up around a container that is an endpoint picker."""
    workload, namespace, said = pods.workload, pods.namespace, _said(container)
    name, other = pool_of(pods, container) or ("", "")
    if (now := world.was_called("InferencePool", name, other)) is not None:
        message = f"InferencePool {name} is called {now} now, and kustomize does not follow --pool-name; have it rename the ModelService"
        yield finding(workload, f"{path}.args", message, SEVERITY, name)
    if world.lacks("InferencePool", name, other) and "$(" not in name:
        yield finding(workload, f"{path}.args", f"there is no InferencePool {name} in namespace {other} (--pool-name)", "warning", name)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        asked = ((container.get(probe) or {}).get("grpc") or {}).get("port")
        listens = _port(said, "grpc-health-port")
        if asked is not None and listens is not None and asked != listens:
            message = f"is {asked}, and the endpoint picker tells its health on {listens}"
            yield finding(workload, f"{path}.{probe}.grpc.port", message, SEVERITY, asked)
    yield from _of_config(world, pods, path, container, said.get("config-file"))
    account = (pods.template.get("spec") or {}).get("serviceAccountName")
    if world.complete and isinstance(account, str):
        field = f"{pods.path}.spec.serviceAccountName" if pods.path else "spec.serviceAccountName"
        for message in _missing_rights(world, account, namespace, said):
            yield finding(workload, field, message, "warning", account)


def _missing_rights(world: World, account: str, namespace: str, said: dict[str, str]) -> Iterator[str]:
    """What the account of a picker lacks, as far as can be seen."""
    if world.lacks("ServiceAccount", account, namespace):
        yield f"there is no ServiceAccount {account} in namespace {namespace}"
    for group, resource, needed in RIGHTS:
        if said.get(needed) != "false" and not _may(world, account, namespace, group, resource):
            yield f"no binding lets ServiceAccount {account} of namespace {namespace} use {resource} of {group}, as the picker does"


def _of_config(world: World, pods: Pods, path: str, container: Map, file: str | None) -> Iterator[Result]:
    """A config file that no mounted ConfigMap holds; one that is mounted of something else is not looked at."""
    if not file:
        return
    mount = next((one for one in container.get("volumeMounts") or [] if file.startswith(f"{str(one.get('mountPath')).rstrip('/')}/")), None)
    if mount is None:
        yield finding(pods.workload, f"{path}.args", f"no volume is mounted where {file} would be (--config-file)", SEVERITY, file)
        return
    volumes = (pods.template.get("spec") or {}).get("volumes") or []
    volume: Map = next((one for one in volumes if one.get("name") == mount.get("name")), {})
    source = volume.get("configMap") or {}
    config = world.find("ConfigMap", str(source.get("name")), pods.namespace)
    key = file.removeprefix(f"{str(mount.get('mountPath')).rstrip('/')}/")
    held = (config or {}).get("data")
    if isinstance(held, dict) and config is not None:
        yield from _of_urls(world, config, key, str(held.get(key) or ""))
    if isinstance(held, dict) and not source.get("items") and not mount.get("subPath") and key not in held:
        there = ", ".join(map(str, held)) or "nothing"
        yield finding(
            pods.workload, f"{path}.args", f"ConfigMap {source['name']} has {there}, and no {key} (--config-file)", SEVERITY, file
        )


def _of_urls(world: World, config: Map, key: str, text: str) -> Iterator[Result]:
    """A Service of the same namespace that a config names in an address, and that is not there, or has no such port."""
    for name, port in dict.fromkeys(URL.findall(text)):
        namespace = namespace_of(config)
        if name == "localhost":
            continue
        if world.lacks("Service", name, namespace):
            yield finding(config, f"data.{key}", f"there is no Service {name} in namespace {namespace}", "warning", name)
        ports = [one.get("port") for one in ((world.find("Service", name, namespace) or {}).get("spec") or {}).get("ports") or []]
        if ports and int(port or 80) not in ports:
            message = f"asks Service {name} on {port or 80}, and it has {', '.join(map(str, ports))}"
            yield finding(config, f"data.{key}", message, SEVERITY, port)


def _may(world: World, account: str, namespace: str, group: str, resource: str) -> bool:
    """Whether a binding that can be seen gives an account a role with this resource, or a role that cannot be seen."""
    for binding in [*world.of("RoleBinding"), *world.of("ClusterRoleBinding")]:
        own = namespace_of(binding)
        if binding.get("kind") == "RoleBinding" and (own != namespace or group in CLUSTER_WIDE):
            continue
        subjects = [(one.get("kind"), one.get("name"), one.get("namespace") or own) for one in binding.get("subjects") or []]
        if ("ServiceAccount", account, namespace) not in subjects:
            continue
        reference = binding.get("roleRef") or {}
        kind, name = str(reference.get("kind")), str(reference.get("name"))
        role = world.find(kind, name, own if kind == "Role" else "default")
        if role is None and not world.lacks(kind, name, own):
            return True
        for rule in (role or {}).get("rules") or []:
            if {group, "*"} & {*(rule.get("apiGroups") or ())} and {resource, "*"} & {*(rule.get("resources") or ())}:
                return True
    return False


def _said(container: Map) -> dict[str, str]:
    """The flags of a container with their values, as ``--flag=value`` or in two words."""
    words = [str(word) for word in [*(container.get("command") or []), *(container.get("args") or [])]]
    said = {}
    for word, after in pairwise([*words, ""]):
        if word.startswith("--"):
            flag, joined, value = word[2:].partition("=")
            said[flag] = value if joined else after
    return said


def _port(said: dict[str, str], flag: str) -> int | None:
    text = said.get(flag, str(PORTS[flag]))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _number(container: Map, target: Any) -> int | None:
    """The port of a container that a Service's target port means."""
    if isinstance(target, int):
        return target
    named = (port.get("containerPort") for port in container.get("ports") or [] if port.get("name") == target)
    return next((number for number in named if isinstance(number, int)), None)


def _pod_labels(workload: Map) -> Map:
    template = (workload.get("spec") or {}).get("template") or {}
    return (template.get("metadata") or {}).get("labels") or {}
