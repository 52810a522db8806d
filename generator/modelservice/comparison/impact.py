"""What the changes of an object do to what runs: pods that restart, objects that must be made anew, what comes and goes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from modelservice.comparison.data import table
from modelservice.comparison.fields import Change
from modelservice.kubernetes import quantities
from modelservice.kubernetes.types import group_of
from modelservice.patch.three_way import ABSENT

Map = dict[str, Any]

Effect = Literal["created", "deleted", "recreate", "restart", "replicas", "note"]
STRATEGIES = {
    "Recreate": "all its pods stop before new ones start",
    "OnDelete": "its pods stay as they are until somebody deletes them",
}


@dataclass(frozen=True)
class Impact:
    """One thing that a change does: which effect, in words, and the fields that it is for."""

    effect: Effect
    message: str
    paths: tuple[str, ...] = ()


def restarts(obj: Map, change: Change) -> bool:
    """Whether a change of an object has its pods replaced."""
    return any(_is_in(rule, change) for rule in _known(obj).get("restarts", ()))


def of_created(obj: Map) -> list[Impact]:
    """What comes with an object that is new."""
    return [Impact("created", _known(obj)["created"])] if "created" in _known(obj) else []


def of_deleted(obj: Map) -> list[Impact]:
    """What goes with an object that is gone."""
    return [Impact("deleted", _known(obj)["deleted"])] if "deleted" in _known(obj) else []


def of_changed(old: Map, new: Map, changes: Sequence[Change]) -> list[Impact]:
    """What the changes of an object do, the gravest first."""
    known = _known(new)
    found: list[Impact] = []
    refused = _paths(change for change in changes if any(_is_refused(rule, old, change) for rule in known.get("immutable", ())))
    if refused:
        goes = f": {known['deleted']}" if "deleted" in known else ""
        found.append(Impact("recreate", f"the API server refuses this; the {new.get('kind')} must be deleted and made anew{goes}", refused))
    else:
        restarting = _paths(change for change in changes if restarts(new, change))
        if restarting:
            found.append(Impact("restart", _rollout(known, new), restarting))
    steps = tuple(known["replicas"].split(".")) if "replicas" in known else None
    numbers = [change for change in changes if change.steps == steps]
    found += [Impact("replicas", f"{_number(change.old)} -> {_number(change.new)}", (change.path,)) for change in numbers]
    for path, note in known.get("notes", {}).items() if not refused else ():
        concerned = _paths(change for change in changes if _is_in({"path": path}, change))
        if concerned:
            found.append(Impact("note", note, concerned))
    return found


def _known(obj: Map) -> Map:
    group = group_of(str(obj.get("apiVersion")))
    known: Map = table("impact.json").get(f"{obj.get('kind')}.{group}" if group else str(obj.get("kind")), {})
    return known


def _paths(changes: Iterator[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.path for change in changes))


def _number(value: Any) -> str:
    return "none said" if value is ABSENT else str(value)


def _rollout(known: Map, obj: Map) -> str:
    """How the pods of an object are replaced."""
    if (obj.get("spec") or {}).get("paused") is True:
        return "its pods are replaced once it is no longer paused"
    strategy: Any = obj
    for step in known.get("strategy", "").split("."):
        strategy = strategy.get(step) if isinstance(strategy, dict) else None
    return STRATEGIES.get(strategy, "") if isinstance(strategy, str) and strategy in STRATEGIES else str(known["rolling"])


def _is_refused(rule: Map, old: Map, change: Change) -> bool:
    """Whether the API server refuses a change that counts."""
    if not change.counts or not _is_in(rule, change) or ("if" in rule and old.get(rule["if"]) is not True):
        return False
    when = rule.get("when")
    if when == "less":
        before, after = (quantities.in_nanos(value) for value in (change.old, change.new))
        return before is not None and after is not None and after < before
    return when is None or (when == "said") == (change.new is not ABSENT)


def _is_in(rule: Map, change: Change) -> bool:
    """Whether a change is at the path of a rule, or below it; or above, and what changes holds the path. Not at what the rule excepts."""
    path = tuple(rule["path"].split("."))
    if any(_begins(change.steps, tuple(excepted.split("."))) for excepted in rule.get("except", ())):
        return False
    return _begins(change.steps, path) or (
        _begins(path, change.steps) and any(_holds(value, path[len(change.steps) :]) for value in (change.old, change.new))
    )


def _begins(steps: tuple[str, ...], beginning: tuple[str, ...]) -> bool:
    return steps[: len(beginning)] == beginning


def _holds(value: Any, steps: tuple[str, ...]) -> bool:
    """Whether there is something at the path of ``steps`` in a value."""
    if not steps:
        return True
    if steps[0] == "[]":
        return isinstance(value, list) and any(_holds(item, steps[1:]) for item in value)
    return isinstance(value, dict) and value.get(steps[0]) is not None and _holds(value[steps[0]], steps[1:])
