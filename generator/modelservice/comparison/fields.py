"""The fields in which two versions of an object differ, by what Kubernetes takes them for.

No difference are: quantities of one value, numbers and texts where a field takes both, what an API server fills in or writes itself, nulls
and empty lists, items of a list in another order where their order means nothing. That order is told all the same (``counts`` is false
then): an API server that finds a pod template in another order has its pods replaced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from modelservice.comparison.data import table
from modelservice.kubernetes import quantities
from modelservice.kubernetes.type_defaults import default_of
from modelservice.kubernetes.types import look_up
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


@dataclass(frozen=True)
class Change:
    """A field that differs: where, its values (ABSENT where a side does not say it), and in which way.

    ``steps`` are the names on the way, `[]` for an item of a list. ``way`` is `value`, or `order` for a list with the same items in another
    order, of which only ``counts`` says whether it means something. ``default`` is the side that does not say the field, whose value is
    what an API server takes it for.
    """

    path: str
    steps: tuple[str, ...]
    old: Any
    new: Any
    way: Literal["value", "order"] = "value"
    counts: bool = True
    default: Side = ""


def changes(old: Map, new: Map) -> list[Change]:
    """The fields in which ``new`` differs from ``old``, both of one kind, in the order of ``old``; neither is changed."""
    word = _kind_of(new) or _kind_of(old) or UNKNOWN
    walk = _Walk(live=_uid(old) != _uid(new))
    walk.maps([("", type_of(new, old, None))], word, old, new)
    return walk.found


def _kind_of(obj: Map) -> str | None:
    name: str | None = look_up("kinds", f"{obj.get('apiVersion')}/{obj.get('kind')}")
    return name


def _uid(obj: Map) -> bool:
    metadata = obj.get("metadata")
    return isinstance(metadata, dict) and "uid" in metadata


class _Walk:
    """One walk over two objects. ``live``: one of them, and only one, was read from a cluster."""

    def __init__(self, *, live: bool) -> None:
        self.found: list[Change] = []
        self.live = live

    def maps(self, path: Path, word: str, old: Map, new: Map) -> None:
        """Compare two maps, of the type that ``word`` describes."""
        words, schema = _words(word), fields_of(path[-1][1])
        written = _written(word, path)
        for key in dict.fromkeys((*old, *new)):
            if key in written:
                continue
            before, after = _own(key, path, old.get(key)), _own(key, path, new.get(key))
            inner = words.get(key, UNKNOWN) if isinstance(words, dict) else words
            side: Side = ""
            if _is_nothing(before, inner):
                before, side = default_of(word, key, old), "old"
            if _is_nothing(after, inner):
                after, side = (default_of(word, key, new), "new") if side == "" else (None, "")
                if side == "":
                    continue
            if before.__class__ is after.__class__ is str and before == after:
                continue
            here = [*path, (key, schema.get(key))]
            if before is None or after is None:
                if not (self.live and _is_allocated(word, key, before, after)):
                    self._tell(here, ABSENT if before is None else before, ABSENT if after is None else after)
            else:
                self._values(here, inner, before, after, side, _order(word, key))

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
        matcher = SequenceMatcher(None, [repr(item) for item in old], [repr(item) for item in new], autojunk=False)
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
        walk = _Walk(live=self.live)
        walk._values([("", None)], word, old, new)
        return not any(change.counts for change in walk.found)

    def _tell(self, path: Path, old: Any, new: Any, **more: Any) -> None:
        steps = tuple(label if isinstance(label, str) else "[]" for label, _ in path[1:])
        self.found.append(Change(place(path), steps, old, new, **more))


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


def _is_nothing(value: Any, word: str) -> bool:
    """Whether a field is not said: it is null, or a list or map of any keys that is empty."""
    return value is None or (not value and value.__class__ in (dict, list) and word[0] in "[{")


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
