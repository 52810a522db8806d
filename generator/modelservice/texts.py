"""Values as text for people, and numbers that people wrote as text: one rule for all rooms.

Nothing is imported here, so that it still works where something else does not.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

LONGEST = 80  # characters of a value in a message: enough to know it by
MOST = 20  # names in a message: who has more of them looks for himself
DIGITS = 18  # of a whole number: what every reader of JSON and Go holds


def shown(value: Any) -> str:
    """``value`` as it is shown in a message: on one line, cut where it is long, texts in quotes."""
    if isinstance(value, str):
        return repr(_short(value))
    if isinstance(value, (dict, list)):
        return "a map" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) >= 10**LONGEST:  # Python refuses to write thousands of digits
        return "a number of more than 80 digits"
    return as_text(value)


def as_text(value: Any) -> str:
    """A scalar as YAML writes it, and so as it is where text has to be: ``true`` for a truth value, ``null`` for nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def cut(text: str) -> str:
    """``text`` as it is shown where quotes would be in the way: on one line, cut where it is long."""
    return one_line(_short(text))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def listed(names: Sequence[str], separator: str = ", ", most: int = MOST) -> str:
    """``names`` one behind the other, of many only the first and how many more there are."""
    more = len(names) - most
    return separator.join(names) if more <= 0 else f"{separator.join(names[:most])}{separator}and {more} more"


def one_line(text: str) -> str:
    """``text`` with escapes for its line breaks and control characters: a message is one line, whatever it quotes."""
    return text if text.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def whole_number(text: str) -> int | None:
    """The number that ``text`` says in digits 0 to 9 alone, of at most 18 without zeros in front; None for anything else."""
    if not (text.isascii() and text.isdecimal()):
        return None
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) <= DIGITS else None


def mishap(error: BaseException) -> str:
    """What to tell of an error that nobody foresaw, as one sentence: it is ours and where it is, unless the machine is the cause."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted before the end"
    if isinstance(error, MemoryError):
        return "there is not enough memory for this input"
    if isinstance(error, RecursionError):
        return "the input is nested too deeply"
    if isinstance(error, OSError):
        return ": ".join(str(part) for part in (error.filename, error.strerror) if part) or str(error)
    what = cut(str(error))
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace is not None else "nowhere"
    return f"this is a mistake in modelservice, please report it with the config that led to it: {type(error).__name__}: {what} ({place})"
