"""Each value of an object with its history: which layer says it, and what that replaced, down to the base."""

from __future__ import annotations

from modelservice import data
from modelservice.compose import flags
from modelservice.compose.disaggregated import part
from modelservice.config import structured
from modelservice.krm import ResourceRef
from modelservice.origin import paths
from modelservice.origin.parameters import field_of
from modelservice.origin.said import Source, said_by
from modelservice.origin.steps import descend
from modelservice.origin.trace import Trace
from modelservice.origin.trials import Trials
from modelservice.patch.three_way import ABSENT, same
from modelservice.template import first_reference, look_up
from modelservice.workloads import POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from modelservice.compose import Composition, Overlay
    from modelservice.origin.paths import Step as PathStep
    from modelservice.origin.steps import Step

    Map = dict[str, Any]

FIELDS = "overlays/spec/"  # these pass on what a spec says, field by field, and say nothing themselves


class Value:
    """A value of an object: its ``path``, the ``value``, ABSENT where it was taken away, and its ``sources``, the first one lowest."""

    __slots__ = ("path", "sources", "value")

    def __init__(self, path: Sequence[PathStep], value: Any, sources: list[Source]) -> None:
        self.path, self.value, self.sources = path, value, sources

    @property
    def set_by(self) -> Source:
        """Who says it."""
        return self.sources[-1]

    @property
    def replaced(self) -> list[Source]:
        """Whose values it took the place of, the last one first."""
        return self.sources[-2::-1]


class History:
    """The histories of the values of a service's objects."""

    def __init__(self, service: Composition) -> None:
        self._trace, self._trials = Trace(service), Trials(service.plan.config)
        self._config = service.plan.config
        self._files: dict[int, str] = {}
        for folder in ("automatic", "modes", "spec"):
            named = zip(data.folder("overlays", folder), data.paths("overlays", folder), strict=True)
            self._files |= {id(document): file for document, file in named}

    def role_of(self, obj: Map) -> str | None:
        """The role whose workload an object is; None where it is another one."""
        return self._trace.role_of(obj)

    def values(self, obj: Map, path: Sequence[str | int] = ()) -> Iterator[Value]:
        """The values at and below ``path`` of ``obj``, one of the service's objects as it became at last, in their order."""
        start = paths.keyed(obj, path)
        for leaf in leaves(obj, [*path]) if paths.at(obj, start) is not ABSENT else ():
            steps = paths.keyed(obj, leaf)
            yield self.value(obj, steps, paths.at(obj, leaf))

    def value(self, obj: Map, steps: Sequence[PathStep], value: Any) -> Value:
        """The one ``value`` that stands at ``steps``, a path by merge keys, of ``obj``."""
        return Value(steps, value, self._sources(obj, steps, value))

    def removed(self, obj: Map) -> Iterator[Value]:
        """The values that were in ``obj`` while it was composed, and were taken away."""
        seen: set[str] = set()
        for root in [(), *(path for path in POD_TEMPLATES.get(str(obj.get("kind")), ()) if paths.at(obj, path) is not ABSENT)]:
            steps, here = self._trace.steps_to(obj, root)
            for path in dict.fromkeys(path for step in steps for path in _keyed_leaves(step.before, here)):
                whole = [*root, *path]
                text = paths.written(whole)
                if path and not isinstance(path[-1], int) and text not in seen and paths.at(obj, whole) is ABSENT:
                    seen.add(text)
                    yield Value(whole, ABSENT, self._sources(obj, whole, ABSENT))

    def _sources(self, obj: Map, path: Sequence[PathStep], value: Any) -> list[Source]:
        """Who says what stands at ``path``, the last one last."""
        found: list[Source] = []
        obj, path = part(obj, path)
        if (index := self._trace.extra_object(obj)) is not None:
            found += self._written(f"spec.extraObjects[{index}]{paths.written(path, obj)}", value)
        steps, within = self._trace.steps_to(obj, path)
        argument = _argument(obj, path)
        for step in _without_covered(steps, within):
            if argument is None and step.says(within):
                found += self._of_step(step, within, paths.at(step.after, within))
            elif argument is not None and argument.changes(step, within):
                found += self._of_arguments(step, within, argument)
        for field, new in self._trace.by_user.changes(obj, path):
            patch = Source("patch", field, new)
            written, profile = self._config.written(field)
            patch.field, patch.resource = written, ResourceRef.of(profile) if profile else None
            found.append(patch)
        if not found or (value is not ABSENT and found[-1].value is ABSENT):
            found.append(Source("kubernetes", "", value))  # what an API server would fill in
        if value is not ABSENT:
            found[-1].value = value
        return _once([*(one for one in found[:-1] if one.value is not ABSENT and one.value is not None), found[-1]])

    def _written(self, field: str, value: Any) -> list[Source]:
        written, profile = self._config.written(field)
        if profile is not None:
            return [Source("profile", written, value, name=profile["metadata"]["name"], resource=ResourceRef.of(profile))]
        return [Source("modelservice", written, value)]

    def _of_step(self, step: Step, path: Sequence[PathStep], value: Any) -> list[Source]:
        """Who says what a step makes of a field."""
        consumed, template, below = descend(step, path[len(step.root) :])
        reference = first_reference(template) if isinstance(template, str) else None
        source = self._of_template(step, consumed, value)
        if reference is None:
            return [source]
        names, inside = step.source(reference[0], below if reference[1] else [])
        if names[0] == "preset":
            return [self._of_parameter(step, source, names[1:])]
        field = field_of(self._config, step.scope, step.container, names, inside)
        if value is ABSENT:
            return [self._without(source, field)]
        return self._of_field(step, source, field, value, names, lambda parameter: paths.at(parameter, inside))

    def _without(self, source: Source, field: str) -> Source:
        """Who takes a value away: what a spec says at ``field`` in its place, where ``source`` only passes that on."""
        said = said_by(self._config, field) if source.file.startswith(FIELDS) else []
        one = said[-1] if said else source
        return Source(one.layer, one.field, ABSENT, name=one.name, file=one.file, resource=one.resource)

    def _of_field(
        self, step: Step, source: Source, field: str, value: Any, names: Sequence[str], part: Callable[[Any], Any], like: Any = None
    ) -> list[Source]:
        """Who says a value that stands at ``field`` of the spec, or is computed as ``part`` of the parameter at ``names``.

        Of several fields that decide it, the one counts that has the value itself, or that which it is ``like``.
        """
        said = said_by(self._config, field)
        if (as_key := self._said_as_key(field, value)) is not None:
            said = as_key
        others: list[str] = []
        if as_key is None and (not said or not _alike(said[-1].value, value)):
            deciding = self._trials.deciding(step.scope, step.container, names, part)
            decides = sorted(deciding, key=lambda one: min(_unlike(one[1], value), _unlike(one[1], like or value)))
            by_field = {one: found for one, _ in decides if (found := said_by(self._config, one))}
            field, said = next(iter(by_field.items()), (field, []))
            beside = field.rpartition("[")[0]  # the other words of a list of arguments
            others = [found[-1].field for one, found in by_field.items() if one != field and one.rpartition("[")[0] != beside]
        if not said:
            return [source]
        through = "" if source.file.startswith(FIELDS) else source.name or source.file
        for one in said:
            one.through = through
            one.file = one.file or self._file_of_preset(one)
        said[-1].value, said[-1].depends = value, tuple(dict.fromkeys(others))
        return said

    def _said_as_key(self, field: str, value: Any) -> list[Source] | None:
        """Who says what tells an item of a list apart, where a map stands in place of the list, and its key says it."""
        item, _, _ = field.rpartition(".")
        said = said_by(self._config, item) if item.endswith("]") else []
        for one in said:
            one.value = value
        return said if said and said[-1].field.endswith(f".{value}") else None

    def _of_arguments(self, step: Step, path: Sequence[PathStep], argument: _Argument) -> list[Source]:
        """Who says an argument that a step puts into a list of them, or takes out of it."""
        value = argument.text
        consumed, template, below = descend(step, path[len(step.root) : -1])
        source = self._of_template(step, consumed, value)
        if isinstance(template, dict):  # flags, each for itself
            name = next((name for name in template if flags.key(name) == argument.flag), None)
            template = template.get(name, "") if name is not None else ""
        reference = first_reference(template) if isinstance(template, str) else None
        if reference is None:
            return [source]
        names = reference[0]
        if names[0] == "preset":
            return [self._of_parameter(step, source, names[1:])]
        given = look_up(step.parameters(), names)
        name = next((one for one in given if flags.key(one) == argument.flag), None) if isinstance(given, dict) else None
        field = field_of(self._config, step.scope, step.container, names, below if name is None else [name])
        if name is not None and isinstance(given[name], dict):
            return self._of_structured(field, given[name], value) or [source]
        if name is not None:
            return self._of_field(step, source, field, given[name], [*names, name], lambda parameter: parameter)
        return self._of_field(step, source, field, value, names, argument.of, argument.value)

    def _of_structured(self, field: str, given: Map, value: str) -> list[Source]:
        """Who says the keys of ``given``, a flag's value that is a map, at ``field`` of the spec: several may, each some of them."""
        last = [(one.layer, one.name, one.field) for one in said_by(self._config, field)[-1:]]
        found: dict[tuple[str, str, str], Source] = {}
        for keys, said in _of_map(given, ()):
            for one in said_by(self._config, ".".join([field, *keys]))[-1:]:
                one.field = one.field.removesuffix("".join(f".{key}" for key in keys))
                source = found.setdefault((one.layer, one.name, one.field), one)
                whole = {} if source is one else source.value
                source.value = structured.over({"": whole}, {"": _nested(keys, said)})[""]
        ordered = sorted(found, key=lambda place: place in last)  # the one that goes over the others comes last
        for one in found.values():
            one.value, one.file = structured.text(one.value), one.file or self._file_of_preset(one)
        if ordered:
            found[ordered[-1]].value = value
        return [found[place] for place in ordered]

    def _of_template(self, step: Step, consumed: str, value: Any) -> Source:
        """The base or overlay itself, as who says a value."""
        place = f"{step.place}{consumed}".removeprefix(".")
        overlay = step.overlay
        if overlay is None:
            file = "bases/container.yaml" if step.container is not None else "bases/podtemplate.yaml"
            return Source("base", place, value, file=file)
        if (base := _base_of(overlay, step.place)) is not None:
            return Source("base", consumed.removeprefix("."), value, file=f"bases/{base}")
        if overlay.written_at is None:
            file = self._files.get(id(overlay.document), "")
            layer = "overlay" if file else "preset"
            return Source(layer, place, value, name=overlay.name, file=file or f"overlays/presets/{overlay.name}.yaml")
        layer = "preset" if step.preset_in(self._config) is not None else "overlay"
        if overlay.written_at:
            written, profile = self._config.written(f"{overlay.written_at}{place}")
            return Source(layer, written, value, name=overlay.name, resource=ResourceRef.of(profile) if profile else None)
        return Source(layer, place, value, name=overlay.name, resource=ResourceRef.of(overlay.document))

    def _of_parameter(self, step: Step, source: Source, names: Sequence[str]) -> Source:
        """The preset as who says the value of a parameter of it, or the place where it is given."""
        overlay = step.overlay
        if overlay is not None and names[0] in overlay.given:
            field = f"spec.presets[{self._config.presets[overlay.name].places[names[0]]}].{names[0]}"
            written, profile = self._config.written(field)
            return Source("preset", written, source.value, name=source.name, resource=ResourceRef.of(profile) if profile else None)
        source.field = f"spec.parameters.{names[0]}.default"
        return source

    def _file_of_preset(self, source: Source) -> str:
        is_ours = source.layer == "preset" and source.name in data.names("overlays", "presets")
        return f"overlays/presets/{source.name}.yaml" if is_ours else ""


class _Argument:
    """An argument of a list of them, by the flag that it is, or is the value of: lists of arguments have no other keys."""

    def __init__(self, flag: str, text: str, value: str) -> None:
        self.flag, self.text, self.value = flag, text, value

    def of(self, arguments: Any) -> Any:
        """What a list of arguments says of the flag."""
        if not isinstance(arguments, list):
            return ABSENT
        return [values for name, values in flags.read([*map(str, arguments)]) if name == self.flag]

    def changes(self, step: Step, path: Sequence[PathStep]) -> bool:
        """Whether a step changes what the list says of the flag."""
        old, new = (paths.at(side, path[:-1]) for side in (step.before, step.after))
        if old is new:
            return False
        before, after = self.of(old), self.of(new)
        return not same(before or [], after or []) and bool(after)


def _argument(obj: Map, path: Sequence[PathStep]) -> _Argument | None:
    """What stands at ``path`` as an argument; None where it is none."""
    if len(path) < 2 or path[-2] != "args" or not isinstance(path[-1], int):
        return None
    arguments = paths.at(obj, path[:-1])
    if not isinstance(arguments, list) or not all(isinstance(one, str) for one in arguments):
        return None
    place = 0
    for flag, values in flags.read(arguments):
        place += _length(flag, values, arguments[place])
        if path[-1] < place:
            text = arguments[path[-1]]
            return _Argument(flag, text, text if text in values or "=" in text else " ".join(values))
    return None


def _of_map(given: Map, keys: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """What ``given`` says, each with its keys; null, an empty map and a list are values."""
    for key, value in given.items():
        if isinstance(value, dict) and value:
            yield from _of_map(value, (*keys, key))
        else:
            yield (*keys, key), value


def _nested(keys: Sequence[str], value: Any) -> Map:
    for key in reversed(keys):
        value = {key: value}
    return dict(value)


def _length(flag: str, values: Sequence[str], text: str) -> int:
    """How many arguments a flag and its values are."""
    return len(values) if not flag else 1 if "=" in text else 1 + len(values)


def leaves(value: Any, path: list[str | int]) -> Iterator[list[str | int]]:
    """The paths of what is neither a map nor a list, or is an empty one, at and below ``path`` of ``value``."""
    inner = paths.at(value, path) if path else value
    if not isinstance(inner, (dict, list)) or not inner:
        yield path
        return
    for key in inner if isinstance(inner, dict) else range(len(inner)):
        yield from leaves(value, [*path, key])


def _keyed_leaves(obj: Map, root: Sequence[PathStep]) -> Iterator[tuple[PathStep, ...]]:
    """The paths below ``root`` of what stands in ``obj``, by merge keys."""
    start = [step for step in root if isinstance(step, str)]
    if paths.at(obj, start) is not ABSENT:
        yield from (tuple(paths.keyed(obj, leaf)[len(start) :]) for leaf in leaves(obj, [*start]))


def _without_covered(steps: list[Step], path: Sequence[PathStep]) -> list[Step]:
    """``steps`` without the pod's base where that of an engine container says it, and those about other containers."""
    of_containers = [step for step in steps if step.container is not None and list(path[:4]) == step.root]
    return [step for step in steps if (step in of_containers if step.container is not None else not (of_containers and step is steps[0]))]


def _once(sources: list[Source]) -> list[Source]:
    """``sources``, of which one that says a value twice is there for the last time: what a base takes of a spec goes over it once more."""
    by_place: dict[tuple[str, ...], Source] = {}
    for one in sources:
        place = (one.layer, one.name, one.file, one.field)
        by_place.pop(place, None)
        by_place[place] = one
    return list(by_place.values())


def _base_of(overlay: Overlay, place: str) -> str | None:
    """The file in bases/ that a resource of an overlay is."""
    if not place.startswith("spec.resources["):
        return None
    given = overlay.document["spec"]["resources"][int(place.removeprefix("spec.resources[").partition("]")[0])]
    return given if isinstance(given, str) else None


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are the same, or one is the text of the other."""
    return same(one, other) or (not isinstance(one, (dict, list)) and str(one) == str(other))


def _unlike(value: Any, wanted: Any) -> int:
    """How far a value is from the one that is made of it."""
    one, other = str(value).lower(), str(wanted).lower()
    return 0 if one == other else 1 if len(one) > 1 and (one in other or other in one) else 2
