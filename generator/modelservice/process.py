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

    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    run()
