"""Parallelism that does not add up: ranks without devices, and pods that never hear of one another."""

from __future__ import annotations

from modelservice.checks.engines import engines_of
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "parallelism", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each role and each way in which its sizes do not fit; those of furiosa-llm are all of one pod."""
    for role in service.plan.roles:
        own = (service.plan.config.own.get(role.name) or {}).get("parallelism") or {}
        field = f"spec.{role.name}.parallelism"
        if own.get("tensor") == 0:  # tools write it where there are no devices
            severity = "error" if _has_devices(role) else SEVERITY
            yield Result(
                "is 0, and an engine has at least one part; write 1, or leave it out", severity, field=f"{field}.tensor", current=0
            )
        if own and role.facts["profile"] == "llm-d":
            multinode = role.facts["workload"] == "LeaderWorkerSet"
            yield from _of_group(service, role, own, field) if multinode else _of_pod(role, own, field)


def _of_pod(role: Scope, own: Map, field: str) -> Iterator[Result]:
    """More data ranks than the one pod has devices for."""
    split = role.parameters["parallelism"]
    if _has_devices(role) and split["data"] > split["dataLocal"]:
        message = (
            f"a pod has devices for {split['dataLocal']} of the {split['data']} data ranks, and nobody runs the others; "
            f"write dataLocal: {split['data']} for one pod, or multinode: true and workers for several"
        )
        yield Result(message, SEVERITY, field=f"{field}.data" if "data" in own else field, current=split["data"])


def _of_group(service: Composition, role: Scope, own: Map, field: str) -> Iterator[Result]:
    """Groups of another size than the data ranks need, and pods of a group to whom nothing says that they are one."""
    split = role.parameters["parallelism"]
    data, local, workers = split["data"], split["dataLocal"], split["workers"]
    if data > 1 and data != local * workers:
        needed = f"workers: {data // local}" if data % local == 0 else f"data: {local * workers}"
        message = f"data ranks are {data}, and a group has {workers} x {local} (workers x dataLocal); write {needed}"
        yield Result(message, SEVERITY, field=f"{field}.workers" if "workers" in own else field)
    elif workers > 1:
        for engine in engines_of(service, role):
            told = any(run.count(key) for run in engine.runs() for key in run.engine.get("group") or ())
            if engine.generated and not told:
                message = (
                    f"nothing tells the {workers} pods of a group of one another: each starts the model on its own {split['devices']} "
                    "devices; write mode (mp or ray for shards, internal, hybrid or multi-port for ranks), or flags or a command that do"
                )
                yield Result(message, SEVERITY, field=field)


def _has_devices(role: Scope) -> bool:
    return role.facts["accelerator"] == "dra" or any(one.facts.get("accelerator") == "device" for one in role.containers)
