"""What a text that cannot be read is refused with."""

from __future__ import annotations


class ReadError(ValueError):
    """A text is not what it has to be.

    `problem` says what is wrong and what would be right, `line` and `column` (both from 1) where, `name` in which
    file. As text: `file:line:column: problem`, or `line L, column C: problem` for a text without a name (stdin).
    """

    def __init__(self, problem: str, line: int = 1, column: int = 1, name: str | None = None) -> None:
        super().__init__(problem, line, column, name)
        self.problem = problem
        self.line = line
        self.column = column
        self.name = name

    def __str__(self) -> str:
        """Place first, then the problem."""
        if self.name is not None:
            return f"{self.name}:{self.line}:{self.column}: {self.problem}"
        return f"line {self.line}, column {self.column}: {self.problem}"
