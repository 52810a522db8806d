"""What is worth saying about services before anything is applied: one module a check.

What belongs here: looking, never changing. A module has NAME, SEVERITY, and ``check`` (one service), ``check_all`` (the services of a
run) or ``check_world`` (all resources that there are); ``spec.checks`` gives a check another severity.
"""

from __future__ import annotations

from modelservice.checks import (
    accelerator_count,
    collisions,
    deprecated_keys,
    furiosa_multinode,
    image_tag,
    kubernetes_fields,
    literal_token,
    name_cut,
    name_length,
    podmonitor_port,
    selectors,
    template_text,
    unused_keys,
    volume_mounts,
)
from modelservice.checks.collisions import identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modelservice.checks.world import World
    from modelservice.compose import Composition
    from modelservice.krm import Result

OF_ONE = (
    kubernetes_fields,
    volume_mounts,
    furiosa_multinode,
    accelerator_count,
    name_cut,
    podmonitor_port,
    literal_token,
    template_text,
    unused_keys,
    deprecated_keys,
    image_tag,
    name_length,
)
OF_ALL = (selectors, collisions)
# checks of all resources, each a module of this name; imported where there are other resources than a service's own
OF_WORLD = (
    "kubernetes-fields",
    "inference-pool",
    "endpoint-picker",
    "http-route",
    "pod-monitor",
    "service-selector",
    "workload-selectors",
    "autoscaler",
    "references",
    "name-length",
)
NAMES = tuple(dict.fromkeys([*(module.NAME for module in (*OF_ONE, *OF_ALL)), *OF_WORLD]))


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


def check_world(world: World, severities: Mapping[str, str]) -> list[Result]:
    """The results about all resources, in the order of the checks; ``severities`` are those that checks were given."""
    from importlib import import_module  # 0.4 ms that a service alone does not pay for  # noqa: PLC0415

    results: list[Result] = []
    for name in OF_WORLD:
        for result in import_module(f"{__name__}.{name.replace('-', '_')}").check_world(world):
            _add_with(results, name, result, severities)
    return results


def _add(results: list[Result], name: str, result: Result, service: Composition) -> None:
    _add_with(results, name, result, service.plan.config.spec.get("checks") or {})


def _add_with(results: list[Result], name: str, result: Result, severities: Mapping[str, str]) -> None:
    result.severity = severities.get(name) or result.severity
    result.tags = {"check": name}
    if result.severity != "off":
        results.append(result)


__all__ = ["NAMES", "check", "check_world", "identity"]
