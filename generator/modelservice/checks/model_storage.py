"""A model that is not where the engine looks, or whose volume cannot take it."""

from __future__ import annotations

from modelservice import data
from modelservice.krm import Result
from modelservice.plan.accelerators import SIMULATOR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.plan import Scope

    Map = dict[str, Any]

NAME, SEVERITY = "model-storage", "warning"
OFFLINE = ("1", "on", "yes", "true")  # what the Hugging Face library takes for a variable that is on


def check(service: Composition) -> Iterator[Result]:
    """A finding for each container without the volume, and one for a volume that is too small or cannot be written."""
    scheme = service.plan.service.facts["artifact"]
    told: set[str] = set()  # what is said of the model is said once, not for each role
    for role in service.plan.roles:
        found = [*(_unmounted(service, role) if scheme != "hf" else ()), *_too_small(service, role)]
        for result in [*found, *(_read_only(service, role) if scheme == "pvc+hf" else ())]:
            if result.field not in told:
                told.add(result.field)
                yield result


def _unmounted(service: Composition, role: Scope) -> Iterator[Result]:
    """Engines that look for a model on a volume which they do not mount."""
    mount_path = _path((service.plan.config.spec.get("modelArtifacts") or {}).get("mountPath"))
    for index, (container, composed) in enumerate(_engines(service, role)):
        mounts = [_path(mount.get("mountPath")) for mount in composed.get("volumeMounts") or []]
        looks = container.facts["modelCommand"] != "custom" or (index == 0 and not role.facts["modelVolume"])
        if looks and not any(f"{mount_path}/".startswith(f"{mount}/") for mount in mounts):
            uri = service.plan.config.spec["modelArtifacts"].get("uri")
            message = f"the engine runs without the volume of {uri}; write mountModelVolume: true"
            yield Result(message, SEVERITY, field=f"spec.{role.name}.containers[{role.containers.index(container)}].mountModelVolume")


def _too_small(service: Composition, role: Scope) -> Iterator[Result]:
    """A model that is downloaded into a volume of the profile's size, which no model fits into."""
    volume = _model_volume(service, role)
    size = (volume.get("emptyDir") or {}).get("sizeLimit")
    default = data.document("bases", "profiles", f"{service.plan.config.profile}.yaml")["spec"]["modelArtifacts"]["size"]
    engines = [container for container, _ in _engines(service, role) if container.facts["mountModelVolume"]]
    downloads = any(SIMULATOR not in str(container.parameters["container"].get("image")) for container in engines)
    if size == default and downloads:
        message = f"is {size}, the profile's, and the pod is evicted when the model has filled it; give the size of the model and some more"
        yield Result(message, SEVERITY, field="spec.modelArtifacts.size", current=size)


def _read_only(service: Composition, role: Scope) -> Iterator[Result]:
    """A Hugging Face cache that cannot be written, for an engine that is not told to leave it alone."""
    claim = _model_volume(service, role).get("persistentVolumeClaim") or {}
    for container, composed in _engines(service, role):
        mount = next((one for one in composed.get("volumeMounts") or [] if one.get("name") == "model-storage"), None)
        variables = {one.get("name"): str(one.get("value")).lower() for one in composed.get("env") or []}
        offline = variables.get("HF_HUB_OFFLINE") in OFFLINE
        if mount is not None and (claim.get("readOnly") or mount.get("readOnly")) and not offline:
            message = (
                f"the cache is read-only, and container {container.name} writes to it when it looks for the model; "
                'write readOnly: false, or give the container HF_HUB_OFFLINE: "1"'
            )
            yield Result(message, SEVERITY, field="spec.modelArtifacts.readOnly", current=True)


def _engines(service: Composition, role: Scope) -> Iterator[tuple[Any, Map]]:
    """The engine containers of a role: planned and composed."""
    composed = {one["name"]: one for one in service.pods[role.name]["spec"]["containers"]}
    return ((one, composed[one.name]) for one in role.containers if one.name in composed)


def _model_volume(service: Composition, role: Scope) -> Map:
    volumes = service.pods[role.name]["spec"].get("volumes") or []
    return next((one for one in volumes if one.get("name") == "model-storage"), {})


def _path(text: Any) -> str:
    return str(text or "").rstrip("/")
