"""Objects that Kubernetes takes, and changes of them."""

from __future__ import annotations

import copy
import functools
import re
from pathlib import Path
from typing import Any

from modelservice.krm import parse_all

Map = dict[str, Any]
Path_ = tuple[str | int, ...]

HERE = Path(__file__).resolve().parent
GONE = object()


@functools.cache
def good() -> dict[str, Map]:
    """Return the objects of good.yaml, the first of each kind."""
    found: dict[str, Map] = {}
    for obj in parse_all((HERE / "good.yaml").read_text(encoding="utf-8")):
        headless = obj["kind"] == "Service" and obj["spec"].get("clusterIP") == "None"
        found.setdefault("Headless" if headless else obj["kind"], obj)
    return found


def steps(text: str) -> Path_:
    """Return the steps of a path as it is written in results; a key with dots stands in brackets and quotes."""
    return tuple(key or (int(index) if index else name) for key, index, name in re.findall(r"\['([^']+)'\]|\[(\d+)\]|([^.\[\]]+)", text))


def written(path: Path_) -> str:
    """Return a path as ``steps`` reads it."""
    return "".join(
        f"[{step}]" if isinstance(step, int) else f"['{step}']" if re.search(r"[./ ]", step) else f".{step}" for step in path
    ).lstrip(".")


def changed(kind: str, at: str, value: Any = GONE) -> Map:
    """Return the good object of a kind with another value at a place, or without what is there."""
    obj: Any = copy.deepcopy(good()[kind])
    *above, last = steps(at)
    holder = obj
    for step in above:
        holder = holder[step]
    if value is GONE:
        del holder[last]
    else:
        holder[last] = value
    return dict(obj)
