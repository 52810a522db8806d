"""Overlays that users bring: held against their schema, and against what a patch can mean."""

from __future__ import annotations

from modelservice import data
from modelservice.config import validation
from modelservice.krm import FirstOfEachPlace, Result
from modelservice.texts import shown
from modelservice.workloads import POD_TEMPLATES, PODS_OF_GROUPS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Map = dict[str, Any]

SERVICE_FACTS = (
    "profile",
    "artifact",
    "compiled",
    "authSecret",
    "multinode",
    "tracing",
    "requester",
    "serviceAccount",
    "computeDomain",
    "inferencePool",
    "httpRoute",
    "topology",
    "imageVolumes",
    "adapters",
    "serving",
    "ranks",
    "epp",
    "leaderElection",
    "metricsAuth",
    "objectives",
    "provider",
)
PRESET_KEYS = ("parameters", "require", "exclude", "for", "defaults")
# bases that are a part of an object
NO_OBJECTS = ("container", "podtemplate")


def problems(document: Any, field: str, library: Sequence[str] | None = None) -> list[Result]:
    """The errors of an Overlay; ``field`` is where it stands, and begins the fields of the results.

    ``library`` are the names of presets beside the built-in ones, for one that may be named as a preset itself; None for one that
    applies as it is.
    """
    if not isinstance(document, dict):
        return [Result("is no map; must be an Overlay: apiVersion, kind, metadata, spec", field=field)]
    _, found = validation.checked(document, "overlay")
    if not found:
        spec = document["spec"]
        asks = [key for key in PRESET_KEYS if spec.get(key)]
        if asks or any("${preset" in str(part) for part in (spec.get("patches"), spec.get("resources"))):
            from modelservice.config import preset_overlay  # few overlays have parameters  # noqa: PLC0415

            found = preset_overlay.problems(spec, asks, library)
        checks = (_scope_problems, _resource_problems, _template_problems, _pod_problems, _flag_problems)
        found += [result for check in checks for result in check(spec)]
    for result in found:
        result.field = f"{field}.{result.field}" if field else result.field
    return found


def all_problems(documents: list[Any], *, with_empty: bool) -> list[Result]:
    """The errors of the Overlays in a spec, up to the twentieth that is wrong; ``with_empty``: also of empty ones."""
    found: list[Result] = []
    wrong = 0
    for index, document in enumerate(documents):
        if (document or with_empty) and (here := problems(document, f"spec.overlays[{index}]")):
            found += here
            wrong += 1
            if wrong == FirstOfEachPlace.MOST:
                break
    return found


def _scope_problems(spec: Map) -> list[Result]:
    """Errors where a part or fact of a role is asked for on the service, which has none."""
    if spec.get("scope") != "service":
        return []
    patches = spec.get("patches") or []
    found = [
        Result(f"a service has no {patch['target']}; leave scope: service out", field=f"spec.patches[{index}].target")
        for index, patch in enumerate(patches)
        if isinstance(patch["target"], str)
    ]
    places = {f"spec.{key}": spec.get(key) or {} for key in ("when", "for")} | {
        f"spec.patches[{index}].when": patch.get("when") or {} for index, patch in enumerate(patches)
    }
    return found + [
        Result(f"is a fact of roles; with scope: service there are {', '.join(SERVICE_FACTS)}", field=f"{place}.{name}")
        for place, when in places.items()
        for name in when
        if name not in SERVICE_FACTS
    ]


def _resource_problems(spec: Map) -> list[Result]:
    """Errors where a resource is neither a base that is an object nor a manifest of one."""
    resources = spec.get("resources") or []
    files = data.paths("bases") if resources else []
    bases = {file.rpartition("/")[2] for file in files if file.count("/") == 1} - {f"{name}.yaml" for name in NO_OBJECTS}
    found = []
    for index, resource in enumerate(resources):
        where = f"spec.resources[{index}]"
        if isinstance(resource, str):
            if resource not in bases:
                found.append(Result(f"is {shown(resource)}; must be one of {', '.join(sorted(bases))}, or a manifest", field=where))
            continue
        metadata = resource.get("metadata")
        missing = [key for key in ("apiVersion", "kind") if not isinstance(resource.get(key), str)]
        missing += [] if isinstance(metadata, dict) and isinstance(metadata.get("name"), str) else ["metadata.name"]
        found += [Result("missing; a manifest says it", field=f"{where}.{key}") for key in missing]
    return found


def _template_problems(spec: Map) -> list[Result]:
    """Errors where a patch of a workload reaches into its pod template."""
    found = []
    for index, patch in enumerate(spec.get("patches") or []):
        target = patch["target"]
        if spec.get("scope") == "service":  # whose pods are the endpoint picker's, which no target is for
            continue
        kinds = list(POD_TEMPLATES) if target == "workload" else [target["kind"]] if isinstance(target, dict) else []
        for path in (path for kind in kinds for path in POD_TEMPLATES.get(kind, ())):
            value: Any = patch.get("patch")
            for key in path:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                where = f"spec.patches[{index}].patch.{'.'.join(path)}"
                found.append(Result("is the pod template; patch it with target: pod, which serves every workload", field=where))
    return found


def _pod_problems(spec: Map) -> list[Result]:
    """Errors where a patch of the pod has fields that are the pod's spec's: they would land beside it, where Kubernetes knows none."""
    return [
        Result("is no part of a pod template, which has metadata and spec; write it under spec", field=f"spec.patches[{index}].patch.{key}")
        for index, patch in enumerate(spec.get("patches") or [])
        if patch["target"] in ("pod", *PODS_OF_GROUPS) and isinstance(patch.get("patch"), dict)
        for key in patch["patch"]
        if key not in ("metadata", "spec") and not key.startswith("$")
    ]


def _flag_problems(spec: Map) -> list[Result]:
    """Errors where there is nothing to merge, or flags for what has none."""
    found = []
    for index, patch in enumerate(spec.get("patches") or []):
        where = f"spec.patches[{index}]"
        if "patch" not in patch and "flags" not in patch:
            found.append(Result("missing; give a patch, or flags for containers", field=f"{where}.patch"))
        if "flags" in patch and patch["target"] != "container":
            found.append(Result("only containers have flags; must have target: container", field=f"{where}.flags"))
    return found
