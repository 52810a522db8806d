"""What a field of a ModelService changes: seen by composing a small one with it, and without."""

from __future__ import annotations

from modelservice.compose import compose
from modelservice.config import API_VERSION, ModelService
from modelservice.config.rules import BUILT_IN
from modelservice.kubernetes.names import identity, reference_to
from modelservice.origin.uses import ANY_ITEM
from modelservice.origin.vocabulary import BOOLEAN, defaults
from modelservice.patch.three_way import changes
from modelservice.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.origin.vocabulary import Field

    Map = dict[str, Any]

SMALL: Map = {"modelArtifacts": {"name": "org/model"}, "engine": {"image": "registry.example/engine:v1.0.0"}}


def changed_by(field: Field) -> dict[str, list[str]]:
    """What changes in the objects of a small ModelService of each profile when the field has another value: paths by object."""
    return {profile: found for profile in BUILT_IN if (found := [*_changes(profile, field)])}


def _changes(profile: str, field: Field) -> Iterator[str]:
    if field.steps[0] != "spec" or ANY_ITEM in field.steps or field.kubernetes:
        return
    spec = {**SMALL, "profile": profile}
    before = _objects(spec)
    default = defaults(field)[profile]
    seen: dict[str, None] = {}
    for value in _others(field, default):
        after = _objects(_with(spec, field.steps[1:], value))
        for path in _between(before, after):
            seen.setdefault(path)
    yield from seen


def _others(field: Field, default: Any) -> Iterator[Any]:
    if field.type == BOOLEAN:
        yield not default
    elif field.allowed:
        yield from (one for one in field.allowed if one != default)
    elif field.type.startswith("number"):
        yield (default or 1) * 8 + 1
    elif field.type.startswith("text"):
        yield f"{default or 'x'}x"


def _with(value: Map, steps: Sequence[str], new: Any) -> Map:
    step, *rest = steps
    return {**value, step: _with(value.get(step) or {}, rest, new) if rest else new}


def _objects(spec: Map) -> dict[Any, Map]:
    document = {"apiVersion": API_VERSION, "kind": "ModelService", "metadata": {"name": "model"}, "spec": spec}
    config = ModelService(document)
    plan = Plan(config)
    if config.problems or plan.problems.results:
        return {}
    composition = compose(plan)
    return {} if composition.problems else {identity(one): one for one in composition.objects}


def _between(before: dict[Any, Map], after: dict[Any, Map]) -> Iterator[str]:
    if not after:
        return
    for called in dict.fromkeys((*before, *after)):
        name = reference_to(before.get(called) or after[called])
        if called not in before or called not in after:
            yield f"{name} {'comes' if called in after else 'goes'}"
        else:
            yield from (f"{name} {path}" for path in changes(before[called], after[called]))
