"""How a model is split: the sizes that a role's parallelism means, the pods of a group, and the devices that each then needs.

The rules are written down (specification: Parallelism, Modes).
"""

from __future__ import annotations

from modelservice.config.rules import rules_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.plan.problems import Problems


def sizes(given: dict[str, Any], profile: str, field: str, problems: Problems) -> dict[str, int]:
    """Tensor, data, pipeline, dataLocal and workers of a role, and ``devices``, the accelerators of one pod.

    ``field`` is the path of the role's parallelism, for messages.
    """
    rules = rules_of(profile)
    tensor, pipeline = given.get("tensor") or (rules.get("sizes") or {}).get("tensor", 1), given.get("pipeline") or 1
    if cores := rules["accelerator"].get("cores"):
        data, workers = given.get("data") or 1, given.get("workers") or 1
        devices = -(-data * pipeline * tensor // cores)
        return {
            "tensor": tensor,
            "data": data,
            "pipeline": pipeline,
            "dataLocal": data,
            "workers": workers,
            "devices": devices,
        }
    data, local, workers = (given.get(key) or 0 for key in ("data", "dataLocal", "workers"))
    pod = local or (_divided(data, "workers", workers, field, problems) if workers else data) or 1
    return {
        "tensor": tensor,
        "pipeline": pipeline,
        "data": data or local * (workers or 1) or 1,
        "dataLocal": pod,
        "workers": workers or (_divided(data, "dataLocal", local, field, problems) if local else 0) or 1,
        "devices": pod * tensor,
    }


def of_mode(
    mode: dict[str, Any], given: dict[str, Any], own: dict[str, Any], asked: int | None, field: str, problems: Problems
) -> dict[str, int]:
    """The sizes of a role whose pods serve together in a ``mode`` of its engine: the ranks of data, or the shards of the model, are spread.

    ``own`` is what the user wrote of what is ``given``: the profile's dataLocal and workers of 1 are no wish. ``asked`` is how many devices
    the engine's container asks for by itself, if it does.
    """
    tensor, pipeline, data = given.get("tensor") or 1, given.get("pipeline") or 1, given.get("data") or 1
    local, workers = (given.get(key) if given.get(key) != 1 or key in own else None for key in ("dataLocal", "workers"))
    sizes = {"tensor": tensor, "pipeline": pipeline}
    if mode["spread"] == "shards":
        if data > 1:
            message = "is for modes that spread ranks: internal, hybrid, multi-port; here, each replica is one rank"
            problems.error(f"{field}.data", message, data)
        workers = _workers(tensor * pipeline, workers or _needed(tensor * pipeline, asked) or pipeline, field, problems)
        return {**sizes, "data": 1, "dataLocal": 1, "workers": workers, "devices": max(1, tensor * pipeline // workers)}
    if data == 1 and "data" not in own:
        data = (local or 1) * (workers or 1)
    if local is None:
        local = _divided(data, "workers", workers, field, problems) if workers else data if mode.get("ports") else 1
    if workers is None:
        workers = _divided(data, "dataLocal", local, field, problems)
    if local * workers != data:
        problems.error(f"{field}.data", f"is not dataLocal x workers, {local} x {workers}; leave one of the three out", data)
    if data == 1:
        problems.error(f"{field}.data", "missing; say how many ranks there are, or leave mode out for one")
    return {**sizes, "data": data, "dataLocal": local, "workers": max(1, workers), "devices": local * tensor * pipeline}


def _needed(shards: int, asked: int | None) -> int | None:
    """How many pods have so many shards, where each asks for a number of devices that divides them."""
    return shards // asked if asked and shards % asked == 0 else None


def _workers(shards: int, workers: int, field: str, problems: Problems) -> int:
    """The pods over which the shards of a model go, evenly."""
    if shards % workers:
        problems.error(f"{field}.workers", f"tensor x pipeline is {shards}, and must be a multiple of workers", workers)
    if workers == 1:
        problems.error(f"{field}.workers", "missing; say over how many pods the model goes, or leave mode out for one")
    return workers


def _divided(data: int, key: str, by: int, field: str, problems: Problems) -> int:
    """``data`` split ``by`` ways, which must go evenly."""
    if data % by:
        problems.error(f"{field}.data", f"parallelism.data must be a multiple of parallelism.{key} ({by})", data)
    return data // by
