"""What is worth saying about services before anything is applied: one module a check.

What belongs here: looking, never changing. A module has NAME, SEVERITY, and ``check`` (one service) or ``check_all`` (the services of a
run); ``spec.checks`` of a ModelService gives a check another severity.
"""

from __future__ import annotations

from modelservice.checks import (
    accelerator_count,
    collisions,
    deprecated_keys,
    furiosa_multinode,
    image_tag,
    literal_token,
    name_cut,
    podmonitor_port,
    selectors,
    unused_keys,
    volume_mounts,
)
from modelservice.checks.collisions import identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelservice.compose import Composition
    from modelservice.krm import Result

OF_ONE = (
    volume_mounts,
    furiosa_multinode,
    accelerator_count,
    name_cut,
    podmonitor_port,
    literal_token,
    unused_keys,
    deprecated_keys,
    image_tag,
)
OF_ALL = (selectors, collisions)
NAMES = tuple(module.NAME for module in (*OF_ONE, *OF_ALL))


def check(services: Sequence[Composition]) -> list[list[Result]]:
    """The results about each of ``services``, in the order of the checks; a check that is ``off`` for a service says nothing of it."""
    results: list[list[Result]] = [[] for _ in services]
    for index, service in enumerate(services):
        for module in OF_ONE:
            for result in module.check(service):
                _add(results[index], module.NAME, result, service)
    for module_of_all in OF_ALL:
        for index, result in module_of_all.check_all(services):
            _add(results[index], module_of_all.NAME, result, services[index])
    return results


def _add(results: list[Result], name: str, result: Result, service: Composition) -> None:
    result.severity = (service.plan.config.spec.get("checks") or {}).get(name) or result.severity
    result.tags = {"check": name}
    if result.severity != "off":
        results.append(result)


__all__ = ["NAMES", "check", "identity"]
