"""Digests of images, and the layer of a ModelService that pins its images by them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from modelservice.plan import Plan

Map = dict[str, Any]

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
ARTIFACT = "oci://"


class Digests:
    """The digests of images, by their names as somebody wrote them: as the objects have them or, of a name without a tag, of any tag."""

    def __init__(self, by_name: dict[str, str], used: Iterable[str]) -> None:
        """``used`` are the images of the objects; a name without a tag is for none of them where several differ in the tag alone."""
        self._by_name = by_name
        self._names: dict[str, set[str]] = {}
        for image in {*used}:
            self._names.setdefault(without_tag(image), set()).add(image.partition("@")[0])

    def pinned(self, image: str) -> str | None:
        """``image``, one of those used, with its digest behind it, the tag still there for people; None where there is no digest for it."""
        alike = self._names.get(without_tag(image), ())
        name = image if image in self._by_name else without_tag(image)
        if "@" in image or image not in alike or name not in self._by_name or (name != image and len(alike) > 1):
            return None
        return f"{image}@{self._by_name[name]}"

    def unused(self) -> list[str]:
        """The names for which no image is used."""
        return [name for name in self._by_name if name not in self._names and all(name not in images for images in self._names.values())]


def without_tag(image: str) -> str:
    """The name of an image with its registry and path, without tag and digest."""
    path, slash, name = image.partition("@")[0].rpartition("/")
    return f"{path}{slash}{name.partition(':')[0]}"


def layer(plan: Plan, digests: Digests) -> Map:
    """The part of the spec that pins the images which ``plan`` takes from the spec; empty where there is none to pin.

    The image of the first container of a role, whoever says it, is pinned by the role's `engine`, which goes over it.
    """
    spec = plan.config.spec
    pins: Map = {}
    for role in plan.roles:
        if (image := _pinned(digests, role.containers[0].parameters["container"].get("image"))) is not None:
            pins[role.name] = {"engine": {"image": image}}
    if any(role.facts["proxy"] for role in plan.roles) and (image := _pinned(digests, spec["routing"]["proxy"].get("image"))):
        pins["routing"] = {"proxy": {"image": image}}
    if plan.service.facts["epp"] and (image := _pinned(digests, spec["routing"]["epp"].get("image"))):
        pins.setdefault("routing", {})["epp"] = {"image": image}
    if plan.service.facts["requester"] and (image := _pinned(digests, spec["requester"].get("image"))):
        pins["requester"] = {"image": image}
    for key in ("uri", "compiled"):
        uri = str((spec.get("modelArtifacts") or {}).get(key) or "")
        if uri.startswith(ARTIFACT) and (image := _pinned(digests, uri.removeprefix(ARTIFACT))):
            pins.setdefault("modelArtifacts", {})[key] = f"{ARTIFACT}{image}"
    return pins


def _pinned(digests: Digests, image: Any) -> str | None:
    return digests.pinned(image) if isinstance(image, str) else None
