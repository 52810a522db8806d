"""JSON6902 patches: the library jsonpatch, with kustomize's differences."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["json_patch"]


def json_patch(target: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """Return."""
    raise NotImplementedError
