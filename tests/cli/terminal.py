"""The command line, called in this process or in one of its own, and what it said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.integration.folders import Map, stream
from typer.testing import CliRunner

import modelservice
from modelservice.cli.commands import app

SOURCE = Path(modelservice.__file__).resolve().parents[1]
SERVICE = """\
# A model.
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: ModelService
metadata:
  name: NAME
spec:
  modelArtifacts: {name: meta/NAME-8b}
  decode:
    replicas: 1
    containers:
    - name: engine
      image: registry.example/engine:1.0
      modelCommand: imageDefault
"""


class Said(NamedTuple):
    """How a call ended: exit code, and both streams."""

    code: int
    stdout: str
    stderr: str

    @property
    def objects(self) -> list[Map]:
        """The objects on stdout; the call must have gone well."""
        assert self.code == 0, self.stderr
        return stream(self.stdout)

    @property
    def lines(self) -> list[str]:
        """The lines on stderr."""
        return self.stderr.splitlines()


def call(*arguments: str, stdin: str | bytes = b"") -> Said:
    """Call the command line in this process."""
    done = CliRunner().invoke(app, arguments, input=stdin, env={"COLUMNS": "200", "NO_COLOR": "1"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Said(done.exit_code, done.stdout, done.stderr)


def process(*arguments: str, stdin: bytes = b"", cwd: Path | None = None) -> Said:
    """Call the command line as the installed command does."""
    command = [sys.executable, "-c", "from modelservice.cli import main; main()", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, input=stdin, check=False, capture_output=True, cwd=cwd, env=environment)
    return Said(done.returncode, done.stdout.decode(), done.stderr.decode())


def service(name: str = "llama", more: str = "") -> str:
    """Return the text of a ModelService of which there is nothing to warn; ``more`` is more of its spec."""
    return SERVICE.replace("NAME", name) + more


def written(folder: Path, name: str, text: str) -> str:
    """Write a file; return its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)
