"""What the reference of an image says: its name, and the version in its tag; and what is said of versions in ``bases/dialects``."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Map = dict[str, Any]
    Version = tuple[int, int]

NEWEST_MAJOR = 20  # tags beyond are dates, such as 25.09


def name_of(image: str) -> str:
    """The name of ``image``, without its registry, path, tag and digest."""
    return image.partition("@")[0].rpartition("/")[2].partition(":")[0]


def version_of(image: str) -> Version | None:
    """The version in the tag of ``image``, such as ``v0.7.1`` or ``0.4.0-rc.1``; None where it has no tag, or another one."""
    return read_version(image.partition("@")[0].rpartition("/")[2].partition(":")[2])


def version_in(fields: dict[str, Any]) -> Version | None:
    """The version that a container says: its ``version``, else the one in the tag of its ``image``; None where neither says any."""
    return read_version(str(fields.get("version") or "")) or version_of(str(fields.get("image") or ""))


def read_version(text: str) -> Version | None:
    """Major and minor of a version such as ``v0.7.1``; None for what is not one."""
    major, _, rest = text.removeprefix("v").partition(".")
    minor = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    if not (major.isascii() and major.isdigit() and len(major) < 3 and 0 < len(minor) < 5) or int(major) >= NEWEST_MAJOR:
        return None
    return int(major), int(minor)


def since(text: str | None) -> Version:
    """The version of a mark in a data file; one that is not there is older than all."""
    return read_version(text or "0.0") or (0, 0)


def text_of(version: Version) -> str:
    """A version as marks have it."""
    return ".".join(map(str, version))


def in_force(entries: Iterable[Map], version: Version) -> Map | None:
    """The last of ``entries`` that begins, with its ``since``, at ``version`` or before."""
    return next((one for one in reversed([*entries]) if since(one.get("since")) <= version), None)


def is_known(marks: Map | None, version: Version) -> bool:
    """Whether a version has what has these marks, ``since`` and ``until``; where nothing is known, it may."""
    return marks is None or (since(marks.get("since")) <= version and (not marks.get("until") or version < since(marks["until"])))
