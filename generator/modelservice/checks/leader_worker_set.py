"""What the webhook and the controller of LeaderWorkerSets refuse: names, sizes of subgroups, numbers of pods."""

from __future__ import annotations

from modelservice.checks.walk import says_group_size
from modelservice.checks.world import finding
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TypeGuard

    from modelservice.checks.world import World
    from modelservice.compose import Composition

    Map = dict[str, Any]
    Broken = tuple[str, str, Any]  # field, what is wrong, the value there

NAME, SEVERITY = "leader-worker-set", "error"
KIND = "LeaderWorkerSet"
TOPOLOGY = "leaderworkerset.sigs.k8s.io/subgroup-exclusive-topology"
MOST_REPLICAS, MOST_PODS = 1_000_000, 2**31 - 1
GROUP = "spec.leaderWorkerTemplate"
# field of a LeaderWorkerSet -> that of a role, as far as there is one
OF_ROLE = {
    "spec.replicas": "replicas",
    f"{GROUP}.subGroupPolicy": "subGroupPolicy",
    "metadata.annotations": "subGroupExclusiveTopology",
}


def check(service: Composition) -> Iterator[Result]:
    """A finding for each rule that a LeaderWorkerSet of the service breaks, at the field that the user wrote."""
    roles = {role.parameters["workload"]["name"]: role.name for role in service.plan.roles}
    config = service.plan.config
    told = set()
    for obj in service.objects:
        if obj.get("kind") != KIND:
            continue
        role = roles.get(obj["metadata"]["name"])
        for field, message, current in _broken(obj):
            if role is None:
                yield finding(obj, field, message, SEVERITY, current)
                continue
            own = "spec.fullnameOverride" if config.spec.get("fullnameOverride") else "metadata.name"
            if field != "metadata.name":
                whole = next(one for one in OF_ROLE if field.startswith(one))
                own = f"spec.{role}.{OF_ROLE[whole]}{field.removeprefix(whole)}"
            if (own, message) not in told:  # a name is wrong once, for all roles
                told.add((own, message))
                sized = says_group_size(service, obj["metadata"]["name"]) or not field.endswith("subGroupSize")
                yield Result(message, SEVERITY if sized else "warning", field=own, current=current)


def check_world(world: World) -> Iterator[Result]:
    """A finding for each rule that another LeaderWorkerSet breaks."""
    for obj in world.of(KIND):
        if not world.is_generated(obj):
            for field, message, current in _broken(obj):
                yield finding(obj, field, message, SEVERITY, current)


def _broken(obj: Map) -> Iterator[Broken]:
    name = str(obj["metadata"].get("name"))
    if "." in name or not name[:1].isalpha():
        message = "is no name for a LeaderWorkerSet, whose Service is called so; begin with a letter, and leave dots out (fullnameOverride)"
        yield "metadata.name", message, name
    spec = obj.get("spec") or {}
    group = spec.get("leaderWorkerTemplate") or {}
    size, replicas, policy = group.get("size", 1), spec.get("replicas", 1), group.get("subGroupPolicy")
    if _is_number(replicas):
        if replicas > MOST_REPLICAS:
            yield "spec.replicas", f"is too much for a LeaderWorkerSet; at most {MOST_REPLICAS}", replicas
        elif _is_number(size) and replicas * size > MOST_PODS:
            yield "spec.replicas", f"makes {replicas * size} pods, {size} a group; at most {MOST_PODS} can be", replicas
    if isinstance(policy, dict) and policy and _is_number(size):
        yield from _subgroups(policy, size)
    if TOPOLOGY in (obj["metadata"].get("annotations") or {}) and not policy:
        yield "metadata.annotations", "exclusive topology needs subgroups; give subGroupPolicy: {subGroupSize: N}", True


def _subgroups(policy: Map, size: int) -> Iterator[Broken]:
    """Subgroups divide the group, or the group without its leader."""
    sub, field = policy.get("subGroupSize"), f"{GROUP}.subGroupPolicy.subGroupSize"
    if not _is_number(sub):
        return
    if sub < 1:
        yield field, "is no number of pods; must be at least 1", sub
    elif sub > size:
        yield field, f"is more than the {size} pods of a group; give a number that divides them", sub
    elif policy.get("subGroupPolicyType") == "LeaderExcluded":
        if (size - 1) % sub:
            yield field, f"does not divide the {size - 1} pods of a group beside its leader (LeaderExcluded); give one that does", sub
    elif size % sub and (size - 1) % sub:
        yield field, f"divides neither the {size} pods of a group nor the {size - 1} beside its leader; give one that does", sub


def _is_number(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
