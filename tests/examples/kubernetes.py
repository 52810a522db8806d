"""What Kubernetes' own schemas say of objects, by the PyPI package kubernetes-validate: unknown fields are mistakes to it."""

from __future__ import annotations

from typing import Any

import kubernetes_validate

Map = dict[str, Any]

# Whose kinds Kubernetes does not have.
CUSTOM = frozenset(
    {
        "disaggregatedset.x-k8s.io",
        "gateway.networking.k8s.io",
        "inference.networking.k8s.io",
        "leaderworkerset.x-k8s.io",
        "llm-d.ai",
        "monitoring.coreos.com",
        "resource.nvidia.com",
    }
)
OLDEST = (1, 34)


def versions() -> list[str]:
    """Return the versions of Kubernetes that objects have to be right for: 1.34 and the newest one that there are schemas of."""
    known = {tuple(map(int, version.split(".")))[:2] for version in kubernetes_validate.utils.all_versions()}
    return [".".join(map(str, version)) for version in (OLDEST, max(known))]


def group(obj: Map) -> str:
    """Return the API group of an object, empty for the core group."""
    return str(obj["apiVersion"]).rpartition("/")[0]


def problems(obj: Map) -> list[str]:
    """Return what is wrong with an object of a built-in kind, in any of the versions; a kind that is not known is wrong, too."""
    found = []
    for version in versions():
        try:
            kubernetes_validate.validate(obj, version, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            found.append(f"{version}: {obj['kind']} {obj['metadata']['name']}: {error}")
    return found
