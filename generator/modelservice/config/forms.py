"""The one form of what a spec may say in several (specification: Keys)."""

from __future__ import annotations

from modelservice.texts import whole_number
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]


def tidy(spec: Map) -> Map:
    """``spec`` with what it says in another form brought into the one form; ``spec`` itself is not changed.

    An empty imagePullPolicy or modelCommand and a priorityClassName ``none`` are unset; a port written as text becomes a number; labelValue
    becomes labelValues; routing.proxy.parentRefs becomes routing.parentRefs.
    """
    spec = dict(spec)
    for name, tidied in (
        *((role, _tidy_role) for role in ROLES),
        ("routing", _tidy_routing),
        ("requester", _tidy_requester),
        ("engine", _tidy_engine),
    ):
        if isinstance(spec.get(name), dict):
            spec[name] = tidied(spec[name])
    return spec


def _tidy_routing(routing: Map) -> Map:
    routing = _with_numbers(routing, "servicePort")
    proxy = routing.get("proxy")
    if isinstance(proxy, dict):
        routing["proxy"] = _with_numbers(_without_empty(proxy, "imagePullPolicy"), "targetPort")
        if proxy.get("parentRefs") and not routing.get("parentRefs"):
            routing["parentRefs"] = proxy["parentRefs"]
    return routing


def _tidy_requester(requester: Map) -> Map:
    requester = _with_numbers(requester, "adminPort")
    if isinstance(requester.get("port"), dict):
        requester["port"] = _with_numbers(requester["port"], "probes", "spi")
    return requester


def _with_numbers(fields: Map, *ports: str) -> Map:
    return {key: whole_number(value.strip()) if key in ports and isinstance(value, str) else value for key, value in fields.items()}


def _tidy_role(role: Map) -> Map:
    role = dict(role)
    if str(role.get("priorityClassName") or "none").lower() == "none":
        role.pop("priorityClassName", None)
    types = role.get("acceleratorTypes")
    if isinstance(types, dict) and types.get("labelValue"):
        values = types["labelValue"]
        listed = list(values) if isinstance(values, list) else [values]
        role["acceleratorTypes"] = {**types, "labelValues": types.get("labelValues") or listed}
    if role.get("containers"):
        role["containers"] = [_tidy_container(container) for container in role["containers"]]
    if isinstance(role.get("engine"), dict):
        role["engine"] = _tidy_engine(role["engine"])
    return role


def _tidy_container(container: Map) -> Map:
    container = _without_empty(container, "imagePullPolicy", "modelCommand")
    if any(isinstance(container.get(key), dict) for key in ("env", "ports", "volumeMounts")):
        from modelservice.config.engine import with_lists  # few containers have maps there  # noqa: PLC0415

        return with_lists(container)
    return container


def _tidy_engine(engine: Map) -> Map:
    return _without_empty(engine, "imagePullPolicy", "modelCommand")


def _without_empty(fields: Map, *keys: str) -> Map:
    return {key: value for key, value in fields.items() if key not in keys or value != ""}
