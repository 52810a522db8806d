"""The charts: whose values these are, what they read of them, and what they said where the values said nothing.

``bases/charts`` has it all as data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from modelservice import data
from modelservice.config.rules import found_at
from modelservice.conversion.problems import IGNORED, Change, ConversionError, Path, Problem, written
from modelservice.texts import cut, listed, shown

Map = dict[str, Any]

CHARTS = ("furiosa", "upstream")
REQUIRED = ("modelArtifacts", "decode", "prefill", "routing", "accelerator")  # values have one of these


@dataclass(frozen=True)
class Chart:
    """A chart as it was at some version: the ``profile`` that has its defaults, and those ``defaults`` that it has not.

    ``version`` is the one that was asked for, empty where none was; then ``others`` are the defaults of the versions that it may be.
    """

    name: str
    version: str
    profile: str
    defaults: Map
    others: tuple[Map, ...] = ()


def chart_of(values: Map, name: str, version: str) -> Chart:
    """The chart called ``name`` (``auto``: the one whose values these are) at ``version``, which may be empty.

    Raises ConversionError for values of neither, of both, of a version that is not known, or of one without a profile.
    """
    _refuse_others(values)
    if name == "auto":
        name = _of_version(version) if version else _recognised(values)
    versions = _data(name)["versions"]
    others: tuple[Map, ...] = ()
    if version:
        found = next((one for one in reversed(versions) if _number(one["since"]) <= _number(version)), None)
        if found is None:
            raise _refused(f"{shown(version)} is no version of the {name} chart that is known; the oldest is {versions[0]['since']}")
        defaults = found.get("defaults") or {}
    else:
        found, defaults = _likely(values, name, versions)
        others = tuple(one.get("defaults") or {} for one in versions if one["profile"] == found["profile"] and not defaults)
    if found["profile"] not in data.names("bases", "profiles"):
        raise _refused(f"there is no profile {found['profile']} yet, which values of the {name} chart from {found['since']} on need")
    return Chart(name, version, found["profile"], defaults, others)


def _data(name: str) -> Map:
    known: Map = data.document("bases", "charts", f"{name}.yaml")
    return known


def _refused(message: str, place: Path = ()) -> ConversionError:
    return ConversionError([Problem(place, message)])


def _of_version(version: str) -> str:
    """The chart that has such versions: the one whose oldest is the newest of those that are older."""
    oldest = {name: _number(_data(name)["versions"][0]["since"]) for name in CHARTS}
    older = [name for name in CHARTS if oldest[name] <= _number(version)]
    if not older:
        raise _refused(f"{shown(version)} is no version of a chart that is known")
    return max(older, key=lambda name: oldest[name])


def _likely(values: Map, name: str, versions: list[Map]) -> tuple[Map, Map]:
    """The version that the values are for, as far as they tell, and the defaults to write out."""
    marked = {one["since"]: _marks(values, one.get("marks") or []) for one in versions}
    told = [since for since, places in marked.items() if places]
    if len(told) > 1:
        where = "; ".join(f"from {since} on: {listed([written(path) for path in marked[since]], most=3)}" for since in told)
        raise _refused(f"these are values of several versions of the {name} chart ({where}); --chart-version says which")
    if len({one["profile"] for one in versions}) == 1:  # whose defaults are those of the version that it knows
        return versions[0], {}
    found = next((one for one in versions if one["since"] in told), versions[0])
    return found, found.get("defaults") or {}


def read_keys() -> Map:
    """What the charts read of their values, as a tree: below a key is what may stand below it, None for anything."""
    keys: Map = data.document("bases", "charts", "keys.yaml")
    return keys


def ignored(values: Map, chart: Chart) -> tuple[Map, list[Change]]:
    """``values`` without what the charts do not read, and what that is."""
    unread: list[Path] = []
    known: Map = _read(values, read_keys(), (), unread)
    gone = _data(chart.name).get("gone") or {}
    return known, [Change(IGNORED, path, None, gone.get(written(path), "the chart does nothing with it")) for path in unread]


def _read(value: Any, known: Any, path: Path, unread: list[Path]) -> Any:
    if isinstance(known, list) and isinstance(value, list):
        return [_read(item, known[0], (*path, index), unread) for index, item in enumerate(value)]
    if not isinstance(known, dict) or not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        if key in known:
            kept[key] = _read(inner, known[key], (*path, key), unread)
        else:
            unread.append((*path, key))
    return kept


def _refuse_others(values: Map) -> None:
    if {"apiVersion", "kind"} <= values.keys():
        raise _refused(f"this is a {cut(str(values['kind']))}, and no values file of a Helm release", ("kind",))
    if any(key in values for key in REQUIRED):
        return
    below = next((key for key, value in values.items() if isinstance(value, dict) and any(one in value for one in REQUIRED)), None)
    hint = f"; is it what stands below {cut(below)}, the values of a chart within another? Give that as a file of its own" if below else ""
    raise _refused(f"these are values of neither chart: none of {listed(REQUIRED)} is there{hint}")


def _recognised(values: Map) -> str:
    marks = {name: _marks(values, _data(name)["marks"]) for name in CHARTS}
    told = [name for name in CHARTS if marks[name]]
    if len(told) > 1:
        where = "; ".join(f"{name}: {listed([written(path) for path in marks[name]], most=3)}" for name in told)
        raise _refused(f"these are values of both charts ({where}); --chart says which", marks[told[0]][0])
    told = told or [name for name in CHARTS if _marks(values, _data(name)["hints"])]
    if len(told) != 1:
        raise _refused("nothing in these values tells whose chart they are for; --chart furiosa or --chart upstream says it")
    return told[0]


def _marks(values: Map, marks: list[Map]) -> list[Path]:
    """The places of ``values`` that bear one of ``marks``."""
    return [path for mark in marks for path, value in found_at(values, mark["at"].split(".")) if _bears(value, mark)]


def _bears(value: Any, mark: Map) -> bool:
    if "is" in mark:
        return value in mark["is"]
    return mark["has"] in str(value) if "has" in mark else value not in (None, "", [], {}, False)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"[0-9]{1,9}", version.partition("-")[0])[:3])
