"""Bases and overlays put together: from a plan to the objects that serve it (specification: Order of layers).

Layers, each over the ones before: bases, the profile's fields, automatic overlays, named presets, the user's overlays, the user's
fields, extraConfig. The pod is composed first, by itself, and then goes into whatever workload runs it: so one patch serves all.
"""

from __future__ import annotations

from modelservice.compose import overlays
from modelservice.compose.composition import PROXY, Composition, Observer, misshapen, misshapen_metadata, misshapen_object
from modelservice.compose.overlays import holds
from modelservice.krm import ResourceRef, Result
from modelservice.kubernetes.apply_order import apply_rank
from modelservice.patch import PatchError, strategic_merge
from modelservice.template import ABSENT, REFERENCE, CannotComputeError, MissingParameterError
from modelservice.texts import shown
from modelservice.workloads import KINDS, LEADER_WORKER_SET, PODS_OF_GROUPS, REQUESTER, ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from modelservice.compose.overlays import Overlay, Patch
    from modelservice.config import ModelService
    from modelservice.plan import Plan, Scope
    from modelservice.plan.scopes import Container

    Map = dict[str, Any]

RELABELINGS = ("relabelings", "metricRelabelings")
POD_PARTS = ("pod", *PODS_OF_GROUPS, "container", "proxy", "otherContainer")


def compose(plan: Plan, extra: Sequence[Overlay] = (), library: Sequence[Overlay] = (), observer: Observer | None = None) -> Composition:
    """The objects that ``plan`` means: its service's, each role's, extraObjects.

    ``extra`` overlays come after the plan's own. Of ``library`` those apply that say when, with the automatic ones, and those that the
    plan names as presets; they go before built-in presets of the same name. ``observer`` is told of each step.
    """
    composition, observer = Composition(plan, overlays=(extra, library)), observer or Observer()
    if plan.enabled:
        presets = _presets(plan.config, library)
        automatic, composition.problems = _automatic(plan, presets, library)
        layers = _layers(plan.config, [*automatic, *presets], extra)
        _split(plan.roles, layers)
        changing: set[tuple[int, int]] = set()
        for scope in (plan.service, *plan.roles):
            composer = _Composer(scope, layers, composition.problems, observer, changing)
            if scope is not plan.service:
                composition.pods[scope.pod] = composer.compose_pod()
            if scope.worker is not None:
                of_workers = _Composer(scope.worker, layers, composition.problems, observer, changing)
                composer.pods = {"leaderPod": composer.pod, "pod": of_workers.compose_pod()}
                composition.pods[scope.worker.pod] = of_workers.pod
            composition.objects += composer.compose_objects()
        composition.idle = [one for overlay in _brought(layers, library) for one in _idle(overlay, changing)]
        composition.objects += plan.config.spec.get("extraObjects") or []
        if plan.config.spec.get("patches") and not composition.problems:
            from modelservice.compose import user_patches  # few services have any  # noqa: PLC0415

            user_patches.apply(composition, observer)
        if plan.service.facts["topology"] == "disaggregatedset":
            from modelservice.compose import disaggregated  # few services are one  # noqa: PLC0415

            disaggregated.fold(composition)
        if not composition.is_plain:
            from modelservice.kubernetes.stored import stored  # its data takes a millisecond to read  # noqa: PLC0415

            brought = {id(obj) for obj in plan.config.spec.get("extraObjects") or []}
            as_charts = _writes_ports(plan.config.document.get("spec") or {})
            composition.objects = [stored(obj, defaults=id(obj) not in brought, as_charts=as_charts) for obj in composition.objects]
        composition.objects.sort(key=apply_rank)
    return composition


def _writes_ports(spec: Map) -> bool:
    """Whether a spec has ports or relabelings as lists, as the charts' values have them."""
    roles = [role for name in ROLES if isinstance(role := spec.get(name), dict)]
    engines = [spec.get("engine"), *(one for role in roles for one in (role.get("engine"), *(role.get("containers") or ())))]
    monitors = [((role.get("monitoring") or {}).get("podmonitor") or {}) for role in roles]
    lists = [*((one or {}).get("ports") for one in engines), *(one.get(key) for one in monitors for key in RELABELINGS)]
    return any(isinstance(one, list) for one in lists)


def _presets(config: ModelService, library: Sequence[Overlay]) -> list[Overlay]:
    """The presets that the config names, in the order in which it does, with the values that it gives their parameters."""
    brought = {overlay.name: overlay for overlay in library}
    named = dict.fromkeys(config.spec.get("presets") or [])
    found = [brought.get(name) or overlays.preset(name) for name in named]
    return [one.with_values(preset.given) if (preset := config.presets.get(one.name)) and preset.given else one for one in found]


def _automatic(plan: Plan, presets: list[Overlay], library: Sequence[Overlay]) -> tuple[list[Overlay], list[Result]]:
    """The overlays that nobody names, and the errors of ``presets`` that are not for the service, and of a library's that need values."""
    named = {overlay.name for overlay in presets}
    unnamed = [overlay for overlay in library if overlay.when and overlay.name not in named]
    problems: list[Result] = []
    if any(overlay.meant_for for overlay in presets) or any(overlay.lacks() for overlay in unnamed):
        from modelservice.compose import conditions  # few overlays have any  # noqa: PLC0415

        problems = [*conditions.unmet(plan, presets), *conditions.unfilled(unnamed)]
        unnamed = [overlay for overlay in unnamed if not overlay.lacks()]
    modes = overlays.folder("modes") if any(role.parameters["group"] for role in plan.roles) else ()
    return [*overlays.folder("automatic"), *modes, *unnamed], problems


def _layers(config: ModelService, ours: Sequence[Overlay], extra: Sequence[Overlay]) -> list[tuple[str, Overlay]]:
    """All overlays in the order in which they apply, each with the layer whose fields it takes: profile, spec, or none."""
    spec, fields = config.spec, overlays.folder("spec")
    of_profile = fields if config.profiles else [overlay for overlay in fields if overlay.name == "fields"]  # ours have no extraConfig
    own = [overlays.Overlay(document, f"spec.overlays[{index}].") for index, document in enumerate(spec.get("overlays") or [])]
    between = [*ours, *own, *extra]
    return [
        *(("profile", overlay) for overlay in of_profile),
        *(("", overlay) for overlay in between),
        *(("spec", overlay) for overlay in fields),
    ]


def _split(roles: Sequence[Scope], layers: Sequence[tuple[str, Overlay]]) -> None:
    """Tell leaders from workers in groups of which an overlay patches one of them; elsewhere they are as alike as the plan has them."""
    if any(role.facts["workload"] == LEADER_WORKER_SET for role in roles) and any(overlay.tells_pods_apart for _, overlay in layers):
        for role in roles:
            if role.facts["workload"] == LEADER_WORKER_SET:
                role.split()


def _brought(layers: list[tuple[str, Overlay]], library: Sequence[Overlay]) -> list[Overlay]:
    """The overlays of users that were asked for; those of a library apply where they say."""
    documents = {id(overlay.document) for overlay in library}
    return [overlay for _, overlay in layers if overlay.written_at is not None and id(overlay.document) not in documents]


def _idle(overlay: Overlay, changing: set[tuple[int, int]]) -> list[tuple[Overlay, int | None]]:
    if not overlay.patches:
        return [] if overlay.resources() else [(overlay, None)]
    return [(overlay, index) for index in range(len(overlay.patches)) if (id(overlay), index) not in changing]


class _Composer:
    """Composes one scope, the service or a role, from the overlays that apply to it; ``changing`` gets the patches that do something."""

    def __init__(
        self, scope: Scope, layers: list[tuple[str, Overlay]], problems: list[Result], observer: Observer, changing: set[tuple[int, int]]
    ) -> None:
        self.scope, self.changing = scope, changing
        self.problems = problems
        self.observer = observer
        self.place = ""  # of the part of an overlay that is at work, for messages
        self.template: Any = None
        self.pod: Map = {}
        self.pods: Map = {}  # as parameters of the workload
        self.facts = {container.name: {**scope.facts, **container.facts} for container in scope.containers}
        self.parameters: dict[tuple[str, str], Map] = {}  # by container and layer; the role's own by ""
        kind = "service" if scope.name == "service" else "role"
        self.layers = [(layer, overlay) for layer, overlay in layers if overlay.scope == kind and holds(overlay.when, scope.facts)]

    def compose_pod(self) -> Map:
        """The pod template of the role, with all patches to the pod, its engine containers and its proxy."""
        base = overlays.base("container.yaml")
        containers = [base({**self.scope.parameters, **container.parameters}) for container in self.scope.containers]
        template = overlays.base("podtemplate.yaml")({**self.scope.parameters, "containers": containers})
        self.observer.pod_begun(self.scope, template)
        for layer, overlay in self.layers:
            for index, patch in enumerate(overlay.patches):
                before, self.place, self.template = template, f"spec.patches[{index}]", patch.template
                if patch.part in POD_PARTS and (filled := self._pod_patch(overlay, patch, layer)):
                    template = self._merged_pod(overlay, template, filled)
                if patch.flags is not None:
                    template = self._with_flags(template, overlay, patch, layer)
                if template is not before:
                    self._note(overlay, index, before, template)
                    self.observer.pod_patched(self.scope, overlay, index, layer, before, template)
        self.pod = template["template"]
        wrong = [f"{name.removeprefix('metadata.')} where {what}" for name, what in misshapen_metadata(self.pod["metadata"])]
        for what in [*wrong, *misshapen(self.pod["spec"])]:
            field = f"spec.{self.scope.name}.extraConfig"
            self.problems.append(Result(f"the pods then have {what}: extraConfig or an overlay says so", field=field))
        own = {one.name: one.parameters["first"]["env"] for one in self.scope.containers}
        own[PROXY] = self.scope.parameters["first"]["proxyEnv"]
        if not self.problems and any("$(" in str(variable.get("value")) for listed in own.values() for variable in listed or ()):
            from modelservice.compose.variables import expandable  # few services have any  # noqa: PLC0415

            self.pod = expandable(self.pod, own)
        self.pods = {"pod": self.pod}
        return self.pod

    def compose_objects(self) -> list[Map]:
        """The other objects of the scope, with all patches to them."""
        parameters = {**self.scope.parameters, **self.pods}
        if self.scope.facts.get("workload") == REQUESTER:
            from modelservice.compose.server_patch import server_patch  # few services have a requester  # noqa: PLC0415

            parameters["serverPatch"] = server_patch(self.scope, self.pod)
        objects: list[Map] = []
        for _, overlay in self.layers:
            for index, resource in enumerate(overlay.resources()):
                self.place = f"spec.resources[{index}]"
                objects += self._made(overlay, index, resource, parameters)
        for layer, overlay in self.layers:
            for index, patch in enumerate(overlay.patches):
                if patch.part in POD_PARTS or not holds(patch.when, self.scope.facts) or not any(_is_target(patch, obj) for obj in objects):
                    continue
                self.place, self.template = f"spec.patches[{index}]", patch.template
                if filled := self._filled(overlay, patch.fill, {**parameters, **self.scope.fields.get(layer, {})}):
                    objects = self._patched(objects, overlay, index, layer, filled)
        return objects

    def _made(self, overlay: Overlay, index: int, resource: Callable[[Map], Any], parameters: Map) -> Iterator[Map]:
        """The objects that a resource of an overlay is: one, or one for each item of the overlay's list."""
        for one in overlay.for_each(parameters):
            if (made := self._filled(one, resource, parameters)) and self._is_object(one, made):
                self.observer.made(self.scope, one, index, made)
                yield made

    def _patched(self, objects: list[Map], overlay: Overlay, index: int, layer: str, filled: Map) -> list[Map]:
        """The objects with a patch merged into those that it is for."""
        patched: list[Map] = []
        for obj in objects:
            new: Map | None = obj
            if _is_target(overlay.patches[index], obj):
                new = self._merged_object(overlay, obj, filled)
                self._note(overlay, index, obj, new)
                self.observer.patched(self.scope, overlay, index, layer, obj, new)
            if new is not None:
                patched.append(new)
        return patched

    def _note(self, overlay: Overlay, index: int, before: Map, after: Map | None) -> None:
        """Note that a patch of a user's overlay changes something, if it does."""
        if overlay.written_at is not None and before != after:
            self.changing.add((id(overlay), index))

    def _pod_patch(self, overlay: Overlay, patch: Patch, layer: str) -> Map | None:
        """A patch to a part of the pod, made one to the pod template."""
        if patch.part == "container":
            patches = [self._container_patch(overlay, patch, layer, one) for one in self.scope.containers]
            named = [one for one in patches if one]
            return {"spec": {"containers": named}} if named else None
        if not holds(patch.when, self.scope.facts) or (patch.part == "proxy" and not self.scope.facts["proxy"]):
            return None
        if patch.part in PODS_OF_GROUPS and patch.part != self.scope.facts["pod"]:
            return None
        filled: Map | None = self._filled(overlay, patch.fill, self._parameters_of(None, layer))
        if filled and patch.part == "otherContainer":
            return {"spec": {kind: [{"name": name, **filled} for name in names] for kind, names in self.scope.others.items()}}
        return {"spec": {"initContainers": [{"name": PROXY, **filled}]}} if filled and patch.part == "proxy" else filled

    def _container_patch(self, overlay: Overlay, patch: Patch, layer: str, container: Container) -> Map | None:
        if patch.template is None or not self._concerns(container, patch, layer):
            return None
        filled = self._filled(overlay, patch.fill, self._parameters_of(container, layer))
        return {"name": container.name, **filled} if filled else None

    def _concerns(self, container: Container, patch: Patch, layer: str) -> bool:
        """Whether ``patch`` goes to ``container``: its facts hold, and the layer's fields, if it has any, are the container's."""
        return (not layer or layer in container.fields) and holds(patch.when, self.facts[container.name])

    def _parameters_of(self, container: Container | None, layer: str) -> Map:
        """What fills patches of a container, or of the role's pod, with the fields of a layer."""
        key = (container.name if container else "", layer)
        if key not in self.parameters:
            of_container = {**container.parameters, **container.fields.get(layer, {})} if container else self.scope.fields.get(layer, {})
            self.parameters[key] = {**self.scope.parameters, **of_container}
        return self.parameters[key]

    def _with_flags(self, template: Map, overlay: Overlay, patch: Patch, layer: str) -> Map:
        """The pod with the flags of ``patch`` merged into its containers' arguments; only the user's own flags go over the user's args."""
        composed = {one["name"]: one for one in template["template"]["spec"]["containers"]}
        for index, container in enumerate(self.scope.containers):
            if container.name not in composed or not self._concerns(container, patch, layer):
                continue
            wanted = self._filled(overlay, patch.fill_flags, self._parameters_of(container, layer))
            if not wanted or (container.facts["modelCommand"] != "custom" and "args" not in container.parameters["engine"]):
                continue
            from modelservice.compose import flags  # few services have any  # noqa: PLC0415

            target, own = composed[container.name], container.parameters["container"].get("args") or []
            args = target.get("args") or []
            kept = len(own) if layer != "spec" and args[len(args) - len(own) :] == own else 0
            try:
                flags.refuse_script(target.get("command") or [], args)
                composed[container.name] = {**target, "args": flags.merged(args, wanted, kept)}
            except flags.FlagError as error:
                if layer:
                    self.problems.append(Result(str(error), field=f"spec.{self.scope.name}.containers[{index}].flags"))
                else:
                    self._tell(overlay, ".flags", f"flags of overlay {overlay.name}: {error}")
        spec = {**template["template"]["spec"], "containers": list(composed.values())}
        return {**template, "template": {**template["template"], "spec": spec}}

    def _filled(self, overlay: Overlay, fill: Callable[[Map], Any], parameters: Map) -> Any:
        """A patch or manifest with its parameters; None when it is nothing but absent parameters, or lacks one that it needs."""
        try:
            filled = fill(overlay.with_preset(parameters))
        except MissingParameterError as missing:
            path = missing.args[0]
            role = f"{self.scope.name}." if path.startswith("role.") else ""
            field = f"spec.{role}{path.removeprefix('role.') if role else path}"
            if overlay.written_at is not None:
                self._tell(overlay, "", f"uses ${{{path}}}, which is not set; correct it, or write ${{{path}?}} where it may be absent")
            elif all(problem.field != field for problem in self.problems):  # one mistake may show in many patches
                self.problems.append(Result(f"missing; overlay {overlay.name} needs it", field=field))
            return None
        except CannotComputeError as error:
            self._tell(overlay, "", f"overlay {overlay.name}: {error}")
            return None
        if filled is ABSENT:
            return None
        if filled is not None and not isinstance(filled, dict):
            self._refuse(overlay, f"it has {shown(filled)} where a map is needed")
            return None
        return filled

    def _merged_pod(self, overlay: Overlay, template: Map, patch: Map) -> Map:
        """The pod template with ``patch`` merged in; what every pod has must be left."""
        merged = self._merged(overlay, template, {"template": patch}) or {}
        pod = merged.get("template") or {}
        if pod.get("metadata") and (pod.get("spec") or {}).get("containers"):
            return merged
        self._refuse(overlay, "it takes the metadata, the spec or all containers of the pods away", "spec")
        return template

    def _merged_object(self, overlay: Overlay, obj: Map, patch: Map) -> Map | None:
        """``obj`` with ``patch`` merged in, or None when the patch deletes it; what tells objects apart must be left."""
        merged = self._merged(overlay, obj, patch)
        if merged is None:
            return None
        if not merged.get("kind") or not isinstance(metadata := merged.get("metadata"), dict) or not metadata.get("name"):
            self._refuse(overlay, f"it takes the kind or the name of {obj['kind']} {obj['metadata']['name']} away")
            return obj
        return merged if self._is_object(overlay, merged) else obj

    def _is_object(self, overlay: Overlay, obj: Map) -> bool:
        """Whether an object that ``overlay`` made or patched is one that everybody can look at, as those of our overlays are."""
        for field, what in misshapen_object(obj) if overlay.written_at is not None else ():
            self._refuse(overlay, f"{field} {what}", field)
            return False
        return True

    def _merged(self, overlay: Overlay, target: Map, patch: Map) -> Map | None:
        if _says_nothing(patch, target):
            return target
        try:
            return strategic_merge(target, patch, new_items="append")
        except PatchError as error:
            self._refuse(overlay, str(error), error.path)
            return target

    def _refuse(self, overlay: Overlay, why: str, path: str = "") -> None:
        field = "" if overlay.written_at is not None else self._field_at(path)
        if field:
            self._add(Result(why.removeprefix(f"{path}: "), field=field))
        else:
            self._tell(overlay, ".patch" if self.place.startswith("spec.patches") else "", f"overlay {overlay.name} does not fit: {why}")

    def _tell(self, overlay: Overlay, part: str, message: str) -> None:
        """Add an error about the part of an overlay that is at work: it is told where a user wrote it, or named it."""
        brought = ResourceRef.of(overlay.document) if overlay.written_at == "" else None
        named = self.scope.parameters.get("presets") or []
        field = f"spec.presets[{named.index(overlay.name)}]" if overlay.name in named else ""
        self._add(
            Result(message, field=field if overlay.written_at is None else f"{overlay.written_at}{self.place}{part}", resource=brought)
        )

    def _add(self, problem: Result) -> None:
        if all((problem.message, problem.field) != (other.message, other.field) for other in self.problems):
            self.problems.append(problem)

    def _field_at(self, path: str) -> str:
        """The field of the ModelService that one of our overlays has at ``path`` of a pod or an object; empty where it has none."""
        template, prefix = self.template, f"spec.{self.scope.name}"
        for step in path.replace("]", "").replace("[", ".").split("."):
            kind, _, name = step.partition("=")
            if kind == "name" and name in self.facts:
                prefix = f"spec.{self.scope.name}.containers[{list(self.facts).index(name)}]"
            template = template.get(step, template) if isinstance(template, dict) else template
        reference = REFERENCE.fullmatch(template) if isinstance(template, str) else None
        scope, _, below = reference[1].partition(".") if reference else ("", "", "")
        if scope == "everyRole":
            return f"spec.{below}"
        return f"{prefix}.{below}" if scope in ("role", "container") else ""


def _says_nothing(patch: Map, target: Map) -> bool:
    """Whether a patch has nothing but maps that are there already, as many of the overlays that pass a spec on have for most specs."""
    for key, value in patch.items():
        there = target.get(key)
        if type(value) is not dict or type(there) is not dict or not _says_nothing(value, there):
            return False
    return True


def _is_target(patch: Patch, obj: Map) -> bool:
    return obj["kind"] in KINDS if patch.part == "workload" else obj["kind"] == patch.kind
