"""SECURITY.md: what the function does not do, seen by Python's own audit of the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.integration.folders import model_service
from tests.test_function import resource_list

import modelservice
from modelservice.krm import parse

PROGRAM = """
import json, os, sys
seen = []
def see(event, arguments):
    seen.append((event, str(arguments[0]) if arguments else "", arguments[2] if event == "open" else 0))
sys.addaudithook(see)
from modelservice.function import main
code = main()
with open(os.environ["SEEN"], "w") as file:
    json.dump(seen[:-1], file)
sys.exit(code)
"""
FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "urllib.",
    "ctypes.",
)
PATCHES = "patches:\n- target: {kind: Deploy.*}\n  patch: [{op: add, path: /metadata/labels/a, value: b}]\n"
CASES = {
    "a service": (model_service(), 0),
    "patches, by regular expression": (model_service(more=PATCHES), 0),
    "names of files and commands": (
        model_service(more="external: [Secret//etc/passwd]\nchecks: {/etc/passwd: off}\npresets: [../../etc/passwd]\n"),
        1,
    ),
    "templates that would like to reach out": (model_service(more='extraObjects: ["{{ env \\"HOME\\" }}", "${env.HOME}"]\n'), 1),
}


@pytest.mark.parametrize(("config", "code"), CASES.values(), ids=CASES)
def test_the_function_reaches_nothing(config: str, code: int, tmp_path: Path) -> None:
    """It starts nothing, opens no connection, writes no file, and reads none but its own, whatever the config says."""
    record = tmp_path / "seen.json"
    environment = {**os.environ, "SEEN": str(record), "PYTHONDONTWRITEBYTECODE": "1", "HOME": str(tmp_path / "a home that nobody prints")}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=resource_list(parse(config.encode())),
        env=environment,
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert run.returncode == code, run.stderr
    assert "a home that nobody prints" not in run.stdout
    seen = json.loads(record.read_text(encoding="utf-8"))
    assert [event for event, *_ in seen if event.startswith(FORBIDDEN)] == []
    opened = [(name, flags) for event, name, flags in seen if event == "open" and not name.isdigit()]
    ours = (str(Path(modelservice.__file__).resolve().parents[2]), sys.prefix, sys.base_prefix)
    assert opened
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    assert [name for name, flags in opened if not name.startswith(ours) or flags & writing] == []
