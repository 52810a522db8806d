"""One DisaggregatedSet of all roles: each is composed and patched as a LeaderWorkerSet, which then becomes a role of the set.

The rules are written down (specification: DisaggregatedSets).
"""

from __future__ import annotations

from modelservice.krm import Result
from modelservice.patch import PatchError, strategic_merge
from modelservice.workloads import DISAGGREGATED_SET, LEADER_WORKER_SET

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.compose.composition import Composition

    Map = dict[str, Any]


def fold(composition: Composition) -> None:
    """Put the LeaderWorkerSets of the roles into the DisaggregatedSet; what that says of roles itself goes over them."""
    plan = composition.plan
    sets = {role.parameters["workload"]["name"]: role for role in plan.roles}
    found = {
        obj["metadata"]["name"]: obj for obj in composition.objects if obj["kind"] == LEADER_WORKER_SET and obj["metadata"]["name"] in sets
    }
    if not 1 < len(found) < len(sets) + 1:
        composition.problems.append(
            Result("is for two roles or more; create prefill, or leave it out", field="spec.topology", current="disaggregatedset")
        )
        return
    roles = [_role(sets[name].name, obj, external=bool(sets[name].facts["autoscaling"])) for name, obj in found.items()]
    composition.objects = [
        _filled(obj, roles, composition) if obj["kind"] == DISAGGREGATED_SET and obj["metadata"].get("name") == plan.name else obj
        for obj in composition.objects
        if not any(obj is one for one in found.values())
    ]


def _role(name: str, obj: Map, *, external: bool) -> Map:
    metadata = {key: value for key, value in obj["metadata"].items() if key in ("labels", "annotations")}
    return {
        "name": name,
        **({"metadata": metadata} if metadata else {}),
        **({"scaling": {"mode": "External"}} if external else {}),
        "spec": obj["spec"],
    }


def _filled(obj: Map, roles: list[Map], composition: Composition) -> Map:
    spec = obj.get("spec") or {}
    if any("scaling" in role for role in roles) and (spec.get("slices") or 1) != 1:
        message = "must be 1 where a role is scaled by an autoscaler; leave one of them out"
        composition.problems.append(Result(message, field="spec.disaggregatedSet.slices", current=spec["slices"]))
    whole = {**obj, "spec": {**spec, "roles": roles}}
    if spec.get("roles"):
        try:
            return strategic_merge(whole, {"spec": {"roles": spec["roles"]}}, new_items="append") or whole
        except PatchError as error:
            composition.problems.append(Result(f"does not fit: {error}", field="spec.disaggregatedSet.roles"))
    return whole


def part(obj: Map, path: Sequence[Any]) -> tuple[Map, list[Any]]:
    """What ``path`` of a DisaggregatedSet leads into, and the path in that: a role, as the LeaderWorkerSet that it was; else itself."""
    if obj.get("kind") != DISAGGREGATED_SET or [*path[:2]] != ["spec", "roles"] or len(path) < 4:
        return obj, [*path]
    roles = obj["spec"]["roles"]
    name = dict(path[2]).get("name") if isinstance(path[2], tuple) else roles[path[2]].get("name") if isinstance(path[2], int) else None
    role = next((one for one in roles if one.get("name") == name), None)
    if role is None:
        return obj, [*path]
    metadata = {key: value for key, value in obj["metadata"].items() if key == "namespace"}
    whole = {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": LEADER_WORKER_SET,
        "metadata": {"name": f"{obj['metadata']['name']}-{name}", **metadata, **(role.get("metadata") or {})},
        "spec": role["spec"],
    }
    return whole, [*path[3:]]
