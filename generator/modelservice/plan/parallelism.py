"""How a model is split: the sizes that a role's parallelism means, and the devices a pod then needs (behaviour: 7)."""

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


def _divided(data: int, key: str, by: int, field: str, problems: Problems) -> int:
    """``data`` split ``by`` ways, which must go evenly."""
    if data % by:
        problems.error(f"{field}.data", f"parallelism.data must be a multiple of parallelism.{key} ({by})", data)
    return data // by
