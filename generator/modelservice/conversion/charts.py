"""The charts: whose values these are, what they read of them, and what they said where the values said nothing.

``bases/charts`` has it all as data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from modelservice import data
from modelservice.config.rules import found_at
from modelservice.conversion.draft import without
from modelservice.conversion.problems import IGNORED, Change, ConversionError, Path, Problem, written
from modelservice.texts import cut, listed, shown

Map = dict[str, Any]

CHARTS = ("furiosa", "upstream")
REQUIRED = ("modelArtifacts", "decode", "prefill", "routing", "accelerator")  # values have one of these


@dataclass(frozen=True)
class Chart:
    """A chart as it was at some version: the ``profile`` that has its defaults, and those ``defaults`` that it has not.

    ``version`` is the one that was asked for, empty where none was; then ``others`` are the defaults of the versions that it may be, and
    ``since`` is where those begin that the values are taken for, which ``told`` says for certain.
    """

    name: str
    version: str
    profile: str
    defaults: Map
    others: tuple[Map, ...] = ()
    since: str = ""
    told: bool = True


def chart_of(values: Map, name: str, version: str) -> Chart:
    """The chart called ``name`` (``auto``: the one whose values these are) at ``version``, which may be empty.

    Raises ConversionError for values of neither, of both, of a version that is not known, or of one without a profile.
    """
    _refuse_others(values)
    if name == "auto":
        name = _of_version(version) if version else _recognised(values)
    versions = _data(name)["versions"]
    others: tuple[Map, ...] = ()
    told = True
    if version:
        found = next((one for one in reversed(versions) if _number(one["since"]) <= _number(version)), None)
        if found is None:
            raise _refused(f"{shown(version)} is no version of the {name} chart that is known; the oldest is {versions[0]['since']}")
        defaults = found.get("defaults") or {}
    else:
        found, defaults, told = _likely(values, name, versions)
        newer = versions[versions.index(found) :]
        others = tuple(one.get("defaults") or {} for one in newer if one["profile"] == found["profile"] and not defaults)
    if found["profile"] not in data.names("bases", "profiles"):
        raise _refused(f"there is no profile {found['profile']} yet, which values of the {name} chart from {found['since']} on need")
    return Chart(name, version, found["profile"], defaults, others, found["since"], told)


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


def _likely(values: Map, name: str, versions: list[Map]) -> tuple[Map, Map, bool]:
    """The version that the values are for, as far as they tell, the defaults to write out, and whether it is certain enough."""
    marked = {one["since"]: _marks(values, one.get("marks") or []) for one in versions}
    told = [since for since, places in marked.items() if places]
    if len(told) > 1:
        where = "; ".join(f"from {since} on: {listed([written(path) for path in marked[since]], most=3)}" for since in told)
        raise _refused(f"these are values of several versions of the {name} chart ({where}); --chart-version says which")
    found = next((one for one in versions if one["since"] in told), None)
    if len({one["profile"] for one in versions}) == 1:  # whose defaults are those of the newest version
        return found or versions[0], {}, True
    if found is None:
        found = next((one for one in versions if _marks(values, one.get("hints") or [])), versions[0])
    return found, found.get("defaults") or {}, bool(told)


def read_keys() -> Map:
    """What the charts read of their values, as a tree: below a key is what may stand below it, None for anything."""
    keys: Map = data.document("bases", "charts", "keys.yaml")
    return keys


def ignored(values: Map, chart: Chart, ours: str = "") -> tuple[Map, list[Change]]:
    """``values`` without what the charts do not read, and what that is; a key called ``ours`` was put there by the conversion."""
    unread: list[Path] = []
    known: Map = _read(values, read_keys(), (), unread, ours)
    for mark in _data(chart.name).get("unread") or ():
        if _is_within(chart.version or chart.since, mark, certain=bool(chart.version)):
            for path, _ in found_at(known, mark["at"].split(".")):
                known = without(known, path)
                unread.append(path)
    gone = _data(chart.name).get("gone") or {}
    return known, [Change(IGNORED, path, None, gone.get(written(path), "the chart does nothing with it")) for path in unread]


def _is_within(version: str, mark: Map, *, certain: bool) -> bool:
    """Whether a version is among those that a mark is about; of a version that is not known, only what it is at least is certain."""
    if "until" in mark and (not certain or _number(version) >= _number(mark["until"])):
        return False
    return "since" not in mark or _number(version) >= _number(mark["since"])


def _read(value: Any, known: Any, path: Path, unread: list[Path], ours: str) -> Any:
    if isinstance(known, list) and isinstance(value, list):
        return [_read(item, known[0], (*path, index), unread, ours) for index, item in enumerate(value)]
    if not isinstance(known, dict) or not isinstance(value, dict):
        return value
    kept = {}
    for key, inner in value.items():
        if key in known:
            kept[key] = _read(inner, known[key], (*path, key), unread, ours)
        elif key == ours:
            kept[key] = inner
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
