"""Keys that mean nothing as the service is set up: another profile's, or another way of running."""

from __future__ import annotations

from modelservice.checks.walk import own_containers, own_roles
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition

NAME, SEVERITY = "unused-keys", "warning"
# profile -> paths that mean something only to the other one
SPEC_KEYS = {
    "furiosa": ("tracing", "requester", "accelerator.dra", "accelerator.resourceClaimTemplates"),
    "llm-d": ("dra",),
}
ROLE_KEYS = {"furiosa": ("accelerator", "parallelism.dataLocal"), "llm-d": ("parallelism.pipeline",)}
GENERATED = ("furiosaLLMServe", "vllmServe", "imageDefault")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such key that says something."""
    config = service.plan.config
    for key in SPEC_KEYS[config.profile]:
        if _says_something(config.own, key):
            yield Result(f"means nothing with profile {config.profile}", SEVERITY, field=f"spec.{key}")
    for path, role in own_roles(service):
        for key in ROLE_KEYS[config.profile]:
            if _says_something(role, key) and not (key == "parallelism.pipeline" and _runs_furiosa(role)):
                yield Result(f"means nothing with profile {config.profile}", SEVERITY, field=f"{path}.{key}")
    for path, container in own_containers(service):
        if container.get("command") and container.get("modelCommand") in GENERATED:
            yield Result(
                f"is not used: modelCommand {container['modelCommand']} has its own; custom takes this one",
                SEVERITY,
                field=f"{path}.command",
            )


def _says_something(fields: dict[str, Any], path: str) -> bool:
    value: Any = fields
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return _is_filled(value)


def _is_filled(value: Any) -> bool:
    if isinstance(value, dict):
        return value.get("enabled") is not False and value.get("enable") is not False and any(map(_is_filled, value.values()))
    return value not in (None, False, "", [])


def _runs_furiosa(role: dict[str, Any]) -> bool:
    """Whether the pipeline is used after all: by an engine of the other profile."""
    return any(container.get("modelCommand") == "furiosaLLMServe" for container in role.get("containers") or [])
