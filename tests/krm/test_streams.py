"""`streams`: bytes in, bytes out, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

ECHO = "from modelservice.krm import read_stdin, write_stdout; write_stdout(read_stdin())"


def test_bytes_pass() -> None:
    """Neither the locale nor line ends touch the bytes."""
    data = "é😀\r\n\n".encode() + b"\xff\x00"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", ECHO], input=data, capture_output=True, check=True, env=environment)
    assert (done.stdout, done.stderr) == (data, b"")


def test_reader_that_goes_away() -> None:
    """A reader that closes early is no error, and nothing is said about it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", ECHO],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(b"a" * 1_000_000)
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 0
