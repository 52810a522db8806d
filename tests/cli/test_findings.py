"""Findings as text, with lines of files, and in the forms that programs read: whatever they quote."""

from __future__ import annotations

import json
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from modelservice.cli.findings import WIDEST, as_github, as_json, as_sarif, as_text, check_of, counts
from modelservice.cli.messages import Message
from modelservice.krm import Result

TEXTS = st.text(max_size=40)


@given(line=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=400), data=st.data())
def test_the_caret_is_under_the_place(line: str, data: st.DataObject) -> None:
    """However long the line is, what is shown is a part of it, with the caret under the character that was meant."""
    column = data.draw(st.integers(1, len(line)))
    _, shown, caret = as_text([Message(f"a:1:{column}", Result("x"))], {"a": f"{line}\nmore"}).splitlines()
    assert caret.endswith("^")
    assert shown[len(caret) - 1] == line[column - 1]
    part = shown.partition(" | ")[2]
    assert part in line
    assert len(part) == min(len(line), WIDEST) or line.endswith(part)


@given(text=TEXTS, line=st.integers(0, 5), column=st.integers(0, 50))
def test_any_text_and_place(text: str, line: int, column: int) -> None:
    """What is not there is not shown, and what cannot be printed does nothing to a terminal; tabs stay, in both lines."""
    said = as_text([Message(f"a:{line}:{column}", Result("x"))], {"a": text})
    lines = said.split("\n")
    assert len(lines) in (2, 4)
    assert all(one.isprintable() or one in "\t\n" for one in said)
    if len(lines) == 4:
        assert lines[1].count("\t") >= lines[2].count("\t")


@given(name=st.text(min_size=1, max_size=40).filter(lambda text: not text.startswith("--")), message=TEXTS)
def test_a_workflow_command_is_one_line(name: str, message: str) -> None:
    """What GitHub reads back is what was told."""
    said = as_github([Message(f"{name}:3:4", Result(message, "info", tags={"check": "ports"}))])
    assert said.count("\n") == 1
    assert said.endswith("\n")
    head, _, told = said[2:-1].partition("::")
    command, _, properties = head.partition(" ")
    found = dict(one.split("=", 1) for one in properties.split(","))
    assert command == "notice"
    assert told == Result(message, tags={"check": "ports"}).line().replace("%", "%25")
    assert {key: unquote(value) for key, value in found.items()} == {"file": name, "line": "3", "col": "4", "title": "ports"}


@given(name=TEXTS, message=TEXTS, severity=st.sampled_from(["error", "warning", "info"]))
def test_what_programs_read_is_json(name: str, message: str, severity: str) -> None:
    """Whatever is quoted, both forms can be read back, with the severity in the words of each."""
    told = [Message(f"{name}:3:4", Result(message, severity))]
    assert json.loads(as_json(told, {"a": 1})).keys() == {"a", "findings"}
    (result,) = json.loads(as_sarif(told))["runs"][0]["results"]
    assert result["level"] == {"error": "error", "warning": "warning", "info": "note"}[severity]


def test_no_findings() -> None:
    """Nothing to tell is nothing, or an empty list."""
    assert as_text([]) == as_github([]) == ""
    assert json.loads(as_json([], {})) == {"findings": []}
    assert json.loads(as_sarif([]))["runs"][0]["results"] == []
    assert counts([]) == {"error": 0, "warning": 0, "info": 0}


def test_a_result_of_no_check_is_of_the_config() -> None:
    """Every finding has a rule."""
    assert check_of(Message("a", Result("x"))) == "config"
