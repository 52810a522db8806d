"""The images of objects: those of containers, and those that are mounted as volumes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from modelservice.checks.world import Pods, World
from modelservice.inventory.pods import ANNOTATED, served_by_requesters
from modelservice.origin.paths import resolved

Map = dict[str, Any]


class ImageUse(NamedTuple):
    """An image at ``path`` of an object; of a pod that the object holds as text, ``within`` is the path in there."""

    image: str
    obj: Map
    path: tuple[str | int, ...]
    within: tuple[str | int, ...] = ()


def images(objects: Iterable[Map]) -> list[ImageUse]:
    """The images of ``objects``, in their order; an object of which nobody could say where its pods are has none."""
    world = World(objects, complete=False)
    order = {id(obj): place for place, obj in enumerate(world.objects)}
    found = [*(use for pods in world.pods for use in _of(pods)), *(use for pods in served_by_requesters(world) for use in _of(pods))]
    return sorted(found, key=lambda use: order[id(use.obj)])


def _of(pods: Pods) -> Iterator[ImageUse]:
    spec = pods.template.get("spec") or {}
    held = pods.path == ".".join(ANNOTATED)
    path = ANNOTATED if held else (*resolved(pods.workload, pods.path),) if pods.path else ()
    for steps in [*_containers(spec), *_volumes(spec)]:
        image: Any = pods.template
        for step in steps:
            image = image[step]
        if isinstance(image, str) and image:
            yield ImageUse(image, pods.workload, path, steps) if held else ImageUse(image, pods.workload, (*path, *steps))


def _containers(spec: Map) -> Iterator[tuple[str | int, ...]]:
    for kind in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(kind) or []):
            if "image" in container:
                yield "spec", kind, index, "image"


def _volumes(spec: Map) -> Iterator[tuple[str | int, ...]]:
    for index, volume in enumerate(spec.get("volumes") or []):
        if isinstance(volume.get("image"), dict) and "reference" in volume["image"]:
            yield "spec", "volumes", index, "image", "reference"
