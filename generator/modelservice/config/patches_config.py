"""A Patches: the config of the function when it patches the resources that it is given."""

from __future__ import annotations

from modelservice.config import validation
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

KEYS = ("patches", "mergeKeys", "checks", "kubernetesVersion")  # which mean what they mean in a ModelService
CHECK = "kubernetes-fields"  # the one that there is
OF_ROLES = ("role", "part", "container")  # of a target


def patches_spec(document: Map) -> tuple[Map, list[Result]]:
    """The spec of a Patches, and an error for each of its fields that is wrong."""
    spec, problems = validation.checked_part(document, "a Patches", KEYS)
    if not problems and spec.get("patches") is None:
        problems.append(Result("missing; must be a list of patches", field="spec.patches"))
    problems += [
        Result(f"is no check of a Patches, which has {CHECK} alone; a Validation has all of them", field=f"spec.checks.{name}")
        for name in spec.get("checks") or {}
        if name != CHECK
    ]
    problems += [
        Result(
            "is of a ModelService, whose roles are told by nothing in a resource; put the patch into its spec.patches, "
            "or say kind and name of what it is for",
            field=f"spec.patches[{index}].target.{key}",
        )
        for index, patch in enumerate(spec.get("patches") or [])
        for key in (patch.get("target") or {})
        if key in OF_ROLES
    ]
    return spec, problems
