"""Names, labels and selectors (specification: Names, Labels and selectors)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME_LENGTH = 55  # leaves room for `-decode` and for what controllers append, within 63


def full_name(spec: dict[str, Any], metadata_name: str) -> tuple[str, str]:
    """The base name of the resources, and the name as it was asked for: fullnameOverride or metadata.name, cut to 55 characters."""
    asked = spec.get("fullnameOverride") or metadata_name
    return asked[:NAME_LENGTH].rstrip("-"), asked


def labels(name: str) -> dict[str, str]:
    """The labels of every generated object of the service called ``name``."""
    return {
        "app.kubernetes.io/name": "modelservice",
        "app.kubernetes.io/instance": name,
        "app.kubernetes.io/part-of": "llm-d",
        "app.kubernetes.io/managed-by": "modelservice",
    }


def selector(model_labels: dict[str, str], role: str) -> dict[str, str]:
    """What selects the pods of ``role``: the model's labels and the role, and nothing else, since selectors are immutable."""
    return {**model_labels, "llm-d.ai/role": role}
