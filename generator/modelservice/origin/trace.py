"""A service composed once more, with an eye on what each step changes."""

from __future__ import annotations

from modelservice.compose import compose
from modelservice.compose.composition import PROXY, Observer
from modelservice.compose.overlays import written as base
from modelservice.krm import ResourceRef
from modelservice.origin import paths
from modelservice.origin.by_patch import ByPatch, identity_of
from modelservice.origin.parameters import field_of
from modelservice.patch.three_way import ABSENT, same
from modelservice.template import REFERENCE, MissingParameterError, compile_template
from modelservice.workloads import POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.compose import Composition, Overlay
    from modelservice.origin.paths import Step as PathStep
    from modelservice.plan import Scope
    from modelservice.plan.scopes import Container

    Map = dict[str, Any]


class Origin:
    """What set a field: ``field`` of the ModelService or, when ``resource`` is given, of that Overlay."""

    __slots__ = ("field", "resource")

    def __init__(self, field: str, resource: ResourceRef | None = None) -> None:
        self.field, self.resource = field, resource


class _Step:
    """One change of an object: by which part of which overlay, found at ``root`` of the object; a base has no overlay."""

    __slots__ = ("after", "before", "container", "layer", "overlay", "place", "root", "scope", "template")

    def __init__(
        self,
        scope: Scope,
        before: Any,
        after: Any,
        template: Any,
        *,
        overlay: Overlay | None = None,
        place: str = "",
        root: Sequence[PathStep] = (),
        container: Container | None = None,
        layer: str = "",
    ) -> None:
        self.scope, self.before, self.after, self.template, self.overlay = scope, before, after, template, overlay
        self.place, self.root, self.container, self.layer = place, list(root), container, layer

    def changes(self, path: Sequence[PathStep]) -> bool:
        """Whether the step changes what stands at ``path``."""
        return not same(paths.at(self.before, path), paths.at(self.after, path))

    def makes(self, path: Sequence[PathStep]) -> bool:
        """Whether what stands at ``path`` was not there before."""
        return paths.at(self.before, path) is ABSENT and paths.at(self.after, path) is not ABSENT

    def parameters(self) -> Map:
        """What fills the template."""
        container = {**self.container.parameters, **self.container.fields.get(self.layer, {})} if self.container else {}
        parameters = {**self.scope.parameters, **self.scope.fields.get(self.layer, {}), **container}
        return self.overlay.with_preset(parameters) if self.overlay is not None else parameters


class Trace(Observer):
    """The steps that led to the objects of ``service``; ``origin`` tells which of them set a field."""

    def __init__(self, service: Composition) -> None:
        self.service = service
        self._pods: dict[str, list[_Step]] = {}
        self._objects: dict[tuple[Any, ...], list[_Step]] = {}
        self._by_user = ByPatch(service.plan.config.spec.get("patches") or [])
        compose(service.plan, *service.overlays, observer=self)

    def pod_begun(self, scope: Scope, after: Map) -> None:
        """Keep the bases of a pod."""
        pod, container = {"": base("podtemplate.yaml")}, {"": base("container.yaml")}
        engines = [_Step(scope, {}, after, container, root=_engine(one), container=one) for one in scope.containers]
        self._pods[scope.name] = [_Step(scope, {}, after, pod), *engines]

    def pod_patched(self, scope: Scope, overlay: Overlay, index: int, layer: str, before: Map, after: Map) -> None:
        """Keep a patch to a pod; one to engine containers is a step for each."""
        patch, place = overlay.patches[index], f"spec.patches[{index}]"
        if patch.part == "container":
            for one in scope.containers:
                template = {"patch": patch.template or {}, "flags": patch.flags}
                self._pods[scope.name].append(
                    _Step(scope, before, after, template, overlay=overlay, place=place, root=_engine(one), container=one, layer=layer)
                )
            return
        root: list[PathStep] = ["template"]
        root += ["spec", "initContainers", (("name", PROXY),)] if patch.part == "proxy" else []
        template = {"patch": patch.template}
        self._pods[scope.name].append(_Step(scope, before, after, template, overlay=overlay, place=place, root=root, layer=layer))

    def made(self, scope: Scope, overlay: Overlay, index: int, after: Map) -> None:
        """Keep that an overlay added an object."""
        place = f"spec.resources[{index}]"
        self._objects[identity_of(after)] = [_Step(scope, {}, after, {"": overlay.written(index)}, overlay=overlay, place=place)]

    def patched(self, scope: Scope, overlay: Overlay, index: int, layer: str, before: Map, after: Map | None) -> None:
        """Keep a patch to an object."""
        if after is not None:
            steps = self._objects.pop(identity_of(before), [])
            template = {"patch": overlay.patches[index].template}
            step = _Step(scope, before, after, template, overlay=overlay, place=f"spec.patches[{index}]", layer=layer)
            self._objects[identity_of(after)] = [*steps, step]

    def patched_by_user(self, index: int, content: Any, before: list[Map], after: list[Map]) -> None:
        """Keep one of spec.patches."""
        self._by_user.add(index, content, before, after)

    def origin(self, obj: Map, path: Sequence[str | int]) -> Origin | None:
        """What set the field at ``path`` of ``obj``, one of the service's objects; None where nothing that a user wrote did."""
        steps = paths.keyed(obj, path)
        identity = identity_of(obj)
        if (patch := self._by_user.field(obj, steps)) is not None:
            return Origin(patch)
        for index, extra in enumerate(self.service.plan.config.spec.get("extraObjects") or []):
            if identity_of(extra) == identity:
                return Origin(f"spec.extraObjects[{index}]{paths.written(path)}")
        for template in POD_TEMPLATES.get(str(obj.get("kind")), ()):
            role = next((role for role in self.service.plan.roles if role.parameters["workload"]["name"] == identity[1]), None)
            if role is not None and tuple(path[: len(template)]) == template:
                return self._set_by(self._pods[role.name], ["template", *steps[len(template) :]])
        return self._set_by(self._objects.get(identity, []), steps)

    def in_pod(self, role: str, path: Sequence[str | int]) -> Origin | None:
        """What set the field at ``path`` of the pod template of a role."""
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "template": self.service.pods[role]}
        return self._set_by(self._pods[role], paths.keyed(pod, ["template", *path]))

    def _set_by(self, steps: list[_Step], path: Sequence[PathStep]) -> Origin | None:
        """What set the field at ``path``; where it is not there, what made the innermost that is, and the rest of the path."""
        for length in range(len(path), 0, -1):
            here, rest = path[:length], path[length:]
            changing = [step for step in steps if step.changes(here)]
            if not changing:
                continue
            made = [step for step in changing if step.makes(here)]
            for step in [*reversed(made if rest and made else changing)]:
                if step.container is None or _engine(step.container) == list(here[:4]):
                    origin = self._origin(step, here, exact=not rest)
                    return Origin(origin.field + paths.written(rest), origin.resource) if origin is not None else None
        return None

    def _origin(self, step: _Step, path: Sequence[PathStep], *, exact: bool) -> Origin | None:
        """The part of the step's template that says what stands at ``path``; ``exact`` when that, and nothing in it, is asked for."""
        relative = list(path[len(step.root) :])
        consumed, template, below = _descend(step, relative)
        if isinstance(template, str) and (given := self._given(step, template, below)):
            return Origin(given)
        if step.overlay is not None and step.overlay.written_at is not None:
            document = None if step.overlay.written_at else ResourceRef.of(step.overlay.document)
            return Origin(f"{step.overlay.written_at}{step.place}{consumed}", document)
        named = self.service.plan.config.spec.get("presets") or []
        name = step.overlay.name if step.overlay else ""
        reference = REFERENCE.search(str(template)) if exact or isinstance(template, str) else None  # a map by what is put into it
        if name in named and (not isinstance(template, str) or (reference and reference[1].startswith("preset."))):
            return Origin(f"spec.presets[{named.index(name)}]")
        if reference is not None:
            inside = below if reference.group() == template else []
            config = self.service.plan.config
            return Origin(field_of(config, step.scope, step.container, reference[1].split("."), inside))
        return Origin(f"spec.presets[{named.index(name)}]") if name in named else None

    def _given(self, step: _Step, template: str, below: Sequence[PathStep]) -> str:
        """The field in which a service that names a preset gives the value that ``template`` puts in; empty where it gives none."""
        reference = REFERENCE.search(template)
        scope, _, name = reference[1].partition(".") if reference else ("", "", "")
        given = step.overlay.given if step.overlay is not None and scope == "preset" else {}
        name, *inside = name.split(".")
        if name not in given:
            return ""
        place = self.service.plan.config.presets[step.overlay.name].places[name]  # type: ignore[union-attr]
        steps = [*inside, *below] if reference is not None and reference.group() == template else []
        return f"spec.presets[{place}].{name}{paths.written(steps, given[name])}"


def _descend(step: _Step, path: Sequence[PathStep]) -> tuple[str, Any, list[PathStep]]:
    """The template along ``path``: how far it goes as text, what stands there, and the steps left when that is a reference."""
    head, template = next(iter(step.template.items()))
    if head == "patch" and path[:1] == ["args"] and step.template.get("flags") is not None:
        return ".flags", step.template["flags"], []
    text = f".{head}" if head else ""
    parameters = step.parameters()
    left = list(path)
    while left and isinstance(template, (dict, list)):
        name, below = _below(template, left[0], parameters)
        if below is ABSENT:
            break
        text, template, left = text + name, below, left[1:]
    return text, template, left


def _below(template: Any, step: PathStep, parameters: Map) -> tuple[str, Any]:
    """The part of a template that one step leads to, with how the step is written; keys and items may be references themselves."""
    if isinstance(template, dict):
        for key, value in template.items():
            if key == step or ("${" in key and _filled({key: 0}, parameters) == {step: 0}):
                return f".{key}", value
        return "", ABSENT
    for place, item in enumerate(template):
        known = _filled(item, parameters)
        if place == step or (isinstance(step, tuple) and isinstance(known, dict) and all(known.get(key) == value for key, value in step)):
            return f"[{place}]", item
    return "", ABSENT


def _filled(template: Any, parameters: Map) -> Any:
    try:
        return compile_template(template)(parameters)
    except MissingParameterError:
        return ABSENT


def _engine(container: Container) -> list[PathStep]:
    """Where an engine container is in a pod."""
    return ["template", "spec", "containers", (("name", container.name),)]
