"""Generated objects in a package of files, as kpt keeps them: where they go, what stood there, what became of it by hand.

A generated object carries the ModelService it is from. So a second run finds what it generated, replaces it in place, takes away what
is no longer generated, and leaves everything else alone. What was generated last is kept in the package too, one file a ModelService
(kind LastGenerated, never applied to a cluster): with it, an edit by hand can be told from an old version, and stays.
"""

from __future__ import annotations

import hashlib
import os

from modelservice.config import API_VERSION
from modelservice.krm import Item, ResourceRef, Result
from modelservice.patch.three_way import ABSENT, changes, same, three_way_merge
from modelservice.workloads import POD_TEMPLATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.generate import Generated
    from modelservice.krm import ResourceList

    Map = dict[str, Any]

OWNER = "modelservice.llm-d.ai/generated-from"
PATH = "modelservice.llm-d.ai/path"
STATE_KIND = "LastGenerated"
STATE_FOLDER = ".modelservice"
FILE_PATH = "internal.config.kubernetes.io/path"
FILE_INDEX = "internal.config.kubernetes.io/index"
FILE_PACKAGE = "internal.config.kubernetes.io/package-path"  # of kpt: which of its packages a path begins in
ORCHESTRATOR = ("config.kubernetes.io/", "internal.config.kubernetes.io/", "config.k8s.io/")
LOCAL = "config.kubernetes.io/local-config"


def place(resources: ResourceList, generated: Sequence[Generated], *, all_services: bool) -> list[Result]:
    """Put what was generated into the items of ``resources``, in place of what an earlier run put there; the results to tell.

    ``all_services``: ``generated`` are all the ModelServices of the package, so that objects of others are left over and go. With an
    error among the results, the items are as they were.
    """
    package = _Package(resources)
    for one in generated:
        _Placing(package, one).put()
    if all_services:
        package.drop_orphans({package.owner_of(one.document) for one in generated})
    if not any(result.severity == "error" for result in package.results):
        resources.items = package.items()
    return package.results


def owner_of(service: Map) -> str:
    """What the objects of a ModelService carry: its name, after its namespace where it has one."""
    metadata = service["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else str(metadata["name"])


def is_state(value: Any) -> bool:
    """Whether a resource is the record of what was generated last."""
    return isinstance(value, dict) and value.get("kind") == STATE_KIND and value.get("apiVersion") == API_VERSION


class _Package:
    """The items of a package, while generated objects are put among them."""

    def __init__(self, resources: ResourceList) -> None:
        self.before = resources.items
        self.function_config = resources.function_config
        self.results: list[Result] = []
        self.now: dict[int, Item | None] = {}  # by place in the list: what stands there now; None for nothing
        self.added: list[Item] = []
        self.indexes: dict[str, int] = {}  # by file: the next free index
        for item in self.before:
            if item.path is not None:
                index = int(item.index) if item.index and item.index.isdigit() else 0
                self.indexes[item.path] = max(self.indexes.get(item.path, 0), index + 1)

    def items(self) -> list[Item]:
        """The items now, each in its old place, new ones last."""
        kept = [self.now.get(index, item) for index, item in enumerate(self.before)]
        return [item for item in kept if item is not None] + self.added

    def owner_of(self, service: Map) -> str:
        """What the objects of ``service`` carry, also if a later function has given it and its record a namespace since."""
        name, namespace = service["metadata"]["name"], service["metadata"].get("namespace")
        records = [item.value for item in self.before if namespace and is_state(item.value) and _annotations(item.value).get(OWNER) == name]
        return str(name) if any(record["metadata"].get("namespace") == namespace for record in records) else owner_of(service)

    def owned(self, owner: str) -> dict[int, Map]:
        """By place in the list: what earlier runs put there for ``owner``."""
        return {index: item.value for index, item in enumerate(self.before) if _annotations(item.value).get(OWNER) == owner}

    def add(self, obj: Map, path: str, service: Map) -> None:
        """Add ``obj`` to the file at ``path`` of the package that ``service`` is in, behind what is in it."""
        index = self.indexes.get(path, 0)
        self.indexes[path] = index + 1
        package = {key: text for key, text in _annotations(service).items() if key == FILE_PACKAGE}
        self.added.append(Item(_annotated(obj, {FILE_PATH: path, FILE_INDEX: str(index), **package})))

    def replace(self, index: int, obj: Map) -> None:
        """Put ``obj`` in the place of an item; where it says the same, the item stays as it is written."""
        item = self.before[index]
        if not same(_bare(item.value), _bare(obj)):
            orchestrators = {key: text for key, text in _annotations(item.value).items() if key.startswith(ORCHESTRATOR)}
            self.now[index] = Item(_annotated(_bare(obj), orchestrators))
        else:
            self.now[index] = item

    def move(self, index: int, path: str, service: Map) -> None:
        """Take the item at ``index`` to the end of the file at ``path``, if it is not in there."""
        item = self.now.get(index) or self.before[index]
        if item.path != path:
            self.now[index] = None
            self.add(_bare(item.value), path, service)

    def stranger(self, obj: Map, owner: str) -> Item | None:
        """An item that is the same object as ``obj`` and that ``owner`` does not own: written by hand, or another's."""
        for item in [*self.before, *self.added]:
            if _identity(item.value) == _identity(obj) and _annotations(item.value).get(OWNER) != owner:
                return item
        return None

    def drop_orphans(self, owners: set[str]) -> None:
        """Take away the objects of ModelServices that are not there any more, and tell of the edits by hand that go with them."""
        for index, item in enumerate(self.before):
            owner = _annotations(item.value).get(OWNER)
            if owner is not None and owner not in owners:
                self.now[index] = None
                last = [obj for value in self.owned(owner).values() if is_state(value) for obj in _recorded(value, owner)]
                message = "" if is_state(item.value) else _lost(item.value, last)
                if message:
                    self.results.append(Result(message, "warning", resource=ResourceRef.of(item.value)))


class _Placing:
    """One ModelService's objects, put into the package."""

    def __init__(self, package: _Package, one: Generated) -> None:
        self.package, self.one = package, one
        self.owner = package.owner_of(one.document)
        owned = package.owned(self.owner)
        self.state = next((index for index, value in owned.items() if is_state(value)), None)
        self.left = {index: value for index, value in owned.items() if index != self.state}
        self.last = [] if self.state is None else _recorded(owned[self.state], self.owner)
        self.file, self.chosen = self._file()

    def put(self) -> None:
        """Put the objects in their places, take away what is not generated any more, and keep the record."""
        if self.one.failed or self.file is None:
            return
        for obj in self.one.objects:
            wanted = _owned_by(obj, self.owner)
            index = _find(wanted, self.left)
            if index is None:
                self._add(wanted)
            else:
                self._replace(index, wanted)
        for index, value in self.left.items():
            self.package.now[index] = None
            if message := _lost(value, self.last):
                self._tell(message, "warning")
        self._keep_record()

    def _file(self) -> tuple[str | None, bool]:
        """The file for new objects, and whether the user chose it; None for one that cannot be."""
        service = self.one.document
        chosen = _annotations(service).get(PATH)
        if chosen is None:
            return os.path.join(_folder_of(service), f"{service['metadata']['name']}.generated.yaml"), False
        steps = str(chosen).split("/")
        if str(chosen).startswith("/") or ".." in steps or not str(chosen).endswith((".yaml", ".yml")):
            message = f"is {chosen!r}; must be the path of a .yaml file inside the package"
            self._tell(message, "error", field=f"metadata.annotations[{PATH}]")
            return None, True
        return os.path.normpath(str(chosen)), True

    def _add(self, wanted: Map) -> None:
        stranger = self.package.stranger(wanted, self.owner)
        if stranger is not None:
            other = _annotations(stranger.value).get(OWNER)
            by = f"generated from ModelService {other}" if other else "written by hand"
            where = f" in {stranger.path}" if stranger.path else ""
            name = f"{wanted.get('kind')} {wanted['metadata'].get('name')}"
            self._tell(f"{name} is there already{where}, {by}; remove it, or give this ModelService another name", "error")
            return
        predecessor = _predecessor(wanted, self.left)
        if predecessor is not None:
            wanted = self._with_edits_of(self.left.pop(predecessor), wanted)
            self.package.now[predecessor] = None
        if self.file is not None:
            self.package.add(wanted, self.file, self.one.document)

    def _replace(self, index: int, wanted: Map) -> None:
        edited = _bare(self.left.pop(index))
        place_in_last = _find(wanted, dict(enumerate(self.last)))
        if place_in_last is None:
            if not same(edited, wanted):
                self._tell(
                    f"there is no record of what was generated last for {wanted.get('kind')} {wanted['metadata'].get('name')}: where it "
                    "differs from what is generated now, it stays as it is",
                    "warning",
                )
            base = wanted
        else:
            base = _revealed(self.last[place_in_last], edited, wanted)
        merged, conflicts = three_way_merge(base, edited, wanted)
        for conflict in conflicts:
            self._tell_conflict(wanted, conflict.path, conflict.edited, conflict.generated)
        self.package.replace(index, merged)
        if self.chosen and self.file is not None:
            self.package.move(index, self.file, self.one.document)

    def _with_edits_of(self, old: Map, wanted: Map) -> Map:
        """``wanted``, another kind of workload than ``old`` was, with what was edited by hand in it."""
        index = _find(old, dict(enumerate(self.last)))
        if index is None:
            self._tell(_unknown(old), "warning")
            return wanted
        kind = wanted["kind"]
        base, edited = self.last[index], _bare(old)
        merged, conflicts = three_way_merge(_as_kind(base, wanted), _as_kind(edited, wanted), wanted)
        for conflict in conflicts:
            self._tell_conflict(wanted, conflict.path, conflict.edited, conflict.generated)
        lost = [path for path in changes(base, edited) if not _is_common(path, old["kind"])]
        if lost:
            name = f"{old['kind']} {old['metadata'].get('name')}"
            self._tell(f"{name} becomes a {kind}, which has no {', '.join(lost)}: these edits by hand are gone", "warning")
        return merged

    def _tell_conflict(self, obj: Map, path: str, edited: Any, generated: Any) -> None:
        if obj.get("kind") == "Secret":
            edited = generated = "a secret"
        shown = ["nothing" if value is ABSENT else repr(value) for value in (edited, generated)]
        self.package.results.append(
            Result(
                f"edited by hand to {shown[0]}, and generated now as {shown[1]}; the edit stays",
                "warning",
                field=path,
                current=None if edited is ABSENT else edited,
                proposed=None if generated is ABSENT else generated,
                resource=ResourceRef.of(obj),
            )
        )

    def _tell(self, message: str, severity: str, field: str = "") -> None:
        self.package.results.append(Result(message, severity, field=field, resource=ResourceRef.of(self.one.document)))

    def _keep_record(self) -> None:
        """Keep what was generated now, for the next run; a ModelService that generates nothing has no record."""
        if not self.one.objects:
            if self.state is not None:
                self.package.now[self.state] = None
            return
        metadata = self.one.document["metadata"]
        record = {
            "apiVersion": API_VERSION,
            "kind": STATE_KIND,
            "metadata": {
                "name": metadata["name"],
                **({"namespace": metadata["namespace"]} if metadata.get("namespace") else {}),
                "annotations": {LOCAL: "true", OWNER: self.owner},
            },
            "objects": [_concealed(obj) for obj in self.one.objects],
        }
        if self.state is not None:
            objects = self.package.before[self.state].value.get("objects")
            if not isinstance(objects, list) or not same([*map(_anywhere, objects)], [*map(_anywhere, record["objects"])]):
                self.package.replace(self.state, record)
            return
        path = os.path.join(_folder_of(self.one.document), STATE_FOLDER, self.owner.replace("/", "_") + ".yaml")
        self.package.add(record, path, self.one.document)


def _folder_of(service: Map) -> str:
    """The folder of the file that a ModelService is in."""
    annotations = _annotations(service)
    return os.path.dirname(str(annotations.get(FILE_PATH) or annotations.get("config.kubernetes.io/path") or ""))


def _recorded(record: Map, owner: str) -> list[Map]:
    """The objects in a record, as they were put into the package; what somebody broke in it counts for nothing."""
    objects = record.get("objects")
    kept = [obj for obj in objects if isinstance(obj, dict) and isinstance(obj.get("metadata"), dict)] if isinstance(objects, list) else []
    return [_owned_by(obj, owner) for obj in kept]


def _lost(value: Map, last: list[Map]) -> str:
    """What to tell when an object goes that is not generated any more; nothing when it goes as it was generated."""
    index = _find(value, dict(enumerate(last)))
    if index is None:
        return _unknown(value)
    # a namespace may be a later function's
    edits = [path for path in changes(_revealed(last[index], value), _bare(value)) if path != "metadata.namespace"]
    return f"{_name(value)} is not generated any more, and goes with its edits by hand: {', '.join(edits)}" if edits else ""


def _unknown(value: Map) -> str:
    return f"{_name(value)} is not generated any more, and there is no record of what was generated last: edits by hand in it are gone"


def _name(value: Map) -> str:
    return f"{value.get('kind')} {value['metadata'].get('name')}"


def _find(wanted: Map, objects: dict[int, Map]) -> int | None:
    """Where ``wanted`` is among ``objects``: the same object, or, should a later function have given it a namespace, the only like it."""
    same = [index for index, obj in objects.items() if _identity(obj) == _identity(wanted)]
    alike = [index for index, obj in objects.items() if _identity(obj)[:3] == _identity(wanted)[:3]]
    return same[0] if same else alike[0] if len(alike) == 1 else None


def _predecessor(wanted: Map, objects: dict[int, Map]) -> int | None:
    """Where the workload is whose place ``wanted`` takes: of the same name, and of another kind that holds the same pods."""
    if wanted.get("kind") not in POD_TEMPLATES:
        return None
    for index, obj in objects.items():
        if obj.get("kind") in POD_TEMPLATES and obj["metadata"].get("name") == wanted["metadata"].get("name"):
            return index
    return None


def _as_kind(obj: Map, like: Map) -> Map:
    """What the workload ``obj`` has in common with one of the kind that ``like`` is, in that one's form."""
    spec = obj["spec"] if isinstance(obj.get("spec"), dict) else {}
    template: Any = obj
    for key in POD_TEMPLATES[obj["kind"]][-1]:
        template = template.get(key) if isinstance(template, dict) else None
    wrapped: Any = template
    for key in reversed(POD_TEMPLATES[like["kind"]][-1][1:]):
        wrapped = {key: wrapped}
    common = {**({"replicas": spec["replicas"]} if "replicas" in spec else {}), **(wrapped if template is not None else {})}
    return {"apiVersion": like["apiVersion"], "kind": like["kind"], "metadata": obj["metadata"], "spec": common}


def _is_common(path: str, kind: str) -> bool:
    """Whether the field at ``path`` of a workload is one that ``_as_kind`` takes along."""
    template = ".".join(POD_TEMPLATES[kind][-1])
    return path.startswith(("metadata.", "spec.replicas", f"{template}."))


def _identity(obj: Any) -> tuple[str, str, str, str]:
    """Group, kind, name and namespace."""
    if not isinstance(obj, dict):
        return ("", "", "", "")
    metadata = obj.get("metadata") if isinstance(obj.get("metadata"), dict) else {}
    group = str(obj.get("apiVersion")).rpartition("/")[0]
    namespace = str((metadata or {}).get("namespace") or "default")
    return group, str(obj.get("kind")), str((metadata or {}).get("name")), namespace


def _anywhere(obj: Any) -> Any:
    """``obj`` without its namespace."""
    if not isinstance(obj, dict) or not isinstance(obj.get("metadata"), dict):
        return obj
    return {**obj, "metadata": {key: value for key, value in obj["metadata"].items() if key != "namespace"}}


def _annotations(value: Any) -> Map:
    metadata = value.get("metadata") if isinstance(value, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    return annotations if isinstance(annotations, dict) else {}


def _owned_by(obj: Map, owner: str) -> Map:
    return _annotated(obj, {OWNER: owner})


def _annotated(obj: Map, annotations: Map) -> Map:
    metadata = obj.get("metadata") or {}
    return {**obj, "metadata": {**metadata, "annotations": {**(metadata.get("annotations") or {}), **annotations}}}


def _bare(obj: Map) -> Map:
    """``obj`` without what the orchestrator wrote on it."""
    annotations = _annotations(obj)
    kept = {key: value for key, value in annotations.items() if key == LOCAL or not key.startswith(ORCHESTRATOR)}
    if len(kept) == len(annotations):
        return obj
    metadata = {key: value for key, value in obj["metadata"].items() if key != "annotations" or kept}
    if kept:
        metadata["annotations"] = kept
    return {**obj, "metadata": metadata}


def _concealed(obj: Map) -> Map:
    """``obj`` as the record keeps it: of a Secret, digests instead of what is secret."""
    if obj.get("kind") != "Secret":
        return obj
    return {
        key: {name: _digest(text) for name, text in value.items()} if key in ("data", "stringData") and isinstance(value, dict) else value
        for key, value in obj.items()
    }


def _revealed(last: Map, *sides: Map) -> Map:
    """``last`` with each digest of a Secret replaced by the value of a side that it is the digest of."""
    if last.get("kind") != "Secret":
        return last
    revealed = dict(last)
    for field in ("data", "stringData"):
        if isinstance(last.get(field), dict):
            maps = [side[field] for side in sides if isinstance(side.get(field), dict)]
            values = {_digest(value): value for texts in maps for value in texts.values()}
            revealed[field] = {name: values.get(digest, digest) for name, digest in last[field].items()}
    return revealed


def _digest(value: Any) -> str:
    return "sha256:" + hashlib.sha256(str(value).encode()).hexdigest()
