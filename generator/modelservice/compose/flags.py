"""Command-line arguments merged by flag, so that nobody has to repeat a whole list to change one of them (specification: Flags).

``flags`` is a map from a flag's name to what it shall be: text or a number is its value, true a bare flag, a map JSON that merges with the
JSON that is there, a list repeats the flag, null removes it. ``--flag=value`` and ``--flag value`` are the same flag, and so are
``--max-model-len`` and ``--max_model_len``.
"""

from __future__ import annotations

import re

from modelservice.config import structured

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Argument = tuple[str, list[str]]

SHELLS = ("sh", "bash", "dash", "ash", "zsh")
SCRIPT = "-[a-z]*c"  # the option that has the script behind it, alone or among others
ARGUMENTS = "$@"  # what a script calls the arguments that it gets


class FlagError(ValueError):
    """Flags that cannot be merged; the message says why."""


def merged(args: list[str], flags: dict[str, Any], kept: int = 0) -> list[str]:
    """``args`` with ``flags`` merged in: where a flag stood first, there it stays; new ones follow.

    New ones are sorted, since the keys of a map have no order of their own, and kustomize changes it. The last ``kept`` arguments are the
    user's own: they stay as they are, and a flag that is among them is left alone. Neither argument is changed.
    """
    own = args[len(args) - kept :]
    taken = {key(name) for name, _ in _arguments(own)}
    places: list[list[str]] = []  # the texts of each argument; of a flag that stands several times, all but the first are empty
    by_flag: dict[str, list[int]] = {}
    for name, texts in _arguments(args[: len(args) - kept]):
        if name:
            by_flag.setdefault(key(name), []).append(len(places))
        places.append(texts)
    for name, value in sorted(flags.items()):
        if key(name) in taken:
            continue
        standing = by_flag.get(key(name), [])
        written = _written(name, places, standing)
        texts = _texts(value, written, _value(places[standing[-1]]) if standing else "")
        first, *others = standing or [len(places)]
        if first == len(places):
            places.append([])
        for place in others:
            places[place] = []
        places[first] = texts
        by_flag[key(name)] = [first] if places[first] else []
    return [text for texts in places for text in texts] + own


def refuse_script(command: list[str], args: list[str]) -> None:
    """Raise FlagError for a container that runs a shell script: its flags are inside the script's text, where nothing can be merged.

    Not where the command has the whole script, and passes its arguments on.
    """
    text = script(command, args)
    if text is not None and not (f'"{ARGUMENTS}"' in text and text in command[:-1]):
        program = command[0].rpartition("/")[2]
        raise FlagError(f"cannot be merged: the container runs a {program} script; change the script, or let modelCommand make the command")


def script(command: list[str], args: list[str]) -> str | None:
    """The shell script that a container with this command and these args runs; None when it runs none."""
    if not command or command[0].rpartition("/")[2] not in SHELLS:
        return None
    words = iter([*command[1:], *args])
    return next(words, "") if any(re.fullmatch(SCRIPT, word) for word in words) else None


def behind_script(command: list[str], args: list[str]) -> list[str]:
    """The arguments that a shell script gets: what stands behind the word that it is called by."""
    words = [*command[1:], *args]
    option = next((place for place, word in enumerate(words) if re.fullmatch(SCRIPT, word)), 0)
    return words[option + 3 :] if script(command, args) == words[option + 1 : option + 2][0] else []


def read(args: list[str]) -> list[Argument]:
    """``args`` as flags, in their order: the key of each with its values; what comes before any flag has the key ``""``."""
    flags: list[Argument] = []
    for name, texts in _arguments(args):
        _, equals, value = texts[0].partition("=")
        flags.append((key(name), texts if not name else [value] if equals else texts[1:]))
    return flags


def key(name: str) -> str:
    """What tells flags apart: the name without dashes in front, ``_`` and ``-`` being the same."""
    return name.lstrip("-").replace("_", "-")


def _arguments(args: list[str]) -> list[Argument]:
    """``args`` taken apart: each flag with its own text and the values that follow it; what comes before any flag has no name."""
    arguments: list[Argument] = []
    for text in args:
        if _is_flag(text):
            arguments.append((text.partition("=")[0], [text]))
        elif arguments and "=" not in arguments[-1][1][0]:
            arguments[-1][1].append(text)
        else:
            arguments.append(("", [text]))
    return arguments


def _is_flag(text: str) -> bool:
    return len(text) > 1 and text[0] == "-" and text[1] not in "0123456789."


def _written(name: str, places: list[list[str]], standing: Sequence[int]) -> str:
    """How the flag is written where it stands already, with its separator: ``--flag=`` or ``--flag``."""
    for place in standing:
        flag, separator, _ = places[place][0].partition("=")
        return flag + separator
    return f"--{name.lstrip('-')}"


def _value(texts: list[str]) -> str:
    """The value of a flag that is written so; empty where it has none, or several."""
    _, equals, value = texts[0].partition("=")
    return value if equals else texts[1] if len(texts) == 2 else ""


def _texts(value: Any, written: str, standing: str) -> list[str]:
    if value is True:
        return [written.removesuffix("=")]
    if isinstance(value, dict):
        value = structured.text(value, standing)
    texts: list[str] = []
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        text = (structured.text(one) or "{}") if isinstance(one, dict) else str(one)
        if written.endswith("="):
            texts.append(written + text)
        elif _is_flag(text) or not text:
            texts.append(f"{written}={text}")  # as a word of its own it would be taken for a flag
        else:
            texts += [written, text]
    return texts
