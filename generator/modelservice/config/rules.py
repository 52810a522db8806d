"""What a built-in profile says beyond defaults, as ``bases/rules`` has it: how its services are made, and what they refuse."""

from __future__ import annotations

from modelservice import data
from modelservice.krm import Result
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Map = dict[str, Any]
    Path = tuple[str | int, ...]


BUILT_IN = ("furiosa", "furiosa-2026.3", "llm-d")  # the files in bases/profiles
DEFAULT_PROFILE = "furiosa"


def rules_of(profile: str) -> Map:
    """The rules of the built-in ``profile``."""
    found: Map = data.document("bases", "rules", f"{profile}.yaml")
    return found


def refusals(profile: str, spec: Map) -> Iterator[Result]:
    """An error for each field of ``spec`` that the ``profile`` refuses; what is null is not there."""
    for rule in rules_of(profile).get("refuses") or ():
        for path, value in found_at(spec, rule["at"].split(".")):
            if value is not None and _is_refused(value, rule):
                yield Result(rule["says"], field=field_of(path), current=value)


def _is_refused(value: Any, rule: Map) -> bool:
    if "below" in rule:
        return bool(value < rule["below"])
    return value in rule["is"] if "is" in rule else value not in rule.get("isNot", ())


def found_at(value: Any, steps: list[str], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """What is at ``steps`` of ``value``, with its path: a ``*`` among them is either role, and a list any of its items."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from found_at(item, steps, (*path, index))
    elif not steps:
        yield path, value
    elif isinstance(value, dict):
        for key in ROLES if steps[0] == "*" else (steps[0],):
            if key in value:
                yield from found_at(value[key], steps[1:], (*path, key))


def field_of(path: Path) -> str:
    """A path below ``spec`` as messages write it."""
    return "spec" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
