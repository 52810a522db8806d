"""Volumes and claims of volumes."""

from __future__ import annotations

from modelservice.kubernetes import quantities
from modelservice.kubernetes.rules.containers import field_path, resource_field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

FILE_FIELDS = ("metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid")


def volume(value: Map) -> Mistakes:
    """Mistakes of where a volume comes from: one source, or none, which is an emptyDir."""
    sources = [key for key in value if key != "name"]
    for source in sources[1:]:
        yield (source,), f"is there beside {sources[0]}; must be one source only"


def downward_file(value: Map) -> Mistakes:
    """Mistakes of what a file holds of the pod."""
    if "fieldRef" not in value and "resourceFieldRef" not in value:
        yield (), "says nothing of what it holds; must have fieldRef or resourceFieldRef"
    elif "fieldRef" in value and "resourceFieldRef" in value:
        yield ("resourceFieldRef",), "is there beside fieldRef; must be one of them"
    if "fieldRef" in value:
        for below, message in field_path(value["fieldRef"], FILE_FIELDS):
            yield ("fieldRef", *below), message
    elif "resourceFieldRef" in value:
        if not value["resourceFieldRef"].get("containerName"):
            yield ("resourceFieldRef", "containerName"), "is missing; a volume has no container of its own"
        for below, message in resource_field(value["resourceFieldRef"]):
            yield ("resourceFieldRef", *below), message


def projection(value: Map) -> Mistakes:
    """Mistakes of a part of a projected volume."""
    there = list(value)
    for source in there[1:]:
        yield (source,), f"is there beside {there[0]}; must be one source an item"


def claim(spec: Map) -> Mistakes:
    """Mistakes of what a claim asks for."""
    modes = spec.get("accessModes", ())
    if "ReadWriteOncePod" in modes and len(set(modes)) > 1:
        yield ("accessModes",), "has ReadWriteOncePod beside others; must be alone"
    storage = ((spec.get("resources") or {}).get("requests") or {}).get("storage")
    if storage is None:
        yield ("resources", "requests", "storage"), "is missing; a claim says how much it needs"
    elif (quantities.in_nanos(storage) or 0) <= 0:
        yield ("resources", "requests", "storage"), f"is {storage}; must be more than 0"


def claim_template(value: Map) -> Mistakes:
    """Mistakes of the metadata of a claim that comes and goes with its pod."""
    for field in value.get("metadata") or {}:
        if field not in ("labels", "annotations"):
            yield ("metadata", field), "is there; a claim template may have labels and annotations only"
