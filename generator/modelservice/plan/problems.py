"""Problems found while planning, collected so that one run tells them all."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Problems:
    """Errors of one ModelService, in the order in which they were found."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def error(self, field: str, message: str, current: Any = None) -> None:
        """Note that ``field`` (a dotted path, ``spec.…``) is wrong; ``message`` says what is and what would be right."""
        self.results.append(Result(message, field=field, current=current))
