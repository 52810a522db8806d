"""Presets that a spec names with parameters, or that ask something of each other, or that say something of the spec themselves.

The rules are written down (specification: Presets).
"""

from __future__ import annotations

from modelservice.config import layers, validation
from modelservice.krm import FirstOfEachPlace, Result
from modelservice.template import CannotComputeError, MissingParameterError, compile_template, first_reference, references
from modelservice.texts import cut, listed, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Map = dict[str, Any]

HEAD: Map = {"apiVersion": validation.API_VERSION, "kind": "ModelService", "metadata": {"name": "preset"}}


class Preset:
    """A preset that a spec names: its first ``index`` there, and what it is ``given``, each in the item at one of ``places``.

    ``defaults`` is what it says of the spec.
    """

    __slots__ = ("defaults", "given", "index", "places", "spec")

    def __init__(self, index: int, spec: Map) -> None:
        self.index, self.spec = index, spec
        self.given: Map = {}
        self.places: dict[str, int] = {}
        self.defaults: Map = {}

    @property
    def parameters(self) -> Map:
        """What the preset declares."""
        return self.spec.get("parameters") or {}

    def values(self) -> Map:
        """The values of the parameters that need no service to be known: as they are given, or their defaults."""
        return {**{name: one["default"] for name, one in self.parameters.items() if is_literal(one.get("default"))}, **self.given}


def is_literal(default: Any) -> bool:
    """Whether a default is the value itself: there, and without ``${…}`` that a service fills."""
    return default is not None and not (isinstance(default, str) and references(default))


def read(items: list[Any], documents: dict[str, Map]) -> tuple[dict[str, Preset], Map, list[Result]]:
    """The presets that the ``items`` of a spec name, by name, what they say of the spec, and the errors of their items.

    ``documents`` has the Overlays; an item whose name is not there is told of elsewhere.
    """
    found: dict[str, Preset] = {}
    told = FirstOfEachPlace()
    for index, item in enumerate(items):
        name = item if isinstance(item, str) else item.get("name")
        if name in documents:
            preset = found.setdefault(name, Preset(index, documents[name]["spec"]))
            for key, value in item.items() if isinstance(item, dict) else ():
                if key != "name" and value is not None:
                    _take(preset, name, key, value, index, told)
    for name, preset in found.items():
        _tell_missing(preset, name, told)
    problems = told.told()
    problems += [problem for problem in _problems_between(found) if problem.field not in {one.field for one in problems}]
    beneath: Map = {}
    for preset in found.values() if not problems else ():
        problems = problems + _fill_defaults(preset)
        beneath = layers.merge(beneath, preset.defaults)
    return {name: preset for name, preset in found.items() if preset.parameters or preset.defaults}, beneath, problems


def _tell_missing(preset: Preset, name: str, told: FirstOfEachPlace) -> None:
    for parameter, one in preset.parameters.items():
        if "default" not in one and parameter not in preset.given:
            about = f": {description.rstrip('.')}" if (description := one.get("description")) else ""
            field = f"spec.presets[{preset.index}].{parameter}"
            told.add("presets", Result(f"missing; preset {name} needs it{about}", field=field))


def _take(preset: Preset, name: str, key: str, value: Any, index: int, told: FirstOfEachPlace) -> None:
    """Give a preset the value of a parameter, or tell what is wrong with that."""
    field = f"spec.presets[{index}].{cut(key)}"
    if key not in preset.parameters:
        told.add("presets", lambda: Result(_unknown(name, key, list(preset.parameters)), field=field, current=value))
        return
    schema = schema_of(preset.parameters[key])
    if not validation.conforms(value, schema, schema):
        told.add("presets", lambda: Result(wrong(value, schema), field=field, current=value))
    preset.given[key], preset.places[key] = value, index


def _unknown(name: str, key: str, known: list[str]) -> str:
    if not known:
        return f"preset {name} has no parameters; leave it out"
    from difflib import get_close_matches  # only for a mistake  # noqa: PLC0415

    close = get_close_matches(cut(key), known, 1)
    meant = f"did you mean {close[0]}? Known are: " if close else "known are: "
    return f"preset {name} has no such parameter; {meant}{listed(known)}"


def schema_of(parameter: Map) -> Map:
    """The JSON Schema of the values of a parameter."""
    return {key: parameter[key] for key in ("type", "enum") if key in parameter}


def wrong(value: Any, schema: Map) -> str:
    """What is wrong with a value that does not conform to the schema of its parameter, and what would be right."""
    from modelservice.config import diagnosis  # only for what is wrong  # noqa: PLC0415

    _, found = diagnosis.diagnose({"value": value}, {"properties": {"value": schema}})
    return found[0].message


def _problems_between(found: dict[str, Preset]) -> Iterator[Result]:
    """An error for each preset that needs another, and for the later one of two that do not go together."""
    names = list(found)
    for place, name in enumerate(names):
        preset = found[name]
        field = f"spec.presets[{preset.index}]"
        needed = [other for other in preset.spec.get("require") or [] if other not in found]
        refused = [other for other in names[:place] if name in _excluded(found[other]) or other in _excluded(preset)]
        if needed:
            yield Result(f"needs preset {' and '.join(needed)} too; name it", field=field, current=name)
        elif refused:
            yield Result(f"goes not together with preset {' and '.join(refused)}; leave one out", field=field, current=name)


def _excluded(preset: Preset) -> list[str]:
    return preset.spec.get("exclude") or []


def _fill_defaults(preset: Preset) -> list[Result]:
    """Fill what a preset says of the spec; the errors of what the values make of it, each at the value where one is given."""
    template = preset.spec.get("defaults") or {}
    try:
        filled = compile_template(template)({"preset": preset.values()})
    except MissingParameterError as missing:
        return [Result(f"its defaults use ${{{missing.args[0]}}}, which is not set", field=f"spec.presets[{preset.index}]")]
    except CannotComputeError as error:
        return [Result(f"its defaults: {error}", field=f"spec.presets[{preset.index}]")]
    checked, found = validation.checked({**HEAD, "spec": filled}, "modelservice")
    preset.defaults = checked.get("spec") or {}
    for problem in found:
        names, _ = first_reference(_at(template, problem.field)) or ([], False)
        parameter = names[1] if len(names) > 1 else ""
        place = f"spec.presets[{preset.places.get(parameter, preset.index)}]"
        problem.message += f" (as {problem.field})"
        problem.field = f"{place}.{parameter}" if parameter in preset.given else place
    return found


def _at(template: Any, field: str) -> str:
    """The text that a template has at ``field`` of a spec; empty where it has none."""
    value: Any = {"spec": template}
    for step in _steps(field):
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else value
        elif isinstance(value, list):
            value = value[step] if step < len(value) else None
    return value if isinstance(value, str) else ""


def place_of(presets: Mapping[str, Preset], own: Map, field: str) -> str:
    """The place where the preset is named that says what stands at ``field`` of the spec; ``field``, where none of ``presets`` does.

    ``own`` is what the user says of the spec, which goes over presets.
    """
    steps = _steps(field)
    if steps[0] != "spec" or _says(own, steps[1:]):
        return field
    for preset in sorted(presets.values(), key=lambda preset: -preset.index):
        if _says(preset.defaults, steps[1:]):
            return f"spec.presets[{preset.index}]"
    return field


def _says(fields: Map, steps: list[str | int]) -> bool:
    """Whether ``fields`` say what stands at a path, or what holds it as a whole."""
    value: Any = fields
    for step in steps:
        if not isinstance(value, dict):
            return True
        if step not in value:
            return False
        value = value[step]
    return not isinstance(value, dict)


def _steps(field: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in field.split("."):
        key, *places = part.split("[")
        steps.append(key)
        steps += [number for place in places if (number := whole_number(place.rstrip("]"))) is not None]
    return steps
