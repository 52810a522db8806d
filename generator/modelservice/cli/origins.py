"""Where the values of objects were written: each layer that says one, with its place in a file or on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from modelservice.cli.services import Generated
from modelservice.compose import Composition, Overlay
from modelservice.config import is_ours
from modelservice.config.settings import sets
from modelservice.config.written import find, value_at
from modelservice.generate import composed
from modelservice.krm import Document, ResourceRef, Result, write_lines
from modelservice.kubernetes.names import identity
from modelservice.origin import paths
from modelservice.origin.history import History, Value, leaves
from modelservice.origin.said import Source
from modelservice.patch.three_way import ABSENT, same
from modelservice.texts import cut, one_line, shown

Map = dict[str, Any]

LONGEST = 60  # characters of a value that was replaced


class Layer:
    """A layer that says a value, and the ``place`` where it does: ``FILE:LINE:COLUMN``, a file of the project, or an option.

    ``kind`` is base, overlay, preset, profile, modelservice, layer (of ``-f``), set, patch, edit (by hand), file (no ModelService made the
    object) or kubernetes (which fills it in); see ``Source`` for the others.
    """

    def __init__(self, kind: str, place: str, source: Source, value: Any) -> None:
        self.kind, self.place, self.value = kind, place, value
        self.name, self.field, self.through, self.depends = source.name, source.field, source.through, source.depends

    def data(self) -> Map:
        """The layer for machines; ``value`` is what it says, which a computed value differs from."""
        return {
            "layer": self.kind,
            "name": self.name or None,
            "place": self.place or None,
            "field": self.field or None,
            "through": self.through or None,
            "dependsOn": [*self.depends],
            "value": None if self.value is ABSENT else self.value,
        }

    def text(self) -> str:
        """The layer for people, in a few words."""
        field = self.field.removeprefix("spec.")
        if self.place.startswith(("bases/", "overlays/")):
            is_said = self.kind == "profile" or field.startswith("parameters.")
            what = " ".join(filter(None, (self.kind, self.name, field if is_said else ""))) if self.name else self.place
        elif self.kind in ("overlay", "preset", "profile"):
            what = f"{self.place} {field} ({self.kind} {self.name})"
        elif self.kind == "kubernetes":
            what = "what Kubernetes fills in"
        else:
            what = {"set": self.place, "file": self.place, "edit": f"{self.place}, edited by hand"}.get(self.kind, f"{self.place} {field}")
        return f"{what}, by {self.through}" if self.through and not self.through.startswith("bases/") else what

    def said(self) -> str:
        """The value that it says, in a few words."""
        is_plain = isinstance(self.value, str) and 0 < len(self.value) <= LONGEST and self.value.isprintable()
        return str(self.value) if is_plain else shown(self.value)


class Origins:
    """The layers of the values of what was generated."""

    def __init__(self, generated: Generated) -> None:
        self._places = generated.places
        by_kind = {kind: [one for one in generated.given if is_ours(one, kind)] for kind in ("ModelService", "Overlay", "Profile")}
        profiles = {one["metadata"]["name"]: one for one in by_kind["Profile"]}
        extra, library = ([Overlay(one, "") for one in given] for given in (generated.overlays, by_kind["Overlay"]))
        self._beside = extra, library, profiles
        self.services = [composed(service, *self._beside)[0] for service in by_kind["ModelService"]]
        documents = [one for one in generated.places.documents if is_ours(one.value, "ModelService")]
        self._documents = {id(service): document for service, document in zip(self.services, documents, strict=True)}
        self._histories: dict[int, History] = {}
        self._made = {identity(obj): (service, obj) for service in reversed(self.services) for obj in reversed(service.objects)}
        self._written = {identity(one.value): one for one in reversed(generated.places.documents) if isinstance(one.value, dict)}

    def again(self, document: Map) -> Composition:
        """What another document than a service's would be composed to."""
        return composed(document, *self._beside)[0]

    def owner(self, obj: Map) -> Composition | None:
        """The service that an object is of; None for one that was there."""
        return self._made.get(identity(obj), (None, obj))[0]

    def role_of(self, obj: Map) -> str | None:
        """The role whose workload an object is; None where it is another one, or was there."""
        service, made = self._made.get(identity(obj), (None, obj))
        return self.history(service).role_of(made) if service is not None else None

    def history(self, service: Composition) -> History:
        """The history of a service's objects."""
        if id(service) not in self._histories:
            self._histories[id(service)] = History(service)
        return self._histories[id(service)]

    def values(self, obj: Map, path: Sequence[str | int] = ()) -> Iterator[tuple[Value, list[Layer]]]:
        """The values at and below ``path`` of ``obj``, each with its layers, the one that counts last."""
        service, made = self._made.get(identity(obj), (None, obj))
        if service is None:
            document = self._document(obj)
            for leaf in leaves(obj, [*path]):
                yield self._of_file(obj, leaf, document, "file")
            return
        in_file = self._document(obj)
        for leaf in leaves(obj, [*path]):
            keyed = paths.keyed(obj, leaf)
            before = paths.at(made, keyed)
            is_leaf = before is not ABSENT and (not isinstance(before, dict | list) or not before)
            layers = self.layers(service, self.history(service).value(made, keyed, before)) if is_leaf else []
            value, edited = self._of_file(obj, leaf, in_file, "edit")
            yield (value, layers if layers and same(value.value, before) else [*layers, *edited])

    def layers(self, service: Composition, value: Value) -> list[Layer]:
        """The layers that say a value, the one that counts last."""
        return [layer for source in value.sources for layer in self._layers(service, source)]

    def _of_file(self, obj: Map, path: list[str | int], document: Document | None, kind: str) -> tuple[Value, list[Layer]]:
        value, keyed = paths.at(obj, path), paths.keyed(obj, path)
        field = paths.written(path).removeprefix(".")
        source = Source(kind, field, value)
        return Value(keyed, value, [source]), [Layer(kind, document.place(field) if document else "", source, value)]

    def _document(self, obj: Map) -> Document | None:
        return self._written.get(identity(obj))

    def _layers(self, service: Composition, source: Source) -> list[Layer]:
        """The layers that a source is: of a ModelService its file, those of the command line over it, and settings."""
        if source.file or source.layer == "kubernetes":
            return [Layer(source.layer, source.file, source, source.value)]
        config = service.plan.config
        if source.layer == "modelservice" and source.asked and source.resource is None:
            return [*self._own(self._documents[id(service)], config.spec, source)]
        place = self._places.of(Result("", field=source.field, resource=source.resource or ResourceRef.of(config.document)))
        return [Layer(source.layer, place, source, source.value)]

    def _own(self, document: Document, spec: Map, source: Source) -> Iterator[Layer]:
        """The layers of what a ModelService says itself; those that say it in another way, and so less, come first."""
        given: list[tuple[str, Map, Callable[[str], str]]] = [("modelservice", document.value.get("spec") or {}, document.place)]
        given += [("layer", one.content.get("spec") or {}, one.place) for one in self._places.layers if id(document.value) in one.over]
        found = [(kind, of, place, *find(of, spec, source.asked)) for kind, of, place in given]
        said = [(kind, place, field, value_at(of, field)) for kind, of, place, field, is_there in found if is_there]
        assignments = [one for one in self._places.assignments if sets(one.partition("=")[0], source.field)]
        said.sort(key=lambda one: one[2] == source.field)  # which keeps the order otherwise
        for index, (kind, place, field, value) in enumerate(said):
            counts = index == len(said) - 1 and not assignments
            yield Layer(kind, place(field), _at(source, field), source.value if counts else value)
        for assignment in assignments:
            value = source.value if assignment is assignments[-1] else assignment.partition("=")[2]
            yield Layer("set", f"--set {cut(assignment)}", source, value)


def by_places(obj: Map, values: Iterable[tuple[Value, list[Layer]]]) -> dict[tuple[str | int, ...], list[Layer]]:
    """The layers of values of ``obj``, by the fields and places that lead to each."""
    return {tuple(_found(obj, value.path)): layers for value, layers in values}


def with_comments(origins: Origins, obj: Map) -> str:
    """``obj`` as YAML, where a comment behind each value says which layer set it, and over which: without comments it is the same text."""
    layers = by_places(obj, origins.values(obj))
    lines = []
    for line, held in write_lines(obj):
        if held is None:
            lines.append(line)
            continue
        *replaced, last = layers[held]
        over = "".join(f", over {one.text()}" for one in reversed(replaced))
        first, newline, more = line.partition("\n")
        lines.append(f"{first} # {one_line(f'{last.text()}{over}')}{newline}{more}")
    return "\n".join([*lines, ""])


def _at(source: Source, field: str) -> Source:
    there = Source(source.layer, field, source.value, name=source.name, through=source.through)
    there.depends = source.depends
    return there


def _found(obj: Map, steps: Sequence[paths.Step]) -> list[str | int]:
    """A path by merge keys as one of fields and places in ``obj``."""
    found: list[str | int] = []
    value: Any = obj
    for step in steps:
        place = paths.place_in(value, step) if isinstance(value, list) else None
        found.append(place if place is not None else str(step))
        value = paths.child(value, step)
    return found
