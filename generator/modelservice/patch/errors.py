"""The one error of this package, and how the place that it names is written."""

from __future__ import annotations

from modelservice.texts import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Path = list[tuple[Any, Any]]
    """Where a merge is: a list of steps, each a label and what merge_keys knows of the place; first the object itself.

    The label is the name of a field, the keys and identity of an item, or the position of an item without them.
    """

__all__ = ["PatchError", "place"]


class PatchError(ValueError):
    """A patch that cannot be applied: where, what is wrong, and what would be right.

    `path` is the place, such as `spec.template.spec.containers[name=vllm].env`, and `message` the rest; the text of the
    error is both.
    """

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def place(path: Path) -> str:
    """Write a path for people."""
    written = ""
    for label, _ in path[1:]:
        if isinstance(label, tuple):
            written += f"[{_item(*label)}]"
        elif isinstance(label, str) and label.replace("-", "_").isidentifier():
            written += f".{cut(label)}"
        else:
            written += f"[{cut(str(label))}]"
    return written.removeprefix(".") or "(root)"


def _item(keys: Sequence[str], identity: str | Sequence[str]) -> str:
    """Write the keys of an item with their values, without those that it lacks."""
    values = [identity] if isinstance(identity, str) else identity
    return ",".join(f"{key}={cut(value)}" for key, value in zip(keys, values, strict=True) if value)
