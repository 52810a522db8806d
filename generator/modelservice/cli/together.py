"""What several presets do together to ModelServices: what each sets, what they fight over, and who wins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import typer

from modelservice import data
from modelservice.cli.answers import Answer
from modelservice.cli.origins import Layer, Origins
from modelservice.cli.services import Given, generate_from
from modelservice.compose import Composition
from modelservice.krm import write_yaml
from modelservice.origin import paths
from modelservice.origin.history import Value
from modelservice.patch.three_way import ABSENT, same

Map = dict[str, Any]
Path = tuple[Any, ...]


def together(given: Given, asked: Sequence[str]) -> Answer:
    """What the presets called ``asked``, which ``given`` names with their parameters, do to each ModelService there.

    Of two that exclude each other the later one is left out, which makes the exit code 1.
    """
    refused = [*_refused(asked)]
    left_out = {later for _, later in refused}
    kept = [text for name, text in zip(asked, given.presets, strict=True) if name not in left_out]
    generated = generate_from(Given(given.files, given.layers, given.overlays, given.profiles, kept, given.settings))
    if generated.failed:
        generated.tell()
        raise typer.Exit(1)
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
        named = f"{obj['kind']}/{obj['metadata']['name']}"
        values = [*history.values(obj), *history.removed(obj)]
        whole = {name: {tuple(value.path) for value in values if _adds(origins, service, value, name)} for name in names}
        for value in values:
            layers = origins.layers(service, value)
            involved = {name: place for place, layer in enumerate(layers) for name in names if _is_of(layer, name)}
            for name, place in involved.items():
                effect = _effect(value, layers, place)
                if effect is None:
                    continue
                top = _top(tuple(value.path), whole[name], values) if effect["does"] == "adds" else value.path
                entry = {"object": named, "path": paths.written(top).removeprefix("."), **effect}
                if top != tuple(value.path) and effect["does"] == "adds":
                    entry = {**entry, "value": _plain(paths.at(obj, top))}
                if entry not in by_preset[name]:
                    by_preset[name].append(entry)
            if len(involved) > 1:
                said = [(name, layers[place].value) for name, place in sorted(involved.items(), key=lambda one: one[1])]
                if any(not same(value, said[0][1]) for _, value in said):
                    conflicts.append(
                        {
                            "object": named,
                            "path": paths.written(value.path).removeprefix("."),
                            "presets": [{"name": name, "value": _plain(one)} for name, one in said],
                            "wins": layers[-1].data(),
                        }
                    )
    effects = [{"name": name, "says": _says(service, name), "effects": by_preset[name]} for name in names]
    return {"service": service.plan.config.name, "presets": effects, "conflicts": conflicts}


def _says(service: Composition, name: str) -> Map:
    preset = service.plan.config.presets.get(name)
    return preset.defaults if preset is not None else {}


def _is_of(layer: Layer, name: str) -> bool:
    return (layer.kind == "preset" and layer.name == name) or layer.through == name


def _adds(origins: Origins, service: Composition, value: Value, name: str) -> bool:
    layers = origins.layers(service, value)
    return value.value is not ABSENT and bool(layers) and _is_of(layers[0], name) and _is_of(layers[-1], name)


def _effect(value: Value, layers: Sequence[Layer], place: int) -> Map | None:
    """What the layer at ``place`` does to a value; None where it says what was so before."""
    layer, last = layers[place], layers[-1]
    before = layers[place - 1] if place else None
    while before is not None and before.through == layer.through and layer.through and place > 1:  # of one field, by the same overlay
        place -= 1
        before = layers[place - 1]
    if before is not None and same(before.value, layer.value):
        return None
    does = "removes" if layer.value is ABSENT else "adds" if before is None or before.through == layer.through != "" else "changes"
    effect: Map = {"does": does, "value": _plain(layer.value), "over": None, "overruledBy": None}
    if does != "adds" and before is not None:
        effect["over"] = before.data()
    if last is not layer and not (last.kind == "kubernetes"):
        effect["overruledBy"] = last.data()
    return effect


def _top(path: Path, added: set[Path], values: Sequence[Value]) -> Path:
    """The outermost part of an object around ``path`` of which everything is added."""
    for length in range(1, len(path)):
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
    yield f"  {effect['does']} {effect['object']} {effect['path']}"
    over = f", over {_short(effect['over']['value'])}" if effect["over"] else ""
    if effect["does"] != "removes":
        yield f"      {_short(effect['value'])}{over}"
    if by := effect["overruledBy"]:
        where = " ".join(filter(None, (by["place"], by["field"])))
        yield f"      but {where} says {_short(by['value'])}"


def _short(value: Any) -> str:
    """A value on one line, cut where it is long."""
    from json import dumps  # noqa: PLC0415

    text = dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else write_yaml(value).rstrip()
    text = text.replace("\n", " ")
    return text if len(text) <= 80 else f"{text[:79]}…"
