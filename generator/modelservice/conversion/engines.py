"""`engine` in place of the list of containers, with what both roles say in one place, and maps where nothing depends on an order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from modelservice.compose import flags
from modelservice.config import structured
from modelservice.config.engine import AGAIN, KEYED, as_map
from modelservice.conversion.draft import Draft, equal, get
from modelservice.conversion.problems import DEFAULT, MOVED, Change, Path
from modelservice.plan.engine import model_command
from modelservice.texts import whole_number
from modelservice.workloads import ROLES

Map = dict[str, Any]

# fields of `engine` of which a part may be both roles', and how deep that is
SHARED = {"env": 1, "ports": 1, "volumeMounts": 1, "flags": 4, "resources": 2, "extraConfig": 1}


def use_engine(draft: Draft) -> None:
    """Say with `engine` what the containers say, where that means the same."""
    converted = [role for role in ROLES if _of_role(draft, role)]
    _share(draft)
    for role in converted:
        places = [place for place in (("engine",), (role, "engine")) if get(draft.spec, place)]
        why = "; what both roles say stands in engine" if len(places) > 1 else ""
        source: Path = (role, "containers", 0)
        if places:
            draft.changes.append(Change(MOVED, source, places[-1], f"over the profile's container{why}"))
        else:
            draft.changes.append(Change(DEFAULT, source, None, "the profile's container says the same"))
        if flagged := next((place for place in places if get(draft.spec, (*place, "flags"))), None):
            draft.changes.append(Change(MOVED, (*source, "args"), (*flagged, "flags"), "they merge, and the order of the arguments stays"))


def _of_role(draft: Draft, role: str) -> bool:
    """Say with the role's `engine` what its one container says; whether that means the same."""
    containers, below = get(draft.spec, (role, "containers")), get(draft.defaults, (role, "containers"))
    if not (isinstance(containers, list) and len(containers) == len(below or ()) == 1 and isinstance(containers[0], dict)):
        return False
    fields = {key: value for key, value in draft.spec[role].items() if key != "containers"}
    if not any(
        draft.take({**draft.spec, role: {**said, **({"engine": engine} if engine else {})}})
        for engine in _engines(containers[0], below[0])
        for said in _volumes(fields, get(draft.defaults, (role, "volumes")) or [])
    ):
        return False
    draft.changes += [
        Change(DEFAULT, (role, "containers", 0, key), None, "the profile's container says the same")
        for key, value in containers[0].items()
        if below[0].get(key) == value
    ]
    for key, changed in (("env", _with_map), ("ports", _with_map), ("args", _with_flags)):
        engine = draft.spec[role].get("engine") or {}
        shorter: Map = {}
        for name, given in engine.items():
            for one, fields in (changed(name, given) if name == key else {name: given}).items():
                shorter[one] = {**shorter[one], **fields} if one == "flags" and one in shorter else fields
        if shorter != engine:
            draft.take({**draft.spec, role: {**draft.spec[role], "engine": shorter}})
    return True


def _engines(container: Map, below: Map) -> Iterator[Map]:
    """What may be said over the profile's container, ``below``, to mean ``container``."""
    command = model_command(container)
    said = {**container, **({"modelCommand": command} if command != below.get("modelCommand") else {})}
    if below.get("mountModelVolume") and not container.get("mountModelVolume"):
        said["mountModelVolume"] = False
    given, profiles = said.pop("volumeMounts", None) or [], below.get("volumeMounts") or []
    engine = {key: value for key, value in said.items() if below.get(key) != value}
    for mounts in _over(given, profiles, lambda items: as_map("volumeMounts", items), "mountPath"):
        yield {**engine, **({} if mounts == {} else {"volumeMounts": mounts})}


def _volumes(fields: Map, below: list[Map]) -> Iterator[Map]:
    """The ``fields`` of a role with what may be said over the profile's volumes, ``below``, to mean theirs."""
    if "volumes" in fields:
        for volumes in _over(fields["volumes"] or [], below, _by_name, "name"):
            yield {key: volumes if key == "volumes" else value for key, value in fields.items() if key != "volumes" or volumes != {}}
    yield fields


def _by_name(items: list[Map]) -> Map:
    return {str(item.get("name")): {key: value for key, value in item.items() if key != "name"} for item in items}


def _over(given: list[Map], below: list[Map], keyed: Callable[[list[Map]], Map], key: str) -> Iterator[Any]:
    """What may be said over the list ``below`` to mean the one that is ``given``: null, a map, or a list where nothing has to go."""
    if below and not given:
        yield None
    own = [item for item in given if item not in below]
    gone = {item[key]: None for item in below if item not in given and item.get(key) not in [one.get(key) for one in own]}
    as_keyed = {**gone, **keyed(own)}
    if not any(AGAIN in name for name in as_keyed):
        yield as_keyed
    if not gone and own:
        yield own


def _with_map(name: str, items: Any) -> Map:
    """The field called ``name`` with its items as a map; as they are where they make none."""
    if not isinstance(items, list) or not all(isinstance(item, dict) and item.get("name") for item in items):
        return {name: items}
    found = as_map(name, items)
    is_longer = name == "ports" and any(isinstance(value, dict) for value in found.values())
    return {name: items if is_longer or len(found) != len(items) or any(AGAIN in key for key in found) else found}


def _with_flags(name: str, args: list[str]) -> Map:
    """The arguments as flags; as they are where they are more than that."""
    found: Map = {}
    for flag, values in flags.read(args):
        if not flag or flag in found or len(values) > 1:
            return {name: args}
        found[flag] = _value(values[0]) if values else True
    return {"flags": found}


def _value(text: str) -> Any:
    """A flag's value as a number or a map, where that is written as it was."""
    number, whole = whole_number(text), structured.of(text)
    if whole and structured.text(whole) == text:
        return whole
    return number if number is not None and str(number) == text else text


def _share(draft: Draft) -> None:
    """Say once, in the spec, what every role says."""
    engines = [(role, engine) for role in ROLES if (engine := get(draft.spec, (role, "engine")))]
    if len(engines) == 1:
        ((role, engine),) = engines
        draft.take(_with_shared(draft.spec, "engine", engine, [role]))
    for name, deep in (("engine", SHARED), ("extraConfig", {})):
        first, *others = (get(draft.spec, (role, name)) or {} for role in ROLES if role != "encode" or "encode" in draft.spec)
        shared = first
        for other in others:
            shared = {key: value for key in shared if (value := _common(shared, other, key, deep.get(key, 0))) is not None}
        if shared and not draft.take(_with_shared(draft.spec, name, shared, [*ROLES])):
            for key, value in shared.items():
                draft.take(_with_shared(draft.spec, name, {key: value}, [*ROLES]))


def _common(one: Map, other: Map, key: str, deep: int) -> Any:
    """What two maps both say of ``key``, as a whole, or of maps so many levels ``deep`` in part; None where that is nothing."""
    value, beside = one[key], other.get(key)
    if equal(value, beside):
        return value
    if not deep or not isinstance(value, dict) or not isinstance(beside, dict):
        return None
    return {inner: shared for inner in value if (shared := _common(value, beside, inner, deep - 1)) is not None} or None


def _with_shared(spec: Map, name: str, shared: Map, roles: list[str]) -> Map:
    """``spec`` with ``shared`` said of all roles, in front of them, and no more in those of ``roles``."""
    together = _merged(spec.get(name) or {}, shared)
    changed: Map = {}
    for key, value in spec.items():
        if key in ROLES and name not in changed:
            changed[name] = together
        if key in roles and isinstance(value, dict):
            rest = _rest(value.get(name) or {}, shared)
            kept = {one: (rest if one == name else fields) for one, fields in value.items() if one != name or rest}
            if kept:
                changed[key] = kept
        elif key != name:
            changed[key] = value
    return changed


def _merged(one: Map, other: Map) -> Map:
    merged = dict(one)
    for key, value in other.items():
        merged[key] = _merged(one[key], value) if isinstance(value, dict) and isinstance(one.get(key), dict) else value
    return merged


def _rest(whole: Map, shared: Map) -> Map:
    rest = {}
    for key, value in whole.items():
        if key not in shared:
            rest[key] = value
        elif value != shared[key] and (inner := _rest(value, shared[key])):
            rest[key] = inner
    return rest


def sources(path: Path, values: Map) -> Iterator[Path]:
    """Where in ``values`` what is at ``path`` of the converted spec may have been written."""
    rest: Path
    if path[:1] == ("engine",) or path[:1] == ("extraConfig",):
        for role in ROLES:
            yield from sources((role, *path), values)
        yield from ((role,) for role in ROLES if len(path) == 1)
    elif len(path) > 1 and path[1] == "engine":
        role, rest = str(path[0]), path[2:]
        yield from _in_container((role, "containers", 0), rest, values)
    elif len(path) > 2 and path[1] == "volumes" and isinstance(path[2], str):
        yield from _of_item((*path[:2],), path[2:], "name", values)
    else:
        yield path


def _in_container(container: Path, rest: Path, values: Map) -> Iterator[Path]:
    if rest[:1] == ("flags",) and len(rest) > 1:
        args = get(values, (*container, "args")) or []
        name = ""
        for index, arg in enumerate(map(str, args)):
            name = flags.key(arg) if arg.startswith("-") else name  # a value is its flag's
            if name == rest[1]:
                yield (*container, "args", index)
    elif rest[:1] == ("flags",):
        yield (*container, "args")
    elif len(rest) > 1 and rest[0] in KEYED and isinstance(rest[1], str):
        yield from _of_item((*container, rest[0]), rest[1:], KEYED[str(rest[0])][0], values)
    else:
        yield (*container, *rest)
        if not rest:
            yield container[:-1]


def _of_item(listed: Path, rest: Path, key: str, values: Map) -> Iterator[Path]:
    """The item of a list that a map has under the first step of ``rest``."""
    for index, item in enumerate(get(values, listed) or []):
        if isinstance(item, dict) and str(item.get(key)) == rest[0]:
            yield (*listed, index, *rest[1:])
