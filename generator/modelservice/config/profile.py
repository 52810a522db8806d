"""Profiles of one's own: documents of kind Profile, each with the profile that it extends and the defaults that it changes.

The rules are written down (specification: Profiles of your own).
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial

from modelservice.config import layers, overlay, validation
from modelservice.config.engine import by_key, volumes
from modelservice.config.forms import tidy
from modelservice.config.rules import BUILT_IN, DEFAULT_PROFILE
from modelservice.config.validation import API_VERSION
from modelservice.config.written import find
from modelservice.krm import FirstOfEachPlace, ResourceRef, Result
from modelservice.texts import cut, listed, shown
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    Map = dict[str, Any]


def chain(name: str, brought: Mapping[str, Map]) -> tuple[str, list[Map], str]:
    """The built-in profile at the root of the one called ``name``, the brought ones from there up to it, and what is wrong, if anything."""
    names: dict[str, None] = {}
    while name not in BUILT_IN:
        if name not in brought:
            return DEFAULT_PROFILE, [], _unknown(name, brought)
        if name in names:
            return DEFAULT_PROFILE, [], f"is a circle of profiles: {listed([*map(cut, names), cut(name)], ' extends ')}"
        names[name] = None
        name = _extends(brought[name])
    return name, [brought[one] for one in reversed(names)], ""


def _extends(document: Map) -> str:
    return (document.get("spec") or {}).get("extends") or DEFAULT_PROFILE


def _unknown(name: str, brought: Iterable[str]) -> str:
    there = [*BUILT_IN, *brought]
    close = get_close_matches(cut(name), there, 1)
    if close:
        hint = f"; did you mean {close[0]}?"
    else:  # a generator of kustomize sees no resources
        hint = "" if len(there) > len(BUILT_IN) else ", or a Profile among the resources that the function is given"
    return f"is {shown(name)}; must be one of {listed(there)}{hint}"


def problems(documents: Sequence[Map]) -> list[Result]:
    """The errors of the Profiles there are, each with the Profile that it is of."""
    found: list[Result] = []
    by_name: dict[str, Map] = {}
    for document in documents:
        here = _problems(document)
        name = document["metadata"]["name"] if not here else ""
        if name in by_name or name in BUILT_IN:
            other = "a built-in profile" if name in BUILT_IN else "another Profile"
            here.append(Result(f"{other} is called so, too; spec.profile asks for one by its name", field="metadata.name"))
        elif name:
            by_name[name] = document
        for result in here:
            result.resource = ResourceRef.of(document)
        found += here
    return found or _broken_chains(by_name)


def _broken_chains(by_name: Map) -> list[Result]:
    """An error for each Profile that extends none, and for each circle of them, of many the first ones."""
    told = FirstOfEachPlace()
    sound = set(BUILT_IN)
    in_circles: set[str] = set()
    for name, document in by_name.items():
        walked: dict[str, None] = {}
        at = name
        while at in by_name and at not in sound and at not in in_circles and at not in walked:
            walked[at] = None
            at = _extends(by_name[at])
        if at in sound:  # and so are those on the way there, at which the next ones end
            sound.update(walked)
        elif (at == name and walked) or (at not in by_name and len(walked) == 1):  # else the mistake is of the one that it extends
            told.add("chains", partial(_broken, document, by_name))
            in_circles.update(walked if at == name else ())
    return told.told()


def _broken(document: Map, by_name: Map) -> Result:
    _, _, why = chain(document["metadata"]["name"], by_name)
    return Result(why, field="spec.extends", current=_extends(document), resource=ResourceRef.of(document))


def _problems(document: Any) -> list[Result]:
    _, found = validation.checked(document, "profile")
    if found:
        return found
    defaults = document["spec"].get("defaults") or {}
    pretended = {"apiVersion": API_VERSION, "kind": "ModelService", "metadata": {"name": "x"}, "spec": defaults}
    _, found = validation.checked(pretended, "modelservice")
    if not found:
        found = overlay.all_problems(defaults.get("overlays") or [], with_empty=True)
    if defaults.get("profile") is not None:
        found.append(Result("is a ModelService's; here spec.extends names the profile below", field="spec.profile"))
    for result in found:
        result.field = _of_profile(result.field)
    return found


def over(defaults: Map, brought: Sequence[Map]) -> Map:
    """``defaults`` of a built-in profile with those of the ``brought`` ones on top, in their order."""
    for document in brought:
        given = tidy(document["spec"].get("defaults") or {})
        for scope in (given, *(given[role] for role in ROLES if isinstance(given.get(role), dict))):
            if isinstance(scope.get("engine"), dict):
                scope["engine"] = by_key(scope["engine"])
        for role in ROLES:
            if isinstance(of_role := given.get(role), dict) and isinstance(of_role.get("volumes"), dict):
                of_role["volumes"], _, _ = volumes((defaults.get(role) or {}).get("volumes") or [], of_role["volumes"])
        defaults = layers.merge(defaults, layers.behind(defaults, given))
    return defaults


def written(profiles: Sequence[Map], own: Map, spec: Map, field: str) -> tuple[str, Map | None]:
    """Where ``field`` of ``spec``, which was made of ``own`` over ``profiles``, was written, and in which Profile, if in one."""
    name, _, rest = field.removeprefix("spec.").partition("[")
    if name in layers.LISTED and rest:
        index, _, rest = rest.partition("]")
        return _in_list(profiles, own, name, int(index), rest)
    text, is_there = find(own, spec, field)
    if is_there:
        return text, None
    for document in reversed(profiles):
        in_profile, is_there = find(document["spec"].get("defaults") or {}, spec, field)
        if is_there:
            return _of_profile(in_profile), document
    return text, None


def _in_list(profiles: Sequence[Map], own: Map, name: str, index: int, rest: str) -> tuple[str, Map | None]:
    """The same of an item of a list to which each profile adds."""
    given: list[tuple[int, Map | None]] = []
    for document, values in [(document, document["spec"].get("defaults") or {}) for document in profiles]:
        if name in values:
            given = [*given, *((place, document) for place in range(len(values[name])))] if values[name] else []
    given += [(place, None) for place in range(len(own.get(name) or []))]
    place, profile = given[index] if index < len(given) else (index, None)
    field = f"spec.{name}[{place}]{rest}"
    return (_of_profile(field), profile) if profile else (field, None)


def _of_profile(field: str) -> str:
    """A field of a spec as one of a Profile's defaults."""
    return f"spec.defaults{field.removeprefix('spec')}"
