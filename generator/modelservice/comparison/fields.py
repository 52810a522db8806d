"""The fields in which two versions of an object differ, by what Kubernetes takes them for.

No difference are: quantities of one value, numbers and texts where a field takes both, what an API server fills in or writes itself, nulls
and empty lists, items of a list in another order where their order means nothing. That order is told all the same (``counts`` is false
then): an API server that finds a pod template in another order has its pods replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from modelservice.comparison.data import table
from modelservice.kubernetes import quantities
from modelservice.kubernetes.stored import filled_in
from modelservice.kubernetes.type_defaults import default_of
from modelservice.kubernetes.types import is_custom, look_up
from modelservice.kubernetes.types import table as kubernetes_table
from modelservice.patch import PatchError
from modelservice.patch.errors import place
from modelservice.patch.items import identities, matched
from modelservice.patch.merge_keys import fields_of, type_of
from modelservice.patch.three_way import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.patch.errors import Path
    from modelservice.patch.items import Identity

    Items = dict[Identity, Any]

Map = dict[str, Any]
Side = Literal["", "old", "new"]

REFERENCE = re.compile(r"\$\(([^()]+)\)")
UNKNOWN = "any"
EMPTY_MEANS = (("PersistentVolumeClaimSpec", "storageClassName"),)  # an empty text is none of the classes, not the default one


@dataclass(frozen=True)
class Change:
    """A field that differs: where, its values (ABSENT where a side does not say it), and in which way.

    ``steps`` are the names on the way, `[]` for an item of a list. ``way`` is `value`, or `order` for a list with the same items in another
    order, or `default` for a default that only one side says in a custom resource, which is kept as it is written; only ``counts`` says
    whether it means something. ``default`` is the side that does not say the field, whose value is what an API server takes it for.
    """

    path: str
    steps: tuple[str, ...]
    old: Any
    new: Any
    way: Literal["value", "order", "default"] = "value"
    counts: bool = True
    default: Side = ""


def changes(old: Map, new: Map) -> list[Change]:
    """The fields in which ``new`` differs from ``old``, both of one kind, in the order of ``old``; neither is changed."""
    word = _kind_of(new) or _kind_of(old) or UNKNOWN
    walk = _Walk(live=_uid(old) != _uid(new), filled=_filled(new))
    walk.maps([("", type_of(new, old, None))], word, old, new)
    return walk.found


def _kind_of(obj: Map) -> str | None:
    name: str | None = look_up("kinds", f"{obj.get('apiVersion')}/{obj.get('kind')}")
    return name


def _filled(obj: Map) -> Container[str] | None:
    """The fields of pod templates in a custom resource that the server fills in; None for a kind of Kubernetes, where it fills in all."""
    api_version, kind = str(obj.get("apiVersion")), str(obj.get("kind"))
    filled = filled_in(api_version, kind)
    return filled if is_custom(api_version, kind) else None


def _uid(obj: Map) -> bool:
    metadata = obj.get("metadata")
    return isinstance(metadata, dict) and "uid" in metadata


class _Walk:
    """One walk over two objects. ``live``: one of them, and only one, was read from a cluster. ``filled`` is as ``_filled`` has it."""

    def __init__(self, *, live: bool, filled: Container[str] | None = None) -> None:
        self.found: list[Change] = []
        self.live, self.filled = live, filled

    def maps(self, path: Path, word: str, old: Map, new: Map) -> None:
        """Compare two maps, of the type that ``word`` describes."""
        words, schema = _words(word), fields_of(path[-1][1])
        written = _written(word, path)
        for key in dict.fromkeys((*old, *new)):
            if key not in written:
                inner = words.get(key, UNKNOWN) if isinstance(words, dict) else words
                before, after = _own(key, path, old.get(key)), _own(key, path, new.get(key))
                if before.__class__ is not str or after.__class__ is not str or before != after:
                    says = tuple(not _is_nothing(value, inner, word, key) for value in (before, after))
                    here = [*path, (key, schema.get(key))]
                    if says == (True, True):
                        self._values(here, inner, before, after, order=_order(word, key))
                    elif says == (True, False):
                        self._unsaid(here, word, inner, before, default_of(word, key, new), "new")
                    elif says == (False, True):
                        self._unsaid(here, word, inner, default_of(word, key, old), after, "old")

    def _unsaid(self, path: Path, word: str, inner: str, old: Any, new: Any, side: Side) -> None:
        """Compare a field of the type ``word`` which ``side`` does not say: its value there is the default, or None."""
        key = path[-1][0]
        if old is None or new is None:
            if not (self.live and _is_allocated(word, key, old, new)):
                self._tell(path, ABSENT if old is None else old, ABSENT if new is None else new)
            return
        told = len(self.found)
        self._values(path, inner, old, new, side, _order(word, key))
        if self.filled is not None and len(self.found) == told:
            self._said(path, word, old, new, side)

    def _said(self, path: Path, word: str, old: Any, new: Any, side: Side) -> None:
        """Note a default of a pod template that one side says; what Go leaves out when it writes an object is never there."""
        steps = _steps(path)
        is_kept = (old if side == "old" else new) or steps[-1] == "securityContext"
        if is_kept and not _is_custom_type(word) and ".".join(steps).replace(".[]", "[]") not in (self.filled or ()):
            self._tell(path, old, new, way="default", counts=False, default=side)

    def _values(self, path: Path, word: str, old: Any, new: Any, side: Side = "", order: str = "") -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            self.maps(path, word, old, new)
        elif isinstance(old, list) and isinstance(new, list):
            self._lists(path, word[1:-1] if word[0] == "[" else UNKNOWN, old, new, order)
        elif not _is_same(word, old, new):
            self._tell(path, old, new, default=side)

    def _lists(self, path: Path, word: str, old: list[Any], new: list[Any], order: str) -> None:
        schema = path[-1][1]
        keys = schema[1:] if isinstance(schema, list) else []
        if keys and (sides := _by_identity(path, old, new, keys)):
            self._keyed(path, word, sides, keys, order)
        elif any(isinstance(item, (dict, list)) for item in (*old, *new)):
            (self._set if order == "unordered" else self._sequence)(path, word, old, new)
        else:
            before, after = ([_plain(word, item) for item in side] for side in (old, new))
            is_set = order == "unordered" or isinstance(schema, list)
            if before != after:
                same_items = is_set and Counter(before) == Counter(after)
                self._tell(path, old, new, **({"way": "order", "counts": False} if same_items else {}))

    def _keyed(self, path: Path, word: str, sides: tuple[Items, Items], keys: Sequence[str], order: str) -> None:
        """Compare lists whose items are told apart by ``keys``."""
        old, new = sides
        item_type = path[-1][1][0]
        for identity in dict.fromkeys((*old, *new)):
            here: Path = [*path, ((keys, identity), item_type)]
            if identity in old and identity in new:
                self._values(here, word, old[identity], new[identity])
            else:
                self._tell(here, old.get(identity, ABSENT), new.get(identity, ABSENT))
        if [identity for identity in old if identity in new] != [identity for identity in new if identity in old]:
            is_env = path[-1][0] == "env"
            counts = order == "ordered" or (is_env and _resolved(old, new) != _resolved(new, old))
            self._tell(path, [*old.values()], [*new.values()], way="order", counts=counts)

    def _sequence(self, path: Path, word: str, old: list[Any], new: list[Any]) -> None:
        """Compare lists in which an item is known by its place."""
        if len(old) == len(new):
            for index, (before, after) in enumerate(zip(old, new, strict=True)):
                self._values([*path, (index, None)], word, before, after)
            return
        matcher = SequenceMatcher(None, [repr(item) for item in old], [repr(item) for item in new])
        for tag, start, end, new_start, new_end in matcher.get_opcodes():
            if tag != "equal":
                self._runs(path, word, list(enumerate(old))[start:end], list(enumerate(new))[new_start:new_end])

    def _set(self, path: Path, word: str, old: list[Any], new: list[Any]) -> None:
        """Compare lists without keys in which the order means nothing."""
        left, rest, places = list(enumerate(new)), [], []
        for index, item in enumerate(old):
            twin = next((pair for pair in left if self._is_equal(word, item, pair[1])), None)
            if twin is None:
                rest.append((index, item))
            else:
                left.remove(twin)
                places.append(twin[0])
        self._runs(path, word, rest, left)
        if places != sorted(places):
            self._tell(path, old, new, way="order", counts=False)

    def _runs(self, path: Path, word: str, old: list[tuple[int, Any]], new: list[tuple[int, Any]]) -> None:
        """Compare what has no equal on the other side: as many as there are, each with its counterpart; else what goes and what comes."""
        if len(old) == len(new):
            for (_, before), (index, after) in zip(old, new, strict=True):
                self._values([*path, (index, None)], word, before, after)
            return
        for index, item in old:
            self._tell([*path, (index, None)], item, ABSENT)
        for index, item in new:
            self._tell([*path, (index, None)], ABSENT, item)

    def _is_equal(self, word: str, old: Any, new: Any) -> bool:
        walk = _Walk(live=self.live, filled=self.filled)
        walk._values([("", None)], word, old, new)
        return not any(change.counts for change in walk.found)

    def _tell(self, path: Path, old: Any, new: Any, **more: Any) -> None:
        self.found.append(Change(place(path), _steps(path), old, new, **more))


def _steps(path: Path) -> tuple[str, ...]:
    return tuple(label if isinstance(label, str) else "[]" for label, _ in path[1:])


def _words(word: str) -> Map | str:
    """What the fields of a type hold; or one word for all of them."""
    if word[0] == "{":
        return word[1:-1]
    words: Map = look_up("types", word) or {} if word[0].isupper() or "." in word else {}
    return words


def _written(word: str, path: Path) -> Sequence[str]:
    """The fields of a type that the API server writes."""
    holder = "" if len(path) == 1 else "ObjectMeta" if path[-1][0] == "metadata" else word
    fields: Sequence[str] = table("server_fields.json")["written"].get(holder, ())
    return fields


def _own(key: str, path: Path, value: Any) -> Any:
    """A value without what others write into it: labels and annotations of kubectl and of controllers."""
    others = table("server_fields.json")["metadata"].get(key) if path[-1][0] == "metadata" else None
    return {name: text for name, text in value.items() if name not in others} if others and isinstance(value, dict) else value


def _is_allocated(word: str, key: str, old: Any, new: Any) -> bool:
    """Whether a field that one side says is what a cluster gave the object; that a Service has no address is its own will."""
    asked_for = key == "clusterIP" and "None" in (old, new)
    return key in table("server_fields.json")["allocated"].get(word, ()) and not asked_for


def _is_nothing(value: Any, word: str, holder: str, key: str) -> bool:
    """Whether a field of a type ``holder`` is not said: it is null, an empty list or map of any keys, or a text that Go leaves out."""
    if value is None:
        return True
    if value.__class__ in (dict, list):
        return not value and word[0] in "[{"
    return value == "" and word == "string" and holder[0] != "{" and (holder, key) not in EMPTY_MEANS and not _is_custom_type(holder)


def _is_custom_type(name: str) -> bool:
    return name in kubernetes_table("custom_resources.json")["types"]


def _order(word: str, key: str) -> str:
    lists = table("lists.json")
    return next((order for order in ("ordered", "unordered") if key in lists[order].get(word, ())), "")


def _plain(word: str, value: Any) -> Any:
    """What tells whether two scalars are the same."""
    if word == "quantity":
        nanos = quantities.in_nanos(value)
        return str(value) if nanos is None else nanos
    if word == "int-or-string":
        return str(value)
    return (isinstance(value, bool), value)


def _is_same(word: str, old: Any, new: Any) -> bool:
    return not isinstance(old, (dict, list)) and not isinstance(new, (dict, list)) and bool(_plain(word, old) == _plain(word, new))


def _by_identity(path: Path, old: list[Any], new: list[Any], keys: Sequence[str]) -> tuple[Items, Items] | None:
    """The items of both lists by what tells them apart; None where something does not."""
    try:
        known = identities(path, old, keys, "the list")
        wanted = matched(path, known, identities(path, new, keys, "the list"), keys)
    except PatchError:
        return None
    before, after = dict(zip(known, old, strict=True)), dict(zip(wanted, new, strict=True))
    return (before, after) if len(before) == len(old) and len(after) == len(new) else None


def _resolved(env: Items, other: Items) -> set[tuple[Identity, str]]:
    """The references of variables to others that are set before them, which alone are resolved; of those that both sides have."""
    return set(_references(env, other))


def _references(env: Items, other: Items) -> Iterator[tuple[Identity, str]]:
    before: set[Identity] = set()
    for name, item in env.items():
        value = item.get("value") if isinstance(item, dict) else None
        for reference in REFERENCE.findall(value) if isinstance(value, str) and name in other else ():
            if reference in before and reference in other:
                yield name, reference
        before.add(name)
