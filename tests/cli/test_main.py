"""The command line as a whole: its commands, its help, its exit codes, what it costs."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import typer.main
from tests.cli.terminal import SOURCE, call, process

import modelservice
from modelservice.cli import commands

COMMANDS = ("render", "patch")


def known() -> dict[str, Any]:
    """Return the commands as they are parsed."""
    group: Any = typer.main.get_command(commands.app)
    found: dict[str, Any] = group.commands
    return found


def test_version() -> None:
    """--version prints the package's version and nothing else."""
    assert call("--version") == (0, f"{modelservice.__version__}\n", "")


def test_help_lists_the_commands() -> None:
    """--help says what there is, with a sentence on each command; a call without arguments shows the same, and is wrong."""
    said = call("--help")
    assert said.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in said.stdout
    assert tuple(known()) == COMMANDS
    nothing = call()
    assert nothing.code == 2
    assert "Commands:" in nothing.stdout + nothing.stderr


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help(name: str) -> None:
    """A command says in a sentence what it does, and each of its options has a text; the help shows all of them."""
    command = known()[name]
    assert (command.help or "").partition("\n")[0].endswith(".")
    said = call(name, "--help")
    assert said.code == 0
    for option in command.params:
        text = getattr(option, "help", None)
        assert text, f"{name}: {option.name} has no help"
        assert " ".join(text.split()[:3]) in " ".join(said.stdout.split())
        for spelling in option.opts:
            assert spelling in said.stdout or not spelling.startswith("-")


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["--nonsense"],
        ["render"],
        ["render", "--nonsense", "x"],
        ["patch", "x"],
        ["patch", "x", "-p", "a: 1", "--type", "merge"],
    ],
)
def test_a_wrong_call_is_exit_code_2(arguments: list[str]) -> None:
    """What cannot be a call is told on stderr with code 2, so that scripts can tell it from a finding."""
    said = call(*arguments)
    assert said.code == 2
    assert said.stdout == ""
    assert said.stderr


def test_a_process_does_what_a_call_does() -> None:
    """The installed command prints the same and ends with the same codes."""
    for arguments in (["--version"], ["--help"], ["nonsense"]):
        assert process(*arguments).code == call(*arguments).code
    assert process("--version").stdout == call("--version").stdout


def test_the_command_costs_no_reader_of_people() -> None:
    """Help and version come without the libraries that only messages about wrong input need."""
    program = (
        "import sys\nfrom modelservice.cli.commands import app\ntry:\n    app(['--version'])\nexcept SystemExit:\n    print(*sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)})
    loaded = {name.partition(".")[0] for name in found.stdout.split()}
    assert {"modelservice", "typer"} <= loaded
    assert loaded & {"ruamel", "jsonschema", "jsonpatch"} == set()


def test_an_unforeseen_error_is_one_sentence() -> None:
    """Should there be a mistake of ours, its place is told and what to do, with code 1, and no traceback."""
    program = (
        "import modelservice.cli as cli, modelservice.cli.render as render\n"
        "def broken(*_): raise KeyError('x')\n"
        "render.generate = broken\n"
        "import sys; sys.argv = ['modelservice', 'render', '-']\n"
        "cli.main()\n"
    )
    text = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: ModelService\nmetadata: {name: a}\n"
    command = [sys.executable, "-c", program]
    found = subprocess.run(command, input=text, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)})
    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.count("\n") == 1
    assert "please report it" in found.stderr
