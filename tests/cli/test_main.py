"""The command line as a whole: its commands, its help, its exit codes, what it costs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.cli.terminal import SOURCE, call, process

import modelservice
from modelservice.cli import commands
from modelservice.cli.commands import unknown

COMMANDS = ("render", "validate", "schema", "init", "patch", "diff", "convert", "graph", "view", "explain", "presets", "images", "requires")


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
    """Help and version come without the libraries that only messages about wrong input need, or work."""
    calls = [["--version"], *([name, "--help"] for name in COMMANDS)]
    program = (
        f"import sys\nfrom modelservice.cli.commands import app\nfor call in {calls}:\n    try:\n        app(call)\n"
        "    except SystemExit:\n        pass\nprint(*sys.modules)\n"
    )
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)})
    loaded = {name.partition(".")[0] for name in found.stdout.splitlines()[-1].split()}
    assert {"modelservice", "typer"} <= loaded
    assert loaded & {"ruamel", "jsonschema", "jsonpatch", "rich"} == set()


SERVICE = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: ModelService\nmetadata: {name: a}\nspec: {modelArtifacts: {name: a/b}}\n"
BREAK = (
    "import modelservice.cli as cli, modelservice.cli.services as services\n"
    "def broken(*_, **__): raise {}\n"
    "services.run = broken\n"
    "import sys; sys.argv = ['modelservice', 'render', '-']\n"
    "cli.main()\n"
)
CALL = "import sys; sys.argv = ['modelservice', *{}]; from modelservice.cli import main; main()"


def ended(program: str, redirections: str = "") -> tuple[int, str, list[str]]:
    """Run a program that reads a ModelService; return its exit code, what is on stdout, and the lines on stderr."""
    command = ["sh", "-c", f'exec "$0" -c "$1" {redirections}', sys.executable, program]
    found = subprocess.run(command, input=SERVICE, check=False, capture_output=True, text=True, env={"PYTHONPATH": str(SOURCE)})
    return found.returncode, found.stdout, found.stderr.splitlines()


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("KeyError('x')", 1, "error: this is a mistake in modelservice, please report it"),
        ("RecursionError", 1, "error: the input is nested too deeply"),
        ("MemoryError", 1, "error: there is not enough memory for this input"),
    ],
)
def test_an_unforeseen_error_is_one_sentence(error: str, code: int, words: str) -> None:
    """Whatever breaks, there is one line on stderr and nothing on stdout, and no traceback."""
    found, stdout, (line,) = ended(BREAK.format(error))
    assert (found, stdout) == (code, "")
    assert line.startswith(words)


def test_an_interrupt() -> None:
    """Ctrl-C ends a command with its own exit code, also while the command is being loaded; at most a line is said."""
    found, stdout, lines = ended(BREAK.format("KeyboardInterrupt"))
    assert (found, stdout) == (130, "")
    assert len(lines) <= 1
    loading = "import sys\nclass Broken:\n    def find_spec(self, name, *_):\n        if name == 'typer': raise KeyboardInterrupt\n"
    assert ended(f"{loading}sys.meta_path.insert(0, Broken())\n{CALL.format(['--version'])}") == (
        130,
        "",
        ["error: interrupted before the end"],
    )


@pytest.mark.parametrize(("redirection", "words"), [(">/dev/full", "No space left on device"), (">&-", "standard output is closed")])
def test_output_that_does_not_arrive(redirection: str, words: str) -> None:
    """Where stdout is full or closed, the last line says so, with code 1."""
    code, stdout, lines = ended(CALL.format(["render", "-"]), redirection)
    assert (code, stdout) == (1, "")
    assert lines[-1].startswith("error: ")
    assert words in lines[-1]
    assert [line for line in lines if "warning" not in line] == lines[-1:]


def test_a_reader_that_is_gone() -> None:
    """Where nobody reads on, nothing is said of it, with code 1."""
    command = [sys.executable, "-c", CALL.format(["render", "-"])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"PYTHONPATH": str(SOURCE)}
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(SERVICE.encode())
        process.stdin.close()
        assert "warning: " in process.stderr.read().decode().splitlines()[-1]
        assert process.wait() == 1


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_messages_that_nobody_can_read(redirection: str) -> None:
    """Without a stderr no message gets onto stdout, and nothing else is said."""
    code, stdout, lines = ended(CALL.format(["render", "nonsense"]), redirection)
    assert code in (1, 2)
    assert (stdout, lines) == ("", [])
    code, stdout, lines = ended(CALL.format(["render", "-"]), redirection)
    assert lines == []
    assert "warning" not in stdout
    assert (code == 0) is bool(stdout)


def test_a_closed_stdin_is_told() -> None:
    """A closed stdin is told as what cannot be read."""
    code, stdout, lines = ended(CALL.format(["render", "-"]), "<&-")
    assert (code, stdout) == (2, "")
    assert "standard input is closed" in lines[-1]


@pytest.mark.parametrize("arguments", [[], *([name] for name in COMMANDS)])
def test_a_short_way_to_help(arguments: list[str]) -> None:
    """-h is --help, of every command."""
    assert call(*arguments, "-h") == call(*arguments, "--help")
    assert call(*arguments, "-h").code == 0


def test_a_word_that_is_no_command(tmp_path: Path) -> None:
    """A mistyped command gets the one that was meant, any other word those that there are, a file the command for it."""
    known = ["render", "convert"]
    assert unknown("rendr", known) == "no such command: rendr; did you mean render?"
    assert unknown("xyz", known) == "no such command: xyz; there are: render, convert"
    for word in ("values.yaml", "values.yml", "-", str(tmp_path)):
        meant = f"{word} is no command; did you mean modelservice render {word}?"
        assert unknown(word, known) == f"{meant} Helm values? modelservice convert {word}"
        assert unknown(word, ["render"]) == meant
    said = call("values.yaml")
    assert (said.code, said.stdout) == (2, "")
    assert "did you mean modelservice render values.yaml?" in said.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell: str) -> None:
    """A shell gets its script, and completes commands, options and presets."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    program = [sys.executable, "-c", "import sys; sys.argv[0] = 'modelservice'; from modelservice.cli import main; main()"]

    def complete(line: str) -> str:
        words = {
            "COMP_WORDS": line,
            "COMP_CWORD": str(line.count(" ")),
            "_TYPER_COMPLETE_ARGS": line,
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        }
        asked = {**environment, **words, "_MODELSERVICE_COMPLETE": f"complete_{shell}"}
        return subprocess.run(program, check=False, capture_output=True, text=True, env=asked).stdout

    script = subprocess.run([*program, "--show-completion", shell], check=False, capture_output=True, text=True, env=environment)
    assert "_MODELSERVICE_COMPLETE" in script.stdout
    assert "graceful-shutdown" in complete("modelservice render --preset grac")
    if shell == "bash":  # what is offered does not depend on it
        assert "render" in complete("modelservice re")
        assert "--kubernetes" in complete("modelservice render --kub")


def test_without_a_terminal_there_are_no_colours(tmp_path: Path) -> None:
    """Nothing that is piped has escape codes, whatever TERM says."""
    path = tmp_path / "a.yaml"
    path.write_text(SERVICE, encoding="utf-8")
    for arguments in (["--help"], ["render", "--help"], ["rendr"], ["render", str(path)], ["validate", str(path)]):
        command = [sys.executable, "-c", CALL.format(arguments)]
        environment = {"PYTHONPATH": str(SOURCE), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        said = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)
        assert said.stdout or said.stderr
        assert "\x1b" not in said.stdout + said.stderr


def test_quiet_leaves_warnings_out(tmp_path: Path) -> None:
    """With --quiet, render leaves warnings out, and nothing else."""
    path = tmp_path / "a.yaml"
    path.write_text(SERVICE, encoding="utf-8")
    loud, quiet = call("render", str(path)), call("render", str(path), "--quiet")
    assert ": warning: " in loud.stderr
    assert (quiet.code, quiet.stdout, quiet.stderr) == (0, loud.stdout, "")
    assert call("render", str(path), "-q", "--set", "decode.replica=1").stderr.count("\n") == 1
