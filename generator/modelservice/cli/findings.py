"""Findings in the forms that are read elsewhere: a terminal, GitHub's workflow commands, SARIF, plain JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from modelservice import __version__, data
from modelservice.checks import NAMES
from modelservice.cli.messages import SEVERITIES, Message
from modelservice.krm.results import CONFIG

Map = dict[str, Any]

WIDEST = 160  # characters of a line of source that are shown
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "info": "note"}  # of SARIF
COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}  # of GitHub


def check_of(message: Message) -> str:
    """The check that a message is from."""
    return (message.result.tags or {}).get("check", CONFIG)


def counts(messages: Sequence[Message]) -> dict[str, int]:
    """How many messages there are of each severity."""
    return {severity: sum(one.result.severity == severity for one in messages) for severity in SEVERITIES}


def as_text(messages: Sequence[Message], sources: Mapping[str, str] | None = None, *, coloured: bool = False) -> str:
    """One line each; with ``sources``, the texts of files by name, the line of the file with a caret under the place."""
    return "".join(f"{one.line(coloured=coloured)}\n{_excerpt(one, sources or {})}" for one in messages)


def _excerpt(message: Message, sources: Mapping[str, str]) -> str:
    name, line, column = message.position
    lines = sources.get(name, "").split("\n")
    if not 0 < line <= len(lines) or not lines[line - 1].strip():
        return ""
    text = lines[line - 1].rstrip("\r")
    start = max(0, column - 1 - WIDEST // 2) if len(text) > WIDEST else 0
    shown = text[start : start + WIDEST]
    shown = "".join(one if one.isprintable() or one == "\t" else "\N{REPLACEMENT CHARACTER}" for one in shown)
    indent = "".join(one if one == "\t" else " " for one in shown[: column - 1 - start])
    margin = f"{line:>5}"
    return f"{margin} | {shown}\n{' ' * len(margin)} | {indent}^\n"


def as_json(messages: Sequence[Message], head: Map) -> str:
    """An object: ``head``, and ``findings``."""
    return json.dumps({**head, "findings": [_finding(one) for one in messages]}, indent=2, ensure_ascii=False) + "\n"


def _finding(message: Message) -> Map:
    name, line, column = message.position
    result = message.result
    where = {"file": name, "line": line, "column": column} if name else {"place": message.place or None}
    told = {"severity": result.severity, "check": check_of(message), "message": result.message, "field": result.field}
    return {**where, **told, "resource": result.resource.to_dict() if result.resource else None}


def as_github(messages: Sequence[Message]) -> str:
    """Workflow commands, which GitHub shows beside the lines of a change: ``::error file=…,line=…,col=…,title=CHECK::message``."""
    return "".join(map(_command, messages))


def _command(message: Message) -> str:
    name, line, column = message.position
    where = {"file": name, "line": line, "col": column} if name else {}
    properties = ",".join(f"{key}={_escaped(str(value), ':,')}" for key, value in {**where, "title": check_of(message)}.items())
    said = message.result.line() if name else f"{message.place}: {message.result.line()}"
    return f"::{COMMANDS[message.result.severity]} {properties}::{_escaped(said)}\n"


def _escaped(text: str, more: str = "") -> str:
    for character in f"%\r\n{more}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def as_sarif(messages: Sequence[Message]) -> str:
    """A log of SARIF 2.1.0 with one run, whose rules are the checks that have something to say."""
    rules = list(dict.fromkeys(map(check_of, messages)))
    driver = {"name": "modelservice", "version": __version__, "rules": [_rule(name) for name in rules]}
    results = [_sarif_result(one, rules.index(check_of(one))) for one in messages]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _rule(name: str) -> Map:
    if name not in NAMES:  # the config itself, or the YAML: that says it all
        return {"id": name}
    page = data.text("docs", "checks", f"{name}.md")
    finds = page.split("\n\n")[1].replace("\n", " ")
    return {"id": name, "shortDescription": {"text": finds}, "help": {"text": page, "markdown": page}}


def _sarif_result(message: Message, rule: int) -> Map:
    name, line, column = message.position
    found: Map = {
        "ruleId": check_of(message),
        "ruleIndex": rule,
        "level": LEVELS[message.result.severity],
        "message": {"text": message.result.line() if name else f"{message.place}: {message.result.line()}"},
    }
    if name:
        artifact = {"uri": f"file://{quote(name)}" if name.startswith("/") else quote(name)}
        region = {"startLine": line, "startColumn": column}
        found["locations"] = [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]
    return found


FORMATS: dict[str, Callable[[Sequence[Message]], str]] = {"github": as_github, "sarif": as_sarif}
