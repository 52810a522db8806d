"""What holds for every file of the repository: it names nothing that a reader could not look up here."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SPECIFICATION = ROOT / "docs" / "reference" / "specification.md"
TITLE = re.compile(r"(?m)^#{2,3} [0-9.]+ (.+)$")
CITATION = re.compile(r"\(specification: ([^)]*)\)")
# Documents that only some have read, and numbers of tasks. A HorizontalPodAutoscaler has a field `behavior`.
ELSEWHERE = re.compile(r"(?i)\bbehaviours?\b|\bbehaviors?\b(?!['\":]|\.\w)|\bissues? #?[0-9]|\bfindings? [0-9]|\blandscape\b")
# What is named as a document or a program: in prose, with its folders or without.
FILE = re.compile(r"(?<![\w/.:$<>{}*-])(?:\.{1,2}/)*((?:[\w.-]+/)*[\w-]+\.(?:md|py))\b(?!/)")
OUTSIDE = (".ci/run", "tests/acceptance/")  # run what lies beside a checkout, where something does


def tracked() -> list[str]:
    """The files of the repository, without those that others made."""
    if not (ROOT / ".git").exists():
        pytest.skip("only a checkout knows its files")
    return subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


@cache
def texts() -> dict[str, str]:
    """Every tracked file that is text."""
    found = {}
    for name in tracked():
        if (ROOT / name).is_file() and name != Path(__file__).relative_to(ROOT).as_posix():
            content = (ROOT / name).read_bytes()
            if b"\0" not in content:
                found[name] = content.decode()
    return found


def prose(name: str, text: str) -> str:
    """What a file says to people: of a program, comments and docstrings; of data, comments; of a document, all of it."""
    if name.endswith(".md"):
        return text
    if not name.endswith(".py"):
        return "\n".join(line.partition("#")[2] for line in text.splitlines() if re.match(r"[^'\"]*(^|\s)#", line))
    comments = [token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.COMMENT]
    nodes = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))]
    return "\n".join([*comments, *(ast.get_docstring(node) or "" for node in nodes)])


def written(text: str) -> set[str]:
    """The files that a page has its reader write: the titles of its blocks."""
    return set(re.findall(r'^ *```\w+ title="([^"]+)"', text, re.MULTILINE))


def test_nothing_cites_what_is_elsewhere() -> None:
    """No file names a task by its number, or a document that is not here."""
    found = [f"{name}: {match.group()}" for name, text in texts().items() for match in ELSEWHERE.finditer(text)]
    assert found == []


def test_nothing_leads_out_of_the_checkout() -> None:
    """Nothing but the programs that test what lies beside a checkout, where something does, speaks of that."""
    assert [name for name, text in texts().items() if "MODELSERVICE_SHARED" in text and not name.startswith(OUTSIDE)] == []


def test_citations_of_the_specification_lead_somewhere() -> None:
    """Whoever reads `(specification: TITLE, TITLE)` finds these sections."""
    titles = set(TITLE.findall(SPECIFICATION.read_text(encoding="utf-8")))
    cited = {title for text in texts().values() for match in CITATION.findall(text) for title in match.split(", ")}
    assert len(cited) > 20
    assert cited - titles == set()


def test_files_that_are_named_are_there() -> None:
    """A comment, a docstring or a document that names a file by its path or its name names one of the repository."""
    names = tracked()
    ends = {"/".join(name.split("/")[place:]) for name in names for place in range(name.count("/") + 1)}
    found = [
        f"{name}: {file}"
        for name, text in texts().items()
        if not name.startswith(OUTSIDE) and any(file not in ends for file in FILE.findall(text))
        for file in FILE.findall(prose(name, text))
        if file not in ends | written(text) and not Path(file).stem.isupper()  # such as generator/tasks/NAME.py, which stands for any
    ]
    assert found == []
