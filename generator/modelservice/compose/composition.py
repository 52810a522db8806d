"""What composing makes, and what has to be so for anybody to look at it."""

from __future__ import annotations

from modelservice.config.plain import is_plain
from modelservice.texts import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.compose.overlays import Overlay
    from modelservice.krm import Result
    from modelservice.plan import Plan, Scope

    Map = dict[str, Any]

PROXY = "routing-proxy"  # the init container that overlays and patches call the part `proxy`


class Observer:
    """Who is told of each step of composing; this one does not listen.

    A pod is composed as a PodTemplate, ``index`` is the place of a patch or resource in its overlay, and ``layer`` the one whose fields
    fill a patch: profile, spec, or none.
    """

    def pod_begun(self, scope: Scope, after: Map) -> None:
        """A pod was made of its bases."""

    def pod_patched(self, scope: Scope, overlay: Overlay, index: int, layer: str, before: Map, after: Map) -> None:
        """A patch, or its flags, went into a pod."""

    def made(self, scope: Scope, overlay: Overlay, index: int, after: Map) -> None:
        """An overlay added an object."""

    def patched(self, scope: Scope, overlay: Overlay, index: int, layer: str, before: Map, after: Map | None) -> None:
        """A patch went into an object, or deleted it."""

    def patched_by_user(self, index: int, content: Any, before: list[Map], after: list[Map]) -> None:
        """One of spec.patches changed the objects."""


class Composition:
    """The objects of one service, the pod template of each role, and the problems on the way; with problems, the objects are not whole.

    ``overlays`` are those that were given beside the plan's own: for all services, and by name. ``is_plain``: nobody has said anything in
    Kubernetes' own words. ``idle`` are the patches of users' overlays that changed nothing, each an overlay and the patch's place in it, or
    None for an overlay that has neither patch nor resource; ``idle_patches`` the places of those of
    spec.patches. ``engines`` is for those who read them out of the pods of each role, once.
    """

    __slots__ = ("engines", "idle", "idle_patches", "is_plain", "objects", "overlays", "plan", "pods", "problems")

    def __init__(
        self, plan: Plan, problems: list[Result] | None = None, overlays: tuple[Sequence[Overlay], Sequence[Overlay]] = ((), ())
    ) -> None:
        self.plan = plan
        self.overlays = overlays
        self.is_plain = not any(overlays) and not plan.config.profiles and is_plain(plan.config.document)
        self.objects: list[Map] = []
        self.idle: list[tuple[Overlay, int | None]] = []
        self.idle_patches: list[int] = []
        self.engines: dict[str, list[Any]] = {}
        self.pods: dict[str, Map] = {}
        self.problems: list[Result] = problems or []


def misshapen(pod: Map) -> Iterator[str]:
    """What the spec of a pod has in places where Kubernetes has lists of maps, and nobody could look at."""
    for key in ("initContainers", "containers"):
        if not _are_maps(containers := pod.get(key) or []) or not all(_is_text(one.get("name")) for one in containers):
            yield f"{key} that are no list of containers with names"
            continue
        for container in containers:
            for name in ("env", "ports", "volumeMounts"):
                if not _are_maps(container.get(name) or []):
                    yield f"{name} of container {container['name']} that are no list of maps"
    if not _are_maps(pod.get("volumes") or []):
        yield "volumes that are no list of maps"


def misshapen_object(obj: Any) -> Iterator[tuple[str, str]]:
    """What an object has where everybody looks and Kubernetes has something else: the field, and what is wrong with it."""
    for key in ("apiVersion", "kind"):
        if not _is_text(obj.get(key)):
            yield key, f"is {shown(obj.get(key))}; must be text"
    metadata = obj.get("metadata")
    if isinstance(metadata, dict):
        yield from misshapen_metadata(metadata)
    elif metadata is not None:
        yield "metadata", f"is {shown(metadata)}; must be a map"


def misshapen_metadata(metadata: Map) -> Iterator[tuple[str, str]]:
    """The same of the metadata of an object or of a pod template."""
    for key in ("name", "namespace"):
        if not isinstance(metadata.get(key), str | None):
            yield f"metadata.{key}", f"is {shown(metadata[key])}; must be text"
    for key in ("labels", "annotations"):
        values = metadata.get(key)
        if values is not None and not isinstance(values, dict):
            yield f"metadata.{key}", f"is {shown(values)}; must be a map of texts"
        for name, value in values.items() if isinstance(values, dict) else ():
            if isinstance(value, (dict, list)):
                yield f"metadata.{key}.{name}", f"is {shown(value)}; must be text"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_maps(items: Any) -> bool:
    return isinstance(items, list) and all(isinstance(item, dict) for item in items)
