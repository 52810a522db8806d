"""One entry of `results`: what a function tells its orchestrator (KRM Functions Specification v1)."""

from __future__ import annotations

from typing import Any, NamedTuple


class ResourceRef(NamedTuple):
    """The resource a result is about; only the name is needed."""

    name: str
    kind: str = ""
    api_version: str = ""
    namespace: str = ""

    @classmethod
    def of(cls, resource: Any) -> ResourceRef | None:
        """The reference to `resource`, or None if it has no name to refer to."""
        metadata = resource.get("metadata") if isinstance(resource, dict) else None
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if not isinstance(name, str) or not name or not isinstance(metadata, dict):
            return None
        texts = (resource.get("kind"), resource.get("apiVersion"), metadata.get("namespace"))
        kind, api_version, namespace = (text if isinstance(text, str) else "" for text in texts)
        return cls(name, kind, api_version, namespace)

    def to_dict(self) -> dict[str, Any]:
        """The reference as the specification spells it, without what is empty."""
        return _filled(apiVersion=self.api_version, kind=self.kind, name=self.name, namespace=self.namespace)


class Result(NamedTuple):
    """A message with its severity (`error`, `warning` or `info`) and what it is about.

    `field` is a path such as `spec.decode.replicas`; `current` and `proposed` are values of that field, of any type.
    `file` and `index` say which document of which file of the package. `tags` are free.
    """

    message: str
    severity: str = "error"
    field: str = ""
    current: Any = None
    proposed: Any = None
    resource: ResourceRef | None = None
    file: str = ""
    index: int = 0
    tags: dict[str, str] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result as the specification spells it, without what is empty.

        A `field` object without a path or a `file` object without one would be malformed (kpt then fails over the
        result instead of showing it), so neither is ever written.
        """
        field = _filled(path=self.field, currentValue=self.current, proposedValue=self.proposed) if self.field else None
        return _filled(
            message=self.message,
            severity=self.severity,
            resourceRef=self.resource.to_dict() if self.resource else None,
            field=field,
            file=_filled(path=self.file, index=self.index or None) if self.file else None,
            tags=self.tags or None,
        )


def _filled(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}
