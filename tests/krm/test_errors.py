"""`errors`: how a place is told."""

from __future__ import annotations

from modelservice.krm.errors import ReadError


def test_text() -> None:
    """With the name of a file the place is one that editors understand, without it it is told in words."""
    assert str(ReadError("p", 2, 3)) == "line 2, column 3: p"
    assert str(ReadError("p", 2, 3, "f.yaml")) == "f.yaml:2:3: p"


def test_parts() -> None:
    """The parts of the message can be had one by one, and it is a ValueError."""
    error = ReadError("p", 2, 3, "f.yaml")
    assert isinstance(error, ValueError)
    assert (error.problem, error.line, error.column, error.name) == ("p", 2, 3, "f.yaml")
