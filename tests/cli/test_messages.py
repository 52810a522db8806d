"""What is told of each kind of mistake, to the letter: the cases of messages.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import call

from modelservice.cli.messages import InputError, Message
from modelservice.krm import Result, parse

CASES: list[Any] = parse((Path(__file__).parent / "messages.yaml").read_bytes())
HEAD = ("Usage: ", "Try ")  # of wrong calls


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["what"]))
def test_what_is_told(case: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exit code, and each line; without a traceback or escape codes."""
    monkeypatch.chdir(tmp_path)
    for name, text in case.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    said = call(*case["call"])
    told = said.stdout if said.stdout and case["call"][0] == "validate" else said.stderr
    lines = [line for line in told.splitlines() if line and not line.startswith(HEAD)]
    assert (said.code, lines) == (case["code"], case["said"].splitlines())
    assert "\x1b" not in said.stdout + said.stderr


def test_there_are_cases() -> None:
    """Both wrong input and wrong calls are among them."""
    assert {case["code"] for case in CASES} == {0, 1, 2}
    assert len(CASES) >= 20


@pytest.mark.parametrize(
    ("place", "position"),
    [
        ("a.yaml:3:14", ("a.yaml", 3, 14)),
        ("C:/a:b.yaml:3:14", ("C:/a:b.yaml", 3, 14)),
        ("a.yaml", ("", 0, 0)),
        ("--set a.b=1", ("", 0, 0)),
        ("--set a=b:x:2", ("", 0, 0)),
        ("--set a=b:1:2", ("", 0, 0)),
    ],
)
def test_where_a_message_stands(place: str, position: tuple[str, int, int]) -> None:
    """A place in a file is taken apart, another has none."""
    assert Message(place, Result("x")).position == position


def test_problems_with_and_without_places() -> None:
    """Both kinds may keep a command from going on."""
    message = Message("a:1:1", Result("x"))
    assert InputError(["text", message]).messages == [message]
