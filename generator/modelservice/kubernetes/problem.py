"""What is wrong with an object, as it is told."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Path = tuple[str | int, ...]


class Problem:
    """One thing that is refused.

    ``path`` leads there from the object's root, ``message`` says what is wrong and what would be right, ``current`` is the value there.
    ``kind``: `field`, or `newer` for what the named version of Kubernetes does not have; ``severity`` is `warning` where that version
    has it, turned off unless a feature gate turns it on, and where it may be no resource of Kubernetes at all; else `error`.
    """

    __slots__ = ("current", "kind", "message", "path", "severity")

    def __init__(self, path: Path, message: str, current: Any = None, kind: str = "field", severity: str = "error") -> None:
        self.path, self.message, self.current, self.kind, self.severity = path, message, current, kind, severity

    def __repr__(self) -> str:
        return f"Problem({'.'.join(map(str, self.path))}: {self.message})"
