"""Overlays: patches and resources, with the facts they apply to. Built-in ones and users' own are the same thing.

The rules are written down (specification: Overlays).
"""

from __future__ import annotations

from modelservice import data
from modelservice.template import ABSENT, compile_template, look_up
from modelservice.workloads import PODS_OF_GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Map = dict[str, Any]


class Patch:
    """One patch of an overlay: the part or kind it goes to, the facts it asks for, and what it merges."""

    __slots__ = ("_fillers", "flags", "kind", "part", "template", "when")

    def __init__(self, given: Map) -> None:
        target = given["target"]
        self.part: str | None = target if isinstance(target, str) else None
        self.kind: str | None = None if isinstance(target, str) else target["kind"]
        self.when: Map = given.get("when") or {}
        self.template = given.get("patch")
        self.flags = given.get("flags")
        self._fillers: dict[str, Callable[[Map], Any]] = {}

    def fill(self, parameters: Map) -> Any:
        """The patch with its references filled."""
        return self._filler("patch", self.template)(parameters)

    def fill_flags(self, parameters: Map) -> Any:
        """The flags with their references filled."""
        return self._filler("flags", self.flags)(parameters)

    def _filler(self, name: str, template: Any) -> Callable[[Map], Any]:
        if name not in self._fillers:
            self._fillers[name] = compile_template(template)
        return self._fillers[name]


class Overlay:
    """An overlay as it is written in a file, in spec.overlays, or given on the command line.

    ``written_at`` is where a user wrote it: the field of the ModelService that holds it, with a dot behind; empty for a document of its
    own; None for one of ours. ``meant_for`` are the facts that a service needs to name it as a preset; ``given`` the values of its
    parameters that the service gives then. ``each`` is the path of the list that its resources are there once for each item of, and
    ``place`` that of the item.
    """

    __slots__ = (
        "_defaults",
        "_resources",
        "document",
        "each",
        "given",
        "item",
        "meant_for",
        "name",
        "patches",
        "place",
        "scope",
        "when",
        "written_at",
    )

    def __init__(self, document: Map, written_at: str | None = None) -> None:
        spec = document["spec"]
        self.document, self.written_at = document, written_at
        self.name: str = document["metadata"]["name"]
        self.scope: str = spec.get("scope") or "role"
        self.when: Map = spec.get("when") or {}
        self.meant_for: Map = spec.get("for") or {}
        self.given: Map = {}
        self.each: str = spec.get("each") or ""
        self.place, self.item = 0, ABSENT
        self._defaults: Callable[[Map], Map] | None = None
        if "parameters" in spec:
            self._defaults = compile_template({name: one.get("default") for name, one in (spec["parameters"] or {}).items()})
        self._resources = spec.get("resources") or []
        self.patches = [Patch(patch) for patch in spec.get("patches") or []]

    @property
    def tells_pods_apart(self) -> bool:
        """Whether it patches the leaders or the workers of groups alone; what ours ask for as a fact, the plan has told apart already."""
        asked = [self.when, *(one.when for one in self.patches)] if self.written_at is not None else []
        return any("pod" in when for when in asked) or any(one.part in PODS_OF_GROUPS for one in self.patches)

    def with_values(self, given: Map) -> Overlay:
        """The overlay with ``given`` as values of its parameters; the patches are the same ones."""
        filled = self._copy()
        filled.given = given
        defaults = {name: one.get("default") for name, one in self.document["spec"]["parameters"].items() if name not in given}
        filled._defaults = compile_template(defaults)
        return filled

    def for_each(self, parameters: Map) -> list[Overlay]:
        """The overlay once for each item of its list; itself where it has none."""
        if not self.each:
            return [self]
        items = look_up(parameters, self.each.split("."))
        return [self._for(place, item) for place, item in enumerate(items)] if isinstance(items, list) else []

    def _for(self, place: int, item: Any) -> Overlay:
        filled = self._copy()
        filled.place, filled.item = place, item
        return filled

    def _copy(self) -> Overlay:
        copied = Overlay.__new__(Overlay)
        for slot in self.__slots__:
            setattr(copied, slot, getattr(self, slot))
        return copied

    def with_preset(self, parameters: Map) -> Map:
        """``parameters``, and with them as ``preset`` the overlay's own: as they are given, or their defaults, filled; and its ``item``."""
        if self.item is not ABSENT:
            parameters = {**parameters, "item": self.item}
        if self._defaults is None:
            return parameters
        return {**parameters, "preset": {**self._defaults(parameters), **self.given}}

    def lacks(self) -> list[str]:
        """The names of the parameters that have no default and no value."""
        parameters = self.document["spec"].get("parameters") or {}
        return [name for name, one in parameters.items() if "default" not in one and name not in self.given]

    def resources(self) -> list[Callable[[Map], Any]]:
        """Fillers for the objects that the overlay adds."""
        return [_resource(resource) for resource in self._resources]

    def written(self, index: int) -> Map:
        """One of the objects that the overlay adds, as it is written."""
        resource = self._resources[index]
        return written(resource) if isinstance(resource, str) else resource


def _resource(given: str | Map) -> Callable[[Map], Any]:
    """A filler for a resource: the name of a file in bases/, or a manifest."""
    return base(given) if isinstance(given, str) else compile_template(given)


_BASES: dict[str, Callable[[Map], Any]] = {}


def base(name: str) -> Callable[[Map], Any]:
    """A filler for the base in the file called ``name``."""
    if name not in _BASES:
        _BASES[name] = compile_template(data.document("bases", name))
    return _BASES[name]


def written(name: str) -> Map:
    """The base in the file called ``name``, as it is written."""
    base_document: Map = data.document("bases", name)
    return base_document


def holds(when: Map, facts: Map) -> bool:
    """Whether all of ``when`` holds: a fact has the value, or one of the values, that it asks for."""
    for name, wanted in when.items():
        fact = facts.get(name)
        if fact != wanted and not (isinstance(wanted, list) and fact in wanted):
            return False
    return True


_LOADED: dict[str, list[Overlay]] = {}


def folder(name: str) -> list[Overlay]:
    """The built-in overlays of a folder of overlays/, in the order of their paths."""
    if name not in _LOADED:
        _LOADED[name] = [Overlay(document) for document in data.folder("overlays", name)]
    return _LOADED[name]


def preset(name: str) -> Overlay:
    """The built-in preset called ``name``, which is there."""
    key = f"presets/{name}"
    if key not in _LOADED:
        _LOADED[key] = [Overlay(data.document("overlays", "presets", f"{name}.yaml"))]
    return _LOADED[key][0]
