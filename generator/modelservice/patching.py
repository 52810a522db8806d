"""A Patches config at work: spec.patches for the resources that an orchestrator sends, whoever wrote or generated them.

In a package of files it is the files that are changed, so that the next run finds what this one left: a patch that is in there already is
nothing to warn of, one that would change it again is.
"""

from __future__ import annotations

from modelservice.compose.composition import misshapen_object
from modelservice.compose.object_patch import NothingFitsError, ObjectPatch, TargetError, contents, look_at, metadata_of
from modelservice.config.patches_config import CHECK, patches_spec
from modelservice.krm import FirstOfEachPlace, Item, ReadError, ResourceRef, Result
from modelservice.kubernetes.names import named
from modelservice.package import names
from modelservice.package.files import CONFIG_GROUPS
from modelservice.patch import PatchError
from modelservice.patch.three_way import same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.krm import ResourceList

    Map = dict[str, Any]

# Annotations by which kustomize and kpt find an object again: no patch sees them.
NOTES = (
    "config.kubernetes.io/path",
    "config.kubernetes.io/index",
    "config.k8s.io/path",
    "config.k8s.io/index",
    "config.k8s.io/id",
    "kustomize.config.k8s.io/id",
)
NOTES_OF = "internal.config.kubernetes.io/"


def patch_items(resources: ResourceList) -> list[Result]:
    """Apply the patches of the functionConfig, a Patches, to the items of ``resources``; gives the results to tell.

    With an error among them the items are as they were. An item that no patch changes stays as it is written.
    """
    spec, results = patches_spec(resources.function_config)
    if not results:
        patching = _Patching(resources, spec)
        for index, given in enumerate(spec["patches"]):
            patching.apply(index, given)
        results = patching.results + patching.broken()
        if not any(result.severity == "error" for result in results):
            results += patching.notices
            resources.items = patching.items()
    for result in results:
        result.resource = ResourceRef.of(resources.function_config)
    return results


class _Patching:
    """The objects among the items, by their place, without notes: as they came, and as they are now."""

    def __init__(self, resources: ResourceList, spec: Map) -> None:
        self.resources, self.spec = resources, spec
        self.results: list[Result] = []  # errors
        self.notices: list[Result] = []  # what is to tell where there are none
        self.before = {
            place: names.without(item.value, _notes(item.value)) for place, item in enumerate(resources.items) if _is_object(item.value)
        }
        self.now = dict(self.before)
        self.steps: list[tuple[int, int, Any, Map, Map | None]] = []  # place, entry, patch, before, after

    def apply(self, index: int, given: Map) -> None:
        """Apply one entry of spec.patches; one that cannot be applied is an error and changes nothing."""
        before, steps = dict(self.now), len(self.steps)
        try:
            for content in contents(given):
                self._apply(index, ObjectPatch(content, given, self.spec.get("mergeKeys")))
        except (PatchError, TargetError, ReadError) as error:
            self.now = before
            del self.steps[steps:]
            part = "target" if isinstance(error, TargetError) else "patch"
            self.results.append(Result(str(error), field=f"spec.patches[{index}].{part}"))
            return
        if len(self.steps) == steps and not any(one.field.startswith(f"spec.patches[{index}].") for one in self.notices):
            self._notice_no_change(index)

    def _apply(self, index: int, patch: ObjectPatch) -> None:
        places = [place for place, obj in self.now.items() if not _is_config(obj) or _is_meant(patch, obj)]
        try:
            chosen = patch.chosen([self.now[place] for place in places])
        except NothingFitsError as error:
            if not self._may_have_deleted(patch):
                raise
            self.notices.append(Result(f"{error}; a run before may have deleted it", "info", field=f"spec.patches[{index}].target"))
            return
        known = len(self.steps)
        for place in (places[number] for number in chosen):
            old = self.now[place]
            new = _patched(patch, old)
            if new is None:
                del self.now[place]
            elif same(old, new):
                continue
            else:
                self.now[place] = new
            self.steps.append((place, index, patch.content, old, new))
        if len(self.steps) > known and (first := self.steps[known][-1]) is not None and self.resources.has_files:
            self._notice_repetition(index, patch, first)

    def _may_have_deleted(self, patch: ObjectPatch) -> bool:
        return self.resources.has_files and isinstance(patch.content, dict) and patch.content.get("$patch") == "delete"

    def _notice_no_change(self, index: int) -> None:
        """Tell of a patch that changes nothing: in a package it is what every run after the first has to expect."""
        severity = "info" if self.resources.has_files else "warning"
        self.notices.append(Result("changes nothing: what it is for is so already", severity, field=f"spec.patches[{index}].patch"))

    def _notice_repetition(self, index: int, patch: ObjectPatch, obj: Map) -> None:
        """Tell of a patch that would do something else to ``obj``, which it has changed, in the next run on its file."""
        field = f"spec.patches[{index}].patch"
        try:
            patch.chosen([obj])
            again = _patched(patch, obj)
        except (PatchError, TargetError) as error:
            message = f"the next run on these files will be an error, since what the patch is for is gone then ({error})"
            self.notices.append(Result(message, "warning", field=field))
            return
        if again is None or not same(again, obj):
            message = "each run on these files will change them again; must come to the same when it is applied twice"
            self.notices.append(Result(f"{message}, as a strategic-merge patch does", "warning", field=field))

    def broken(self) -> list[Result]:
        """What Kubernetes would refuse in the objects that were changed and has not refused before, at the patch that did it."""
        severity, version = (self.spec.get("checks") or {}).get(CHECK), self.spec.get("kubernetesVersion")
        changed = [place for place, obj in self.now.items() if obj is not self.before[place]]
        if severity == "off" or not changed:
            return []
        from modelservice.checks.kubernetes_fields import new_problems, written  # noqa: PLC0415

        told = FirstOfEachPlace()
        seen: set[tuple[str, str]] = set()
        for place in changed:
            obj = self.now[place]
            for problem in new_problems(self.before[place], obj, version):
                field = self._set_by(place, problem.path)
                if (field, problem.message) not in seen:  # one mistake may show in many objects
                    seen.add((field, problem.message))
                    message = f"{problem.message} (in {named(obj)}: {written(problem.path)})"
                    result = Result(message, severity or problem.severity, field=field, current=problem.current, tags={"check": CHECK})
                    told.add(field.partition("]")[0], result)
        return told.told()

    def _set_by(self, place: int, path: tuple[str | int, ...]) -> str:
        """The field of the config that set what stands at ``path`` of the object at ``place``."""
        from modelservice.origin.by_patch import ByPatch  # only for what is wrong  # noqa: PLC0415
        from modelservice.origin.paths import keyed  # noqa: PLC0415

        by_patch, obj = ByPatch(self.spec["patches"]), self.now[place]
        for at, index, content, old, new in self.steps:
            if at == place and new is not None:
                by_patch.add(index, content, [old], [new])
        return by_patch.field(obj, keyed(obj, path)) or "spec.patches"

    def items(self) -> list[Item]:
        """The items now, those that were changed with the notes that they had."""
        items = []
        for place, item in enumerate(self.resources.items):
            if place not in self.before:
                items.append(item)
            elif place in self.now:
                obj = self.now[place]
                items.append(item if same(obj, self.before[place]) else Item(_with_notes(obj, _notes(item.value))))
        return items


def _patched(patch: ObjectPatch, obj: Map) -> Map | None:
    """``obj`` patched, as everybody still can look at it and its ModelService knows it; None when the patch deletes it."""
    new = patch.changed(obj)
    if new is None:
        return None
    look_at(new)
    return _with_owner_of(obj, new)


def _is_object(value: Any) -> bool:
    """Whether an item, which may be anything, has what everybody looks at in an object."""
    return isinstance(value, dict) and bool(metadata_of(value).get("name")) and not any(misshapen_object(value))


def _is_config(obj: Map) -> bool:
    """Whether an object says how others are made or treated, and is not one of those that are applied."""
    return _group(obj) in CONFIG_GROUPS or names.annotations_of(obj).get(names.LOCAL) not in (None, "false")


def _group(obj: Map) -> str:
    return str(obj["apiVersion"]).rpartition("/")[0]


def _is_meant(patch: ObjectPatch, config: Map) -> bool:
    """Whether a patch asks for this very config: by its kind or, where others than configs are of that kind, by kind and name."""
    named = patch.content if isinstance(patch.content, dict) else {}
    kind, name = (
        (patch.target.get("kind"), patch.target.get("name"))
        if patch.target is not None
        else (named.get("kind"), metadata_of(named).get("name"))
    )
    return bool(kind == config["kind"] and (_group(config) in CONFIG_GROUPS or name == metadata_of(config)["name"]))


def _notes(value: Map) -> Map:
    """The annotations of an item by which others find it."""
    return {key: text for key, text in names.annotations_of(value).items() if key in NOTES or key.startswith(NOTES_OF)}


def _with_notes(obj: Map, notes: Map) -> Map:
    return names.annotated(obj, notes) if notes else obj


def _with_owner_of(old: Map, new: Map) -> Map:
    """``new`` as its ModelService still knows it; raises PatchError for what says of an object where it comes from, and is not so."""
    owner = {key: text for key, text in names.annotations_of(old).items() if key == names.OWNER}
    said = {key: text for key, text in names.annotations_of(new).items() if key == names.OWNER}
    for key in _notes(new) or (said if said not in ({}, owner) else {}):
        raise PatchError(f"metadata.annotations[{key}]", "says where an object comes from, which no patch can change; leave it out")
    return new if said == owner else names.annotated(new, owner)
