"""A release's values to a ModelService: the whole flow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modelservice.config import templated_text
from modelservice.config.layers import merge
from modelservice.config.modelservice import ModelService
from modelservice.conversion.charts import Chart, chart_of, ignored
from modelservice.conversion.draft import Draft, document_of, get, has
from modelservice.conversion.engines import sources, use_engine
from modelservice.conversion.mending import mended, tool_of
from modelservice.conversion.problems import (
    ADDED,
    ASSUMED,
    EMPTY,
    IGNORED,
    MOVED,
    REMOVED,
    Change,
    ConversionError,
    Path,
    Problem,
    read,
    written,
)
from modelservice.conversion.release import UNKNOWN, Release, full_name
from modelservice.conversion.shorter import shorten
from modelservice.conversion.values import under
from modelservice.generate import generate
from modelservice.krm import Result
from modelservice.texts import listed
from modelservice.workloads import ROLES

Map = dict[str, Any]

LAST = (*ROLES, "extraObjects")
NEWEST = "0.4.16"  # of the upstream chart, for whose values tools write theirs
PLACEHOLDER = "${fullname}"  # in the defaults of a chart: the name of the release's objects


@dataclass(frozen=True)
class Conversion:
    """A converted release: the ModelService, the chart as it was taken, what became of the values, and what they become."""

    document: Map
    chart: Chart
    changes: list[Change]
    objects: list[Map]
    values: Map

    def sources(self, path: Path) -> list[Path]:
        """Where in the values what is at ``path`` of the document was written."""
        if path[:1] != ("spec",) or len(path) < 2:
            return []
        return list(sources(path[1:], self.values))


def convert(values: Map, chart: str = "auto", version: str = "", release: Release = UNKNOWN, before: Sequence[Change] = ()) -> Conversion:
    """The shortest ModelService that serves what a Helm release of ``values`` serves.

    ``chart`` is auto, furiosa or upstream, ``version`` the chart's, where it is known. ``before`` is what became of a tool's own form, of
    which the values were made. What a tool wrote for a service that does not run yet is mended. Raises ConversionError.
    """
    tool = before or tool_of(values) if not (release.name or release.objects) else ()  # of what runs, nothing changes
    of_chart = chart_of(values, chart, version or (NEWEST if tool else ""))
    name = full_name(values, release)
    right, mends = mended(values) if tool else (values, [])
    known, changes = ignored(right, of_chart, "flags" if tool else "")
    changes = [*mends, *changes]
    for key in ("fullnameOverride", "nameOverride"):
        if known.pop(key, None):
            changes.append(Change(MOVED, (key,), None, f"metadata.name is {name}"))
    added = _missing(of_chart.defaults, known, ())
    spec = _ordered({"profile": of_chart.profile, **under(known, _filled(of_chart.defaults, name))})
    metadata = {"name": name, **({"namespace": release.namespace} if release.namespace else {})}
    spec = _expanded(spec, values, release.name or name, metadata, changes)
    _refuse_wrong(document_of(metadata, spec))
    draft = Draft(metadata, spec, changes)
    shorten(draft)
    use_engine(draft)
    said = {key: value for key, value in draft.spec.items() if value != {} or key not in ROLES}
    document = document_of(metadata, {"profile": of_chart.profile, **said})
    changes = [change for change in changes if has(values, change.key)]  # of a default of the chart there is nothing to tell
    changes += [Change(ADDED, path, path, "the chart's default, and not the profile's") for path in added if has(draft.spec, path)]
    changes += [*_assumed(of_chart, known), *_unplaced(known, metadata)]
    return Conversion(document, of_chart, [*before, *_told(changes)], draft.objects, values)


def _filled(defaults: Any, full_name: str) -> Any:
    if isinstance(defaults, dict):
        return {key: _filled(value, full_name) for key, value in defaults.items()}
    return full_name if defaults == PLACEHOLDER else defaults


def _missing(defaults: Map, given: Any, path: Path) -> list[Path]:
    """The fields of ``defaults`` that ``given`` says nothing of."""
    found: list[Path] = []
    for key, value in defaults.items():
        if isinstance(value, dict):
            found += _missing(value, get(given, (key,)), (*path, key))
        elif not has(given, (key,)):
            found.append((*path, key))
    return found


def _ordered(spec: Map) -> Map:
    """``spec`` with what is written per role, and objects, behind the rest."""
    return dict(sorted(spec.items(), key=lambda field: LAST.index(field[0]) if field[0] in LAST else -1))


def _assumed(chart: Chart, given: Map) -> list[Change]:
    """What older versions of the chart said otherwise, where the version is not known and the values say nothing of it."""
    is_proxied = get(given, ("routing", "proxy", "enabled")) is not False
    paths = dict.fromkeys(path for defaults in chart.others for path in _missing(defaults, given, ()))
    told = listed([written(path) for path in paths if is_proxied or path[:2] != ("routing", "proxy")])
    if not chart.told:
        why = f"nothing tells whether the {chart.name} chart is of version {chart.since}, as is taken here; --chart-version says it"
        return [Change(ASSUMED, (), None, why)]
    why = f"the profile's defaults, which not every version of the chart has; --chart-version or --manifest says which it is: {told}"
    return [Change(ASSUMED, (), None, why)] if told else []


def _unplaced(spec: Map, metadata: Map) -> list[Change]:
    """What templates ask of the namespace, where none is said."""
    asks = ".Release.Namespace" in str(spec) and "namespace" not in metadata
    return [Change(ASSUMED, (), None, "templates ask for the release's namespace, which --namespace says")] if asks else []


def _expanded(spec: Map, values: Map, name: str, metadata: Map, changes: list[Change]) -> Map:
    """``spec`` with its templates written out, where they speak of what a ModelService does not have: other values, the release's name."""
    texts = str(spec)
    if "{{" not in texts:
        return spec
    config = ModelService(document_of(metadata, spec))
    renamed = ".Release.Name" in texts and name != metadata["name"]
    if not renamed and not any("{{" in str(problem.current) or ".Values" in problem.message for problem in config.problems):
        return spec
    context = {"Values": merge(config.defaults, values), "Release": {"Name": name, "Namespace": metadata.get("namespace") or ""}}
    expanded, problems = templated_text.expand(spec, context)
    if problems:
        raise ConversionError([Problem(read(problem.field), problem.message, "templates") for problem in problems])
    changes.append(
        Change(MOVED, (), (), "templates are written out: they speak of the release's name, or of values that a ModelService does not have")
    )
    return expanded


def _refuse_wrong(document: Map) -> None:
    """Raise ConversionError for values with mistakes that the charts let pass, or refuse in their own words."""
    (generated,) = generate([document])
    wrong = [result for result in generated.results if result.severity == "error"]
    if wrong:
        raise ConversionError([_problem(result) for result in wrong])


def _problem(result: Result) -> Problem:
    path = read(result.field)
    message = result.message if path or not result.field else f"{result.field}: {result.message}"
    return Problem(path, message, (result.tags or {}).get("check", "config"))


def _told(changes: list[Change]) -> list[Change]:
    """``changes`` without those of what is within something that another one is about."""
    whole = {change.key for change in changes if change.what in (REMOVED, IGNORED, EMPTY) or change.now is None}
    return [change for change in changes if not any(change.key[:depth] in whole for depth in range(1, len(change.key)))]
