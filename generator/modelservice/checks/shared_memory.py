"""A /dev/shm that holds less than a flag of the engine says it puts there."""

from __future__ import annotations

from modelservice.checks.engines import engines_of
from modelservice.krm import Result
from modelservice.kubernetes import quantities

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.engines import Engine, Run
    from modelservice.compose import Composition

    Map = dict[str, Any]

NAME, SEVERITY = "shared-memory", "warning"
PATH = "/dev/shm"  # noqa: S108  the path in containers
CURE = "the preset shm with a larger sizeLimit, or none, holds them"
USUAL = 64 << 20  # what container runtimes give it where no volume is mounted there


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such flag; which they are stands in the engine's file in bases/engines/."""
    for role in service.plan.roles:
        pod = service.pods[role.name]["spec"]
        for engine in engines_of(service, role):
            for run in engine.runs():
                for path in run.engine.get("sharedMemory") or []:
                    needed = _bytes(run, path.split("."))
                    held = _held(engine, pod) if needed is not None else None
                    if needed is not None and held is not None and held < needed:
                        field, brought = engine.written_at(path.split(".")[0])
                        message = f"{path} is {needed} bytes, and {PATH} holds {held}; {CURE}"
                        yield Result(message, SEVERITY, field=field, resource=brought)


def _bytes(run: Run, path: list[str]) -> int | None:
    """The number at a path: of a flag, and within the JSON that it has; None where there is none."""
    import json  # few engines have such flags  # noqa: PLC0415

    values = run.values(path[0])
    try:
        value: Any = json.loads(values[0]) if values else None
    except (ValueError, RecursionError):
        return None
    for key in path[1:]:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _held(engine: Engine, pod: Map) -> float | int | None:
    """How many bytes /dev/shm of a container holds; None where that is not known, or as many as there are."""
    mount = next((one for one in engine.composed.get("volumeMounts") or [] if one.get("mountPath") == PATH), None)
    if mount is None:
        return None if pod.get("hostIPC") else USUAL
    source = next((one.get("emptyDir") for one in pod.get("volumes") or [] if one.get("name") == mount.get("name")), None)
    return quantities.parse(source.get("sizeLimit")) if isinstance(source, dict) and source.get("sizeLimit") is not None else None
