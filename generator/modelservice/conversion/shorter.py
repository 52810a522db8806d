"""Fields that need not be said: what the profile says too, what says nothing, what means nothing as the service is set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelservice.conversion.charts import read_keys
from modelservice.conversion.draft import Draft, equal, get, without
from modelservice.conversion.problems import DEFAULT, EMPTY, MOVED, REMOVED, Change, Path, read
from modelservice.generate import generate
from modelservice.workloads import ROLES

Map = dict[str, Any]

NOTHING: tuple[Any, ...] = (None, "", [], {})
SAME = "the profile says the same"
SILENT = "off or empty, which makes no difference"
UNUSED = "unused-keys"  # the check that knows what means nothing


def shorten(draft: Draft) -> None:
    """Leave out what need not be said."""
    _rename(draft)
    _leave_out_same(draft)
    _leave_out_idle(draft)
    _leave_out_unused(draft)


def _rename(draft: Draft) -> None:
    """Give acceleratorTypes.labelValue the name that the charts know it by."""
    for role in ROLES:
        types = get(draft.spec, (role, "acceleratorTypes"))
        if isinstance(types, dict) and types.get("labelValue") and not types.get("labelValues"):
            value = types["labelValue"]
            listed = {**types, "labelValues": value if isinstance(value, list) else [value]}
            del listed["labelValue"]
            if draft.take({**draft.spec, role: {**draft.spec[role], "acceleratorTypes": listed}}):
                path: Path = (role, "acceleratorTypes")
                draft.changes.append(Change(MOVED, (*path, "labelValue"), (*path, "labelValues"), "it takes several"))


def _leave_out_same(draft: Draft) -> None:
    found: list[Change] = []
    spec = _differing(draft.spec, draft.defaults, read_keys(), (), found)
    if draft.take(spec):
        draft.changes += found
    else:
        for change in found:
            if draft.leave_out(change.key):
                draft.changes.append(change)
    uri: Path = ("modelArtifacts", "uri")
    if str(get(draft.spec, uri)).startswith("hf://") and draft.leave_out(uri):
        draft.changes.append(Change(DEFAULT, uri, None, SAME))


def _differing(given: Map, defaults: Map, known: Any, path: Path, found: list[Change]) -> Map:
    """What of ``given`` the ``defaults`` do not say; what they do is added to ``found``."""
    kept: Map = {}
    for key, value in given.items():
        here, default, below = (*path, key), defaults.get(key), known.get(key)
        if key in defaults and equal(value, default):
            found.append(Change(DEFAULT, here, None, SAME))
        elif key not in defaults and value in NOTHING and value is not False:
            found.append(Change(EMPTY, here, None, SILENT))
        elif isinstance(value, dict) and isinstance(below, dict):
            inner: list[Change] = []
            left = _differing(value, default if isinstance(default, dict) else {}, below, here, inner)
            found += inner
            if left:
                kept[key] = left
        elif isinstance(value, list) and isinstance(below, list):  # containers
            kept[key] = [
                _differing(item, {}, below[0], (*here, index), found) if isinstance(item, dict) else item
                for index, item in enumerate(value)
            ]
        else:
            kept[key] = value
    return kept


def _leave_out_idle(draft: Draft) -> None:
    """Leave out what is off, empty or null, and makes no difference."""
    idle = list(_idle(draft.spec, read_keys(), ()))
    spec = draft.spec
    for path in idle:
        spec = without(spec, path)
    if draft.take(spec):
        draft.changes += [Change(EMPTY, path, None, SILENT) for path in idle]
        return
    draft.changes += [Change(EMPTY, path, None, SILENT) for path in idle if draft.leave_out(path)]


def _idle(given: Any, known: Any, path: Path) -> Iterator[Path]:
    if isinstance(known, dict) and isinstance(given, dict):
        for key, value in given.items():
            if key in known:
                yield from _idle(value, known[key], (*path, key))
    elif isinstance(known, list) and isinstance(given, list):
        for index, item in enumerate(given):
            yield from _idle(item, known[0], (*path, index))
    elif path and (given is False or given in NOTHING):
        yield path


def _leave_out_unused(draft: Draft) -> None:
    """Leave out what a check says means nothing."""
    (generated,) = generate([draft.document])
    for result in generated.results:
        path = read(result.field)
        if not path or (result.tags or {}).get("check") != UNUSED:
            continue
        within = [(*path, key) for key in get(draft.spec, path) or {}] if isinstance(get(draft.spec, path), dict) else []
        for one in [path, *within] if path[-1] not in ROLES else within:
            if get(draft.spec, one) is not None and one[-1] != "create" and draft.leave_out(one):
                draft.changes.append(Change(REMOVED, one, None, result.message))
