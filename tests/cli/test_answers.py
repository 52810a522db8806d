"""What commands answer, and how it is printed."""

from __future__ import annotations

import sys

import pytest

from modelservice.cli.answers import dimmed


@pytest.mark.parametrize(
    ("is_terminal", "variables", "expected"),
    [
        (True, {}, "\x1b[2mx\x1b[0m"),
        (False, {}, "x"),
        (True, {"NO_COLOR": "1"}, "x"),
        (True, {"TERM": "dumb"}, "x"),
        (False, {"FORCE_COLOR": "1"}, "\x1b[2mx\x1b[0m"),
        (True, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, "x"),
    ],
)
def test_only_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch, is_terminal: bool, variables: dict[str, str], expected: str) -> None:
    """A pipe, a terminal without colours, and who wants none, get the text alone; who asks for them gets them anywhere."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    assert dimmed("x") == expected
