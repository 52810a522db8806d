"""How the objects of a package are told apart, and whose they are; the annotations that say so."""

from __future__ import annotations

from modelservice.config import is_ours
from modelservice.kubernetes.names import identity as called
from modelservice.kubernetes.names import metadata_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Any

    Map = dict[str, Any]
    Identity = tuple[str, str, str, str]

OWNER = "modelservice.llm-d.ai/generated-from"
PATH = "modelservice.llm-d.ai/path"
LOCAL = "config.kubernetes.io/local-config"
FILE_PATH = "internal.config.kubernetes.io/path"
FILE_INDEX = "internal.config.kubernetes.io/index"
FILE_PACKAGE = "internal.config.kubernetes.io/package-path"  # of kpt: which of its packages a path begins in
ORCHESTRATOR = ("config.kubernetes.io/", "internal.config.kubernetes.io/", "config.k8s.io/")
RECORD_KIND = "LastGenerated"


def owner_of(service: Map) -> str:
    """What the objects of a ModelService carry: its name, after its namespace where it has one."""
    metadata = service["metadata"]
    return f"{metadata['namespace']}/{metadata['name']}" if metadata.get("namespace") else str(metadata["name"])


def owner_in(value: Any) -> str | None:
    """The ModelService that a resource, which may be anything, says it is generated from; None where it says nothing that can be."""
    owner = annotations_of(value).get(OWNER)
    return owner if isinstance(owner, str) else None


def is_record(value: Any) -> bool:
    """Whether a resource is the record of what was generated last."""
    return is_ours(value, RECORD_KIND)


def identity(obj: Any) -> Identity:
    """What tells the objects of a package apart: group, kind, name, and the namespace that they are in, which is the last to be sure."""
    group, kind, namespace, name = called(obj)
    return group, kind, name, namespace or "default"


def annotations_of(value: Any) -> Map:
    """The annotations of a resource, which may be anything."""
    annotations = metadata_of(value).get("annotations")
    return annotations if isinstance(annotations, dict) else {}


def annotated(obj: Map, annotations: Map) -> Map:
    """``obj`` with more annotations."""
    metadata = obj.get("metadata") or {}
    return {**obj, "metadata": {**metadata, "annotations": {**(metadata.get("annotations") or {}), **annotations}}}


def bare(obj: Map) -> Map:
    """``obj`` without what the orchestrator wrote on it."""
    return without(obj, [key for key in annotations_of(obj) if key != LOCAL and key.startswith(ORCHESTRATOR)])


def unowned(obj: Map) -> Map:
    """``obj`` without the mark of its ModelService."""
    return without(obj, [key for key in annotations_of(obj) if key == OWNER])


def without(obj: Map, annotations: Collection[str]) -> Map:
    """``obj`` without some of its annotations."""
    if not annotations:
        return obj
    kept = {key: value for key, value in annotations_of(obj).items() if key not in annotations}
    metadata = {key: value for key, value in obj["metadata"].items() if key != "annotations" or kept}
    if kept:
        metadata["annotations"] = kept
    return {**obj, "metadata": metadata}


class Index:
    """Objects by a number, found by what they are: the same object or, should a later function have given it a namespace, the only like it.

    All it does takes the same time however many objects there are.
    """

    __slots__ = ("_alike", "_objects", "_same")

    def __init__(self, objects: Iterable[tuple[int, Map]] = ()) -> None:
        self._objects: dict[int, Map] = {}
        self._same: dict[Identity, dict[int, None]] = {}
        self._alike: dict[tuple[str, str, str], dict[int, None]] = {}
        for number, obj in objects:
            self._objects[number] = obj
            key = identity(obj)
            self._same.setdefault(key, {})[number] = None
            self._alike.setdefault(key[:3], {})[number] = None

    def __iter__(self) -> Iterator[int]:
        return iter(self._objects)

    def __getitem__(self, number: int) -> Map:
        return self._objects[number]

    def find(self, wanted: Map) -> int | None:
        """The number of ``wanted``, None where it is not there."""
        key = identity(wanted)
        if same := self._same.get(key):
            return next(iter(same))
        alike = self._alike.get(key[:3]) or {}
        return next(iter(alike)) if len(alike) == 1 else None

    def pop(self, number: int) -> Map:
        """Take an object out."""
        obj = self._objects.pop(number)
        key = identity(obj)
        del self._same[key][number], self._alike[key[:3]][number]
        return obj
