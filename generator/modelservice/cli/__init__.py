"""modelservice: the command line. One module a command; what they do is done by the rooms below."""

from __future__ import annotations

import contextlib
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; exit code 0 done, 1 the input is wrong, 2 the call is wrong, 130 interrupted."""
    try:
        from modelservice.krm.streams import replace_closed  # noqa: PLC0415

        replace_closed()
        from modelservice.cli.commands import app  # takes 100 ms, in which somebody may press Ctrl-C, too  # noqa: PLC0415

        app()
    except SystemExit:
        raise
    except BaseException as error:
        from modelservice.texts import mishap  # noqa: PLC0415

        with contextlib.suppress(OSError):
            print(f"error: {mishap(error)}", file=sys.stderr, flush=True)
        sys.exit(130 if isinstance(error, KeyboardInterrupt) else 1)
    finally:
        from modelservice.krm.streams import write_stderr  # noqa: PLC0415

        write_stderr("")  # what does not get out now would give the process an exit code of Python's
