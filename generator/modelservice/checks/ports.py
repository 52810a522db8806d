"""Ports of a pod that do not meet: two processes that listen on one, or nobody on one that is called."""

from __future__ import annotations

from modelservice.checks.engines import engines_of, number, texts
from modelservice.checks.walk import origin_of
from modelservice.compose import flags
from modelservice.compose.composition import PROXY
from modelservice.krm import Result
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.engines import Engine
    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "ports", "error"
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
HOOKS = ("postStart", "preStop")
HANDLERS = ("httpGet", "tcpSocket")
ENGINE_PORTS = ("vllm-port", "model-server-port")  # what versions of the routing proxy call the flag for the port that it calls


def check(service: Composition) -> Iterator[Result]:
    """A finding for each port that two listen on, that nobody serves, or whose name nobody has."""
    for role in service.plan.roles:
        pod = service.pods[role.name]["spec"]
        for key in ("initContainers", "containers"):
            for place, container in enumerate(pod.get(key) or []):
                yield from _unknown_names(service, role, [key, place], container)
        own, called = _proxy_ports(pod)
        if own is not None and own == called:
            proxy = (service.plan.config.own.get("routing") or {}).get("proxy") or {}
            field = "spec.routing.proxy.targetPort" if "targetPort" in proxy else "spec.routing.servicePort"
            message = f"the routing proxy listens on {own} (servicePort), and calls the engine on the same port (targetPort); make them two"
            yield Result(message, SEVERITY, field=field, current=own)
            continue
        engines = list(engines_of(service, role))
        if own is not None and (taken := list(_taken(service, role, engines, own, called))):
            yield from taken
        else:
            yield from _unserved(service, role, engines, called, proxied=own is not None)
        yield from _shared(service, role, engines, own)


def _proxy_ports(pod: Map) -> tuple[int | None, int | None]:
    """The port on which the routing proxy of a pod listens, and the one that it calls; None where there is none."""
    proxy: Map = next((one for one in pod.get("initContainers") or [] if one["name"] == PROXY), {})
    given = {key: number(values[0]) for key, values in flags.read(texts(proxy.get("args"))) if values}
    return given.get("port"), next((given[key] for key in ENGINE_PORTS if key in given), None)


def _taken(service: Composition, role: Scope, engines: list[Engine], own: int, called: int | None) -> Iterator[Result]:
    """Containers that want the port of the routing proxy."""
    listening = {engine.composed["name"]: engine for engine in engines if engine.port() == own}
    for place, container in enumerate(service.pods[role.name]["spec"]["containers"]):
        engine = listening.get(container["name"])
        declared = next((index for index, port in enumerate(container.get("ports") or []) if _address(port) == (own, "TCP")), None)
        if engine is None and declared is None:
            continue
        field, brought = f"spec.{role.name}.containers[{place}]", None
        if declared is not None:
            path: list[str | int] = ["spec", "containers", place, "ports", declared]
            field, brought = origin_of(service, role, path, f"{field}.ports[{declared}]")
        elif engine is not None:
            field, brought = engine.written_at("port")
        does, mend = ("declares", "declare") if engine is None else ("listens on", "let it listen on")
        message = (
            f"container {container['name']} {does} {own}, the port of the pod's routing proxy (routing.servicePort); "
            f"{mend} {called}, which the proxy calls (routing.proxy.targetPort)"
        )
        certain = engine is not None and engine.generated and any(run.certain and run.number("port") == own for run in engine.runs())
        yield Result(message, SEVERITY if certain else "warning", field=field, current=own, resource=brought)


def _unserved(service: Composition, role: Scope, engines: list[Engine], called: int | None, *, proxied: bool) -> Iterator[Result]:
    """A port that is called, where it can be known that nobody in the pod serves it."""
    called = called if proxied else number(str(role.parameters["port"]))
    ports = {engine.composed["name"]: engine.port() for engine in engines}
    containers = service.pods[role.name]["spec"]["containers"]
    declared = {one["name"]: [_address(port)[0] for port in one.get("ports") or []] for one in containers}
    known = all(ports.get(name) is not None or declared[name] for name in declared)
    if called is None or not known or called in ports.values() or any(called in found for found in declared.values()):
        return
    who, key = ("the routing proxy calls", "routing.proxy.targetPort") if proxied else ("requests come to", "routing.servicePort")
    engine = next((one for one in engines if one.port() is not None), None)
    if engine is not None:
        field, brought = engine.written_at("port")
        name, port = engine.composed["name"], engine.port()
        message = f"container {name} listens on {port}, and {who} {called} ({key}); let it listen on {called}, or write {key}: {port}"
    else:
        name = next((one for one in declared if declared[one]), "")
        field, brought = f"spec.{role.name}.containers[{list(declared).index(name)}].ports", None
        there = f"container {name} declares {_listed(declared[name])}"
        message = f"no container declares {called}, the port that {who} ({key}): {there}; let one of them serve it"
    yield Result(message, "warning", field=field, resource=brought)


def _shared(service: Composition, role: Scope, engines: list[Engine], own: int | None) -> Iterator[Result]:
    """Ports of two containers that run at the same time; the routing proxy's is looked at before."""
    pod = service.pods[role.name]["spec"]
    sidecars = [one for one in pod.get("initContainers") or [] if one.get("restartPolicy") == "Always"]
    if len(sidecars) + len(pod["containers"]) < 2:
        return
    serving = {engine.composed["name"]: engine for engine in engines}
    taken = {(own, "TCP"): "", (None, "TCP"): ""}
    for container in [*sidecars, *pod["containers"]]:
        engine = serving.get(container["name"])
        declared = [_address(port) for port in container.get("ports") or []]
        served = (engine.port() if engine is not None else None, "TCP")
        for address in dict.fromkeys([*declared, served]):
            other = taken.setdefault(address, container["name"])
            if not other or other == container["name"]:
                continue
            key = "containers" if container in pod["containers"] else "initContainers"
            path = ["spec", key, pod[key].index(container), "ports", declared.index(address)] if address in declared else []
            if engine is not None and not path:
                field, brought = engine.written_at("port")
            else:
                field, brought = origin_of(service, role, path, f"spec.{role.name}")
            message = f"containers {other} and {container['name']} both have port {address[0]}, which is one for the pod; give one another"
            yield Result(message, "warning", field=field, current=address[0], resource=brought)


def _unknown_names(service: Composition, role: Scope, place: list[str | int], container: Map) -> Iterator[Result]:
    """Probes and hooks that name a port which their container does not have."""
    names = [port.get("name") for port in container.get("ports") or [] if port.get("name")]
    hooks = container.get("lifecycle") or {}
    for steps, asking in [([key], container.get(key)) for key in PROBES] + [(["lifecycle", key], hooks.get(key)) for key in HOOKS]:
        for handler in HANDLERS:
            port = ((asking or {}).get(handler) or {}).get("port")
            if not isinstance(port, str) or whole_number(port) is not None or port in names:
                continue
            path = [*place, *steps, handler, "port"]
            field, brought = origin_of(service, role, ["spec", *path], f"spec.{role.name}")
            message = (
                f"container {container['name']} has no port called {port}, and {steps[-1]} never succeeds; "
                + (f"it has {_listed(names)}" if names else "it names none")
                + "; write one of its names, or a number"
            )
            yield Result(message, SEVERITY, field=field, current=port, resource=brought)


def _address(port: Map) -> tuple[Any, str]:
    return port.get("containerPort"), str(port.get("protocol") or "TCP")


def _listed(items: list[Any]) -> str:
    return ", ".join(map(str, items))
