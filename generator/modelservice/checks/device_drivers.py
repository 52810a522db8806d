"""Devices of one kind that a service gets both from a device plugin and by claims: two drivers give the same ones away."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "device-drivers", "error"
LENIENT = "furiosa-2026.3"  # whose chart lets both stand, and tells it


def check(service: Composition) -> Iterator[Result]:
    """A finding for each container that asks a device plugin for devices which the service claims, too.

    Pods of another role may be on nodes of another driver, so that this is a warning.
    """
    config = service.plan.config
    claims = {role.name: {*_classes(service, role)} for role in service.plan.roles}
    classes = _classes_by_resource(config.spec)
    for role in service.plan.roles:
        for container in service.pods[role.name]["spec"]["containers"]:
            for resource in _asked(container):
                for both in sorted(classes.get(resource, set()) & set().union(*claims.values())):
                    is_sure = both in claims[role.name] and config.profile != LENIENT
                    message = f"{resource} is what a device plugin gives, and the service claims {both}, too"
                    cure = "no node may have two drivers for its devices; take one way for all roles"
                    yield Result(f"{message}: {cure}", SEVERITY if is_sure else "warning", field=_field(role, container, resource))


def _asked(container: Map) -> list[str]:
    """The resources that a container asks for, of which it wants any."""
    resources = container.get("resources")
    parts = [resources.get(part) for part in ("limits", "requests")] if isinstance(resources, dict) else []
    return [*dict.fromkeys(name for part in parts if isinstance(part, dict) for name, count in part.items() if str(count) != "0")]


def _classes(service: Composition, role: Scope) -> Iterator[str]:
    """The DeviceClasses that the pods of a role claim."""
    names = {claim.get("resourceClaimTemplateName") for claim in service.pods[role.name]["spec"].get("resourceClaims") or []}
    for obj in service.objects:
        if obj.get("kind") == "ResourceClaimTemplate" and obj["metadata"].get("name") in names:
            devices = ((obj.get("spec") or {}).get("spec") or {}).get("devices") or {}
            for request in devices.get("requests") or []:
                for one in [request.get("exactly"), *(request.get("firstAvailable") or [])]:
                    if isinstance(one, dict) and one.get("deviceClassName"):
                        yield str(one["deviceClassName"])


def _classes_by_resource(spec: Map) -> dict[str, set[str]]:
    """The DeviceClasses of the devices that each extended resource is, by what the spec says of their types."""
    accelerator = spec.get("accelerator") or {}
    templates = dict(accelerator.get("resourceClaimTemplates") or {})
    templates |= {one.get("name"): one for one in (spec.get("dra") or {}).get("claimTemplates") or [] if one}
    found: dict[str, set[str]] = {}
    for kind, resource in (accelerator.get("resources") or {}).items():
        if (name := (templates.get(kind) or {}).get("class")) and resource:
            found.setdefault(resource, set()).add(name)
    return found


def _field(role: Scope, container: Map, resource: str) -> str:
    """Where the user asks for the devices; where the plan does, what turns that on."""
    for index, planned in enumerate(role.containers):
        given = planned.parameters["container"].get("resources") or {}
        if planned.name == container["name"]:
            for part in ("limits", "requests"):
                if resource in (given.get(part) or {}):
                    return f"spec.{role.name}.containers[{index}].resources.{part}.{resource}"
    return f"spec.{role.name}.accelerator.dra"
