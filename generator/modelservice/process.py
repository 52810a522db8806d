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
    """Run the function and end the process with its exit code; what it cannot answer itself is answered here, as an error."""
    gc.disable()
    try:
        from modelservice.function import main  # only now, since importing makes most of the garbage  # noqa: PLC0415
        from modelservice.krm.streams import replace_closed  # noqa: PLC0415

        replace_closed()
        code = main()
    except BaseException as error:  # that an import failed, or was interrupted: main answers for what comes after
        code = _answer_for(error)
    os._exit(code)


def _answer_for(error: BaseException) -> int:
    """Write the ResourceList, the sentence on stderr and the exit code of a run that did not come to an answer."""
    import contextlib  # noqa: PLC0415
    import json  # noqa: PLC0415

    from modelservice.texts import mishap  # noqa: PLC0415

    message = mishap(error)
    results = [{"message": message, "severity": "error"}]
    answer = {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "items": [], "results": results}
    for stream, text in ((sys.stdout, json.dumps(answer)), (sys.stderr, f"error: {message}")):
        with contextlib.suppress(Exception):  # closed or full: there is nobody left to tell
            stream.write(f"{text}\n")
            stream.flush()
    return 130 if isinstance(error, KeyboardInterrupt) else 1


if __name__ == "__main__":
    run()
