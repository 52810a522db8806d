"""The walk over an object: each field held against its type, each part of a known type against its rules."""

from __future__ import annotations

from modelservice.kubernetes.limits import twice
from modelservice.kubernetes.types import type_named
from modelservice.texts import as_text, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.kubernetes.types import Type

    Map = dict[str, Any]
    Path = tuple[str | int, ...]

DEEPEST = 200  # steps; deeper than any type but one that holds itself


class Found:
    """One thing that is wrong: where, what it is there, and in which way.

    ``way``: `shape` (a value of another type than the field's: nothing else can be said of it), `unknown` (a field that the type does not
    have), `missing`, `value`, `newer` (than the cluster) or `gated` (there, and off unless a feature gate turns it on).
    """

    __slots__ = ("current", "kind", "message", "path", "way")

    def __init__(self, path: Path, message: str, current: Any, way: str, kind: Type | None = None) -> None:
        self.path, self.message, self.current, self.way, self.kind = path, message, current, way, kind


class Walk:
    """One walk. ``found`` is what is wrong; ``holes`` are the places without a value of the right type: those, and nulls.

    Rules run only while there is no hole: they may take for granted that each value is of its type. What a hole is filled with is its
    value; with ``None`` the field goes.
    """

    __slots__ = ("custom", "found", "holes", "version")

    def __init__(self, *, custom: bool, version: tuple[int, int] | None) -> None:
        self.custom, self.version = custom, version
        self.found: list[Found] = []
        self.holes: dict[Path, Any] = {}

    def object(self, value: Map, path: Path, kind: Type) -> None:
        """Look at ``value``, which is a map, as one of ``kind``."""
        plain, checks = kind.plain, kind.checks
        for key, item in value.items():
            if item.__class__ is plain.get(key):
                continue
            check = checks.get(key) or kind.check(key)
            if check is None:
                self.found.append(Found((*path, str(key)), "", item, "unknown", kind))
            elif item is None:
                self.holes[*path, key] = None
            else:
                check(self, item, (*path, key))
        for name in kind.required:
            if value.get(name) is None:
                self.found.append(Found((*path, name), f"is missing; {_a(kind.name)} needs it", None, "missing"))
        if kind.rules and not self.holes:
            self._rules(value, path, kind)
        if self.version or self.custom:
            self._more(value, path, kind)

    def inside(self, value: Any, path: Path, name: str) -> None:
        """Look at ``value`` as one of the type called ``name``."""
        kind = type_named(name)
        if not isinstance(value, dict):
            self.shape(path, "a map", value)
        elif kind is not None and len(path) < DEEPEST:
            self.object(value, path, kind)

    def shape(self, path: Path, right: str, value: Any, hole: Any = None) -> None:
        """Note a value of another type than is right; ``hole`` is what takes its place where it is an item of a list."""
        self.holes[path] = hole
        self.found.append(Found(path, f"is {shown(value)}; must be {right}{_hint(right, value)}", value, "shape"))

    def tell(self, path: Path, message: str, value: Any) -> None:
        """Note a value that is of the right type, and wrong."""
        self.found.append(Found(path, message, value, "value"))

    def _rules(self, value: Map, path: Path, kind: Type) -> None:
        for rule in kind.rules:
            for below, message in rule(value):
                self.found.append(Found((*path, *below), message, at(value, below), "value"))

    def _more(self, value: Map, path: Path, kind: Type) -> None:
        """Note items of lists that are there twice, which only custom resources never take, and what is newer than the cluster."""
        for field, keys in kind.keys.items() if self.custom else ():
            if isinstance(items := value.get(field), list):
                for below, message in twice(items, keys, {"protocol": "TCP"} if "protocol" in keys else {}):
                    self.tell((*path, field, *below), message, at(items, below))
        if self.version:
            from modelservice.kubernetes.newer import newer  # only where a version is named  # noqa: PLC0415

            for below, message, way in newer(value, kind, self.version):
                self.found.append(Found((*path, *below), message, at(value, below), way))


def _hint(right: str, value: Any) -> str:
    if right == "text" and isinstance(value, int | float):
        return f', as in "{as_text(value)}"'
    if right.startswith("a whole number") and isinstance(value, str) and value.strip().lstrip("-").isdecimal():
        return f", as in {value.strip()} without quotes"
    if right == "true or false" and isinstance(value, str):
        meant = {"true": "true", "yes": "true", "on": "true", "false": "false", "no": "false", "off": "false"}.get(value.lower())
        return f", as in {meant} without quotes" if meant else ""
    return ""


def _a(name: str) -> str:
    bare = name.rpartition(".")[2]
    return f"{'an' if bare[:1] in 'AEIO' else 'a'} {bare}"


def at(value: Any, path: Path) -> Any:
    """What is at ``path``, or None."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
