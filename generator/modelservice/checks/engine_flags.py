"""Flags that an engine refuses together: its process ends at once. Which they are stands in its file in bases/engines/."""

from __future__ import annotations

from modelservice.checks.engines import engines_of, number
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.engines import Engine, Run
    from modelservice.compose import Composition

    Map = dict[str, Any]

NAME, SEVERITY = "engine-flags", "error"
TRUE = ("1", "true")  # what engines take for a variable that is on


def check(service: Composition) -> Iterator[Result]:
    """A finding for each set of flags that is refused; a warning where the command may be another than it looks."""
    for role in service.plan.pods:
        for engine in engines_of(service, role):
            for run in [] if engine.plain else engine.runs():
                yield from _refused(engine, run)


def _refused(engine: Engine, run: Run) -> Iterator[Result]:
    variables = {one.get("name"): str(one.get("value")).lower() in TRUE for one in engine.composed.get("env") or []}
    there = {key for key, _ in run.flags}
    told: list[set[str]] = []
    for rule in run.engine.get("refuses") or []:
        given, names = [key for key, wanted in rule["flags"].items() if wanted is not False], rule.get("env") or []
        if not there.issuperset(given) or not all(_holds(run, key, wanted) for key, wanted in rule["flags"].items()):
            continue
        if not all(variables.get(name) for name in names):
            continue
        if any(len(before & {*given}) > 1 for before in told):
            continue  # another rule's words on the same flags
        told.append({*given})
        lacking = [f"without --{key}" for key, wanted in rule["flags"].items() if wanted is False]
        message = f"the engine refuses {' with '.join([*(_written(run, key) for key in given), *names])}"
        field, brought = _field(engine, given)
        severity = SEVERITY if run.certain and not rule.get("told") else "warning"
        yield Result(" ".join([message, *lacking[:1]]) + f", and ends; {rule['says']}", severity, field=field, resource=brought)


def _holds(run: Run, key: str, wanted: Any) -> bool:
    """Whether a condition on a flag holds for certain."""
    given = run.values(key) is not None and run.values(f"no-{key}") is None
    if isinstance(wanted, bool):
        return given is wanted
    value = _number(run, key)
    for name, operands in wanted.items():
        numbers = [_number(run, one) for one in (operands if isinstance(operands, list) else [operands])]
        if value is None or None in numbers or not COMPARISONS[name](value, *numbers):
            return False
    return True


COMPARISONS: Map = {
    "above": lambda value, limit: value > limit,
    "below": lambda value, limit: value < limit,
    "not-multiple-of": lambda value, part: part > 0 and value % part != 0,
    "within": lambda value, first, count: first <= value < first + count,
    "past": lambda value, count, total: value + count > total,
}


def _number(run: Run, of: int | str) -> int | None:
    """A number, or the one that a flag has; for the port, the engine's own where none is given."""
    if isinstance(of, int):
        return of
    return run.port() if of == "port" else run.number(of)


def _written(run: Run, key: str) -> str:
    values = run.values(key) or []
    return f"--{key} {values[0]}" if values and number(values[0]) is not None else f"--{key}"


def _field(engine: Engine, keys: list[str]) -> tuple[str, Any]:
    """Where the first of the flags is written that the user gave."""
    places = [engine.written_at(key) for key in keys]
    named = (place for place in places if ".flags." in place[0])
    return next(named, None) or next((place for place in places if place[0].startswith(engine.field)), places[0])
