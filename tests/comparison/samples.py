"""Objects to compare, and how they are changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml12

from modelservice.comparison import Impact, ObjectChange, compare

Map = dict[str, Any]


def merged(target: Any, patch: Any) -> Any:
    """``target`` with a JSON merge patch."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def deployment(name: str = "a", *, spec: Map | None = None, pod: Map | None = None, container: Map | None = None) -> Map:
    """Return a Deployment; the rest is merged into its spec, its pod and its container."""
    first = merged({"name": "c", "image": "registry.example/c:1"}, container or {})
    template = {"metadata": {"labels": {"app": name}}, "spec": merged({"containers": [first]}, pod or {})}
    whole = merged({"selector": {"matchLabels": {"app": name}}, "template": template}, spec or {})
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": whole}


def obj(kind: str, api_version: str = "v1", name: str = "a", **fields: Any) -> Map:
    """Return an object."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}


def only(old: Map, new: Map) -> ObjectChange:
    """The one change between two objects."""
    (found,) = compare([old], [new])
    return found


def effects(old: Map | None, new: Map | None) -> dict[str, Impact]:
    """What the change from one object to the other does, by effect."""
    found = compare([old] if old else [], [new] if new else [])
    return {impact.effect: impact for one in found for impact in one.impact}


def refused() -> list[tuple[Map, Map, bool]]:
    """Objects, what became of them, and whether an API server refused that."""
    cases: Any = yaml12.read_yaml(str(Path(__file__).with_name("refused.yaml")))
    return [(case["object"], merged(case["object"], one["change"]), one["refused"]) for case in cases for one in case["changes"]]
