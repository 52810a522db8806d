"""What a cluster must have, so that objects can run in it: kinds, devices, other objects, a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from modelservice.checks.world import Pods, World
from modelservice.inventory.pods import served_by_requesters
from modelservice.kubernetes import known_versions, problems
from modelservice.kubernetes.names import namespace_of, reference_to
from modelservice.kubernetes.quantities import parse as worth
from modelservice.kubernetes.types import group_of, is_built_in

Map = dict[str, Any]

# kind -> the fields that say how many pods an autoscaler may make of a workload, and how many where it does not say
AUTOSCALERS = {"HorizontalPodAutoscaler": ("maxReplicas", 1), "ScaledObject": ("maxReplicaCount", 100)}
PRESENT = {"PriorityClass": ("system-cluster-critical", "system-node-critical")}  # in every cluster
CLUSTER_WIDE = ("PriorityClass", "RuntimeClass")
NAMED_BY_PODS = {"priorityClassName": "PriorityClass", "runtimeClassName": "RuntimeClass"}


class _Use(NamedTuple):
    """What each pod of a workload has of something; ``pods`` is None where each node has one, ``most`` as many as autoscaling may make."""

    name: str
    workload: Map
    amount: float | int
    pods: int | None
    most: int | None


class _Reference(NamedTuple):
    """What a field of an object refers to."""

    obj: Map
    namespace: str | None
    field: str
    kind: str
    name: str


def requirements(objects: Iterable[Map]) -> Map:
    """What ``objects`` need and do not hold, as JSON has it.

    ``kubernetes``: the oldest ``minimum`` version, of those that are known, in which every field and kind that is used is there and on; the
    ``uses`` that ask for more than the oldest of all; what no version has on by default, ``unavailable``. ``customResources``: kinds whose
    definition is not there. ``extendedResources`` and ``deviceClasses``: how many each pod has, how many all together, and at ``most``,
    where autoscalers make more pods. ``objects``: what is referred to.
    """
    world = World(objects, complete=True)
    served = [*served_by_requesters(world)]
    pods = [*world.pods, *served]
    return {
        "kubernetes": _version(world, served),
        "customResources": _custom_resources(world),
        "extendedResources": _counted(use for one in world.pods for use in _resources(world, one)),
        "deviceClasses": _counted(use for one in pods for use in _devices(world, one)),
        "objects": _missing(world, pods),
    }


def _version(world: World, served: list[Pods]) -> Map:
    """The oldest version that is new enough, and the fields that say so; those of ``served`` are in no object of their own."""
    looked_at = [(obj, "", obj) for obj in world.objects]
    looked_at += [(one.workload, f"{one.path}.", {"apiVersion": "v1", "kind": "PodTemplate", "template": one.template}) for one in served]
    oldest, *later = known_versions()
    waiting = {key: problem for place in looked_at for key, problem in _newer(place, oldest)}
    uses = []
    for version in later:
        places = [place for place in looked_at if any(key[0] == id(place[2]) for key in waiting)]
        left = {key: problem for place in places for key, problem in _newer(place, version)}
        uses += [{**found, "version": version} for key, found in waiting.items() if key not in left]
        waiting = left
    minimum = max((use["version"] for use in uses), key=known_versions().index, default=oldest)
    return {"minimum": minimum, "uses": uses, "unavailable": [*waiting.values()]}


def _newer(place: tuple[Map, str, Map], version: str) -> Iterator[tuple[tuple[Any, ...], Map]]:
    """What a cluster of ``version`` does not have, or has off, of an object or a pod that it holds: a key, and the object and the field."""
    obj, prefix, part = place
    for problem in problems(part, version):
        if problem.kind == "newer":
            path = problem.path[1:] if prefix else problem.path
            field = prefix + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
            yield (id(part), problem.path), {"object": reference_to(obj), "field": field, "message": problem.message.partition(";")[0]}


def _custom_resources(world: World) -> list[Map]:
    """The kinds that are not Kubernetes' own, and not defined by the objects themselves."""
    defined = set()
    for obj in world.of("CustomResourceDefinition"):
        names = (obj.get("spec") or {}).get("names")
        if isinstance(names, dict):
            defined.add((str(obj["spec"].get("group")), str(names.get("kind"))))
    found: dict[tuple[str, str, str], Map] = {}
    for obj in world.objects:
        api_version, kind = str(obj.get("apiVersion")), str(obj.get("kind"))
        group, version = group_of(api_version), api_version.rpartition("/")[2]
        if is_built_in(group) or (group, kind) in defined:
            continue
        entry = found.setdefault((group, version, kind), {"group": group, "version": version, "kind": kind, "usedBy": []})
        entry["usedBy"].append(reference_to(obj))
    return [found[key] for key in sorted(found)]


def _resources(world: World, pods: Pods) -> Iterator[_Use]:
    """The extended resources that each of ``pods`` has: what runs at once, or an init container before it that has more."""
    spec = pods.template.get("spec") or {}
    running: dict[str, float | int] = {}
    starting: dict[str, float | int] = {}
    for container in spec.get("initContainers") or []:
        sidecar = container.get("restartPolicy") == "Always"
        for name, amount in _asked(container).items():
            if sidecar:
                running[name] = running.get(name, 0) + amount
            starting[name] = max(starting.get(name, 0), running.get(name, 0) + (0 if sidecar else amount))
    for container in spec.get("containers") or []:
        for name, amount in _asked(container).items():
            running[name] = running.get(name, 0) + amount
    for name in {**running, **starting}:
        yield _Use(name, pods.workload, max(running.get(name, 0), starting.get(name, 0)), *_pods(world, pods))


def _asked(container: Map) -> dict[str, float | int]:
    """The extended resources of a container, for which limits and requests are the same."""
    resources = container.get("resources")
    asked: Map = {}
    for part in ("requests", "limits"):
        given = resources.get(part) if isinstance(resources, dict) else None
        asked |= {str(name): amount for name, amount in given.items() if _is_extended(str(name))} if isinstance(given, dict) else {}
    return {name: worth(amount) or 0 for name, amount in asked.items()}


def _is_extended(name: str) -> bool:
    return ("/" in name and not name.partition("/")[0].endswith("kubernetes.io")) or name.startswith("hugepages-")


def _devices(world: World, pods: Pods) -> Iterator[_Use]:
    """The device classes that each of ``pods`` claims, through templates and claims that are there; where one of several will do, all."""
    for claim in _maps((pods.template.get("spec") or {}).get("resourceClaims")):
        for key, kind, steps in (
            ("resourceClaimTemplateName", "ResourceClaimTemplate", ("spec", "spec", "devices")),
            ("resourceClaimName", "ResourceClaim", ("spec", "devices")),
        ):
            value: Any = world.find(kind, str(claim.get(key)), pods.namespace)
            for step in steps:
                value = value.get(step) if isinstance(value, dict) else None
            for request in _maps(value.get("requests") if isinstance(value, dict) else None):
                wanted = _maps(request.get("firstAvailable")) or [request.get("exactly") or request]
                classes = [str(one["deviceClassName"]) for one in wanted if isinstance(one, dict) and one.get("deviceClassName")]
                count = wanted[0].get("count") if isinstance(wanted[0], dict) else None
                if classes:
                    pods_of_claim = _pods(world, pods) if kind == "ResourceClaimTemplate" else (1, 1)  # the pods share one claim
                    yield _Use(" or ".join(dict.fromkeys(classes)), pods.workload, count if isinstance(count, int) else 1, *pods_of_claim)


def _counted(uses: Iterable[_Use]) -> list[Map]:
    """The uses by name: each, and what all of them come to."""
    found: dict[str, Map] = {}
    for use in uses:
        entry = found.setdefault(use.name, {"name": use.name, "total": 0, "most": 0, "usedBy": []})
        entry["total"] += use.amount * (use.pods or 0)
        entry["most"] += use.amount * (use.most or 0)
        entry["usedBy"].append({"object": reference_to(use.workload), "perPod": use.amount, "pods": use.pods, "mostPods": use.most})
    return [found[name] for name in sorted(found)]


def _pods(world: World, pods: Pods) -> tuple[int | None, int | None]:
    """How many pods there are of a template, and how many autoscaling may make; None where each node has one."""
    workload, spec = pods.workload, pods.workload.get("spec") or {}
    kind = workload.get("kind")
    if kind == "DaemonSet":
        return None, None
    if kind in ("Pod", "Job", "CronJob"):
        job = (spec.get("jobTemplate") or {}).get("spec") or {} if kind == "CronJob" else spec
        parallel = _number(job.get("parallelism")) if kind != "Pod" else 1
        return parallel, parallel
    each = 1
    if kind == "DisaggregatedSet":
        place = int(pods.path.partition("[")[2].partition("]")[0])
        slices, spec = _number(spec.get("slices")), spec["roles"][place].get("spec") or {}
        group = spec.get("leaderWorkerTemplate") or {}
        each = slices * (1 if "leaderTemplate" in pods.path else _number(group.get("size")) - bool(group.get("leaderTemplate")))
    if kind == "LeaderWorkerSet" and "leaderTemplate" not in pods.path:
        group = spec.get("leaderWorkerTemplate") or {}
        each = _number(group.get("size")) - bool(group.get("leaderTemplate"))
    replicas = _number(spec.get("replicas"))
    most = [replicas]
    for scaler, (field, default) in AUTOSCALERS.items():
        for obj in world.of(scaler):
            target = (obj.get("spec") or {}).get("scaleTargetRef") or {}
            named_kind = target.get("kind") or "Deployment"
            if (named_kind, target.get("name"), namespace_of(obj)) == (kind, workload["metadata"].get("name"), pods.namespace):
                most.append(_number(obj["spec"].get(field), default))
    return replicas * each, max(most) * each


def _missing(world: World, pods: list[Pods]) -> list[Map]:
    """The objects that are referred to and not there."""
    found: dict[tuple[str, str, str], Map] = {}
    for one in [*(reference for each in pods for reference in _of_pods(each)), *_of_routes(world)]:
        namespace = None if one.kind in CLUSTER_WIDE else one.namespace
        if one.name in PRESENT.get(one.kind, ()) or world.find(one.kind, one.name, namespace or "default") is not None:
            continue
        entry: Map = {"kind": one.kind, "namespace": namespace, "name": one.name, "usedBy": []}
        entry = found.setdefault((one.kind, namespace or "", one.name), entry)
        entry["usedBy"].append({"object": reference_to(one.obj), "field": one.field})
    return [found[key] for key in sorted(found)]


def _of_pods(pods: Pods) -> Iterator[_Reference]:
    """What pods refer to in their own namespace."""
    workload, spec = pods.workload, pods.template.get("spec") or {}
    namespace, prefix = workload["metadata"].get("namespace"), f"{pods.path}.spec".removeprefix(".")
    for field, kind, name in pods.references():
        yield _Reference(workload, namespace, field, kind, name)
    for key, kind in NAMED_BY_PODS.items():
        if isinstance(spec.get(key), str) and spec[key]:
            yield _Reference(workload, namespace, f"{prefix}.{key}", kind, spec[key])
    for index, claim in enumerate(_maps(spec.get("resourceClaims"))):
        if isinstance(claim.get("resourceClaimName"), str):
            field = f"{prefix}.resourceClaims[{index}].resourceClaimName"
            yield _Reference(workload, namespace, field, "ResourceClaim", claim["resourceClaimName"])


def _of_routes(world: World) -> Iterator[_Reference]:
    """What requests come through: the endpoint pickers of pools, the gateways of routes."""
    for obj in world.of("InferencePool"):
        picker = (obj.get("spec") or {}).get("endpointPickerRef") or {}
        if picker.get("name"):
            yield _Reference(
                obj, obj["metadata"].get("namespace"), "spec.endpointPickerRef.name", picker.get("kind") or "Service", picker["name"]
            )
    for obj in world.of("HTTPRoute"):
        for index, parent in enumerate(_maps((obj.get("spec") or {}).get("parentRefs"))):
            if isinstance(parent.get("name"), str):
                namespace = str(parent.get("namespace") or "") or obj["metadata"].get("namespace")
                yield _Reference(obj, namespace, f"spec.parentRefs[{index}].name", str(parent.get("kind") or "Gateway"), parent["name"])


def _number(value: Any, default: int = 1) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _maps(value: Any) -> list[Map]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
