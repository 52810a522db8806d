"""The process of modelservice-fn, of which kustomize starts one for every config of every build: nothing in it is done for tidiness.

Without the garbage collector (2 ms: one run leaves no cycles worth collecting) and without the interpreter's teardown (5 ms).
"""

from __future__ import annotations

import gc
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def run() -> NoReturn:
    """Run the function and end the process with its exit code."""
    gc.disable()
    from modelservice.function import main  # only now, since importing makes most of the garbage  # noqa: PLC0415

    try:
        code = main()
    except Exception as error:
        code = 1
        print(f"error: {mishap(error)}", file=sys.stderr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def mishap(error: Exception) -> str:
    """What to tell of an error that nobody foresaw: it is ours, and where it is."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace is not None else "nowhere"
    return f"this is a mistake in modelservice, please report it with the config that led to it: {type(error).__name__}: {error} ({place})"


if __name__ == "__main__":
    run()
