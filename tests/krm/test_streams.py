"""`streams`: bytes in, bytes out, in a process of its own."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest

from modelservice.krm import streams

ECHO = "from modelservice.krm import read_stdin, write_stdout; write_stdout(read_stdin())"


def test_bytes_pass() -> None:
    """Neither the locale nor line ends touch the bytes."""
    data = "é😀\r\n\n".encode() + b"\xff\x00"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", ECHO], input=data, capture_output=True, check=True, env=environment)
    assert (done.stdout, done.stderr) == (data, b"")


def ended(program: str, redirections: str = "", data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run a program with a shell's redirections of its streams."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = ["sh", "-c", f'exec "$0" -c "$1" {redirections}', sys.executable, program]
    return subprocess.run(command, input=data, capture_output=True, check=False, env=environment)


def test_reader_that_goes_away() -> None:
    """A reader that closes early is told apart from other failures, and the interpreter says nothing of it at its end."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = (
        "from modelservice.krm import write_stdout\ntry:\n    write_stdout(b'a' * 99999)\nexcept BrokenPipeError:\n    raise SystemExit(7)"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 7


@pytest.mark.parametrize("redirection", [">&-", ">/dev/full"])
def test_output_that_does_not_arrive(redirection: str) -> None:
    """Output that could not be written whole is an OSError, and the interpreter says nothing more of it at its end."""
    program = "from modelservice.krm import write_stdout\ntry:\n    write_stdout(b'a')\nexcept OSError:\n    raise SystemExit(7)"
    done = ended(program, redirection)
    assert (done.returncode, done.stderr) == (7, b"")


def test_input_that_is_not_there() -> None:
    """A closed stdin is an OSError."""
    done = ended("from modelservice.krm import read_stdin\ntry:\n    read_stdin()\nexcept OSError:\n    raise SystemExit(7)", "<&-")
    assert (done.returncode, done.stdout, done.stderr) == (7, b"", b"")


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_messages_that_nobody_can_read(redirection: str) -> None:
    """A message that cannot be written is no error, and does not go to stdout instead; neither does one that is printed."""
    program = (
        "import sys\nfrom modelservice.krm import replace_closed, write_stderr\n"
        "write_stderr('a')\nreplace_closed()\nwrite_stderr('b')\nprint('c', file=sys.stderr, flush=True)"
    )
    done = ended(program, redirection)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize("redirection", ["<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_no_file_takes_the_place_of_a_stream(redirection: str) -> None:
    """Whichever of the streams are closed, the next file gets a number of its own."""
    program = "import os\nfrom modelservice.krm import replace_closed\nreplace_closed()\nos._exit(os.open(os.devnull, os.O_RDONLY))"
    assert ended(program, redirection).returncode == 3


def test_what_is_too_large_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte too many is enough to refuse it; the rest would only fill the memory."""
    monkeypatch.setattr("modelservice.krm.streams.MAX_BYTES", 10)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x" * 100)))
    assert streams.read_stdin() == b"x" * 11
