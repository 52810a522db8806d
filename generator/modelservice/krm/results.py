"""One entry of `results`: what a function tells its orchestrator (KRM Functions Specification v1)."""

from __future__ import annotations

from modelservice.texts import cut, one_line

DEEPEST = 50  # levels of a value that is told
LONGEST_LINE = 2000  # characters; nobody reads more
CONFIG = "config"  # what stands where no check has told: the config itself, or the call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class ResourceRef:
    """The resource that a result is about. Only the name is required; without one there is no reference."""

    __slots__ = ("api_version", "kind", "name", "namespace")

    def __init__(self, name: str, kind: str = "", api_version: str = "", namespace: str = "") -> None:
        self.name = name
        self.kind = kind
        self.api_version = api_version
        self.namespace = namespace

    @classmethod
    def of(cls, resource: Any) -> ResourceRef | None:
        """Return the reference to `resource`, which may be anything; None if it has no name."""
        if not isinstance(resource, dict) or not isinstance(metadata := resource.get("metadata"), dict):
            return None
        name, namespace = _text(metadata.get("name")), _text(metadata.get("namespace"))
        return cls(name, _text(resource.get("kind")), _text(resource.get("apiVersion")), namespace) if name else None

    def key(self) -> tuple[str, str, str, str]:
        """Return what tells the resource from others: apiVersion, kind, name and namespace."""
        return self.api_version, self.kind, self.name, self.namespace

    def to_dict(self) -> dict[str, Any]:
        """Return the reference in the words of the specification, without what is empty."""
        return _filled(apiVersion=self.api_version, kind=self.kind, name=self.name, namespace=self.namespace)


class Result:
    """A message with its severity (`error`, `warning` or `info`) and what it is about.

    `field` is a path such as `spec.decode.replicas`, `current` and `proposed` are values of that field, of any type
    (None: not told). `file` and `index` say which document of which file of a package. `tags` are free texts.
    """

    __slots__ = ("current", "field", "file", "index", "message", "proposed", "resource", "severity", "tags")

    def __init__(
        self,
        message: str,
        severity: str = "error",
        *,
        field: str = "",
        current: Any = None,
        proposed: Any = None,
        resource: ResourceRef | None = None,
        file: str = "",
        index: int = 0,
        tags: dict[str, str] | None = None,
    ) -> None:
        self.message = message
        self.severity = severity
        self.field = field
        self.current = current
        self.proposed = proposed
        self.resource = resource
        self.file = file
        self.index = index
        self.tags = tags

    def line(self) -> str:
        """Return the result as one line: which config, which field, what, and in brackets which check tells it."""
        owner = f"{cut(self.resource.kind)} {cut(self.resource.name)}: " if self.resource else ""
        line = one_line(f"{owner}{self.field + ': ' if self.field else ''}{self.message}")
        check = (self.tags or {}).get("check", CONFIG)
        return f"{line if len(line) <= LONGEST_LINE else f'{line[:LONGEST_LINE]}…'} [{check}]"

    def to_dict(self) -> dict[str, Any]:
        """Return the result in the words of the specification, without what is empty.

        `field` and `file` are objects that require a path. kpt answers a malformed entry with an error of its own
        instead of showing it, so there is no such object without a path.
        """
        return _filled(
            message=self.message,
            severity=self.severity,
            resourceRef=self.resource.to_dict() if self.resource else None,
            field=_filled(path=self.field, currentValue=_told(self.current), proposedValue=_told(self.proposed)) if self.field else None,
            file=_filled(path=self.file, index=self.index or None) if self.file else None,
            tags=self.tags or None,
        )


class FirstOfEachPlace:
    """Of many results about one place the first 20, of which the last says how many more there are.

    A place is whatever can be a key. A result that is added twice in a row is told once, and counts twice.
    """

    MOST = 20

    def __init__(self) -> None:
        self.results: list[Result] = []
        self._counts: dict[Any, int] = {}
        self._last: dict[Any, Result] = {}

    def add(self, place: Any, result: Result | Callable[[], Result]) -> None:
        """Add a result, unless there are enough of this place; what makes one is only called where it is told, since words cost time."""
        count = self._counts[place] = self._counts.get(place, 0) + 1
        if count <= self.MOST and result is not self._last.get(place):
            self._last[place] = result if isinstance(result, Result) else result()
            self.results.append(self._last[place])

    def told(self) -> list[Result]:
        """The results, in the order in which they were added."""
        for place, count in self._counts.items():
            if count > self.MOST:
                self._last[place].message += f"; and {count - self.MOST} more like this"
        return self.results


def _told(value: Any) -> Any:
    """A value as it is told; not one of so many levels that the answer could not be read again."""
    if not isinstance(value, dict | list):
        return value
    from modelservice.krm.reading import is_shallow  # few results have such a value  # noqa: PLC0415

    return value if is_shallow(value, DEEPEST) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}
