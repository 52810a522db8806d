"""A Validation: the config of the function when it only looks at resources."""

from __future__ import annotations

from modelservice.config import validation
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Map = dict[str, Any]

KEYS = ("checks", "external", "kubernetesVersion")  # which mean what they mean in a ModelService


def validation_spec(document: Map) -> tuple[Map, list[Result]]:
    """The spec of a Validation, and an error for each of its fields that is wrong."""
    checked, problems = validation.checked({**document, "kind": "ModelService"}, "modelservice")
    spec: Map = checked.get("spec") or {}
    problems += [
        Result(f"unknown key of a Validation; known here: {', '.join(KEYS)}", field=f"spec.{key}") for key in spec if key not in KEYS
    ]
    return spec, problems
