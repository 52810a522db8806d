"""Another number of devices asked for than the parallelism needs; the user's number is used."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "accelerator-count", "warning"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each container whose number differs."""
    for role in service.plan.roles:
        for index, container in enumerate(role.containers):
            mismatch = container.parameters["device"].get("mismatch")
            if mismatch:
                yield Result(mismatch, SEVERITY, field=f"spec.{role.name}.containers[{index}].resources")
