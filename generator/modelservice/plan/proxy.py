"""The routing proxy's arguments, in the spelling of its version; ``bases/dialects/routing-proxy.yaml`` says what each version takes."""

from __future__ import annotations

from modelservice import data
from modelservice.plan.images import name_of, read_version, version_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from modelservice.plan.images import Version

    Map = dict[str, Any]

DEFAULT_CONNECTOR = "nixlv2"


class Finding:
    """Something about a key of ``routing.proxy``: ``path`` below it, how serious, what, and the value there."""

    __slots__ = ("current", "message", "path", "severity")

    def __init__(self, severity: str, path: str, message: str, current: Any = None) -> None:
        self.severity, self.path, self.message, self.current = severity, path, message, current


def arguments(routing: Map) -> list[str]:
    """``--port``, one ``--flag=value`` for each key of ``routing.proxy`` that the version can say, in a fixed order, then ``flags``.

    A key that is null or not there says nothing; of ``flags``, one that is there already takes its place.
    """
    return _arguments(routing, _version(routing.get("proxy") or {}))


def findings(routing: Map, own: Map) -> Iterator[Finding]:
    """What the proxy's version does not take of ``routing``; ``own`` is what the user wrote of ``routing.proxy``."""
    proxy = routing.get("proxy") or {}
    version, known = _version(proxy), _known_version(proxy) is not None
    if not known and any(_arguments(routing, other) != _arguments(routing, version) for other in _versions()):
        yield Finding(
            "info",
            "image",
            f"has no version in its tag, and gets the flags of {_text(version)}; routing.proxy.version says which it is",
            proxy.get("image"),
        )
    yield from _unsaid(own, version)
    yield from _unknown_connectors(proxy, version, known=known)
    for name, value in (proxy.get("flags") or {}).items():
        if value is not None and not _takes(name.lstrip("-"), version):
            message = f"version {_text(version)} of the routing proxy does not know this flag, and ends at once; leave it out"
            yield Finding("error" if known else "warning", f"flags.{name}", message, value)
    if own.get("connector") and own.get("kvConnector") and own["connector"] != own["kvConnector"]:
        yield Finding("warning", "connector", f"is not used: kvConnector says {own['kvConnector']}; leave one out", own["connector"])


def _unsaid(own: Map, version: Version) -> Iterator[Finding]:
    """The keys of the user's that a version has no flag for; what is off needs none."""
    for key in _dialect()["keys"]:
        written = "kvConnector" if key == "connector" and own.get("kvConnector") else key
        value = own.get(written)
        if value not in (None, False, "") and not _takes(_spelling(key, version)["flag"], version):
            message = f"version {_text(version)} of the routing proxy has no flag for this; {_versions_with(key)}"
            yield Finding("warning", written, message, value)


def _unknown_connectors(proxy: Map, version: Version, *, known: bool) -> Iterator[Finding]:
    for key, by_version in _dialect()["connectors"].items():
        value = _value(proxy, key)
        entry = _last(by_version, version)
        if value is None or entry is None or value in entry["names"]:
            continue
        anywhere = {name for one in by_version for name in one["names"]}
        certain = (known or value not in anywhere) and value not in entry.get("told", ())
        message = f"version {_text(version)} of the routing proxy does not know it, and ends at once; it knows: {', '.join(entry['names'])}"
        path = "kvConnector" if key == "connector" and proxy.get("kvConnector") else key
        yield Finding("error" if certain else "warning", path, message, value)


def _arguments(routing: Map, version: Version) -> list[str]:
    proxy = routing.get("proxy") or {}
    said: dict[str, Any] = {"port": routing.get("servicePort")}
    for key, spelling in _spellings(version):
        value = _value(proxy, key)
        if "on" in spelling:
            value = spelling["on"] if value else None
        if value is not None:
            said[spelling["flag"]] = value
    for name, value in sorted((proxy.get("flags") or {}).items()):
        flag = _as_generated(name.lstrip("-"), said)
        if flag != name.lstrip("-"):  # another spelling of what is said already: the user's takes its place
            said = {name.lstrip("-") if one == flag else one: given for one, given in said.items()}
        said[name.lstrip("-")] = value
    return [argument for flag, value in said.items() for argument in _written(flag, value)]


def _as_generated(name: str, said: Map) -> str:
    """The flag among ``said`` that means what ``name`` does: itself, or another spelling of the same key."""
    for spellings in _dialect()["keys"].values():
        names = [one["flag"] for one in spellings if "on" not in one]
        if name in names:
            return next((one for one in names if one in said), name)
    return name


def _written(flag: str, value: Any) -> list[str]:
    """A flag as the proxy's parsers of all versions read it; a list repeats it, null leaves it out."""
    dashes = "-" if len(flag) == 1 else "--"
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [f"{dashes}{flag}={str(one).lower() if isinstance(one, bool) else one}" for one in values]


def _value(proxy: Map, key: str) -> Any:
    """What the spec says of a key; a connector may have either name, and where it is empty, the usual one is meant."""
    value = proxy.get(key)
    if key == "connector":
        value = proxy.get("kvConnector") or value
        return DEFAULT_CONNECTOR if value == "" else value
    return None if key == "ecConnector" and value == "" else value


def _version(proxy: Map) -> Version:
    by_name = _dialect()["counts-as"]
    return _known_version(proxy) or _read(by_name.get(name_of(str(proxy.get("image") or ""))) or by_name[""])


def _known_version(proxy: Map) -> Version | None:
    """The version that the spec says, else the one in the image's tag."""
    return version_in(proxy)


_SPELLINGS: dict[Version, list[tuple[str, Map]]] = {}


def _spellings(version: Version) -> list[tuple[str, Map]]:
    """The keys that a version can say, each with how; many services have the same proxy."""
    if version not in _SPELLINGS:
        every = ((key, _spelling(key, version)) for key in _dialect()["keys"])
        _SPELLINGS[version] = [(key, spelling) for key, spelling in every if _takes(spelling["flag"], version)]
    return _SPELLINGS[version]


def _spelling(key: str, version: Version) -> Map:
    spellings: list[Map] = _dialect()["keys"][key]
    return _last(spellings, version) or spellings[0]


def _last(entries: Iterable[Map], version: Version) -> Map | None:
    """The entry that is in force: the last of those that begin with ``version`` or before."""
    return next((one for one in reversed([*entries]) if _read(one.get("since")) <= version), None)


def _takes(flag: str, version: Version) -> bool:
    """Whether a version takes a flag; one that nothing is known of may be right."""
    known = _dialect()["flags"].get(flag)
    return known is None or (_read(known.get("since")) <= version and (not known.get("until") or version < _read(known["until"])))


def _versions_with(key: str) -> str:
    """In words, the versions that can say a key."""
    versions = _versions()
    places = [place for place, version in enumerate(versions) if _takes(_spelling(key, version)["flag"], version)]
    since = f"from {_text(versions[places[0]])} on" if places[0] else ""
    until = f"before {_text(versions[places[-1] + 1])}" if places[-1] + 1 < len(versions) else ""
    return f"versions {' '.join(filter(None, (since, until)))} have one"


def _versions() -> list[Version]:
    """The versions at which anything changes, in order."""
    marks = [flag[mark] for flag in _dialect()["flags"].values() for mark in ("since", "until") if mark in flag]
    return sorted({(0, 0), *map(_read, marks), *(_read(one.get("since")) for key in _dialect()["keys"].values() for one in key)})


def _read(text: str | None) -> Version:
    return read_version(text or "0.0") or (0, 0)


def _text(version: Version) -> str:
    return ".".join(map(str, version))


def _dialect() -> Map:
    dialect: Map = data.document("bases", "dialects", "routing-proxy.yaml")
    return dialect
