"""A spec on its way to a shorter one: each step is taken only where the same objects come out."""

from __future__ import annotations

from typing import Any

from modelservice.compose import compose
from modelservice.config import API_VERSION, ModelService
from modelservice.conversion.problems import Change, Path
from modelservice.plan import Plan

Map = dict[str, Any]


class Draft:
    """A right ModelService's ``metadata`` and ``spec``, and the ``objects`` that it becomes.

    ``defaults`` are its profile's, ``changes`` what became of the values so far.
    """

    def __init__(self, metadata: Map, spec: Map, changes: list[Change]) -> None:
        self.metadata, self.spec, self.changes = metadata, spec, changes
        self.defaults: Map = ModelService(self.document).defaults
        self.objects: list[Map] = objects_of(self.document) or []

    @property
    def document(self) -> Map:
        """The ModelService."""
        return document_of(self.metadata, self.spec)

    def take(self, spec: Map) -> bool:
        """Take ``spec`` in place of what there is, where it means the same objects; whether it does."""
        same = objects_of(document_of(self.metadata, spec)) == self.objects
        if same:
            self.spec = spec
        return same

    def leave_out(self, path: Path) -> bool:
        """Take the spec without what is at ``path``."""
        return self.take(without(self.spec, path))


def document_of(metadata: Map, spec: Map) -> Map:
    """The ModelService of a ``spec``."""
    return {"apiVersion": API_VERSION, "kind": "ModelService", "metadata": metadata, "spec": spec}


def objects_of(document: Map) -> list[Map] | None:
    """What a ModelService becomes; None where it is wrong."""
    config = ModelService(document)
    plan = Plan(config)
    if config.problems or plan.problems.results:
        return None
    composition = compose(plan)
    return None if any(problem.severity == "error" for problem in composition.problems) else composition.objects


def without(value: Any, path: Path) -> Any:
    """``value`` without what is at ``path``, and without maps that are empty then; itself where there is nothing."""
    step, *rest = path
    if isinstance(value, list) and isinstance(step, int) and rest and step < len(value):
        return [*value[:step], without(value[step], tuple(rest)), *value[step + 1 :]]
    if not isinstance(value, dict) or step not in value:
        return value
    inner = without(value[step], tuple(rest)) if rest else None
    others = {key: below for key, below in value.items() if key != step}
    return others if not rest or inner == {} else {**value, step: inner}


def has(value: Any, path: Path) -> bool:
    """Whether there is anything at ``path`` of ``value``, be it null."""
    return not path or path[-1] in _keys(get(value, path[:-1]))


def _keys(value: Any) -> Any:
    return value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()


def get(value: Any, path: Path) -> Any:
    """What is at ``path`` of ``value``; None where there is nothing."""
    for step in path:
        if isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def equal(one: Any, other: Any) -> bool:
    """Whether two values are the same to Kubernetes, which tells true from 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and bool(one == other)
