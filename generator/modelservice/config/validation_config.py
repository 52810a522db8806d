"""A Validation: the config of the function when it only looks at resources."""

from __future__ import annotations

from modelservice.config import validation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.krm import Result

    Map = dict[str, Any]

KEYS = ("checks", "external", "kubernetesVersion")  # which mean what they mean in a ModelService


def validation_spec(document: Map) -> tuple[Map, list[Result]]:
    """The spec of a Validation, and an error for each of its fields that is wrong."""
    return validation.checked_part(document, "a Validation", KEYS)
