"""KV caches that NIXL moves over TCP, and nobody says so: a pod without an RDMA device, or without leave to lock memory."""

from __future__ import annotations

from modelservice.checks.engines import engines_of
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.engines import Engine
    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "kv-transport", "info"
LOCK = ("IPC_LOCK", "ALL")
CURE = "the preset of its network, rdma-ib, gke-roce, aws-efa or mnnvl, gives it, and nixl-tcp says that TCP is meant"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each engine that does, where there are several pods of such engines."""
    found = [(role, engine, key) for role in service.plan.roles for engine in engines_of(service, role) if (key := _flag(engine))]
    if sum(_pods(role) for role in {id(role): role for role, _, _ in found}.values()) < 2:
        return
    for role, engine, key in found:
        if any(variable.get("name") == "UCX_TLS" for variable in engine.composed.get("env") or []):
            continue  # somebody has chosen
        pod = service.pods[role.name]["spec"]
        context = engine.composed.get("securityContext") or {}
        lacking = [] if context.get("privileged") else _lacking(role, engine.composed, pod, context)
        if lacking:
            field, brought = engine.written_at(key)
            message = f"NIXL moves KV caches over TCP, without a word, from a pod that has no {' and no '.join(lacking)}; {CURE}"
            yield Result(message, SEVERITY, field=field, resource=brought)


def _flag(engine: Engine) -> str:
    """The flag that has an engine take NIXL; empty where none does."""
    for run in engine.runs():
        told = run.engine.get("nixl") or {}
        if told and any(told["says"] in value for value in run.values(told["flag"]) or []):
            return str(told["flag"])
    return ""


def _pods(role: Scope) -> int:
    """How many pods a role has, as far as that is said; with an autoscaler, several."""
    replicas = role.parameters["role"].get("replicas", 1)
    group = role.parameters["parallelism"]["workers"] if role.facts["multinode"] else 1
    return 2 if role.facts["autoscaling"] else group * (replicas if isinstance(replicas, int) else 1)


def _lacking(role: Scope, container: Map, pod: Map, context: Map) -> list[str]:
    """What NIXL needs for anything faster: a device beside the accelerators, which may be an adapter, and a capability."""
    own = {planned.parameters["device"].get("resource") for planned in role.containers}
    resources = container.get("resources") or {}
    others = [name for part in ("limits", "requests") for name in resources.get(part) or {} if "/" in name and name not in own]
    template = role.parameters["claimTemplate"]
    of_accelerators = template.get("name") if len((template.get("devices") or {}).get("requests") or []) == 1 else ""
    claims = [one for one in pod.get("resourceClaims") or [] if one.get("resourceClaimTemplateName") != of_accelerators]
    capabilities = (context.get("capabilities") or {}).get("add") or []
    return [
        *([] if others or claims else ["RDMA device"]),
        *([] if any(one in capabilities for one in LOCK) else ["capability IPC_LOCK"]),
    ]
