"""Bases and overlays put together: from a plan to the objects that serve it.

Layers, each over the ones before: bases, the profile's fields, automatic overlays, named presets, the user's overlays, the user's
fields, extraConfig. The pod is composed first, by itself, and then goes into whatever workload runs it: so one patch serves all.
"""

from __future__ import annotations

from modelservice import data
from modelservice.compose import overlays
from modelservice.compose.overlays import holds
from modelservice.compose.parameters import ABSENT, MissingParameter, compile_template
from modelservice.krm import Result
from modelservice.patch import PatchError, strategic_merge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose.overlays import Overlay, Patch
    from modelservice.plan import Plan, Scope

    Map = dict[str, Any]
    Layer = tuple[str, list[Overlay]]

POD_PARTS = ("pod", "container", "proxy")
PROXY = "routing-proxy"


class Composition:
    """The objects of one service: its own, then each role's, then extraObjects; and the pod template of each role."""

    __slots__ = ("objects", "plan", "pods", "problems")

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.objects: list[Map] = []
        self.pods: dict[str, Map] = {}
        self.problems: list[Result] = []


def compose(plan: Plan, extra: list[Overlay] | None = None) -> Composition:
    """The objects that ``plan`` means, with ``extra`` overlays (from the command line) after its own."""
    composition = Composition(plan)
    if plan.config.spec.get("enabled") is False:
        return composition
    layers = _layers(plan, extra or [], composition.problems)
    for scope in (plan.service, *plan.roles):
        _compose_scope(composition, scope, layers)
    composition.objects += plan.config.spec.get("extraObjects") or []
    return composition


def _layers(plan: Plan, extra: list[Overlay], problems: list[Result]) -> list[Layer]:
    fields = overlays.folder("spec")
    presets = []
    for index, name in enumerate(plan.config.spec.get("presets") or []):
        preset = overlays.preset(name)
        if preset is None:
            problems.append(Result(f"no preset {name!r}; there are: {', '.join(overlays.presets())}", field=f"spec.presets[{index}]"))
        else:
            presets.append(preset)
    own = [overlays.Overlay(document) for document in plan.config.spec.get("overlays") or []]
    return [
        ("profile", fields[:1]),
        ("", [*overlays.folder("automatic"), *presets, *own, *extra]),
        ("spec", fields),
    ]


def _compose_scope(composition: Composition, scope: Scope, layers: list[Layer]) -> None:
    chosen = [
        (layer, overlay)
        for layer, of_layer in layers
        for overlay in of_layer
        if overlay.scope in (scope.name, "role" if scope.containers else "") and holds(overlay.when, scope.facts)
    ]
    parameters = scope.parameters
    if scope.containers:
        template = _compose_pod(composition, scope, chosen)
        composition.pods[scope.name] = template
        parameters = {**parameters, "pod": template, **_server_patch(scope, template)}
    objects: list[Map] = []
    for _, overlay in chosen:
        for resource in overlay.resources:
            with_problems = _filled(composition, overlay.name, resource, parameters, scope)
            if with_problems is not ABSENT:
                objects.append(with_problems)
    for layer, overlay, patch in _patches(chosen, scope):
        if patch.part in POD_PARTS:
            continue
        filled = _filled(composition, overlay.name, patch.fill, {**parameters, **scope.fields.get(layer, {})}, scope)
        if filled is not ABSENT:
            objects = [_patched(composition, overlay.name, obj, filled) if _is_target(patch, obj) else obj for obj in objects]
    composition.objects += objects


def _patches(chosen: list[tuple[str, Overlay]], scope: Scope) -> Iterator[tuple[str, Overlay, Patch]]:
    for layer, overlay in chosen:
        for patch in overlay.patches:
            if patch.part == "container" or holds(patch.when, scope.facts):
                yield layer, overlay, patch


WORKLOADS = ("Deployment", "LeaderWorkerSet", "ReplicaSet")


def _is_target(patch: Patch, obj: Map) -> bool:
    return obj["kind"] in WORKLOADS if patch.part == "workload" else obj["kind"] == patch.kind


def _compose_pod(composition: Composition, scope: Scope, chosen: list[tuple[str, Overlay]]) -> Map:
    pod: Map = compile_template(data.document("bases", "podtemplate.yaml"))(scope.parameters)
    for layer, overlay, patch in _patches(chosen, scope):
        if patch.part not in POD_PARTS:
            continue
        if patch.part == "container":
            filled = _container_patches(composition, overlay, patch, scope, layer)
        else:
            filled = _filled(composition, overlay.name, patch.fill, {**scope.parameters, **scope.fields.get(layer, {})}, scope)
        if filled is ABSENT or not filled:
            continue
        if patch.part == "container":
            filled = {"spec": {"containers": filled}}
        elif patch.part == "proxy":
            filled = {"spec": {"initContainers": [{"name": PROXY, **filled}]}}
        pod = _patched(composition, overlay.name, pod, {"template": filled})
    template: Map = pod["template"]
    return template


def _container_patches(composition: Composition, overlay: Overlay, patch: Patch, scope: Scope, layer: str) -> list[Map]:
    patches = []
    for container in scope.containers:
        if layer and layer not in container.fields:
            continue
        if holds(patch.when, {**scope.facts, **container.facts}):
            parameters = {**scope.parameters, **container.parameters, **container.fields.get(layer, {})}
            filled = _filled(composition, overlay.name, patch.fill, parameters, scope)
            if filled is not ABSENT and filled:
                patches.append({"name": container.name, **filled})
    return patches


def _filled(composition: Composition, overlay: str, fill: Any, parameters: Map, scope: Scope) -> Any:
    try:
        return fill(parameters)
    except MissingParameter as missing:
        path = missing.args[0].replace("role.", f"{scope.name}.", 1) if missing.args[0].startswith("role.") else missing.args[0]
        composition.problems.append(Result(f"missing: overlay {overlay} needs it", field=f"spec.{path}"))
        return ABSENT


def _patched(composition: Composition, overlay: str, target: Map, patch: Map) -> Map:
    try:
        merged = strategic_merge(target, patch, new_items="append")
    except PatchError as error:
        composition.problems.append(Result(f"overlay {overlay}: {error}"))
        return target
    return target if merged is None else merged


def _server_patch(scope: Scope, template: Map) -> Map:
    """Fast model actuation: the decode pod as text, for the dual-pods controller (behaviour: Requester)."""
    if scope.facts["workload"] != "ReplicaSet":
        return {}
    from modelservice.krm import write_yaml  # the YAML writer takes 40 ms to import  # noqa: PLC0415

    registry, _, model = (scope.parameters["modelArtifacts"].get("name") or "").partition("/")
    spec = {key: template["spec"][key] for key in ("initContainers", "containers") if key in template["spec"]}
    return {"serverPatch": write_yaml({"metadata": {"labels": {"model-reg": model, "model-repo": registry, "app": None}}, "spec": spec})}
