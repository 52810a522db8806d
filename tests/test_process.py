"""The process of the function: whatever happens, there is one ResourceList, one sentence and an exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from tests.compose.made import document
from tests.test_function import CONFIG_MAP, SOURCE, in_file, resource_list

from modelservice.krm import parse

Map = dict[str, Any]

SERVICE = document({"decode": {"containers": [{"name": "engine", "image": "engine:1.0"}]}})
UNDER_KUSTOMIZE = resource_list(SERVICE, CONFIG_MAP)
UNDER_KPT = resource_list(None, in_file(SERVICE), in_file(CONFIG_MAP, "theirs.yaml"))
BREAK = "import modelservice.function as f, modelservice.process as p\ndef broken(*a, **k): raise {error}\nf.{name} = broken\np.run()\n"
RUN = "from modelservice.process import run; run()"


class Ended:
    """How a process ended: exit code, the ResourceList on stdout (None where nothing is there), and the lines on stderr."""

    def __init__(self, program: str, data: str, redirections: str = "") -> None:
        command = ["sh", "-c", f'exec "$0" -c "$1" {redirections}', sys.executable, program]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        done = subprocess.run(command, input=data.encode(), check=False, capture_output=True, env=environment)
        self.code, self.lines = done.returncode, done.stderr.decode().splitlines()
        self.resources: Map | None = parse(done.stdout) if done.stdout else None
        assert self.resources is None or self.resources["kind"] == "ResourceList"

    @property
    def errors(self) -> list[str]:
        """The messages of the errors in the ResourceList."""
        results = (self.resources or {}).get("results", [])
        return [result["message"] for result in results if result["severity"] == "error"]


@pytest.mark.parametrize("data", [UNDER_KUSTOMIZE, UNDER_KPT], ids=["kustomize", "kpt"])
@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("KeyError('x')", 1, "this is a mistake in modelservice, please report it with the config that led to it: KeyError: "),
        ("ValueError('a\\nb' + 'x' * 9999)", 1, "ValueError: a\\nbxxx"),
        ("RecursionError", 1, "the input is nested too deeply"),
        ("MemoryError", 1, "there is not enough memory for this input"),
        ("KeyboardInterrupt", 130, "interrupted before the end"),
        ("FileNotFoundError(2, 'No such file', 'bases/x')", 1, "bases/x: No such file"),
    ],
)
def test_an_unforeseen_error(error: str, code: int, words: str, data: str) -> None:
    """Whatever breaks while generating, the answer has the items as they came and says so once, as does stderr; no traceback."""
    ended = Ended(BREAK.format(error=error, name="generate"), data)
    assert ended.code == code
    (message,) = ended.errors
    assert words in message
    assert len(message) < 300
    assert ended.resources is not None
    assert ended.resources["items"] == parse(data)["items"]
    (line,) = ended.lines
    assert line == f"error: ModelService llama: {message}" if data is UNDER_KUSTOMIZE else f"error: {message}"


@pytest.mark.parametrize("name", ["read_stdin", "main", "_tell"])
def test_an_unforeseen_error_elsewhere(name: str) -> None:
    """The same before there are items, and where the function itself cannot answer."""
    ended = Ended(BREAK.format(error="KeyError('x')", name=name), UNDER_KUSTOMIZE)
    assert (ended.code, len(ended.lines)) == (1, 1)
    (message,) = ended.errors
    assert message.startswith("this is a mistake in modelservice")
    assert ended.resources is not None
    assert ended.resources["items"] == []


def test_an_answer_that_cannot_be_written() -> None:
    """Where even the items as they came make no text, the answer has none, and still says what happened."""
    program = (
        "import modelservice.function as f, modelservice.krm as krm, modelservice.process as p\n"
        "def broken(resources):\n    resources.items[0].value['x'] = object()\n    raise KeyError('x')\n"
        "f.run = broken\np.run()\n"
    )
    ended = Ended(program, UNDER_KUSTOMIZE)
    assert (ended.code, len(ended.lines), len(ended.errors)) == (1, 1, 1)
    assert ended.resources is not None
    assert ended.resources["items"] == []


def test_a_broken_installation() -> None:
    """A library that is missing is told in an answer, too."""
    ended = Ended(f"import sys; sys.modules['yaml12'] = None; {RUN}", UNDER_KUSTOMIZE)
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert "yaml12" in ended.errors[0]


@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_no_input(redirection: str) -> None:
    """An empty or closed stdin is an error with an answer."""
    ended = Ended(RUN, "", redirection)
    assert (ended.code, len(ended.lines), len(ended.errors)) == (1, 1, 1)


@pytest.mark.parametrize(("redirection", "words"), [(">/dev/full", "No space left on device"), (">&-", "standard output is closed")])
@pytest.mark.parametrize("arguments", ["", "--help", "--version"])
def test_an_answer_that_does_not_arrive(arguments: str, redirection: str, words: str) -> None:
    """Where stdout is full or closed, one line says so, and the exit code is not 0."""
    ended = Ended(RUN, UNDER_KUSTOMIZE, f"{arguments} {redirection}")
    assert ended.code == 1
    assert words in ended.lines[-1]
    assert [line for line in ended.lines if line.startswith("error")] == ended.lines[-1:]


def test_an_orchestrator_that_is_gone() -> None:
    """Where nobody reads the answer, nothing is said, and the exit code is not 0."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(
        [sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(UNDER_KPT.encode())
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


WARNED = resource_list(document({}), CONFIG_MAP)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("data", "code"), [(WARNED, 0), ("nonsense", 1)], ids=["warnings", "an error"])
def test_messages_that_nobody_can_read(data: str, code: int, redirection: str) -> None:
    """Without a stderr the answer is the same, and holds nothing else."""
    ended, read = Ended(RUN, data, redirection), Ended(RUN, data)
    assert (ended.code, ended.lines) == (code, [])
    assert read.lines
    assert ended.resources == read.resources


def test_a_message_is_one_line() -> None:
    """A name that holds line breaks and control characters cannot break a message into two."""
    config = {**CONFIG_MAP, "metadata": {"name": "a\nerror: b\x1b[31m"}, "data": "text"}
    ended = Ended(RUN, resource_list(config, SERVICE))
    (line,) = ended.lines
    assert line.startswith("error: ConfigMap a\\nerror: b\\x1b[31m: the functionConfig's data is 'text'")
