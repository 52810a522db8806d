"""What a Kubernetes API server would refuse in an object."""

from __future__ import annotations

from modelservice.kubernetes.names import is_dns_1035, is_dns_subdomain
from modelservice.kubernetes.newer import numbers
from modelservice.kubernetes.problem import Problem
from modelservice.kubernetes.rules.labels import named
from modelservice.kubernetes.types import group_of, is_built_in, is_custom, look_up, table, type_named, type_of
from modelservice.kubernetes.walk import Found, Walk, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from modelservice.kubernetes.types import Type

    Map = dict[str, Any]
    Path = tuple[str | int, ...]

SUGGESTED = 100  # unknown fields of an object for which something nearer is looked for; that takes a millisecond each


def problems(obj: Any, version: str | None = None) -> list[Problem]:
    """What an API server would refuse in ``obj``; see the room's function of this name."""
    if not isinstance(obj, dict):
        return []
    api_version, kind = obj.get("apiVersion"), obj.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str) or not api_version or not kind:
        return _nameless(obj)
    if kind.endswith("List") and isinstance(obj.get("items"), list):
        return [
            Problem(("items", index, *one.path), one.message, one.current, one.kind, one.severity)
            for index, item in enumerate(obj["items"])
            for one in problems(item, version)
        ]
    wanted = numbers(version)
    known = type_of(api_version, kind)
    if known is None:
        return _of_unknown_kind(obj, api_version, kind, wanted)
    found = _walked(obj, known, custom=is_custom(api_version, kind), version=wanted)
    early = _kind_newer(api_version, kind, wanted)
    return early + (_told(obj, known, found) if found else [])


def _nameless(obj: Map) -> list[Problem]:
    return [
        Problem((key,), "is missing; every object has one" if obj.get(key) in (None, "") else "must be text", obj.get(key))
        for key in ("apiVersion", "kind")
        if not isinstance(obj.get(key), str) or not obj[key]
    ]


def _walked(obj: Map, kind: Type, *, custom: bool, version: tuple[int, int] | None) -> list[Found]:
    """What is wrong; a second walk tells what rules say of an object with holes, as far as it is not about a hole."""
    walk = Walk(custom=custom, version=version)
    walk.object(obj, (), kind)
    if not walk.holes:
        return walk.found + _of_name(obj)
    shapes = [found for found in walk.found if found.way == "shape"]
    wrong = {found.path for found in shapes}
    again, sound = Walk(custom=custom, version=version), _without_holes(obj, (), walk.holes, _prefixes(walk.holes))
    again.object(sound, (), kind)
    above = _prefixes(wrong)  # what a rule says of the whole of which a part is wrong, comes from that part
    return shapes + [
        found
        for found in again.found + _of_name(sound)
        if not _is_within(found.path, wrong) and not (found.way == "value" and found.path in above)
    ]


def _of_name(obj: Map) -> list[Found]:
    return [Found(path, message, at(obj, path), "value") for path, message in named(obj)] if "kind" in obj else []


def _prefixes(holes: Iterable[Path]) -> set[Path]:
    return {path[:length] for path in holes for length in range(len(path))}


def _without_holes(value: Any, path: Path, holes: dict[Path, Any], above: set[Path]) -> Any:
    if path not in above:
        return value
    if isinstance(value, dict):
        return {
            key: holes.get((*path, key)) if (*path, key) in holes else _without_holes(item, (*path, key), holes, above)
            for key, item in value.items()
            if holes.get((*path, key), "") is not None
        }
    return [
        holes[*path, index] if (*path, index) in holes else _without_holes(item, (*path, index), holes, above)
        for index, item in enumerate(value)
    ]


def _is_within(path: Path, places: set[Path]) -> bool:
    return any(path[:length] in places for length in range(1, len(path) + 1))


def _told(obj: Map, kind: Type, found: list[Found]) -> list[Problem]:
    """The problems of what was found, one for each cause, in the order of the object."""
    meant = _name_unknown([one for one in found if one.way == "unknown"], kind)
    seen: set[Path] = set()
    told = []
    for one in sorted(found, key=_order(obj)):
        if one.path not in seen and not (one.way in ("missing", "value") and one.path in meant):
            seen.add(one.path)
            newer = one.way in ("newer", "gated")
            told.append(
                Problem(one.path, one.message, one.current, "newer" if newer else "field", "warning" if one.way == "gated" else "error")
            )
    return told


def _name_unknown(found: list[Found], kind: Type) -> set[Path]:
    """Give the fields that are not known their message; the fields that were meant."""
    if not found:
        return set()
    from modelservice.kubernetes.suggestions import unknown  # only for what is wrong  # noqa: PLC0415

    meant: set[Path] = set()
    for index, one in enumerate(found):
        holds, inside = one.kind or kind, one.path[:-1]
        if index >= SUGGESTED:
            one.message = f"is no field of {holds.name.rpartition('.')[2]}; it has others"
            continue
        holder = next((step for step in reversed(inside) if isinstance(step, str)), "")
        one.message, field = unknown(str(one.path[-1]), holds, _above(kind, inside), holder)
        if field:
            meant.add((*inside, field))
    return meant


def _above(kind: Type, path: Path) -> list[tuple[Path, Type]]:
    """The types that hold the part at ``path``, outermost first, with their paths."""
    found: list[tuple[Path, Type]] = []
    current: Type | None = kind
    for index, step in enumerate(path):
        if current is None:
            break
        if isinstance(step, str) and step in current.words:
            found.append((path[:index], current))
            word = current.words[step]
            current = type_named(word.strip("[]{}"))
    return found


def _order(obj: Map) -> Any:
    """The key that sorts what was found by its place in the object; what is not there comes last in what lacks it."""
    positions: dict[int, dict[Any, int]] = {}

    def key(one: Found) -> list[int]:
        value: Any = obj
        places = []
        for step in one.path:
            if isinstance(value, dict):
                if id(value) not in positions:
                    positions[id(value)] = {name: index for index, name in enumerate(value)}
                places.append(positions[id(value)].get(step, len(value)))
                value = value.get(step)
            else:
                places.append(step if isinstance(step, int) else 0)
                value = value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None
        return places

    return key


def _of_unknown_kind(obj: Map, api_version: str, kind: str, version: tuple[int, int] | None) -> list[Problem]:
    if problem := _not_built_in(api_version, kind, version) or _no_name_of_kind(api_version, kind):
        return [problem]
    metadata = type_named("ObjectMeta")
    found = []
    if metadata is not None and isinstance(obj.get("metadata"), dict):
        found = _walked(obj["metadata"], metadata, custom=True, version=None)
        for one in found:
            one.path = ("metadata", *one.path)
    return _told(obj, metadata, found) if found and metadata else []


def _not_built_in(api_version: str, kind: str, version: tuple[int, int] | None) -> Problem | None:
    """The problem of a kind that one of Kubernetes' own API groups does not have."""
    group = group_of(api_version)
    if not is_built_in(group):
        return None
    gone = look_up("removed", f"{api_version}/{kind}")
    if gone:
        if version and version < numbers(gone):  # type: ignore[operator]
            return None
        others = _versions_of(group, kind)
        return Problem(("apiVersion",), f"is gone from Kubernetes {gone} on{'; use ' + others[-1] if others else ''}", api_version)
    kinds = [name for file in ("fields.json", "more_fields.json") for name in table(file)["kinds"]]
    others = _versions_of(group, kind)
    if others:
        return Problem(("apiVersion",), f"Kubernetes has no {kind} of {api_version}; must be {' or '.join(others)}", api_version)
    from modelservice.kubernetes.suggestions import nearest  # noqa: PLC0415

    elsewhere = sorted({name.rpartition("/")[0] for name in kinds if name.rpartition("/")[2] == kind})
    if elsewhere:
        return Problem(("apiVersion",), f"Kubernetes has no {kind} of {api_version}; must be {' or '.join(elsewhere)}", api_version)
    hint = nearest(kind, {name.rpartition("/")[2] for name in kinds})
    return Problem(("kind",), f"Kubernetes has no {kind} of {api_version}{hint or '; must be a kind of this API'}", kind)


def _no_name_of_kind(api_version: str, kind: str) -> Problem | None:
    """The problem of an apiVersion or kind that no custom resource can have (validation of CustomResourceDefinition)."""
    group = group_of(api_version)
    if not is_dns_1035(api_version.rpartition("/")[2]) or not (is_built_in(group) or is_dns_subdomain(group)):
        return Problem(("apiVersion",), "must be a version or a group and a version, as in v1 or apps/v1", api_version)
    if not is_built_in(group) and "." not in group:
        from modelservice.kubernetes.suggestions import nearest  # noqa: PLC0415

        hint = nearest(group, {name for name in table("fields.json")["groups"] if name and "." not in name})
        message = f"Kubernetes has no API group {group}, and those of others have a dot{hint}"
        # Files of tools look like that, too (skaffold/v4beta13).
        return Problem(("apiVersion",), message, api_version, severity="error" if hint else "warning")
    if not is_built_in(group) and (meant := _meant_group(group, kind)):
        return Problem(("apiVersion",), f"Kubernetes has no API group {group}; did you mean {meant}?", api_version)
    return None if is_dns_1035(kind.lower()) else Problem(("kind",), "must be letters and digits, as in ConfigMap", kind)


def _meant_group(group: str, kind: str) -> str:
    """The API group of Kubernetes' own that has ``kind`` and is called ``group`` but for a character; nothing where there is none."""
    if not any(name.endswith(f"/{kind}") for file in ("fields.json", "more_fields.json") for name in table(file)["kinds"]):
        return ""
    from modelservice.kubernetes.suggestions import closest  # noqa: PLC0415

    meant = closest(group, table("fields.json")["groups"])
    return meant if meant and abs(len(meant) - len(group)) <= 1 and _versions_of(meant, kind) else ""


def _versions_of(group: str, kind: str) -> list[str]:
    prefix = f"{group}/" if group else ""
    names = [name for file in ("fields.json", "more_fields.json") for name in table(file)["kinds"]]
    return sorted(
        name.rpartition("/")[0]
        for name in names
        if name.startswith(prefix) and name.count("/") == prefix.count("/") + 1 and name.endswith(f"/{kind}")
    )


def _kind_newer(api_version: str, kind: str, version: tuple[int, int] | None) -> list[Problem]:
    """The problem of a kind that a cluster of ``version`` does not have, or has off."""
    first = look_up("kinds_since", f"{api_version}/{kind}") if version else None
    if not first or not version:
        return []
    cluster = f"{version[0]}.{version[1]}"
    if version < (numbers(first) or version):
        return [Problem(("apiVersion",), f"{api_version} {kind} needs Kubernetes {first}; the cluster is {cluster}", api_version, "newer")]
    if "alpha" in api_version or ("beta" in api_version and not api_version.startswith("flowcontrol")):
        message = f"is off in Kubernetes {cluster} unless the API server is told to serve {api_version} (--runtime-config)"
        return [Problem(("apiVersion",), f"{api_version} {kind} {message}", api_version, "newer", "warning")]
    return []
