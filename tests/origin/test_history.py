"""Who set each value of an object: take that away, and the value is another one, or gone."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.compose.made import document as made
from tests.compose.samples import SAMPLES

from modelservice import data
from modelservice.compose import Composition, compose, flags, overlays
from modelservice.config import ModelService
from modelservice.config.layers import patched
from modelservice.krm import parse_all
from modelservice.kubernetes.names import identity
from modelservice.origin import paths
from modelservice.origin.history import History, Value
from modelservice.origin.said import Source
from modelservice.patch.three_way import ABSENT, same
from modelservice.plan import Plan

Map = dict[str, Any]

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def documents_of(example: Path, kind: str) -> list[Map]:
    """Return the documents of a kind in the files of an example, by the order of their paths."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(example.rglob("*.yaml"))]
    return [one for text in texts for one in parse_all(text) if isinstance(one, dict) and one.get("kind") == kind]


def services() -> Iterator[tuple[str, Map, dict[str, Map]]]:
    """Return each ModelService of the examples, those of environments over their base, with the profiles beside it."""
    for example in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
        profiles = {one["metadata"]["name"]: one for one in documents_of(example, "Profile")}
        found = documents_of(example, "ModelService")
        for index, document in enumerate(found):
            whole = document if "modelArtifacts" in document["spec"] else patched(found[0], document)
            yield f"{example.name}-{document['metadata']['name']}-{index}", whole, profiles


SERVICES = [pytest.param(document, profiles, id=name) for name, document, profiles in services()]
SERVICES += [
    pytest.param(made(SAMPLES[name]), {}, id=name)
    for name in (
        "everything of a role",
        "vllm with prefill",
        "multinode",
        "first available",
        "hardened requester",
        "proxy of one's own",
        "presets of workloads",
        "extra objects",
        "own overlay",
        "other count",
    )
]


def composed(document: Map, profiles: dict[str, Map]) -> Composition:
    """Return a ModelService composed."""
    return compose(Plan(ModelService(document, (), profiles)))


def steps_of(field: str) -> list[str | int]:
    """Return a path as keys and places; a key with dots is none that the examples have, save those of labels, env and resources."""
    steps: list[str | int] = []
    for part in field.split("."):
        key, *places = part.split("[")
        steps += [*([key] if key else []), *(int(place.rstrip("]")) for place in places)]
    return steps


def walked(value: Any, field: str) -> tuple[Any, Any]:
    """Return what holds the last key of a path, and that key; keys may have dots themselves."""
    steps = steps_of(field)
    while len(steps) > 1:
        for length in range(len(steps) - 1, -1, -1):
            key: Any = steps[0] if not length else ".".join(map(str, steps[: length + 1]))
            if (isinstance(value, dict) and key in value) or (isinstance(value, list) and isinstance(key, int)):
                if len(steps) == length + 1:
                    return value, key
                value, steps = value[key], steps[length + 1 :]
                break
        else:
            raise LookupError(field)
    return value, steps[0]


def others(value: Any) -> list[Any]:
    """Return values that a field may have instead; ABSENT is none."""
    if isinstance(value, bool):
        return [ABSENT, not value]
    if isinstance(value, int):
        return [ABSENT, value + 1, value * 8, value * 64 + 1]
    return [ABSENT, f"{value}x", f"x{value}"] if isinstance(value, str) else [ABSENT]


def without(document: Any, field: str) -> Iterator[Any]:
    """Return copies of a document in which a field is gone, or is another."""
    holder, key = walked(document, field)
    for other in others(holder[key]):
        changed = copy.deepcopy(document)
        inner, last = walked(changed, field)
        if other is ABSENT:
            del inner[last]
        else:
            inner[last] = other
        yield changed


@contextmanager
def in_place_of(file: str, document: Map) -> Iterator[None]:
    """Have another document in one of the project's files."""
    documents, loaded, bases = dict(data._DOCUMENTS), dict(overlays._LOADED), dict(overlays._BASES)
    overlays._LOADED.clear()
    overlays._BASES.clear()
    for folder in ("automatic", "spec"):
        if file in (names := data.paths("overlays", folder)):
            found = data.folder("overlays", folder)
            found[names.index(file)] = document
            data._DOCUMENTS["overlays", folder] = found
    data._DOCUMENTS[*file.split("/"),] = document
    try:
        yield
    finally:
        kept: Any = ((data._DOCUMENTS, documents), (overlays._LOADED, loaded), (overlays._BASES, bases))
        for cache, before in kept:
            cache.clear()
            cache.update(before)


def objects_of(document: Map, profiles: dict[str, Map]) -> list[Map]:
    """Return the objects of a ModelService that may lack what composing needs; then there are none."""
    try:
        return composed(document, profiles).objects
    except (AttributeError, LookupError, TypeError, ValueError):
        return []


def without_source(source: Source, document: Map, profiles: dict[str, Map]) -> Iterator[list[Map]]:
    """Return the objects that there are without a layer, in as many ways as there are to leave it out."""
    if source.file:
        given = data.document(*source.file.split("/"))
        for changed in without(given, source.field):
            with in_place_of(source.file, changed):
                yield objects_of(document, profiles)
    elif source.resource is not None:
        for changed in without(profiles[source.resource.name], source.field):
            yield objects_of(document, {**profiles, source.resource.name: changed})
    else:
        for changed in without(document, source.field):
            yield objects_of(changed, profiles)


def read(objects: list[Map], obj: Map, value: Value) -> Any:
    """Return what stands in the place of a value now: of an argument what the arguments say of its flag, of an item's key the item."""
    now = next((one for one in objects if identity(one) == identity(obj)), ABSENT)
    if value.path[-2:-1] == ["args"]:
        arguments = paths.at(now, value.path[:-1])
        if not isinstance(arguments, list):
            return ABSENT
        text = str(value.value)
        flag = next(
            (name for name, texts in flags.read([*map(str, arguments)]) if text in texts or flags.key(text.partition("=")[0]) == name), None
        )
        return [text in arguments, [texts for name, texts in flags.read([*map(str, arguments)]) if name == flag]]
    return paths.at(now, value.path[:-1] if is_key(value) else value.path)


def is_key(value: Value) -> bool:
    """Whether a value tells the item of a list apart that it is in."""
    return len(value.path) > 1 and isinstance(value.path[-2], tuple) and value.path[-1] in dict(value.path[-2])


def says_more(value: Value, values: list[Value]) -> bool:
    """Whether another layer than that of a key has something in its item, which it would have without the first one, too."""
    return any(one.path[:-1][: len(value.path) - 1] == value.path[:-1] and one.set_by.name != value.set_by.name for one in values)


@pytest.mark.parametrize(("document", "profiles"), SERVICES)
def test_without_its_layer_a_value_is_another(document: Map, profiles: dict[str, Map]) -> None:
    """Each value of each object of each example and sample has a layer that decides it; only what Kubernetes fills in has none."""
    service = composed(document, profiles)
    assert service.problems == []
    history = History(service)
    by_source: dict[tuple[str, ...], tuple[Source, list[tuple[Map, Value]]]] = {}
    for obj in service.objects:
        values = [*history.values(obj)]
        for value in values:
            source = value.set_by
            assert same(source.value, value.value)
            of_one = ".parallelism." in source.field and str(value.value) == "1"  # a size that nobody says is one, too
            named = source.field in ("spec.modelArtifacts.uri", "spec.modelArtifacts.name")  # either says the model, which stands twice
            of_one |= named and "args" in value.path and value.value == document["spec"]["modelArtifacts"]["name"]
            of_one |= value.path[-1] in ("startupPolicy", "restartPolicy")  # which the definition of a group says alike
            if source.layer == "kubernetes" or of_one or (is_key(value) and says_more(value, values)):
                continue
            key = (source.layer, source.name, source.file, source.field)
            by_source.setdefault(key, (source, []))[1].append((obj, value))
    wrong = []
    for source, left in by_source.values():
        for changed in without_source(source, document, profiles):
            if not left:
                break
            left[:] = [(obj, value) for obj, value in left if same(read(changed, obj, value), read(service.objects, obj, value))]
        wrong += [(obj["kind"], paths.written(value.path), value.value, source.layer, source.file, source.field) for obj, value in left]
    assert wrong == []
