"""Keys that mean nothing as the service is set up: another profile's, another way of running, or of something that is off."""

from __future__ import annotations

from modelservice.checks.walk import own_containers
from modelservice.config.rules import rules_of
from modelservice.krm import ResourceRef, Result
from modelservice.plan import engine
from modelservice.plan.accelerators import SIMULATOR
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]
    Rule = tuple[str, str, tuple[Any, ...], str, str]

NAME, SEVERITY = "unused-keys", "warning"
INFO = "info"  # of something that is off: values files spell it out
BY_ACCELERATOR = ("furiosa-2026.3", "llm-d")  # the profiles with claims and tracing as upstream has them
OTHER_PROFILE = "means nothing with profile {profile}"
OFF = "means nothing while {switch} is not on"

POOL = "routing.inferencePool.create"
OF_POOL = ("inferencePool.selector", "inferencePool.appProtocol", "inferencePool.failureMode", "objectives")
OF_ROUTE = ("hostnames", "headers", "timeouts", "rules")

# Path, the fact that it needs, the values of the fact with which it means something, else what to say, and how serious that is.
OF_SERVICE: tuple[Rule, ...] = (
    ("tracing", "profile", BY_ACCELERATOR, OTHER_PROFILE, SEVERITY),
    ("tracing.vllm", "profile", ("llm-d",), OTHER_PROFILE, SEVERITY),
    *((f"tracing.serviceNames.vllm{role}", "profile", ("llm-d",), OTHER_PROFILE, SEVERITY) for role in ("Decode", "Prefill")),
    *(
        (f"tracing.serviceNames.furiosaLLM{role}", "profile", ("furiosa-2026.3",), OTHER_PROFILE, SEVERITY)
        for role in ("Decode", "Prefill")
    ),
    ("requester", "profile", ("llm-d",), OTHER_PROFILE, SEVERITY),
    ("accelerator.dra", "profile", BY_ACCELERATOR, f"{OTHER_PROFILE}; there it is dra.enabled", SEVERITY),
    ("accelerator.resourceClaimTemplates", "profile", BY_ACCELERATOR, f"{OTHER_PROFILE}; there it is dra.claimTemplates", SEVERITY),
    ("accelerator.computeDomain", "profile", ("llm-d",), OTHER_PROFILE, SEVERITY),
    ("dra", "profile", ("furiosa",), f"{OTHER_PROFILE}; there it is accelerator.dra", SEVERITY),
    ("tracing", "tracing", (True,), OFF.format(switch="tracing.enabled"), INFO),
    ("requester", "requester", (True,), OFF.format(switch="requester.enable"), INFO),
    ("requester", "requesterRuns", (True, None), "means nothing with multinode: true, or without decode pods", SEVERITY),
    ("dra.type", "claims", (True,), OFF.format(switch="dra.enabled"), INFO),
    ("dra.claimTemplates", "claims", (True,), OFF.format(switch="dra.enabled"), INFO),
    ("accelerator.resourceClaimTemplates", "claims", (True,), OFF.format(switch="accelerator.dra"), INFO),
    ("routing.parentRefs", "httpRoute", (True,), OFF.format(switch="routing.httpRoute.create"), SEVERITY),
    ("routing.proxy.parentRefs", "httpRoute", (True,), OFF.format(switch="routing.httpRoute.create"), SEVERITY),
    ("routing.inferencePool.endpointPicker", "picked", (True,), OFF.format(switch=POOL), SEVERITY),
    *((f"routing.{key}", "inferencePool", (True,), OFF.format(switch=POOL), SEVERITY) for key in OF_POOL),
    *((f"routing.httpRoute.{key}", "httpRoute", (True,), OFF.format(switch="routing.httpRoute.create"), SEVERITY) for key in OF_ROUTE),
    ("routing.epp", "epp", (True,), OFF.format(switch="routing.epp.create"), INFO),
    ("routing.provider", "provided", (True,), "asks for objects of a picker or a pool, and neither is made", INFO),
    ("routing.httpRoute.timeouts", "timed", (True,), "is not taken by gateways of GKE; there a GCPBackendPolicy says it", SEVERITY),
    ("routing.proxy", "proxied", (True,), "means nothing without decode pods that have a proxy", INFO),
    ("routing.proxy.enabled", "decodes", (True,), "means nothing without decode pods", INFO),
    ("routing.servicePort", "serves", (True,), "means nothing without pods", INFO),
    ("modelArtifacts.uri", "usesModel", (True,), "no container is told of it: give a container modelCommand or mountModelVolume", INFO),
    (
        "modelArtifacts.size",
        "downloads",
        (True,),
        "is only for models that are fetched, as hf:// is, in containers with mountModelVolume, on an emptyDir",
        INFO,
    ),
    ("modelArtifacts.mountPath", "usesPath", (True,), "no container has the model there: it is for those with mountModelVolume", INFO),
    ("modelArtifacts.readOnly", "claimed", (True,), "is only for pvc:// models in containers with mountModelVolume", INFO),
    ("modelArtifacts.imagePullPolicy", "artifactMounted", (True,), "is only for oci:// models in containers with mountModelVolume", INFO),
    ("modelArtifacts.compiled", "compiledUsed", (True,), "no container has it: it is for those with mountModelVolume", SEVERITY),
    ("modelArtifacts.compiledPath", "compiled", ("oci",), "is only for a compiled part that is oci://", INFO),
    ("modelArtifacts.path", "artifactUsed", (True,), "is only for oci:// models", INFO),
    ("modelArtifacts.s3", "buckets", (True,), "is only for s3:// models and adapters", SEVERITY),
    ("modelArtifacts.authSecretName", "serves", (True,), "means nothing without pods", INFO),
    ("schedulerName", "serves", (True,), "means nothing without pods", INFO),
    ("drain", "serves", (True,), "means nothing without pods", INFO),
    ("engine", "runs", (True,), "means nothing without pods", INFO),
    ("extraConfig", "runs", (True,), "means nothing without pods", INFO),
    ("modelArtifacts.labels", "serves", (True,), "means nothing without pods", INFO),
    ("accelerator.env", "serves", (True,), "means nothing without pods", INFO),
    ("accelerator.resources", "plugin", (True,), "no container of the service needs a device from a device plugin", INFO),
    ("accelerator.type", "typed", (True,), "no container of the service needs a device of a type", INFO),
    ("dra.enabled", "claims", (True,), "means nothing without pods", INFO),
)
BY_TYPE = ("accelerator.resources", "accelerator.env", "accelerator.resourceClaimTemplates")
POD_FIELDS = (
    "annotations podAnnotations tolerations nodeSelector enableServiceLinks terminationGracePeriodSeconds imagePullSecrets schedulerName "
    "priorityClassName podSecurityContext volumes hostIPC hostPID extraConfig acceleratorTypes autoscaling resourceClaims"
)
GROUPS = "means nothing without multinode: true"
OF_ROLE: tuple[Rule, ...] = (
    ("accelerator", "profile", BY_ACCELERATOR, OTHER_PROFILE, SEVERITY),
    ("parallelism.dataLocal", "profile", ("llm-d",), OTHER_PROFILE, SEVERITY),
    ("parallelism.pipeline", "pipelines", (True,), OTHER_PROFILE, SEVERITY),
    ("parallelism.workers", "workload", ("LeaderWorkerSet",), GROUPS, SEVERITY),
    ("subGroupPolicy", "workload", ("LeaderWorkerSet",), GROUPS, SEVERITY),
    ("subGroupExclusiveTopology", "workload", ("LeaderWorkerSet",), GROUPS, SEVERITY),
    ("strategy", "workload", ("Deployment",), "is a Deployment's, and the role is run by a {workload}", SEVERITY),
    ("replicas", "scaled", (False,), "means nothing beside autoscaling.enabled: the autoscaler sets it", SEVERITY),
    ("acceleratorTypes.labelKey", "acceleratorTypes", (True,), "means nothing without labelValues", SEVERITY),
    ("acceleratorTypes.labelValues", "acceleratorKey", (True,), "means nothing without labelKey", SEVERITY),
    ("accelerator.type", "devices", (True,), "no container of the role needs a device", INFO),
    ("monitoring.podmonitor", "podmonitor", (True,), OFF.format(switch="enabled"), INFO),
    *((key, "workload", ("Deployment", "LeaderWorkerSet"), "is not in a requester's pods", INFO) for key in POD_FIELDS.split(" ")),
)
# The keys of metadata that people write; those that the API server writes are not in files.
METADATA = ("name", "namespace", "labels", "annotations", "creationTimestamp", "generation", "ownerReferences", "resourceVersion", "uid")
SAYS_NOTHING: tuple[Any, ...] = (None, "", [], {})
FALSE_SAYS_SOMETHING = ("readOnly", "enableServiceLinks", "enabled")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such key that says something."""
    config = service.plan.config
    for key in config.document.get("metadata") or {}:
        if key not in METADATA:
            yield Result("is no key of metadata; did you mean name, namespace, labels or annotations?", SEVERITY, field=f"metadata.{key}")
    if not service.plan.enabled:
        yield Result("is false: nothing is generated, and nothing else that is said here means anything", INFO, field="spec.enabled")
        return
    facts = _service_facts(service)
    told: set[str] = set()
    yield from _idle(config.own, "spec", OF_SERVICE, facts, told)
    yield from _of_other_types(service)
    yield from _unknown_kinds(service)
    for role in service.plan.roles:
        own = config.own.get(role.name) or {}
        yield from _idle(own, f"spec.{role.name}", OF_ROLE, _role_facts(role, facts), told)
    created = [role.name for role in service.plan.roles]
    for name in ROLES:
        own = config.own.get(name) or {}
        if name not in created and any(key != "create" and value not in SAYS_NOTHING for key, value in own.items()):
            yield Result("is not created (create: false), and what is said here means nothing", INFO, field=f"spec.{name}")
    yield from _of_containers(service)
    yield from _idle_overlays(service)
    for index in service.idle_patches:
        yield Result("changes nothing: what it says is so already", SEVERITY, field=f"spec.patches[{index}]")


def _idle(fields: Map, prefix: str, rules: tuple[Rule, ...], facts: Map, told: set[str]) -> Iterator[Result]:
    """A finding for each rule that the facts do not meet; one about a map that was told of already, or is a part of it, is none."""
    for path, fact, wanted, message, severity in rules:
        field = f"{prefix}.{path}"
        says = _is_said if severity == INFO else _says_something
        if facts.get(fact) in wanted or not says(fields, path) or any(field.startswith(one) for one in told):
            continue
        told.add(field)
        yield Result(message.format(**facts), severity, field=field)


def _service_facts(service: Composition) -> Map:
    facts, roles = service.plan.service.facts, service.plan.roles
    containers = [container.facts for role in roles for container in role.containers]
    mounted = any(role.facts["modelVolume"] for role in roles)
    generated = any(container["modelCommand"] != "custom" for container in containers)
    artifact = facts["artifact"]
    return {
        **facts,
        "picked": facts["inferencePool"] or facts["epp"],
        "provided": facts["provider"] in ("none", "agentgateway") or facts["epp" if facts["provider"] == "istio" else "inferencePool"],
        "timed": facts["provider"] != "gke",
        "claims": any(role.facts["accelerator"] == "dra" for role in roles),
        "plugin": any(container.get("accelerator") == "device" for container in containers),
        "typed": any(container.get("accelerator") == "device" for container in containers)
        or any(role.facts["accelerator"] == "dra" and facts["profile"] in BY_ACCELERATOR for role in roles)
        or any(_needs_no_device(role) for role in roles),
        "requesterRuns": any(role.facts["workload"] == "ReplicaSet" for role in roles) if facts["requester"] else None,
        "decodes": any(role.name == "decode" for role in roles),
        "proxied": any(role.facts["proxy"] for role in roles),
        "runs": bool(roles),
        "serves": bool(roles) or bool(facts["inferencePool"]),
        "usesModel": mounted or generated,
        "downloads": (artifact in ("hf", "s3") or not facts["imageVolumes"])
        and (
            (mounted and any(map(_has_model_folder, service.pods.values())))
            or any("volume" in one.parameters["drops"] for role in roles for one in role.containers)
        ),
        "usesPath": mounted or (generated and artifact in ("pvc", "oci", "s3")),
        "claimed": artifact in ("pvc", "pvc+hf") and mounted,
        "buckets": artifact == "s3" or any(str(one.get("uri")).startswith("s3://") for one in _adapters(service)),
        "artifactMounted": artifact == "oci" and mounted,
        "compiledUsed": mounted,
        "artifactUsed": artifact == "oci" and generated,
    }


def _adapters(service: Composition) -> list[Map]:
    return (service.plan.config.spec.get("modelArtifacts") or {}).get("lora") or []


def _has_model_folder(pod: Map) -> bool:
    """Whether the model's volume is the folder of ``size``, and not one that a preset or the user put in its place."""
    return any(volume.get("name") == "model-storage" and "emptyDir" in volume for volume in pod["spec"].get("volumes") or [])


def _role_facts(role: Scope, facts: Map) -> Map:
    given = role.parameters["role"]
    split = any(
        "pipeline" in engine.document(one.facts["engine"])["sizes"] for one in role.containers if one.facts["modelCommand"] != "custom"
    )
    return {
        **facts,
        **role.facts,
        "pipelines": "cores" in rules_of(facts["profile"])["accelerator"] or split or bool(role.parameters["group"]),
        "scaled": role.facts["autoscaling"],
        "acceleratorKey": bool((given.get("acceleratorTypes") or {}).get("labelKey")),
        "devices": _has_devices(role) or _needs_no_device(role),
    }


def _has_devices(role: Scope) -> bool:
    return role.facts["accelerator"] == "dra" or any(container.facts.get("accelerator") == "device" for container in role.containers)


def _needs_no_device(role: Scope) -> bool:
    """Whether it is the type of its accelerator by which a role has no devices: the simulator has none anyway."""
    images = (str(container.parameters["container"].get("image") or "") for container in role.containers)
    return role.facts["accelerator"] == "none" and any(SIMULATOR not in image for image in images)


def _of_other_types(service: Composition) -> Iterator[Result]:
    """What is said of accelerator types that no role has."""
    config = service.plan.config
    types = {role.parameters["acceleratorType"] for role in service.plan.roles}
    for path in BY_TYPE:
        by_type = _at(config.own, path)
        for kind in by_type if isinstance(by_type, dict) else ():
            if types and kind not in types and _is_filled(by_type[kind]):
                yield Result(
                    f"no role has accelerators of this type; they have {', '.join(sorted(types))}", INFO, field=f"spec.{path}.{kind}"
                )


def _unknown_kinds(service: Composition) -> Iterator[Result]:
    """Merge keys of kinds of which the service has no object."""
    there = {f"{str(obj.get('apiVersion')).rpartition('/')[0]}/{obj.get('kind')}" for obj in service.objects}
    for kind in service.plan.config.own.get("mergeKeys") or {}:
        if kind not in there:
            yield Result(f"no object of the service is a {kind}", SEVERITY, field=f"spec.mergeKeys.{kind}")


def _idle_overlays(service: Composition) -> Iterator[Result]:
    """Patches of users' overlays that change nothing."""
    for overlay, index in service.idle:
        patch = None if index is None else overlay.patches[index]
        conditional = bool(overlay.when or (patch is not None and patch.when))
        if patch is None:
            message = "has neither patches nor resources"
        elif patch.kind is not None and not any(obj.get("kind") == patch.kind for obj in service.objects):
            conditional, message = False, f"changes nothing: no {patch.kind} is generated"
        else:
            message = "changes nothing: what it says of when does not hold" if conditional else "changes nothing"
        field = f"{overlay.written_at}spec" + ("" if index is None else f".patches[{index}]")
        resource = ResourceRef.of(overlay.document) if overlay.written_at == "" else None
        yield Result(message, INFO if conditional else SEVERITY, field=field, resource=resource)


def _of_containers(service: Composition) -> Iterator[Result]:
    profile = service.plan.config.profile
    own = [(path, container, container.get("modelCommand")) for path, container in own_containers(service)]
    for role in service.plan.roles:
        if (merged := service.plan.config.engines.get(role.name)) is not None:
            own = [one for one in own if one[0] != f"spec.{role.name}.containers[0]"]
            own.append((f"spec.{role.name}.containers[0]", merged.own, merged.whole.get("modelCommand")))
    for path, container, command in own:
        if container.get("command") and command and command != "custom":
            yield Result(f"is not used: modelCommand {command} has its own; custom takes this one", SEVERITY, field=f"{path}.command")
        if container.get("modelCommand") == "vllmServe" and profile == "furiosa":
            yield Result("runs vLLM with the defaults of Furiosa's profile; profile: llm-d has vLLM's", INFO, field=f"{path}.modelCommand")
    every = [(service.plan.config.own.get(role.name) or {}).get("engine") or {} for role in service.plan.roles]
    for key, value in (service.plan.config.own.get("engine") or {}).items() if every else ():
        if not isinstance(value, dict) and all(one.get(key) is not None for one in every):
            yield Result("means nothing: the engine of every role says its own", INFO, field=f"spec.engine.{key}")


def _at(fields: Map, path: str) -> Any:
    value: Any = fields
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _says_something(fields: Map, path: str) -> bool:
    return _is_filled(_at(fields, path))


def _is_said(fields: Map, path: str) -> bool:
    """Whether anything is written at ``path``, also beside a switch that is off."""
    value = _at(fields, path)
    if isinstance(value, dict):
        return any(value[key] is True if key in ("enabled", "enable") else _is_said(value, key) for key in value)
    return value not in (None, False, "", []) or (value is False and path.rpartition(".")[2] in FALSE_SAYS_SOMETHING)


def _is_filled(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("enabled") is not False and value.get("enable") is not False and any(map(_is_filled, value.values()))
    return value not in (None, False, "", [])
