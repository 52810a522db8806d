"""What became of a key of the values, and what stops a conversion."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from modelservice.texts import one_line

Path = tuple[str | int, ...]
"""Keys and indexes from the top of the values, or of a ModelService's spec."""

MOVED, REMOVED, IGNORED = "moved", "removed", "ignored"  # elsewhere now; without meaning as things are; what the chart did not read either
DEFAULT, EMPTY = "default", "empty"  # what the profile says too; what says nothing
MENDED = "mended"  # what a tool wrote twice, or so that it does not fit
ADDED, ASSUMED = "added", "assumed"  # what the chart said, and the profile does not; what is not known of the chart


@dataclass(frozen=True)
class Change:
    """What became of the ``key`` of the values: ``now`` is where the spec says it, None for nowhere; an added one is not in the values."""

    what: str
    key: Path
    now: Path | None
    why: str

    def line(self) -> str:
        """The change as one line."""
        now = f" is now {written(self.now)}" if self.now is not None and self.what == MOVED and self.now else ""
        return one_line(f"{written(self.key)}{now}: {self.why}" if self.key else self.why)

    def to_dict(self) -> dict[str, Any]:
        """The change as JSON has it."""
        return {"what": self.what, "key": written(self.key), "now": None if self.now is None else written(self.now), "why": self.why}


@dataclass(frozen=True)
class Problem:
    """An error in the values: where, what, and which check says so."""

    key: Path
    message: str
    check: str = "convert"

    def line(self) -> str:
        """The problem as one line, as results have it."""
        return one_line(f"{written(self.key)}: {self.message} [{self.check}]" if self.key else f"{self.message} [{self.check}]")


class ConversionError(ValueError):
    """Values that cannot be converted, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


def written(path: Path) -> str:
    """A path as text: ``decode.containers[0].image``."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def read(field: str) -> Path:
    """The path below ``spec`` of a result's field; empty for one of something else."""
    steps = tuple(int(index) if index else key for key, index in re.findall(r"([^.\[\]]+)|\[(\d+)\]", field))
    return steps[1:] if steps[:1] == ("spec",) else ()
