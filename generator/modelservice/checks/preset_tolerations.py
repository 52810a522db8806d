"""Presets of tolerations: one that tolerates the taint of devices that no pod has, and tolerations that one list takes from another."""

from __future__ import annotations

from modelservice import data
from modelservice.config.rules import rules_of
from modelservice.krm import Result
from modelservice.plan import accelerators

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition

    Map = dict[str, Any]

NAME, SEVERITY = "preset-tolerations", "warning"
SUFFIX = "-tolerations"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each built-in preset of tolerations that is for other devices, or whose toleration the pods do not have after all."""
    config = service.plan.config
    resources = (config.spec.get("accelerator") or {}).get("resources") or {}
    kinds = {accelerators.mode(config.spec, config.spec[role.name], config.profile)[1] for role in service.plan.roles}
    usual = rules_of(config.profile)["accelerator"]["type"]
    used = {resources.get(kind) or resources.get(usual) for kind in kinds if kind != "cpu"}
    there = {name: _taint(name) for name in data.names("overlays", "presets") if name.endswith(SUFFIX)}
    for index, name in enumerate(config.spec.get("presets") or []):
        if used and name in there and there[name] not in used:
            right = next((one for one, taint in there.items() if taint in used), None)
            hint = f"preset {right} is for them" if right else "leave it out"
            message = f"tolerates nodes of {there[name]}, and the pods have {', '.join(sorted(map(str, used)))}; {hint}"
            yield Result(message, SEVERITY, field=f"spec.presets[{index}]", current=name)
        elif name in there and (roles := _without(service, there[name])):
            message = (
                f"the {' and '.join(roles)} pods do not tolerate {there[name]} after all: the tolerations that are set later take its place"
                f"; write {{key: {there[name]}, operator: Exists, effect: NoSchedule}} there, too"
            )
            yield Result(message, SEVERITY, field=f"spec.presets[{index}]", current=name)
    yield from _of_profile(service)


def _without(service: Composition, taint: str) -> list[str]:
    """The roles whose pods tolerate no ``taint``."""
    pods = {role.name: service.pods[role.name]["spec"].get("tolerations") or [] for role in service.plan.roles}
    return [name for name, found in pods.items() if not any(_is_for(one, taint) for one in found)]


def _is_for(toleration: Any, taint: str) -> bool:
    """Whether a toleration is for a taint; one without a key is for all."""
    return isinstance(toleration, dict) and (toleration.get("key") or taint) == taint


def _of_profile(service: Composition) -> Iterator[Result]:
    """A finding for each toleration of the profile's that a preset's list has taken the place of."""
    for role in service.plan.roles:
        found = service.pods[role.name]["spec"].get("tolerations") or []
        for index, one in enumerate((service.plan.config.inherited.get(role.name) or {}).get("tolerations") or []):
            if one not in found:
                message = (
                    "is gone: the tolerations of a preset take the place of the profile's; write those of the preset here, and leave it out"
                )
                yield Result(message, SEVERITY, field=f"spec.{role.name}.tolerations[{index}]")


def _taint(preset: str) -> str:
    """The key of the taint that a preset tolerates, which is the name of the devices."""
    (patch,) = data.document("overlays", "presets", f"{preset}.yaml")["spec"]["patches"]
    (toleration,) = patch["patch"]["spec"]["tolerations"]
    key: str = toleration["key"]
    return key
