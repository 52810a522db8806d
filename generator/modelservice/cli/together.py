"""What several presets do together to ModelServices: what each sets, what they fight over, and who wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from modelservice import data
from modelservice.cli.answers import Answer
from modelservice.cli.origins import Layer, Origins
from modelservice.cli.services import Given, generate_from
from modelservice.compose import Composition
from modelservice.krm import write_yaml
from modelservice.kubernetes.names import identity, reference_to
from modelservice.origin import paths
from modelservice.origin.history import Value
from modelservice.patch.three_way import ABSENT, changes, same

Map = dict[str, Any]
Path = tuple[Any, ...]
Told = Sequence[tuple[Value, list[Layer]]]


def together(given: Given, asked: Sequence[str]) -> Answer:
    """What the presets called ``asked``, which ``given`` names with their parameters, do to each ModelService there.

    Of two that exclude each other the later one is left out, which makes the exit code 1.
    """
    refused = [*_refused(asked)]
    left_out = {later for _, later in refused}
    kept = [text for name, text in zip(asked, given.presets, strict=True) if name not in left_out]
    generated = generate_from(replace(given, presets=kept))
    generated.tell()
    origins = Origins(generated)
    names = [name for name in dict.fromkeys(asked) if name not in left_out]
    services = [_service(origins, service, names) for service in origins.services]
    found = {"excluded": [{"preset": later, "excludedBy": first} for first, later in refused], "services": services}
    return Answer(found, "\n".join(_lines(found)), 1 if refused else 0)


def _refused(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The pairs of presets that do not go together, the later one second."""
    there = data.names("overlays", "presets")
    excluded = {name: data.document("overlays", "presets", f"{name}.yaml")["spec"].get("exclude") or [] for name in names if name in there}
    for place, later in enumerate(names):
        for first in names[:place]:
            if later in excluded.get(first, ()) or first in excluded.get(later, ()):
                yield first, later


def _service(origins: Origins, service: Composition, names: Sequence[str]) -> Map:
    """What the presets do to one service."""
    history = origins.history(service)
    by_preset: dict[str, list[Map]] = {name: [] for name in names}
    conflicts: list[Map] = []
    for obj in service.objects:
        told = [(value, origins.layers(service, value)) for value in (*history.values(obj), *history.removed(obj))]
        for name in names:
            by_preset[name] += _effects(obj, told, name)
        conflicts += _conflicts(obj, told, names)
    for name in names:
        if _says(service, name):
            by_preset[name] += _led_to(origins, service, name, by_preset[name])
    effects = [{"name": name, "says": _says(service, name), "effects": by_preset[name]} for name in names]
    return {"service": service.plan.config.name, "presets": effects, "conflicts": conflicts}


def _effects(obj: Map, told: Told, name: str) -> Iterator[Map]:
    """What one preset does to an object; of what it adds, the outermost part."""
    added = {tuple(value.path) for value, layers in told if value.value is not ABSENT and all(_is_of(one, name) for one in layers)}
    paths_told: set[Path] = set()
    for value, layers in told:
        place = next((place for place, layer in enumerate(layers) if _is_of(layer, name)), None)
        effect = _effect(layers, place, name) if place is not None else None
        if effect is None:
            continue
        path = tuple(value.path)
        if effect["does"] == "adds" and path in added:
            path = _top(path, added, [one for one, _ in told])
            effect["value"] = _plain(paths.at(obj, path))
        if path not in paths_told:
            paths_told.add(path)
            yield {"object": reference_to(obj), "path": paths.written(path).removeprefix("."), **effect}


def _conflicts(obj: Map, told: Told, names: Sequence[str]) -> Iterator[Map]:
    """The values of an object that two presets say otherwise."""
    for value, layers in told:
        last = {name: layer.value for layer in layers for name in names if _is_of(layer, name)}
        said = [*last.values()]
        if any(not same(one, said[0]) for one in said):
            yield {
                "object": reference_to(obj),
                "path": paths.written(value.path).removeprefix("."),
                "presets": [{"name": name, "value": _plain(one)} for name, one in last.items()],
                "wins": layers[-1].data(),
            }


def _says(service: Composition, name: str) -> Map:
    preset = service.plan.config.presets.get(name)
    return preset.defaults if preset is not None else {}


def _led_to(origins: Origins, service: Composition, name: str, told: Sequence[Map]) -> Iterator[Map]:
    """What else is another without a preset that says something of the spec: that may choose overlays."""
    spec = service.plan.config.document["spec"]
    named = [one for one in spec["presets"] if (one if isinstance(one, str) else one.get("name")) != name]
    without = origins.again({**service.plan.config.document, "spec": {**spec, "presets": named}})
    before = {identity(obj): obj for obj in without.objects}
    for obj in service.objects:
        old, named_as = before.get(identity(obj)), reference_to(obj)
        known = [one["path"] for one in told if one["object"] == named_as]
        for path in changes(old, obj) if old is not None else ():
            if not any(path == one or path.startswith((f"{one}.", f"{one}[")) or one.startswith(path) for one in known):
                yield {"does": "leads to", "object": named_as, "path": path, "value": None, "over": None, "overruledBy": None}


def _is_of(layer: Layer, name: str) -> bool:
    return (layer.kind == "preset" and layer.name == name) or layer.through == name


def _effect(layers: Sequence[Layer], place: int, name: str) -> Map | None:
    """What a preset, whose first layer is at ``place``, does to a value; None where it says what was so before."""
    layer = [layer for layer in layers[place:] if _is_of(layer, name)][-1]
    before = layers[place - 1] if place else None
    if before is not None and same(before.value, layer.value):
        return None
    does = "removes" if layer.value is ABSENT else "adds" if before is None else "changes"
    is_overruled = layers[-1].kind != "kubernetes" and not same(layers[-1].value, layer.value)
    return {
        "does": does,
        "value": _plain(layer.value),
        "over": before.data() if before is not None else None,
        "overruledBy": layers[-1].data() if is_overruled else None,
    }


def _top(path: Path, added: set[Path], values: Sequence[Value]) -> Path:
    """The outermost part of an object around ``path`` of which everything is added."""
    for length in range(len(path)):
        inside = [tuple(value.path) for value in values if tuple(value.path[:length]) == path[:length] and value.value is not ABSENT]
        if all(one in added for one in inside):
            return path[:length]
    return path


def _plain(value: Any) -> Any:
    return None if value is ABSENT else value


def _lines(found: Map) -> Iterator[str]:
    for pair in found["excluded"]:
        yield f"{pair['preset']} goes not together with {pair['excludedBy']}, and is left out"
    for service in found["services"]:
        yield f"ModelService {service['service']}"
        for preset in service["presets"]:
            yield from ("", f"{preset['name']}{'' if preset['effects'] or preset['says'] else ' changes nothing'}")
            if preset["says"]:
                yield f"  says of the spec: {_short(preset['says'])}"
            for effect in preset["effects"]:
                yield from _effect_lines(effect)
        if service["conflicts"]:
            yield from ("", "Fights")
        for conflict in service["conflicts"]:
            yield f"  {conflict['object']} {conflict['path']}"
            said = ", ".join(f"{one['name']} {_short(one['value'])}" for one in conflict["presets"])
            winner = conflict["wins"]
            yield f"      {said}: {winner['name'] or winner['place']} wins"


def _effect_lines(effect: Map) -> Iterator[str]:
    what = "a change of" if effect["does"] == "leads to" else ""
    yield " ".join(filter(None, (" ", effect["does"], what, effect["object"], effect["path"])))
    over = f", over {_short(effect['over']['value'])}" if effect["over"] else ""
    if effect["does"] in ("adds", "changes"):
        yield f"      {_short(effect['value'])}{over}"
    if by := effect["overruledBy"]:
        where = " ".join(filter(None, (by["place"], by["field"])))
        says = "takes it away" if by["value"] is None else f"says {_short(by['value'])}"
        yield f"      but {where} {says}"


def _short(value: Any) -> str:
    """A value on one line, cut where it is long."""
    from json import dumps  # noqa: PLC0415

    text = dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else write_yaml(value).rstrip()
    text = text.replace("\n", " ")
    return text if len(text) <= 80 else f"{text[:79]}…"
