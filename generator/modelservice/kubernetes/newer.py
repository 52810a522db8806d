"""What is newer than a cluster: fields that its version does not have, and those that it has and leaves off.

Since when there is a field is in the data of its type; gates.json, kept by hand, says which of them came with a feature gate: the version
that brought the field, the one from which on it is on by default (null: none so far), and the gate.
"""

from __future__ import annotations

from modelservice.kubernetes.types import table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.kubernetes.types import Type

    Map = dict[str, Any]
    Version = tuple[int, int]
    Newer = Iterator[tuple[tuple[str | int, ...], str, str]]

IN_POD = {"restartPolicy"}  # fields of a container, which are of different age in the containers and the init containers
SIDECAR = ("1.28", "1.29", "SidecarContainers")
RESTART = ("1.34", "1.35", "ContainerRestartRules")
IMAGE_PATH = ("1.33", "1.35", "ImageVolume")


def newer(value: Map, kind: Type, version: Version) -> Newer:
    """The fields of ``value`` that a cluster of ``version`` does not take: where, what to say, and `newer` or `gated`."""
    gates = table("gates.json").get(kind.name, {})
    for field in dict.fromkeys((*kind.since, *gates)):
        if value.get(field) is not None and not (kind.name == "Container" and field in IN_POD):
            first = kind.since.get(field)
            yield from _told((field,), gates.get(field) or (first, first, ""), version)
    if kind.name == "PodSpec":
        yield from _in_pod(value, version)


def numbers(version: str | None) -> Version | None:
    """The numbers of a version such as `1.34` or `v1.34.2`; None where it is none."""
    major, _, rest = (version or "").removeprefix("v").partition(".")
    minor = rest.partition(".")[0]
    return (
        (int(major), int(minor))
        if (major + minor).isascii() and major.isdecimal() and minor.isdecimal() and len(major + minor) < 9
        else None
    )


def _told(path: tuple[str | int, ...], gate: Any, version: Version) -> Newer:
    first, on, name = gate
    cluster = f"{version[0]}.{version[1]}"
    if version < (numbers(first) or version):
        later = f" (from {first} on with the feature gate {name})" if name and on and on != first else ""
        yield path, f"needs Kubernetes {on or first}{later}; the cluster is {cluster}", "newer"
    elif name and (on is None or version < (numbers(on) or version)):
        needs = f"needs Kubernetes {on}, or the feature gate {name}" if on else f"needs the feature gate {name}"
        yield path, f"{needs}; the cluster is {cluster}, which has it off unless told otherwise", "gated"


def _in_pod(spec: Map, version: Version) -> Newer:
    """What is newer only where a container stands, or what it mounts."""
    images = [volume.get("name") for volume in _maps(spec.get("volumes")) if volume.get("image") is not None]  # a wrong name may be a list
    for field in ("containers", "initContainers"):
        for index, container in enumerate(_maps(spec.get(field))):
            policy = container.get("restartPolicy")
            if policy is not None:
                sidecar = field == "initContainers" and policy == "Always"
                yield from _told((field, index, "restartPolicy"), SIDECAR if sidecar else RESTART, version)
            for place, mount in enumerate(_maps(container.get("volumeMounts"))):
                for path in ("subPath", "subPathExpr"):
                    if images and mount.get(path) and mount.get("name") in images:
                        yield from _told((field, index, "volumeMounts", place, path), IMAGE_PATH, version)


def _maps(value: Any) -> list[Map]:
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []
