"""What is newer than a cluster: fields that its version does not have, and those that it has turned off."""

from __future__ import annotations

from modelservice.kubernetes.types import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.kubernetes.types import Type


def newer(value: dict[str, Any], kind: Type, version: tuple[int, int]) -> Iterator[tuple[str, str, str]]:
    """The fields of ``value`` that a cluster of ``version`` does not take: field, what is wrong, and `newer` or `gated`."""
    cluster = f"{version[0]}.{version[1]}"
    for field, since in kind.since.items():
        if value.get(field) is None:
            continue
        first, on, gate = since if isinstance(since, list) else (since, since, "")
        if version >= numbers(on):
            continue
        off = f" (from {first} on with the feature gate {gate})" if gate else ""
        yield field, f"needs Kubernetes {on}{off}; the cluster is {cluster}", "newer" if version < numbers(first) else "gated"


def numbers(version: str) -> tuple[int, int]:
    """The numbers of a version such as `1.34`."""
    major, minor = version.split(".")
    return int(major), int(minor)


__all__ = ["newer", "numbers", "table"]
