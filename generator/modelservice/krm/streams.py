"""The process's own streams: bytes, because their text modes depend on the locale. Each may be closed, full, or gone."""

from __future__ import annotations

import os
import sys

from modelservice.krm.limits import MAX_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def replace_closed() -> None:
    """Open nothing in the place of each standard stream that the process was started without.

    Else the next file that is opened takes its number, and Python prints on stdout what is meant for a stderr that is not there.
    ``sys.stdin`` and ``sys.stdout`` stay None, since reading and writing have to fail.
    """
    if sys.stdin is None or sys.stdout is None or sys.stderr is None:
        while (descriptor := os.open(os.devnull, os.O_RDWR)) < 2:
            pass
        if descriptor > 2:
            os.close(descriptor)
        if sys.stderr is None:
            sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)  # noqa: SIM115


def read_stdin() -> bytes:
    """Read all of stdin, or so much that it is known to be too large; OSError where there is none."""
    if sys.stdin is None:
        raise OSError("standard input is closed")
    return sys.stdin.buffer.read(MAX_BYTES + 1)


def write_stdout(data: bytes) -> None:
    """Write all of the output at once; OSError where not all of it arrived, BrokenPipeError where its reader is gone."""
    if sys.stdout is None:
        raise OSError("standard output is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except OSError as error:
        error.filename = "standard output"
        _give_up(sys.stdout)
        raise


def write_stderr(text: str) -> None:
    """Write a text for people; where nobody can read it, that is no error."""
    if sys.stderr is None:
        return
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except OSError:
        _give_up(sys.stderr)


def _give_up(stream: TextIO) -> None:
    """Let what is left in ``stream`` go nowhere: the interpreter flushes it once more when it ends, and must not fail then."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
