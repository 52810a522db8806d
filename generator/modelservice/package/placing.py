"""Generated objects put into the items of a package: what is there is replaced, what is not generated any more goes, the rest is added."""

from __future__ import annotations

from modelservice.config import API_VERSION
from modelservice.krm import ResourceRef, Result
from modelservice.kubernetes.names import named
from modelservice.package import edits, names
from modelservice.package.files import Package, PathError, record_file
from modelservice.package.record import is_news, record_of, recorded
from modelservice.package.secrecy import conceal
from modelservice.patch.three_way import same
from modelservice.workloads import POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.generate import Generated
    from modelservice.krm import ResourceList

    Map = dict[str, Any]


def place(resources: ResourceList, generated: Sequence[Generated], *, all_services: bool) -> list[Result]:
    """Put what was generated into the items of ``resources``; see the room's function of this name."""
    package = Package(resources)
    placings = [_Placing(package, one) for one in generated]
    results = _drop_orphans(package, {placing.owner for placing in placings}) if all_services else []
    if not generated:
        results.append(Result(f"there is no ModelService (apiVersion: {API_VERSION}) in this package: nothing is generated", "info"))
    results += _same_owners(placings)
    for placing in placings:  # before anything is added: what one ModelService no longer generates, another may
        placing.take_away()
    for placing in placings:
        placing.put()
        results += placing.results
    if not any(result.severity == "error" for result in results):
        resources.items = package.items()
    return results


def _same_owners(placings: Sequence[_Placing]) -> list[Result]:
    """An error for each ModelService that is called as an earlier one is: what carries the name could be of either."""
    first = {placing.owner: placing for placing in reversed(placings)}
    message = "another ModelService of the package is called so, too; what is generated is known by this name"
    return [
        Result(message, "error", field="metadata.name", resource=ResourceRef.of(placing.service))
        for placing in placings
        if first[placing.owner] is not placing
    ]


def _drop_orphans(package: Package, owners: set[str]) -> list[Result]:
    """Take away the objects of ModelServices that are not there any more; the edits by hand that go with them are to tell."""
    results = []
    for owner, owned in package.owned.items():
        if owner in owners:
            continue
        last = names.Index(enumerate(obj for value in owned.values() if names.is_record(value) for obj in recorded(value, owner)))
        for index, value in owned.items():
            package.drop(index)
            message, severity = ("", "") if names.is_record(value) else _lost(value, last)
            if message:
                results.append(Result(message, severity, resource=ResourceRef.of(value)))
    return results


def _lost(value: Map, last: names.Index) -> tuple[str, str]:
    index = last.find(value)
    return edits.lost(value, None if index is None else last[index])


class _Placing:
    """One ModelService's objects, put into the package."""

    def __init__(self, package: Package, one: Generated) -> None:
        self.package, self.service = package, one.document
        self.results: list[Result] = []
        self.owner = package.owner_of(one.document)
        self.wanted = [names.annotated(obj, {names.OWNER: self.owner}) for obj in one.objects if self._can_be_marked(obj)]
        owned = package.owned.get(self.owner, {})
        self.record = next((index for index, value in owned.items() if names.is_record(value)), None)
        self.left = names.Index((index, value) for index, value in owned.items() if index != self.record)
        self.last = names.Index(enumerate([] if self.record is None else recorded(owned[self.record], self.owner)))
        self.there: dict[int, tuple[int, Map]] = {}  # by number of a wanted object: the item that is it, or whose place it takes

    def take_away(self) -> None:
        """Find what is there already of what is wanted, and take away the rest, which is not generated any more."""
        for number, wanted in enumerate(self.wanted):
            if (index := self.left.find(wanted)) is not None:
                self.there[number] = index, self.left.pop(index)
        self._find_predecessors()
        for index in self.left:
            self.package.drop(index)
            message, severity = _lost(self.left[index], self.last)
            if message:
                self._tell(message, severity)

    def put(self) -> None:
        """Put the objects in their places, and keep the record."""
        try:
            file, is_chosen = self.package.file_for(self.service)
        except PathError as error:
            self._tell(str(error), "error", field=f"metadata.annotations[{names.PATH}]")
            return
        bases = [names.unowned(self._put(number, wanted, file, is_chosen)) for number, wanted in enumerate(self.wanted)]
        self._keep_record(bases)

    def _put(self, number: int, wanted: Map, file: str, is_chosen: bool) -> Map:
        """Put one object in its place; what the record is to say of it."""
        if number not in self.there:
            return self._add(wanted, file)
        index, value = self.there[number]
        if value.get("kind") != wanted.get("kind"):
            self.package.drop(index)
            return self._add_with_edits_of(value, wanted, file)
        base = self._replace(index, names.bare(value), wanted)
        if is_chosen:
            self.package.move(index, file, self.service)
        return base

    def _can_be_marked(self, obj: Map) -> bool:
        metadata = obj.get("metadata") or {}
        annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
        for name, value in (("metadata", metadata), ("metadata.annotations", annotations)):
            if not isinstance(value, dict | None):
                self._tell(f"{obj.get('kind')} is generated with {name} {value!r}; must be a map", "error")
                return False
        return True

    def _find_predecessors(self) -> None:
        """Find the workloads whose places are taken: of the same name, and of another kind that holds the same pods."""
        workloads: dict[Any, list[int]] = {}
        for index in self.left:
            if _is_workload(self.left[index]):
                workloads.setdefault(str(self.left[index]["metadata"].get("name")), []).append(index)
        for number, wanted in enumerate(self.wanted):
            found = workloads.get(str(wanted["metadata"].get("name")))
            if number not in self.there and found and _is_workload(wanted):
                index = found.pop(0)
                self.there[number] = index, self.left.pop(index)

    def _add(self, wanted: Map, file: str) -> Map:
        if (stranger := self.package.stranger(wanted, self.owner)) is None:
            self.package.add(wanted, file, self.service)
        else:
            other = names.owner_in(stranger.value)
            by = f"generated from ModelService {other}" if other else "written by hand"
            where = f" in {stranger.path}" if stranger.path else ""
            self._tell(f"{named(wanted)} is there already{where}, {by}; remove it, or give this ModelService another name", "error")
        return conceal(wanted)  # type: ignore[no-any-return]

    def _replace(self, index: int, edited: Map, wanted: Map) -> Map:
        number = self.last.find(wanted)
        if number is None and not same(edited, wanted):
            self._tell(
                f"there is no record of what was generated last for {named(wanted)}: where it differs from what is generated now, "
                "it stays as it is",
                "warning",
            )
        merged = edits.merge(conceal(wanted) if number is None else self.last[number], edited, wanted)
        self.results += merged.results
        self.package.replace(index, merged.obj)
        return merged.base

    def _add_with_edits_of(self, old: Map, wanted: Map, file: str) -> Map:
        """Add ``wanted``, another kind of workload than ``old`` was, with what was edited by hand in it."""
        number = self.last.find(old)
        if number is None:
            self._tell(*edits.lost(old, None))
            return self._add(wanted, file)
        merged, gone = edits.merge_into_other_kind(self.last[number], names.bare(old), wanted)
        self.results += merged.results
        if gone:
            name = f"{named(old)} becomes a {wanted['kind']}"
            self._tell(f"{name}, which has no {', '.join(gone)}: these edits by hand are gone", "warning")
        self._add(merged.obj, file)
        return merged.base

    def _tell(self, message: str, severity: str, field: str = "") -> None:
        self.results.append(Result(message, severity, field=field, resource=ResourceRef.of(self.service)))

    def _keep_record(self, objects: list[Map]) -> None:
        """Keep what was generated now, for the next run; a ModelService that generates nothing has no record."""
        record = record_of(self.service, self.owner, objects)
        if self.record is None:
            if objects:
                self.package.add(record, record_file(self.service, self.owner), self.service)
        elif not objects:
            self.package.drop(self.record)
        elif is_news(record, self.package.before[self.record].value):
            self.package.replace(self.record, record)


def _is_workload(obj: Map) -> bool:
    """Whether ``obj`` is of a kind that can take the place of another, which nobody has made something odd by hand."""
    kind = obj.get("kind")
    return isinstance(kind, str) and kind in POD_TEMPLATES
