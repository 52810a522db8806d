"""What the reference of an image says: its name, and the version in its tag."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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
