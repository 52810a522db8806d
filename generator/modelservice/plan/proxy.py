"""The routing proxy's arguments, in the spelling of its version; ``bases/dialects/routing-proxy.yaml`` says what each version takes.

The rules are written down (specification: Routing proxy, Routing proxy by version).
"""

from __future__ import annotations

from modelservice import data
from modelservice.plan.images import in_force, is_known, name_of, since, text_of, version_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.plan.images import Version

    Map = dict[str, Any]

DEFAULT_CONNECTOR = "nixlv2"
DEFAULT_EC_CONNECTOR = "ec-nixl"  # where there are encode pods
RANKS = "data-parallel-size"  # the flag that has it listen on a port for each rank


class Finding:
    """Something about a key of ``routing.proxy``: ``path`` below it, how serious, what, and the value there."""

    __slots__ = ("current", "message", "path", "severity")

    def __init__(self, severity: str, path: str, message: str, current: Any = None) -> None:
        self.severity, self.path, self.message, self.current = severity, path, message, current


def arguments(routing: Map, ranks: int = 1) -> list[str]:
    """``--port``, one ``--flag=value`` for each key of ``routing.proxy`` that the version can say, in a fixed order, then ``flags``.

    A key that is null or not there says nothing; of ``flags``, one that is there already takes its place. ``ranks`` are those of the engine
    that have a port of their own, and one of the proxy's.
    """
    routing = with_ranks(routing, ranks)
    return _arguments(routing, _version(routing.get("proxy") or {}))


def with_ranks(routing: Map, ranks: int) -> Map:
    """``routing`` with the flag for so many ranks; ``routing`` itself where there is one."""
    if ranks == 1:
        return routing
    proxy = routing.get("proxy") or {}
    return {**routing, "proxy": {**proxy, "flags": {RANKS: ranks, **(proxy.get("flags") or {})}}}


def is_said(own: Map, proxy: Map) -> bool:
    """Whether a connector was asked for: by the user, whose part of ``proxy`` is ``own``, or by a profile that says another than usual."""
    return bool(own.get("connector") or proxy.get("kvConnector") or (proxy.get("connector") or DEFAULT_CONNECTOR) != DEFAULT_CONNECTOR)


def findings(routing: Map, own: Map) -> Iterator[Finding]:
    """What the proxy's version does not take of ``routing``; ``own`` is what the user wrote of ``routing.proxy``."""
    proxy = routing.get("proxy") or {}
    version, known = _version(proxy), _known_version(proxy) is not None
    if not known and any(_arguments(routing, other) != _arguments(routing, version) for other in _versions()):
        yield Finding(
            "info",
            "image",
            f"has no version in its tag, and gets the flags of {text_of(version)}; routing.proxy.version says which it is",
            proxy.get("image"),
        )
    yield from _unsaid(own, version)
    yield from _unknown_connectors(proxy, version, known=known)
    for name, value in (proxy.get("flags") or {}).items():
        if value is not None and not _takes(name.lstrip("-"), version):
            message = f"version {text_of(version)} of the routing proxy does not know this flag, and ends at once; leave it out"
            yield Finding("error" if known else "warning", f"flags.{name}", message, value)
    if own.get("connector") and own.get("kvConnector") and own["connector"] != own["kvConnector"]:
        yield Finding("warning", "connector", f"is not used: kvConnector says {own['kvConnector']}; leave one out", own["connector"])


def _unsaid(own: Map, version: Version) -> Iterator[Finding]:
    """The keys of the user's that a version has no flag for; what is off needs none."""
    for key in _dialect()["keys"]:
        written = "kvConnector" if key == "connector" and own.get("kvConnector") else key
        value = own.get(written)
        if value not in (None, False, "") and not _takes(_spelling(key, version)["flag"], version):
            message = f"version {text_of(version)} of the routing proxy has no flag for this; {_versions_with(key)}"
            yield Finding("warning", written, message, value)


def _unknown_connectors(proxy: Map, version: Version, *, known: bool) -> Iterator[Finding]:
    for key, by_version in _dialect()["connectors"].items():
        value = _value(proxy, key)
        entry = in_force(by_version, version)
        if value is None or entry is None or value in entry["names"]:
            continue
        anywhere = {name for one in by_version for name in one["names"]}
        certain = (known or value not in anywhere) and value not in entry.get("told", ())
        names = ", ".join(entry["names"])
        message = f"version {text_of(version)} of the routing proxy does not know it, and ends at once; it knows: {names}"
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
    return [argument for flag, value in said.items() for argument in written(flag, value)]


def _as_generated(name: str, said: Map) -> str:
    """The flag among ``said`` that means what ``name`` does: itself, or another spelling of the same key."""
    for spellings in _dialect()["keys"].values():
        names = [one["flag"] for one in spellings if "on" not in one]
        if name in names:
            return next((one for one in names if one in said), name)
    return name


def written(flag: str, value: Any) -> list[str]:
    """A flag as the proxy's parsers of all versions read it; a list repeats it, null leaves it out."""
    dashes = "-" if len(flag) == 1 else "--"
    values = value if isinstance(value, list) else [] if value is None else [value]
    return [f"{dashes}{flag}={_text_of(one)}" for one in values]


def _text_of(value: Any) -> Any:
    if isinstance(value, dict):
        from modelservice.config import structured  # hardly any proxy has one  # noqa: PLC0415

        return structured.text(value) or "{}"
    return str(value).lower() if isinstance(value, bool) else value


def _value(proxy: Map, key: str) -> Any:
    """What the spec says of a key; a connector may have either name, and where it is empty, the usual one is meant."""
    value = proxy.get(key)
    if key == "connector":
        value = proxy.get("kvConnector") or value
        return DEFAULT_CONNECTOR if value == "" else value
    return None if key == "ecConnector" and value == "" else value


def _version(proxy: Map) -> Version:
    by_name = _dialect()["counts-as"]
    return _known_version(proxy) or since(by_name.get(name_of(str(proxy.get("image") or ""))) or by_name[""])


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
    return in_force(spellings, version) or spellings[0]


def _takes(flag: str, version: Version) -> bool:
    return is_known(_dialect()["flags"].get(flag), version)


def _versions_with(key: str) -> str:
    """In words, the versions that can say a key."""
    versions = _versions()
    places = [place for place, version in enumerate(versions) if _takes(_spelling(key, version)["flag"], version)]
    first = f"from {text_of(versions[places[0]])} on" if places[0] else ""
    last = f"before {text_of(versions[places[-1] + 1])}" if places[-1] + 1 < len(versions) else ""
    return f"versions {' '.join(filter(None, (first, last)))} have one"


def _versions() -> list[Version]:
    """The versions at which anything changes, in order."""
    marks = [flag[mark] for flag in _dialect()["flags"].values() for mark in ("since", "until") if mark in flag]
    return sorted({(0, 0), *map(since, marks), *(since(one.get("since")) for key in _dialect()["keys"].values() for one in key)})


def _dialect() -> Map:
    dialect: Map = data.document("bases", "dialects", "routing-proxy.yaml")
    return dialect
