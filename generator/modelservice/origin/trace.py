"""A service composed once more, with an eye on what each step changes."""

from __future__ import annotations

from modelservice.compose import compose
from modelservice.compose.composition import PROXY, Observer
from modelservice.compose.disaggregated import part
from modelservice.compose.overlays import holds
from modelservice.compose.overlays import written as base
from modelservice.krm import ResourceRef
from modelservice.kubernetes.names import identity
from modelservice.origin import paths
from modelservice.origin.by_patch import ByPatch
from modelservice.origin.parameters import field_of
from modelservice.origin.steps import Step, descend, engine_path
from modelservice.template import first_reference
from modelservice.workloads import KINDS, POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.compose import Composition, Overlay
    from modelservice.origin.paths import Step as PathStep
    from modelservice.plan import Scope

    Map = dict[str, Any]


class Origin:
    """What set a field: ``field`` of the ModelService or, when ``resource`` is given, of that Overlay."""

    __slots__ = ("field", "resource")

    def __init__(self, field: str, resource: ResourceRef | None = None) -> None:
        self.field, self.resource = field, resource


class Trace(Observer):
    """The steps that led to the objects of ``service``; ``origin`` tells which of them set a field."""

    def __init__(self, service: Composition) -> None:
        self.service = service
        self._pods: dict[str, list[Step]] = {}
        self._objects: dict[tuple[Any, ...], list[Step]] = {}
        self.by_user = ByPatch(service.plan.config.spec.get("patches") or [])
        compose(service.plan, *service.overlays, observer=self)

    def pod_begun(self, scope: Scope, after: Map) -> None:
        """Keep the bases of a pod."""
        pod, container = {"": base("podtemplate.yaml")}, {"": base("container.yaml")}
        engines = [Step(scope, {}, after, container, root=engine_path(one), container=one) for one in scope.containers]
        self._pods[scope.pod] = [Step(scope, {}, after, pod), *engines]

    def pod_patched(self, scope: Scope, overlay: Overlay, index: int, layer: str, before: Map, after: Map) -> None:
        """Keep a patch to a pod; one to engine containers is a step for each."""
        patch, place = overlay.patches[index], f"spec.patches[{index}]"
        if patch.part == "container":
            for one in scope.containers:
                if (not layer or layer in one.fields) and holds(patch.when, {**scope.facts, **one.facts}):
                    template = {"patch": patch.template or {}, "flags": patch.flags}
                    step = Step(
                        scope, before, after, template, overlay=overlay, place=place, root=engine_path(one), container=one, layer=layer
                    )
                    self._pods[scope.pod].append(step)
            return
        root: list[PathStep] = ["template"]
        root += ["spec", "initContainers", (("name", PROXY),)] if patch.part == "proxy" else []
        template = {"patch": patch.template}
        self._pods[scope.pod].append(Step(scope, before, after, template, overlay=overlay, place=place, root=root, layer=layer))

    def made(self, scope: Scope, overlay: Overlay, index: int, after: Map) -> None:
        """Keep that an overlay added an object."""
        place = f"spec.resources[{index}]"
        self._objects[identity(after)] = [Step(scope, {}, after, {"": overlay.written(index)}, overlay=overlay, place=place)]

    def patched(self, scope: Scope, overlay: Overlay, index: int, layer: str, before: Map, after: Map | None) -> None:
        """Keep a patch to an object."""
        if after is not None:
            steps = self._objects.pop(identity(before), [])
            template = {"patch": overlay.patches[index].template}
            step = Step(scope, before, after, template, overlay=overlay, place=f"spec.patches[{index}]", layer=layer)
            self._objects[identity(after)] = [*steps, step]

    def patched_by_user(self, index: int, content: Any, before: list[Map], after: list[Map]) -> None:
        """Keep one of spec.patches."""
        self.by_user.add(index, content, before, after)

    def origin(self, obj: Map, path: Sequence[str | int]) -> Origin | None:
        """What set the field at ``path`` of ``obj``, one of the service's objects; None where nothing that a user wrote did."""
        obj, steps = part(obj, paths.keyed(obj, path))
        if (patch := self.by_user.field(obj, steps)) is not None:
            return Origin(patch)
        if (index := self.extra_object(obj)) is not None:
            return Origin(f"spec.extraObjects[{index}]{paths.written(path)}")
        return self._set_by(*self.steps_to(obj, steps))

    def steps_to(self, obj: Map, path: Sequence[PathStep]) -> tuple[list[Step], list[PathStep]]:
        """The steps that may have set what stands at ``path`` of ``obj``, the earliest first, and the path in what they change."""
        obj, path = part(obj, path)
        role = self._role(obj)
        templates = POD_TEMPLATES.get(str(obj.get("kind")), ())
        for template in templates:
            if role is not None and tuple(path[: len(template)]) == template:
                pods = role.worker if role.worker is not None and template == templates[-1] else role
                return self._pods[pods.pod], ["template", *path[len(template) :]]
        return self._objects.get(identity(self.by_user.unpatched(obj)), []), [*path]

    def extra_object(self, obj: Map) -> int | None:
        """Which of extraObjects ``obj`` is, or was before a patch gave it another name; None where it is none of them."""
        extra = self.service.plan.config.spec.get("extraObjects")
        called = identity(self.by_user.unpatched(obj)) if extra else None
        return next((index for index, one in enumerate(extra or ()) if identity(one) == called), None)

    def role_of(self, obj: Map) -> str | None:
        """The role whose workload ``obj`` is; None where it is another object."""
        role = self._role(obj)
        return role.name if role is not None else None

    def _role(self, obj: Map) -> Scope | None:
        _, kind, _, name = identity(self.by_user.unpatched(obj))
        named = (role for role in self.service.plan.roles if role.parameters["workload"]["name"] == name)
        return next(named, None) if kind in KINDS else None

    def in_pod(self, role: str, path: Sequence[str | int]) -> Origin | None:
        """What set the field at ``path`` of the pod template of a role, or of the pods of a scope."""
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "template": self.service.pods[role]}
        return self._set_by(self._pods[role], paths.keyed(pod, ["template", *path]))

    def _set_by(self, steps: list[Step], path: Sequence[PathStep]) -> Origin | None:
        """What set the field at ``path``; where it is not there, what made the innermost that is, and the rest of the path."""
        for length in range(len(path), 0, -1):
            here, rest = path[:length], path[length:]
            changing = [step for step in steps if step.changes(here)]
            if not changing:
                continue
            made = [step for step in changing if step.makes(here)]
            for step in [*reversed(made if rest and made else changing)]:
                if step.container is None or engine_path(step.container) == list(here[:4]):
                    origin = self._origin(step, here, exact=not rest)
                    return Origin(origin.field + paths.written(rest), origin.resource) if origin is not None else None
        return None

    def _origin(self, step: Step, path: Sequence[PathStep], *, exact: bool) -> Origin | None:
        """The part of the step's template that says what stands at ``path``; ``exact`` when that, and nothing in it, is asked for."""
        relative = list(path[len(step.root) :])
        consumed, template, below = descend(step, relative)
        if isinstance(template, str) and (given := self._given(step, template, below)):
            return Origin(given)
        if step.overlay is not None and step.overlay.written_at is not None:
            document = None if step.overlay.written_at else ResourceRef.of(step.overlay.document)
            return Origin(f"{step.overlay.written_at}{step.place}{consumed}", document)
        preset = step.preset_in(self.service.plan.config)
        reference = first_reference(str(template)) if exact or isinstance(template, str) else None  # a map by what is put into it
        if preset is not None and (not isinstance(template, str) or (reference and reference[0][0] == "preset")):
            return Origin(f"spec.presets[{preset}]")
        if reference is not None:
            names, alone = reference
            found = step.source(names, below if alone else [])
            return Origin(field_of(self.service.plan.config, step.scope, step.container, *found))
        return Origin(f"spec.presets[{preset}]") if preset is not None else None

    def _given(self, step: Step, template: str, below: Sequence[PathStep]) -> str:
        """The field in which a service that names a preset gives the value that ``template`` puts in; empty where it gives none."""
        names, alone = first_reference(template) or ([""], False)
        given = step.overlay.given if step.overlay is not None and names[0] == "preset" else {}
        name, *inside = names[1:] or [""]
        if name not in given:
            return ""
        place = self.service.plan.config.presets[step.overlay.name].places[name]  # type: ignore[union-attr]
        steps = [*inside, *below] if alone else []
        return f"spec.presets[{place}].{name}{paths.written(steps, given[name])}"
