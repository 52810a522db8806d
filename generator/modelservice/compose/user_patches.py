"""spec.patches: patches in kustomize's form, applied to what was composed, after everything else.

Finding a patch's target is kustomize's way (api/types/selector.go, api/resmap/reswrangler.go): regular expressions that match all of a
field, label selectors, or the object that a strategic-merge patch names itself. Ours is the target by role and part, which holds
whatever the kind of workload, and that a patch which finds nothing is an error.
"""

from __future__ import annotations

from modelservice.compose.composition import PROXY, misshapen, misshapen_metadata, misshapen_object
from modelservice.compose.selectors import matches
from modelservice.compose.server_patch import with_server_patch
from modelservice.krm import ReadError, Result, parse_all
from modelservice.patch import PatchError, json_patch, strategic_merge
from modelservice.texts import cut, listed, shown
from modelservice.workloads import POD_TEMPLATES, REQUESTER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from modelservice.compose.composition import Composition, Observer
    from modelservice.plan import Scope

    Map = dict[str, Any]
    Step = str | int
    Path = tuple[Step, ...]

REGULAR_EXPRESSIONS = ("group", "version", "kind", "name", "namespace")
SELECTORS = {"labelSelector": "labels", "annotationSelector": "annotations"}
ROLE_KEYS = ("role", "part", "container")
# of an expression that says each character of what it fits: letters, digits and some that stand for themselves, and the one for any
PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-/.")


class TargetError(ValueError):
    """A patch that finds no target, or cannot; the message says what there is."""


def apply(composition: Composition, observer: Observer) -> None:
    """Apply spec.patches to the objects of ``composition``, in their order; one that cannot be applied is a problem and changes nothing."""
    for index, given in enumerate(composition.plan.config.spec.get("patches") or []):
        before = composition.objects, dict(composition.pods)
        try:
            for content in _contents(given):
                objects = composition.objects
                _UserPatch(composition, content, given).apply()
                _look_at_objects(composition, objects)
                _look_at_pods(composition)
                observer.patched_by_user(index, content, objects, composition.objects)
        except (PatchError, TargetError, ReadError) as error:
            composition.objects, composition.pods = before
            part = "target" if isinstance(error, TargetError) else "patch"
            composition.problems.append(Result(str(error), field=f"spec.patches[{index}].{part}"))


def _look_at_objects(composition: Composition, before: list[Map]) -> None:
    """Raise PatchError where an object that a patch changed is none that anybody could look at."""
    known = set(map(id, before))
    for obj in composition.objects:
        for field, what in misshapen_object(obj) if id(obj) not in known else ():
            raise PatchError(field, f"{what}, after the patch")


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
        for path in POD_TEMPLATES[workload["kind"]]:
            template = _get(workload, path)
            if template is not None or path == POD_TEMPLATES[workload["kind"]][-1]:
                composition.pods[role.name] = _whole(template, ".".join(path))


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


def _contents(given: Map) -> list[Any]:
    """The patches in one entry: several where its text has several documents, or a List."""
    patch = given["patch"]
    documents = [one for one in parse_all(patch) if one is not None] if isinstance(patch, str) else [patch]
    contents: list[Any] = []
    for document in documents:
        is_list = isinstance(document, dict) and document.get("kind") == "List" and isinstance(document.get("items"), list)
        contents += document["items"] if is_list else [document]
    if not contents:
        raise PatchError("(root)", "the patch is empty")
    if len(contents) > 1 and given.get("target") is not None:
        raise PatchError("(root)", f"there are {len(contents)} patches, and one target; give each an entry of its own")
    return contents


class _UserPatch:
    """One patch, strategic merge (a map) or JSON6902 (a list), and where it goes."""

    def __init__(self, composition: Composition, content: Any, given: Map) -> None:
        if not isinstance(content, (dict, list)):
            raise PatchError("(root)", f"is {shown(content)}; must be a map (strategic merge) or a list of operations (JSON6902)")
        self.composition = composition
        self.content = content
        self.target: Map | None = given.get("target")
        self.options: Map = given.get("options") or {}
        self.merge_keys = composition.plan.config.spec.get("mergeKeys")

    def apply(self) -> None:
        """Change the objects that the patch is for."""
        if self.target is not None and any(key in self.target for key in ROLE_KEYS):
            self._apply_to_roles(self.target)
            return
        objects = self.composition.objects
        chosen = self._named() if self.target is None else self._selected(self.target)
        changed = [self._changed(obj, ()) if index in chosen else obj for index, obj in enumerate(objects)]
        self.composition.objects = [obj for obj in changed if obj is not None]

    def _named(self) -> list[int]:
        """The one object that the patch itself names."""
        if isinstance(self.content, list):
            raise TargetError("missing; a JSON6902 patch does not say what it is for")
        kind, metadata = self.content.get("kind"), _metadata(self.content)
        if not kind or not metadata.get("name"):
            raise TargetError("missing; without one, the patch must say kind and metadata.name")
        wanted = {"kind": kind, "name": metadata["name"]}
        if metadata.get("namespace"):
            wanted["namespace"] = metadata["namespace"]
        if self.content.get("apiVersion"):
            wanted["group"], wanted["version"] = _group_and_version(self.content)
        chosen = [index for index, obj in enumerate(self.composition.objects) if wanted.items() <= _placed(obj).items()]
        if len(chosen) != 1:
            found = "no object is" if not chosen else f"{len(chosen)} objects are"
            raise TargetError(f"{found} {_said(wanted)}; {self._there()}")
        return chosen

    def _selected(self, target: Map) -> list[int]:
        """The objects that a target of kustomize's selects."""
        expressions = {key: _expression(key, target[key]) for key in REGULAR_EXPRESSIONS if target.get(key)}
        chosen = [index for index, obj in enumerate(self.composition.objects) if _fits(target, expressions, obj)]
        if not chosen:
            raise TargetError(f"no object fits {_said(target)}; {self._there()}")
        return chosen

    def _there(self) -> str:
        named = [f"{obj.get('kind')} {_metadata(obj).get('name')}" for obj in self.composition.objects]
        return f"there are: {listed(named) or 'none'}"

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
            raise TargetError(f"nothing there is {_said(target)}; {self._parts_there()}")

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
            self._replace(workload, self._changed(workload, ()))
            return True
        if workload["kind"] not in POD_TEMPLATES:  # a requester, which holds the pod as text
            pod = {"apiVersion": "v1", "kind": "PodTemplate", "template": self.composition.pods[role.name]}
            changed, found = self._with_pod(pod, ("template",), role, part, container)
            self.composition.pods[role.name] = _whole(changed.get("template"), "template")
            self._replace(workload, with_server_patch(workload, role, changed["template"]))
            return found
        changed, anything = workload, False
        for path in POD_TEMPLATES[workload["kind"]]:
            if _get(changed, path) is not None:
                changed, found = self._with_pod(changed, path, role, part, container)
                anything |= found
        self._replace(workload, changed)
        return anything

    def _with_pod(self, obj: Map, path: tuple[str, ...], role: Scope, part: str, container: str | None) -> tuple[Map, bool]:
        """``obj`` with the part of its pod template at ``path`` changed, and whether it has the part."""
        if part == "pod":
            return self._changed(obj, path) or obj, True
        names = [PROXY] if part == "proxy" else [container] if container else [one.name for one in role.containers]
        found = False
        for kind in ("initContainers", "containers"):
            # from the last one on, since the patch may delete them
            for index, one in reversed([*enumerate(_get(obj, (*path, "spec", kind)) or [])]):
                if one.get("name") in names and (part != "proxy" or kind == "initContainers"):
                    obj = self._changed(obj, (*path, "spec", kind, index)) or obj
                    found = True
        return obj, found

    def _replace(self, old: Map, new: Map | None) -> None:
        objects = [new if obj is old else obj for obj in self.composition.objects]
        self.composition.objects = [obj for obj in objects if obj is not None]

    def _changed(self, obj: Map, path: Path) -> Map | None:
        """``obj`` with what stands at ``path`` patched; None when the patch deletes the object."""
        if isinstance(self.content, list):
            patched: Map = _put(obj, path, json_patch(_get(obj, path), self.content))
            return patched
        wrapped: Any = self.content if path else self._without_identity(self.content)
        for depth in range(len(path) - 1, -1, -1):
            step = path[depth]
            if isinstance(step, int):
                name = _get(obj, path[: depth + 1])["name"]
                if wrapped.get("name") not in (None, name):
                    raise PatchError("name", f"is {wrapped['name']}, and the container is {name}: a patch cannot rename it")
                wrapped = [{"name": name, **wrapped}]
            else:
                wrapped = {step: wrapped}
        if path:  # of a part, whose neighbours keep their places
            return strategic_merge(obj, wrapped, new_items="append", merge_keys=self.merge_keys)
        merged = strategic_merge(obj, wrapped, merge_keys=self.merge_keys)
        return None if merged is None else _with_identity(merged, obj)

    def _without_identity(self, patch: Map) -> Map:
        """``patch`` without what only says which object it is for, save what the options let it change."""
        kept = {key: value for key, value in patch.items() if key not in ("apiVersion", "kind", "metadata")}
        if self.options.get("allowKindChange") and "kind" in patch:
            kept["kind"] = patch["kind"]
        if isinstance(patch.get("metadata"), dict):
            identity = ("namespace",) if self.options.get("allowNameChange") else ("name", "namespace")
            kept["metadata"] = {key: value for key, value in patch["metadata"].items() if key not in identity}
        elif "metadata" in patch:
            kept["metadata"] = patch["metadata"]
        return kept


def _workload(composition: Composition, role: Scope) -> Map | None:
    name, kind = role.parameters["workload"]["name"], role.facts["workload"]
    for obj in composition.objects:
        if obj.get("kind") == kind and _metadata(obj).get("name") == name:
            return obj
    return None


def _said(wanted: Map) -> str:
    """What a target asks for, for messages."""
    return ", ".join(f"{key} {cut(value) if isinstance(value, str) else shown(value)}" for key, value in wanted.items() if value)


def _fits(target: Map, expressions: dict[str, Callable[[str], bool]], obj: Map) -> bool:
    identity = _placed(obj)
    if not all(fits(identity[key]) for key, fits in expressions.items()):
        return False
    metadata = _metadata(obj)
    try:
        return all(matches(target[key], metadata.get(field) or {}) for key, field in SELECTORS.items() if target.get(key))
    except ValueError as error:
        raise TargetError(str(error)) from None


def _expression(key: str, expression: str) -> Callable[[str], bool]:
    """What tells whether a text is what a target's regular expression means: RE2's, as in kustomize, which match in linear time."""
    if PLAIN.issuperset(expression):
        length = len(expression)
        return lambda text: len(text) == length and all(map(_fits_character, expression, text))
    import re2  # 7 ms that most targets do not pay for  # noqa: PLC0415

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(expression.encode(), options)
    except (re2.error, UnicodeEncodeError) as error:
        why = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else "it is no text"
        raise TargetError(f"{key} is {shown(expression)}, which is no regular expression of kustomize's kind (RE2): {cut(why)}") from None
    return lambda text: compiled.fullmatch(text.encode(errors="replace")) is not None


def _fits_character(wanted: str, one: str) -> bool:
    return wanted == one or (wanted == "." and one != "\n")


def _identity(obj: Map) -> dict[str, str]:
    group, version = _group_and_version(obj)
    metadata = _metadata(obj)
    return {
        "group": group,
        "version": version,
        "kind": str(obj.get("kind") or ""),
        "name": str(metadata.get("name") or ""),
        "namespace": str(metadata.get("namespace") or ""),
    }


def _placed(obj: Map) -> dict[str, str]:
    """What tells ``obj`` apart, with the namespace that one without a namespace is in."""
    identity = _identity(obj)
    return {**identity, "namespace": identity["namespace"] or "default"}


def _with_identity(patched: Map, obj: Map) -> Map:
    """``patched`` with what it lacks of the kind and the name of ``obj``, which a patch cannot take away."""
    head = {key: obj[key] for key in ("apiVersion", "kind") if obj.get(key) and not patched.get(key)}
    own, left = _metadata(obj), _metadata(patched)
    names = {key: own[key] for key in ("name", "namespace") if own.get(key) and not left.get(key)}
    if not head and not names:
        return patched
    kinds = {key: value for key, value in {**patched, **head}.items() if key in ("apiVersion", "kind")}
    rest = {key: value for key, value in patched.items() if key not in ("apiVersion", "kind", "metadata")}
    return {**kinds, "metadata": {**names, **left, **names}, **rest}


def _metadata(obj: Map) -> Map:
    metadata = obj.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _group_and_version(obj: Map) -> tuple[str, str]:
    group, _, version = str(obj.get("apiVersion") or "").rpartition("/")
    return group, version


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
    changed[step] = _put(changed[step], tuple(rest), new)
    return changed
