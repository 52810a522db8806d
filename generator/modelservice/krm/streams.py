"""The process's own streams: bytes, because their text modes depend on the locale."""

from __future__ import annotations

import os
import sys


def read_stdin() -> bytes:
    """Read all of stdin."""
    return sys.stdin.buffer.read()


def write_stdout(data: bytes) -> None:
    """Write all of the output at once: what arrives is then complete, or the reader is gone, which is no error here."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The interpreter flushes stdout once more when it ends, and must not fail then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
