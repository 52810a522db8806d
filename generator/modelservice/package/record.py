"""The record of what a ModelService generated last: a resource of its own in the package, without anything secret, for us alone."""

from __future__ import annotations

from modelservice.config import API_VERSION
from modelservice.package import names
from modelservice.patch.three_way import same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Map = dict[str, Any]


def record_of(service: Map, owner: str, objects: Sequence[Map]) -> Map:
    """The record that ``service``, whose objects carry ``owner``, generated ``objects``, in which secrets are concealed."""
    metadata = service["metadata"]
    namespace = {"namespace": metadata["namespace"]} if metadata.get("namespace") else {}
    return {
        "apiVersion": API_VERSION,
        "kind": names.RECORD_KIND,
        "metadata": {"name": metadata["name"], **namespace, "annotations": {names.LOCAL: "true", names.OWNER: owner}},
        "objects": list(objects),
    }


def recorded(record: Map, owner: str) -> list[Map]:
    """The objects in a record, as they were put into the package; what somebody broke in it counts for nothing."""
    objects = record.get("objects")
    return [names.annotated(obj, {names.OWNER: owner}) for obj in objects if _is_whole(obj)] if isinstance(objects, list) else []


def is_news(record: Map, before: Map) -> bool:
    """Whether a record says something else than the one before; the namespace of an object may be a later function's."""
    objects = before.get("objects")
    return not isinstance(objects, list) or not same([*map(_anywhere, objects)], [*map(_anywhere, record["objects"])])


def _is_whole(obj: Any) -> bool:
    """Whether an entry of a record can be looked at as an object."""
    metadata = obj.get("metadata") if isinstance(obj, dict) else None
    return isinstance(metadata, dict) and isinstance(obj.get("kind"), str) and isinstance(metadata.get("annotations"), dict | None)


def _anywhere(obj: Any) -> Any:
    """``obj`` without its namespace."""
    if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
        return obj
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "namespace"}}
