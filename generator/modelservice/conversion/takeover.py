"""What changes where a converted ModelService takes over what a Helm release runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from modelservice.comparison import Change, ObjectChange, compare
from modelservice.patch.three_way import ABSENT

Map = dict[str, Any]

PACKAGING = ("helm.sh/", "app.kubernetes.io/")  # labels that say who made an object, and select nothing


@dataclass(frozen=True)
class Takeover:
    """The objects that differ, without labels that only say who made them, and how many of the release's stay as they are."""

    changes: list[ObjectChange]
    staying: int


def takeover(manifest: Sequence[Map], objects: Sequence[Map]) -> Takeover:
    """What of the release's ``manifest`` changes, goes or comes where ``objects`` are applied in its place."""
    found = compare(manifest, objects)
    told = [replace(one, fields=[change for change in one.fields if not _is_idle(change)]) for one in found]
    told = [one for one in told if one.fields or one.way != "changed"]
    return Takeover(told, len(manifest) - sum(one.way != "added" for one in told))


def _is_idle(change: Change) -> bool:
    """Whether a field says nothing of what runs: who made an object, or its namespace, which whoever applies it says."""
    if change.steps == ("metadata", "namespace") and change.new is ABSENT:
        return True
    if change.steps[:2] != ("metadata", "labels"):
        return False
    keys = [change.steps[2]] if len(change.steps) > 2 else [*_keys(change.old), *_keys(change.new)]
    return all(key.startswith(PACKAGING) for key in keys)


def _keys(labels: Any) -> list[str]:
    return list(labels) if isinstance(labels, dict) else []
