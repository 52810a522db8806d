"""Everything a run can see: the resources of a package or a build, and what was generated among them."""

from __future__ import annotations

from itertools import pairwise

from modelservice.krm import ResourceRef, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Any

    Map = dict[str, Any]

# kind of a workload -> where its pod templates are
POD_TEMPLATES: dict[str, tuple[tuple[str, ...], ...]] = {
    "Deployment": (("spec", "template"),),
    "ReplicaSet": (("spec", "template"),),
    "StatefulSet": (("spec", "template"),),
    "DaemonSet": (("spec", "template"),),
    "Job": (("spec", "template"),),
    "LeaderWorkerSet": (("spec", "leaderWorkerTemplate", "leaderTemplate"), ("spec", "leaderWorkerTemplate", "workerTemplate")),
    "Pod": ((),),
}


class Pods:
    """The pods of one template of a workload: their labels, and the template, at ``path`` in the object."""

    __slots__ = ("labels", "namespace", "path", "template", "workload")

    def __init__(self, workload: Map, path: tuple[str, ...], template: Map) -> None:
        self.workload, self.template, self.path = workload, template, ".".join(path)
        self.labels: Map = (template.get("metadata") or {}).get("labels") or {}
        self.namespace = namespace_of(workload)

    def containers(self) -> Iterator[tuple[str, Map]]:
        """The containers and init containers: path in the object, and fields."""
        for kind in ("initContainers", "containers"):
            for index, container in enumerate((self.template.get("spec") or {}).get(kind) or []):
                yield f"{self.path + '.' if self.path else ''}spec.{kind}[{index}]", container

    def ports(self) -> set[int]:
        """The ports that the pods are known to serve: declared by a container, or said by its ``--port``."""
        found: set[int] = set()
        for _, container in self.containers():
            found |= {port["containerPort"] for port in container.get("ports") or [] if isinstance(port.get("containerPort"), int)}
            arguments = [*(container.get("command") or []), *(container.get("args") or [])]
            values = [text.partition("=")[2] for text in arguments if str(text).startswith("--port=")]
            values += [after for before, after in pairwise(arguments) if before == "--port"]
            found |= {int(value) for value in values if str(value).isdigit()}
        return found

    def port_names(self) -> set[str]:
        """The names of the containers' ports."""
        return {str(port["name"]) for _, container in self.containers() for port in container.get("ports") or [] if port.get("name")}


class World:
    """The resources that a run can see.

    ``complete``: nothing else is there, so that a reference to what is not among them is worth telling; ``external`` then says what is
    there all the same, as ``Kind/name`` or ``Kind/*``. ``generated`` were made in this run, and are checked with what they are from.
    """

    def __init__(self, objects: Iterable[Any], *, complete: bool, external: Collection[str] = (), generated: Iterable[Map] = ()) -> None:
        self.objects: list[Map] = [obj for obj in objects if isinstance(obj, dict) and isinstance(obj.get("metadata"), dict)]
        self.complete = complete
        self._external = external
        self._generated = {(str(obj.get("kind")), obj["metadata"].get("name"), namespace_of(obj)) for obj in generated}
        self._by_kind: dict[str, list[Map]] = {}
        for obj in self.objects:
            self._by_kind.setdefault(str(obj.get("kind")), []).append(obj)
        self.pods = [
            Pods(obj, path, template)
            for kind, paths in POD_TEMPLATES.items()
            for obj in self.of(kind)
            for path in paths
            if isinstance(template := _at(obj, path), dict)
        ]

    def of(self, kind: str) -> list[Map]:
        """The objects of a kind."""
        return self._by_kind.get(kind, [])

    def find(self, kind: str, name: str, namespace: str) -> Map | None:
        """The object of this kind, name and namespace."""
        for obj in self.of(kind):
            if obj["metadata"].get("name") == name and namespace_of(obj) == namespace:
                return obj
        return None

    def lacks(self, kind: str, name: str, namespace: str) -> bool:
        """Whether an object is certainly not there."""
        known = f"{kind}/{name}" in self._external or f"{kind}/*" in self._external
        return self.complete and not known and self.find(kind, name, namespace) is None

    def is_generated(self, obj: Map) -> bool:
        """Whether ``obj`` was generated in this run."""
        return (str(obj.get("kind")), obj["metadata"].get("name"), namespace_of(obj)) in self._generated

    def selected(self, selector: Map, namespace: str) -> list[Pods]:
        """The pods in a namespace whose labels hold all of ``selector``; none for an empty one."""
        return [pods for pods in self.pods if selector and pods.namespace == namespace and selector.items() <= pods.labels.items()]


def namespace_of(obj: Map) -> str:
    """The namespace an object is in."""
    return str(obj["metadata"].get("namespace") or "default")


def name_of(obj: Map) -> str:
    """Kind and name, for messages."""
    return f"{obj.get('kind')} {obj['metadata'].get('name')}"


def finding(obj: Map, field: str, message: str, severity: str, current: Any = None) -> Result:
    """A result about a field of an object."""
    return Result(message, severity, field=field, current=current, resource=ResourceRef.of(obj))


def _at(obj: Map, path: tuple[str, ...]) -> Any:
    value: Any = obj
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
