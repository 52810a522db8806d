"""modelservice requires: what a cluster must have before the objects are applied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from modelservice.cli.answers import Answer, Output, OutputOption, give
from modelservice.cli.objects import ObjectFiles, objects_of
from modelservice.cli.services import Given, LayerOption, OverlayOption, PresetOption, ProfileOption, SetOption

Map = dict[str, Any]


def requires(
    files: ObjectFiles,
    layer: LayerOption = None,
    preset: PresetOption = None,
    overlay: OverlayOption = None,
    profile: ProfileOption = None,
    assignments: SetOption = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """List what the cluster must have for the ModelServices, or the objects, in FILE…: what they need and is not among them."""
    from modelservice.inventory.requirements import requirements  # noqa: PLC0415

    found = requirements(objects_of(Given.of(files, layer, overlay, profile, preset, assignments)).objects)
    give(Answer(found, "\n\n".join("\n".join(block) for block in _blocks(found) if block)), output)


def _blocks(found: Map) -> Iterator[list[str]]:
    """The answer for people: a block of lines for each kind of thing that is needed."""
    yield [*_version(found["kubernetes"])]
    yield _titled("custom resource definitions", [f"{one['group']}/{one['version']} {one['kind']}" for one in found["customResources"]])
    for key, title in (("extendedResources", "extended resources"), ("deviceClasses", "device classes")):
        yield _titled(title, [line for one in found[key] for line in _counted(one)])
    yield _titled("objects that are not among these", [line for one in found["objects"] for line in _object(one)])


def _titled(title: str, lines: list[str]) -> list[str]:
    return [title, *(f"  {line}" for line in lines)] if lines else []


def _version(kubernetes: Map) -> Iterator[str]:
    minimum = kubernetes["minimum"]
    yield f"Kubernetes {minimum} or newer"
    yield from _fields([use for use in kubernetes["uses"] if use["version"] == minimum])
    for use in kubernetes["unavailable"]:
        yield f"{use['field']} of {use['object']}: {use['message']}"


def _counted(one: Map) -> Iterator[str]:
    yield f"{one['name']}: {_range(one['total'], one['most'])} in all"
    for use in one["usedBy"]:
        pods = "the pod" if use["mostPods"] == 1 else f"each of {_range(use['pods'], use['mostPods'])} pods"
        yield f"  {use['perPod']} in {pods if use['pods'] is not None else 'the pod on each node'} of {use['object']}"


def _range(least: Any, most: Any) -> str:
    return f"{least}" if least == most else f"{least} to {most}"


def _object(one: Map) -> Iterator[str]:
    yield f"{one['kind']} {one['name']}{' in namespace ' + one['namespace'] if one['namespace'] else ''}"
    yield from _fields(one["usedBy"])


def _fields(uses: list[Map]) -> Iterator[str]:
    """Each field with the objects in which it stands: roles have most fields in common."""
    for field in dict.fromkeys(use["field"] for use in uses):
        yield f"  {field} of {', '.join(use['object'] for use in uses if use['field'] == field)}"
