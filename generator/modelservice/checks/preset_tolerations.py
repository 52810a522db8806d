"""A preset that tolerates the taint of devices that no pod of the service has."""

from __future__ import annotations

from modelservice import data
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
    """A finding for each built-in preset of tolerations whose taint is another than that of the service's devices."""
    config = service.plan.config
    resources = (config.spec.get("accelerator") or {}).get("resources") or {}
    kinds = {accelerators.mode(config.spec, config.spec[role.name], config.profile)[1] for role in service.plan.roles}
    usual = accelerators.PROFILE_TYPE[config.profile]
    used = {resources.get(kind) or resources.get(usual) for kind in kinds if kind != "cpu"}
    there = {name: _taint(name) for name in data.names("overlays", "presets") if name.endswith(SUFFIX)}
    named = config.spec.get("presets") or []
    for index, name in enumerate(named):
        if name not in named[:index] and used and name in there and there[name] not in used:
            right = next((one for one, taint in there.items() if taint in used), None)
            hint = f"preset {right} is for them" if right else "leave it out"
            message = f"tolerates nodes of {there[name]}, and the pods have {', '.join(sorted(map(str, used)))}; {hint}"
            yield Result(message, SEVERITY, field=f"spec.presets[{index}]", current=name)


def _taint(preset: str) -> str:
    """The key of the taint that a preset tolerates, which is the name of the devices."""
    (patch,) = data.document("overlays", "presets", f"{preset}.yaml")["spec"]["patches"]
    (toleration,) = patch["patch"]["spec"]["tolerations"]
    key: str = toleration["key"]
    return key
