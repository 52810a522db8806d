"""spec.patches: patches in kustomize's form, applied to what was composed, after everything else (specification: Patches).

An object is found as ``object_patch`` has it, which is kustomize's way. Ours is the target by role and part, which holds whatever the
kind of workload.
"""

from __future__ import annotations

from modelservice.compose.composition import PROXY, misshapen, misshapen_metadata
from modelservice.compose.object_patch import ObjectPatch, TargetError, contents, look_at, metadata_of, said
from modelservice.compose.server_patch import with_server_patch
from modelservice.krm import ReadError, Result
from modelservice.patch import PatchError, json_patch, strategic_merge
from modelservice.workloads import LEADER_WORKER_SET, POD_TEMPLATES, PODS_OF_GROUPS, REQUESTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.compose.composition import Composition, Observer
    from modelservice.plan import Scope

    Map = dict[str, Any]
    Step = str | int
    Path = tuple[Step, ...]

ROLE_KEYS = ("role", "part", "container")


def apply(composition: Composition, observer: Observer) -> None:
    """Apply spec.patches to the objects of ``composition``, in their order; one that cannot be applied is a problem and changes nothing."""
    for index, given in enumerate(composition.plan.config.spec.get("patches") or []):
        before = composition.objects, dict(composition.pods)
        try:
            for content in contents(given):
                objects = composition.objects
                _UserPatch(composition, content, given).apply()
                _look_at_objects(composition, objects)
                _look_at_pods(composition)
                observer.patched_by_user(index, content, objects, composition.objects)
            if composition.objects == before[0]:
                composition.idle_patches.append(index)
        except (PatchError, TargetError, ReadError) as error:
            composition.objects, composition.pods = before
            part = "target" if isinstance(error, TargetError) else "patch"
            composition.problems.append(Result(str(error), field=f"spec.patches[{index}].{part}"))


def _look_at_objects(composition: Composition, before: list[Map]) -> None:
    """Raise PatchError where an object that a patch changed is none that anybody could look at."""
    known = set(map(id, before))
    for obj in composition.objects:
        if id(obj) not in known:
            look_at(obj)


def _look_at_pods(composition: Composition) -> None:
    """Note what the pods of each role are now; PatchError where they are none any more."""
    for role in composition.plan.roles:
        workload = _workload(composition, role)
        if workload is None:
            continue
        if workload["kind"] == REQUESTER:
            annotated = _get(workload, ("spec", "template", "metadata", "annotations"))
            if not isinstance(annotated, dict):
                raise PatchError("spec.template", "the patch takes the annotations away that hold the serving pod")
            continue
        paths = POD_TEMPLATES[workload["kind"]]
        for path in paths:
            template = _get(workload, path)
            if template is not None or path == paths[-1]:
                pods = role.worker if role.worker is not None and path == paths[-1] else role
                composition.pods[pods.pod] = _whole(template, ".".join(path))


def _whole(template: Any, place: str) -> Map:
    """``template``, a pod template that still has what every one has, in the form that every one has it."""
    metadata, spec = _get(template, ("metadata",)), _get(template, ("spec",))
    if not isinstance(metadata, dict) or not isinstance(spec, dict) or not spec.get("containers"):
        raise PatchError(place, "the patch takes the metadata, the spec or all containers of the pods away")
    for field, what in misshapen_metadata(metadata):
        raise PatchError(f"{place}.{field}", f"{what}, after the patch")
    for what in misshapen(spec):
        raise PatchError(place, f"the pods then have {what}")
    whole: Map = template
    return whole


class _UserPatch(ObjectPatch):
    """One patch, and where it goes in a composition."""

    def __init__(self, composition: Composition, content: Any, given: Map) -> None:
        super().__init__(content, given, composition.plan.config.spec.get("mergeKeys"))
        self.composition = composition

    def apply(self) -> None:
        """Change the objects that the patch is for."""
        if self.target is not None and any(key in self.target for key in ROLE_KEYS):
            self._apply_to_roles(self.target)
            return
        objects = self.composition.objects
        chosen = self.chosen(objects)
        changed = [self.changed(obj) if index in chosen else obj for index, obj in enumerate(objects)]
        self.composition.objects = [obj for obj in changed if obj is not None]

    def _apply_to_roles(self, target: Map) -> None:
        others = [key for key in target if key not in ROLE_KEYS]
        if others:
            raise TargetError(f"a target by role has only {', '.join(ROLE_KEYS)}; {', '.join(others)} are of another kind of target")
        part = target.get("part") or ("container" if "container" in target else "workload")
        if "container" in target and part != "container":
            raise TargetError(f"container goes with part container, not {part}")
        roles = [role for role in self.composition.plan.roles if target.get("role") in (None, role.name)]
        found = [self._apply_to_role(role, part, target.get("container")) for role in roles]
        if not any(found):
            raise TargetError(f"nothing there is {said(target)}; {self._parts_there()}")

    def _parts_there(self) -> str:
        parts = []
        for role in self.composition.plan.roles:
            names = [one["name"] for one in _containers(self.composition.pods[role.name])]
            parts.append(f"role {role.name} with containers {', '.join(names)}")
        return f"there are: {'; '.join(parts) or 'no roles'}"

    def _apply_to_role(self, role: Scope, part: str, container: str | None) -> bool:
        """Change a part of a role; whether it has the part."""
        workload = _workload(self.composition, role)
        if workload is None:
            return False
        if part == "workload":
            self._replace(workload, self.changed(workload))
            return True
        if workload["kind"] not in POD_TEMPLATES:  # a requester, which holds the pod as text
            pod = {"apiVersion": "v1", "kind": "PodTemplate", "template": self.composition.pods[role.name]}
            changed, found = self._with_pod(pod, ("template",), role, part, container)
            self.composition.pods[role.name] = _whole(changed.get("template"), "template")
            self._replace(workload, with_server_patch(workload, role, changed["template"]))
            return found
        if part in PODS_OF_GROUPS:
            return self._apply_to_group(workload, role, part)
        changed, anything = workload, False
        for path in POD_TEMPLATES[workload["kind"]]:
            if _get(changed, path) is not None:
                changed, found = self._with_pod(changed, path, role, part, container)
                anything |= found
        self._replace(workload, changed)
        return anything

    def _apply_to_group(self, workload: Map, role: Scope, part: str) -> bool:
        """Change the pod template of the leaders or of the workers of a role's groups; whether it has groups."""
        paths = POD_TEMPLATES[workload["kind"]]
        if workload["kind"] != LEADER_WORKER_SET:
            return False
        role.split()
        changed = workload if _get(workload, paths[0]) is not None else _put(workload, paths[0], _get(workload, paths[-1]))
        path = paths[PODS_OF_GROUPS.index(part)]
        self._replace(workload, self._with_part_changed(changed, path) or changed)
        return True

    def _with_pod(self, obj: Map, path: tuple[str, ...], role: Scope, part: str, container: str | None) -> tuple[Map, bool]:
        """``obj`` with the part of its pod template at ``path`` changed, and whether it has the part."""
        if part == "pod":
            return self._with_part_changed(obj, path) or obj, True
        names = [PROXY] if part == "proxy" else [container] if container else [one.name for one in role.containers]
        found = False
        for kind in ("initContainers", "containers"):
            # from the last one on, since the patch may delete them
            for index, one in reversed([*enumerate(_get(obj, (*path, "spec", kind)) or [])]):
                if one.get("name") in names and (part != "proxy" or kind == "initContainers"):
                    obj = self._with_part_changed(obj, (*path, "spec", kind, index)) or obj
                    found = True
        return obj, found

    def _replace(self, old: Map, new: Map | None) -> None:
        objects = [new if obj is old else obj for obj in self.composition.objects]
        self.composition.objects = [obj for obj in objects if obj is not None]

    def _with_part_changed(self, obj: Map, path: Path) -> Map | None:
        """``obj`` with the part at ``path`` patched; None when the patch deletes the object."""
        if isinstance(self.content, list):
            patched: Map = _put(obj, path, json_patch(_get(obj, path), self.content))
            return patched
        wrapped: Any = self.content
        for depth in range(len(path) - 1, -1, -1):
            step = path[depth]
            if isinstance(step, int):
                name = _get(obj, path[: depth + 1])["name"]
                if wrapped.get("name") not in (None, name):
                    raise PatchError("name", f"is {wrapped['name']}, and the container is {name}: a patch cannot rename it")
                wrapped = [{"name": name, **wrapped}]
            else:
                wrapped = {step: wrapped}
        return strategic_merge(obj, wrapped, new_items="append", merge_keys=self.merge_keys)  # its neighbours keep their places


def _workload(composition: Composition, role: Scope) -> Map | None:
    name, kind = role.parameters["workload"]["name"], role.facts["workload"]
    for obj in composition.objects:
        if obj.get("kind") == kind and metadata_of(obj).get("name") == name:
            return obj
    return None


def _containers(pod: Map) -> list[Map]:
    return [*(pod["spec"].get("initContainers") or []), *(pod["spec"].get("containers") or [])]


def _get(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step] if isinstance(step, int) else value.get(step) if isinstance(value, dict) else None
    return value


def _put(value: Any, path: Path, new: Any) -> Any:
    """``value`` with ``new`` at ``path``; only what is on the way is copied."""
    if not path:
        return new
    step, *rest = path
    changed: Any = list(value) if isinstance(step, int) else dict(value)
    changed[step] = _put(changed[step], tuple(rest), new) if rest else new
    return changed
