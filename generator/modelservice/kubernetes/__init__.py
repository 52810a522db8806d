"""What Kubernetes says of its objects: fields and types, names, quantities, and what its API server refuses beyond them.

What belongs here: what holds of any object, whoever wrote it, as data and small rules. Not what a ModelService is, nor how one object fits
another. The data is read, and most of the code loaded, when an object is looked at.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.kubernetes.problem import Problem


def problems(obj: Any, version: str | None = None) -> list[Problem]:
    """What an API server would refuse when ``obj`` is created with strict validation, in the order of the object.

    ``version`` (``1.34``): also what a cluster of this version does not have yet. Of a custom resource that the data does not describe only
    the metadata is looked at. Whatever ``obj`` is, nothing is raised.
    """
    from modelservice.kubernetes import objects  # which other users of the room do not pay for  # noqa: PLC0415

    return objects.problems(obj, version)


def known_versions() -> tuple[str, ...]:
    """The minor versions of Kubernetes that the data is about, oldest first."""
    from modelservice.kubernetes.types import table  # noqa: PLC0415

    return tuple(table("fields.json")["versions"])


__all__ = ["known_versions", "problems"]
