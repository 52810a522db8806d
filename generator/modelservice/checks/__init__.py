"""What is worth saying about services before anything is applied: one module a check.

What belongs here: looking, never changing. A module has NAME, SEVERITY, and ``check`` (one service), ``check_all`` (the services of a
run) or ``check_world`` (all resources that there are); ``spec.checks`` gives a check another severity.
"""

from __future__ import annotations

from modelservice.checks import collisions, selectors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.compose import Composition
    from modelservice.krm import Result
    from modelservice.plan import Scope

FIRST = "kubernetes-fields"  # others may stumble over what it refuses
SECOND = "duplicate-items"  # sees what merging leaves out, too, and knows the item that was meant


def _has_own_words(service: Composition) -> bool:
    """Whether a container may run anything but what is generated, or have fields that are not."""
    containers = [one.parameters["container"] for role in service.plan.roles for one in role.containers]
    return not service.is_plain or any(one.get(key) for one in containers for key in ("command", "args", "flags"))


def _always(_: Composition) -> bool:
    return True


def _is_not_plain(service: Composition) -> bool:
    return not service.is_plain


# checks of one service, each a module of this name, and whether a service has something for it to look at: imported only then
OF_ONE: dict[str, Callable[[Composition], Any]] = {
    "kubernetes-fields": _is_not_plain,
    "volume-mounts": _is_not_plain,
    "furiosa-multinode": lambda service: service.plan.service.facts["multinode"],
    "accelerator-count": lambda service: any(role.facts["acceleratorMismatch"] for role in service.plan.roles),
    "name-cut": lambda service: service.plan.asked_name != service.plan.name,
    "podmonitor-port": lambda service: any(role.facts["podmonitor"] for role in service.plan.roles),
    "literal-token": _is_not_plain,
    "template-text": _always,
    "unused-keys": _always,
    "deprecated-keys": _is_not_plain,
    "image-tag": _always,
    "name-length": _always,
    "model-storage": _always,
    "dropped-defaults": lambda service: any(one.parameters["drops"] for role in service.plan.roles for one in role.containers),
    "proxy-flags": lambda service: "routing" in service.plan.config.own,
    "leader-worker-set": lambda service: service.plan.service.facts["multinode"],
    "endpoint-picker": lambda service: service.plan.service.facts["epp"],
    "pool-labels": lambda service: service.plan.service.facts["inferencePool"],
    "preset-tolerations": lambda service: any(name.endswith("-tolerations") for name in service.plan.config.spec.get("presets") or []),
    "pod-security": lambda service: "hardened" in (service.plan.config.spec.get("presets") or []),
    "whole-nodes": lambda service: any(_is_large(role) for role in service.plan.roles),
    "ports": lambda service: "routing" in service.plan.config.own or _has_own_words(service),
    "own-arguments": _has_own_words,
    "engine-flags": _has_own_words,
    "kv-transfer": lambda service: len(service.plan.roles) > 1,
    "parallelism": lambda service: any((service.plan.config.own.get(role.name) or {}).get("parallelism") for role in service.plan.roles),
    "duplicate-items": _is_not_plain,
    "device-drivers": lambda service: any(role.facts["claims"] for role in service.plan.roles),
    "kv-transport": lambda service: _says(service, "ixl"),
    "shared-memory": lambda service: _says(service, "_bytes"),
    "draining": lambda service: any(_may_end_early(role) for role in service.plan.roles) or _has_hooks(service),
}
# checks of all services of a run
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
    "engine-pods",
    "volume-mounts",
    "name-length",
    "leader-worker-set",
    "pool-labels",
    "service-links",
    "resource-quota",
    "renamed-references",
)
NAMES = tuple(dict.fromkeys([*OF_ONE, *(module.NAME for module in OF_ALL), *OF_WORLD]))


def check(services: Sequence[Composition], wrong: Collection[Composition] = ()) -> list[list[Result]]:
    """The results about each of ``services``, in the order of the checks; a check that is ``off`` for a service says nothing of it.

    ``wrong`` are those of which an error has been told.
    """
    results: list[list[Result]] = [[] for _ in services]
    any_refused = bool(wrong)
    for index, service in enumerate(services):
        refused = service in wrong
        for name, has_something in OF_ONE.items():
            if not has_something(service):
                continue
            found = _found(_module(name).check, service, refused)
            refused |= name == FIRST and any(result.severity == "error" for result in found)
            for result in found:
                _add(results[index], name, result, service)
        any_refused |= refused
        results[index] = _told_once(results[index])
    for module_of_all in OF_ALL:
        for index, result in _found(module_of_all.check_all, services, any_refused):
            _add(results[index], module_of_all.NAME, result, services[index])
    return results


def check_world(world: World, severities: Mapping[str, str]) -> list[Result]:
    """The results about all resources, in the order of the checks; ``severities`` are those that checks were given."""
    results: list[Result] = []
    refused = False
    for name in OF_WORLD:
        found = _found(_module(name).check_world, world, refused)
        refused |= name == FIRST and any(result.severity == "error" for result in found)
        for result in found:
            _add_with(results, name, result, severities)
    return results


def _found(find: Callable[[Any], Iterable[Any]], subject: Any, refused: bool) -> list[Any]:
    """What a check finds. Where something is refused, and that is told, a check that stumbles over it has found no more."""
    found: list[Any] = []
    try:
        for result in find(subject):
            found.append(result)  # noqa: PERF402  what was found before it stumbled counts
    except Exception:
        if not refused:
            raise
    return found


def _told_once(results: list[Result]) -> list[Result]:
    """``results`` without what two checks tell of one list: that something in it is there twice."""
    items = {one.field for one in results if one.tags == {"check": SECOND} and one.severity == "error"}
    kept = [one for one in results if not (_is_twice(one) and {one.field, one.field.rpartition(".")[0]} & items)]
    lists = {_list_of(one) for one in kept if _is_twice(one)}
    return [one for one in kept if one.tags != {"check": SECOND} or one.severity == "error" or _list_of(one) not in lists]


def _is_twice(result: Result) -> bool:
    return result.tags == {"check": FIRST} and result.message.endswith("must be there once")


def _list_of(result: Result) -> str:
    return result.field.rpartition("[")[0]


def _module(name: str) -> Any:
    module = name.replace("-", "_")
    return getattr(__import__(__name__, fromlist=[module]), module)  # importlib takes 0.4 ms itself


def _is_large(role: Scope) -> bool:
    return role.parameters["parallelism"]["devices"] >= 8 or role.facts["acceleratorMismatch"] is True


def _may_end_early(role: Scope) -> bool:
    return any((role.facts["drain"], role.facts["autoscaling"], *(one.facts["modelCommand"] == "custom" for one in role.containers)))


def _says(service: Composition, part: str) -> bool:
    """Whether a word of a command has ``part`` in it."""
    containers = [one for pod in service.pods.values() for one in pod["spec"]["containers"]]
    return any(part in str(word) for one in containers for key in ("command", "args") for word in one.get(key) or ())


def _has_hooks(service: Composition) -> bool:
    return any("lifecycle" in container for pod in service.pods.values() for container in pod["spec"]["containers"])


def _add(results: list[Result], name: str, result: Result, service: Composition) -> None:
    _add_with(results, name, result, service.plan.config.spec.get("checks") or {})


def _add_with(results: list[Result], name: str, result: Result, severities: Mapping[str, str]) -> None:
    result.severity = severities.get(name) or result.severity
    result.tags = {"check": name}
    if result.severity != "off":
        results.append(result)


__all__ = ["NAMES", "check", "check_world"]
