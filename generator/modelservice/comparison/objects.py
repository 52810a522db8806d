"""Which object of one stream is which of another, and how each of them changes."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from modelservice.comparison.fields import Change, changes
from modelservice.comparison.impact import Impact, of_changed, of_created, of_deleted, restarts
from modelservice.kubernetes.names import Identity, identity
from modelservice.patch.three_way import ABSENT

Map = dict[str, Any]

ALIKE = 0.5  # of the fields of two objects of one kind: so many are the same where one is the other by a new name
MOST_PAIRS = 100_000  # of objects of one kind that are compared to find new names; for more it takes seconds
HIDDEN = "(hidden)"


@dataclass(frozen=True)
class ObjectChange:
    """An object that differs: how, its old and new form (None where there is none), the fields that differ, and what it does."""

    way: Literal["changed", "added", "removed", "renamed"]
    old: Map | None
    new: Map | None
    fields: list[Change]
    impact: list[Impact]


def compare(old: Sequence[Map], new: Sequence[Map]) -> list[ObjectChange]:
    """How ``new`` differs from ``old``: in the order of ``new``, at the end what is gone. Neither has an object twice."""
    before, after = ({identity(obj): obj for obj in side} for side in (old, new))
    gone = [key for key in before if key not in after]
    come = [key for key in after if key not in before]
    placed = _placed(gone, come)
    renamed = _renamed(before, after, [key for key in gone if key not in placed.values()], [key for key in come if key not in placed])
    formers = {**placed, **renamed}
    found: list[ObjectChange] = []
    for key, obj in after.items():
        former = before.get(formers.get(key, key))
        if former is None:
            found.append(ObjectChange("added", None, obj, [], of_created(obj)))
        elif change := _changed(former, obj, is_renamed=key in renamed):
            found.append(change)
    still_gone = [key for key in gone if key not in formers.values()]
    return found + [ObjectChange("removed", before[key], None, [], of_deleted(before[key])) for key in still_gone]


def _changed(old: Map, new: Map, *, is_renamed: bool) -> ObjectChange | None:
    """How an object changes; None where it does not."""
    prepared = [_with_data(obj) if obj.get("kind") == "Secret" else obj for obj in (old, new)]
    told = [change for change in changes(*prepared) if change.counts or restarts(new, change)]
    if new.get("kind") == "Secret":
        told = [_hidden(change) for change in told]
    if is_renamed:
        return ObjectChange("renamed", old, new, told, [*of_deleted(old), *of_created(new)])
    return ObjectChange("changed", old, new, told, of_changed(old, new, told)) if told else None


def _placed(gone: list[Identity], come: list[Identity]) -> dict[Identity, Identity]:
    """Of objects that come, which of those that go they are: the same name, and one of both does not say the namespace.

    Whoever applies that one says it.
    """
    found: dict[Identity, Identity] = {}
    for key in come:
        alike = [other for other in gone if (*other[:2], other[3]) == (*key[:2], key[3]) and "" in (other[2], key[2])]
        if len(alike) == 1 and alike[0] not in found.values():
            found[key] = alike[0]
    return found


def _renamed(
    before: dict[Identity, Map], after: dict[Identity, Map], gone: list[Identity], come: list[Identity]
) -> dict[Identity, Identity]:
    """Of objects that come, which of those that go they were: the same by another name, or in another namespace."""
    found: dict[Identity, Identity] = {}
    for kind in dict.fromkeys(key[:2] for key in come):
        old, new = ([key for key in side if key[:2] == kind] for side in (gone, come))
        if len(old) * len(new) > MOST_PAIRS:
            continue
        leaves = {key: set(_leaves(side[key], _as_word(key[3]))) for side, keys in ((before, old), (after, new)) for key in keys}
        pairs = sorted(((-_likeness(leaves[a], leaves[b]), i, j) for i, a in enumerate(old) for j, b in enumerate(new)))
        taken: set[Identity] = set()
        for likeness, i, j in pairs:
            if -likeness >= ALIKE and old[i] not in taken and new[j] not in found:
                taken.add(old[i])
                found[new[j]] = old[i]
    return found


def _likeness(one: set[tuple[str, str]], other: set[tuple[str, str]]) -> float:
    return len(one & other) / len(one | other) if one or other else 1


def _as_word(name: str) -> re.Pattern[str]:
    """What finds a name in a text, where it is not part of another word."""
    return re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])")


def _leaves(value: Any, name: re.Pattern[str], path: str = "") -> Iterator[tuple[str, str]]:
    """The scalars of an object with their paths, without the name of the object."""
    if isinstance(value, (dict, list)):
        for key, child in value.items() if isinstance(value, dict) else enumerate(value):
            if f"{path}.{key}" not in (".apiVersion", ".kind", ".metadata.name", ".metadata.namespace"):
                yield from _leaves(child, name, f"{path}.{key}")
    else:
        yield path, name.sub("", str(value))


def _with_data(secret: Map) -> Map:
    """A Secret with its stringData as data, as the API server keeps it."""
    texts = secret.get("stringData")
    if not isinstance(texts, dict):
        return secret
    coded = {key: b64encode(str(text).encode()).decode() for key, text in texts.items()}
    data = secret["data"] if isinstance(secret.get("data"), dict) else {}
    return {**{key: value for key, value in secret.items() if key != "stringData"}, "data": {**data, **coded}}


def _hidden(change: Change) -> Change:
    """A change of a Secret without what it keeps."""
    if change.steps[:1] != ("data",):
        return change
    old, new = (value if value is ABSENT else HIDDEN for value in (change.old, change.new))
    return replace(change, old=old, new=new)
