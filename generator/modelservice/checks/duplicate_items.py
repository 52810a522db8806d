"""Items with the same key in a list that the user wrote: merging leaves one of them, and Kubernetes refuses or ignores the other."""

from __future__ import annotations

from modelservice.checks.walk import own_containers, own_engines, own_roles
from modelservice.krm import Result
from modelservice.patch.merge_keys import fields_of, type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition

    Map = dict[str, Any]

NAME, SEVERITY = "duplicate-items", "error"
TAKEN = ("env", "ports", "imagePullSecrets", "hostAliases")  # lists in which Kubernetes takes the same key twice
POD = {"apiVersion": "v1", "kind": "Pod"}


def check(service: Composition) -> Iterator[Result]:
    """A finding for each key that a list has twice: an error where Kubernetes refuses it."""
    pod = fields_of(type_of(POD, POD)["spec"])
    container = fields_of(pod["containers"][0])
    yield from _in_map("spec.extraConfig", service.plan.config.own.get("extraConfig"), pod)
    yield from _in_map("spec.routing.proxy", (service.plan.config.own.get("routing") or {}).get("proxy"), container)
    for path, role in own_roles(service):
        yield from _in_map(path, {key: value for key, value in role.items() if key not in ("containers", "engine")}, pod)
        yield from _in_map(f"{path}.extraConfig", role.get("extraConfig"), pod)
    for path, given in [*own_containers(service), *own_engines(service)]:
        yield from _in_map(path, given, container)
        yield from _in_map(f"{path}.extraConfig", given.get("extraConfig"), container)


def _in_map(path: str, fields: Any, schema: Any) -> Iterator[Result]:
    for name, value in fields.items() if isinstance(fields, dict) else ():
        known = schema.get(name)
        if isinstance(known, list) and isinstance(value, list):
            item, *keys = known
            yield from _in_list(f"{path}.{name}", name, value, keys)
            for index, one in enumerate(value):
                yield from _in_map(f"{path}.{name}[{index}]", one, fields_of(item))
        elif known is not None and not isinstance(known, list) and isinstance(value, dict):
            yield from _in_map(f"{path}.{name}", value, fields_of(known))


def _in_list(path: str, name: str, items: list[Any], keys: list[str]) -> Iterator[Result]:
    if len(items) < 2 or not keys:
        return
    seen: dict[str, int] = {}
    for index, item in enumerate(items):
        if not isinstance(item, dict) or "$patch" in item or keys[0] not in item:
            continue
        key = ", ".join(f"{one} {item.get(one, 'TCP' if one == 'protocol' else '')}".strip() for one in keys)
        if key in seen:
            taken = name in TAKEN
            mend = (
                "and the last one counts; leave the other out"
                if name == "env"
                else "leave one of them out"
                if taken
                else "give each its own"
            )
            message = f"has the {key} of {name}[{seen[key]}]{',' if name == 'env' else ';'} {mend}"
            yield Result(message, "warning" if taken else SEVERITY, field=f"{path}[{index}]", current=item[keys[0]])
        seen[key] = index
