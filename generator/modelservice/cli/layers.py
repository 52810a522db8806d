"""Layers of the command line: partial ModelServices that are merged over those in the files, before anything else is done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelservice.cli.messages import Message
from modelservice.config import API_VERSION
from modelservice.config.layers import patched
from modelservice.krm import Document, Result
from modelservice.texts import cut, listed, shown

Map = dict[str, Any]

PARTIAL = ("apiVersion", "kind", "metadata", "spec")  # of a ModelService; what has none of them is a part of its spec
MOST = 20  # messages about one layer
CHECK = {"check": "layers"}


class Layer:
    """One layer: ``content`` has the spec and metadata that it says, ``name`` is the ModelService that it is for, None for all of them.

    ``over`` are the ``id`` of the ModelServices, as they were read, that it went over.
    """

    def __init__(self, document: Document) -> None:
        value = document.value
        self.document = document
        self.problems = list(_problems(document))
        self.is_bare = isinstance(value, dict) and not any(key in value for key in PARTIAL)
        whole: Map = {} if self.problems else {"spec": value} if self.is_bare else value
        self.name: str | None = (whole.get("metadata") or {}).get("name")
        self.content = {key: whole[key] for key in ("metadata", "spec") if whole.get(key) is not None}
        self.over: set[int] = set()

    def place(self, field: str) -> str:
        """``FILE:LINE:COLUMN`` of a field (``spec.decode.replicas``)."""
        return self.document.place(field.removeprefix("spec").removeprefix(".") if self.is_bare else field)

    def says(self, field: str) -> bool:
        """Whether the layer says what stands at ``field``, or what holds it, where that is no map."""
        value: Any = self.content
        rest = field
        while rest and isinstance(value, dict):
            key = next(
                (key for key in sorted(value, key=len, reverse=True) if rest == key or rest.startswith((f"{key}.", f"{key}["))), None
            )
            if key is None:
                return False
            value, rest = value[key], rest[len(key) :].removeprefix(".")
        return True

    def chosen(self, services: Sequence[Map]) -> list[int]:
        """Which ModelServices the layer goes over; of several of one name, those in the namespace that it says, where there are any."""
        if self.name is None:
            return [*range(len(services))]
        named = [index for index, service in enumerate(services) if _metadata(service).get("name") == self.name]
        namespace = _metadata(self.content).get("namespace")
        return [index for index in named if namespace and _metadata(services[index]).get("namespace") == namespace] or named


def _metadata(value: Map) -> Map:
    metadata = value.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _problems(document: Document) -> Iterator[Message]:
    value = document.value
    if not isinstance(value, dict):
        yield Message(document.place(), Result(f"this is {shown(value)}; a layer must be a map: a part of a ModelService, or of its spec"))
        return
    for key, right in (("kind", "ModelService"), ("apiVersion", API_VERSION)):
        if value.get(key, right) != right:
            yield Message(document.place(key), Result(f"this is {cut(str(value[key]))}; a layer must be a part of a {right}"))
    for key in ("metadata", "spec") if any(key in value for key in PARTIAL) else ():
        if not isinstance(value.get(key), dict | None):
            yield Message(document.place(key), Result(f"is {shown(value[key])}; must be a map", field=key))
    for key in value if any(key in value for key in PARTIAL) else ():
        if key not in PARTIAL:
            result = Result("unknown key of a ModelService; does it belong under spec?", field=cut(str(key)))
            yield Message(document.place(key), result)


def apply(services: Sequence[Map], layers: Sequence[Layer]) -> tuple[list[Map], list[Message]]:
    """The ModelServices with ``layers`` over them, in their order, and what is wrong or worth a warning."""
    problems = [problem for layer in layers for problem in layer.problems]
    merged = list(services)
    for layer in layers if not problems else ():
        chosen = layer.chosen(merged)
        if not chosen:
            there = listed([str((service.get("metadata") or {}).get("name")) for service in merged])
            asked = f" {cut(str(layer.name))}" if layer.name is not None else ""
            what = f"there is no ModelService{asked}; there are: {there or 'none'}"
            problems.append(Message(layer.place("metadata.name"), Result(what, field="metadata.name")))
            continue
        layer.over = {id(services[index]) for index in chosen}
        before = [merged[index] for index in chosen]
        for index in chosen:
            merged[index] = patched(merged[index], layer.content)
        if all(merged[index] == service for index, service in zip(chosen, before, strict=True)):
            problems.append(Message(layer.place("spec"), Result("the layer changes nothing", "warning", tags=CHECK)))
        else:
            problems += _idle_nulls(layer, before)
    return merged, problems


def _idle_nulls(layer: Layer, services: Sequence[Map]) -> list[Message]:
    """A warning of what a layer deletes, and no ModelService says: kustomize's patches do not reach the profile's defaults either."""
    idle = [field for field, path in _nulls(layer.content, "", []) if not any(_is_there(service, path) for service in services)]
    message = "null deletes what a ModelService says, and none says this; a default is deleted by null in the ModelService"
    return [Message(layer.place(field), Result(message, "warning", field=field, tags=CHECK)) for field in idle[:MOST]]


def _nulls(value: Any, field: str, path: list[str]) -> Iterator[tuple[str, list[str]]]:
    for key, below in value.items() if isinstance(value, dict) else ():
        here, at = f"{field}.{key}" if field else str(key), [*path, key]
        if below is None:
            yield here, at
        else:
            yield from _nulls(below, here, at)


def _is_there(value: Any, path: Sequence[str]) -> bool:
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True
