"""Values that a tool wrote for a new service: what they say twice, or so that it does not fit, put right.

Values of a release that runs are none of these: they stay what they are.
"""

from __future__ import annotations

from typing import Any

from modelservice.compose import flags
from modelservice.conversion.draft import get, without
from modelservice.conversion.problems import MENDED, Change, Path
from modelservice.workloads import ROLES

Map = dict[str, Any]

# modelCommand -> the flags that name the model, which its command names already
MODEL = {"vllmServe": ("model",), "sglangServe": ("model-path", "model")}
SIZES = {"tensor-parallel-size": "tensor", "tp-size": "tensor", "tp": "tensor", "data-parallel-size": "data", "dp-size": "data"}
SERVED = "served-model-name"
DEVICE = "nvidia.com/gpu"
SIDECAR = "ghcr.io/llm-d/llm-d-routing-sidecar:latest"
BENCHMARK = "LLMDBENCH_"


def tool_of(values: Map) -> str:
    """The tool that wrote ``values``, as far as they show it; empty where none did."""
    for role in ROLES:
        for container in _containers(values, role):
            if any(str(get(item, ("name",))).startswith(BENCHMARK) for item in _list(container.get("env"))):
                return "llm-d-benchmark"
            named = MODEL.get(str(container.get("modelCommand")), ())
            if any(key in named for key, _ in flags.read(list(map(str, _list(container.get("args")))))):
                return "aiconfigurator"
    return ""


def mended(values: Map) -> tuple[Map, list[Change]]:
    """``values`` put right, and what was wrong with each key."""
    changes: list[Change] = []
    if values.get("schedulerName") == "default-scheduler":
        values = _without(values, ("schedulerName",), "it is what schedules pods that name none", changes)
    if get(values, ("routing", "proxy", "image")) == SIDECAR:
        why = "the name of that image ended with version 0.8, and latest with it; the profile's is the newer one"
        values = _without(values, ("routing", "proxy", "image"), why, changes)
    for role in ROLES:
        if isinstance(values.get(role), dict):
            values = {**values, role: _role(values, role, changes)}
    return values, changes


def _role(values: Map, name: str, changes: list[Change]) -> Map:
    role, containers = _with_pod_fields(values[name], name, changes), _containers(values, name)
    sizes: Map = parallelism if isinstance(parallelism := role.get("parallelism"), dict) else {}
    asked = _number(get(containers[0] if containers else None, ("resources", "limits", DEVICE)))
    split = _split(sizes, asked, (name, "parallelism"), changes, multinode=bool(values.get("multinode")))
    if split != sizes:
        role = {**role, "parallelism": split}
    needed = {_devices(sizes), _devices(split)}
    places: Path = (name, "containers")
    model = str(get(values, ("modelArtifacts", "name")) or "")
    shorter = [_container(one, split, needed, model, (*places, index), changes) for index, one in enumerate(_list(role.get("containers")))]
    return {**role, "containers": shorter} if shorter else role


def _with_pod_fields(role: Map, name: str, changes: list[Change]) -> Map:
    """``role`` with what the chart reads nowhere where it means something: a pod's affinity, and pull secrets, which are no container's."""
    if isinstance(role.get("affinity"), dict):
        extra = {**(role.get("extraConfig") or {}), "affinity": role["affinity"]}
        role = {**{key: value for key, value in role.items() if key != "affinity"}, "extraConfig": extra}
        why = f"the chart reads it nowhere; it is {name}.extraConfig.affinity now"
        changes.append(Change(MENDED, (name, "affinity"), (name, "extraConfig", "affinity"), why))
    for index, container in enumerate(_list(role.get("containers"))):
        path: Path = ("extraConfig", "imagePullSecrets")
        if (secrets := get(container, path)) is not None:
            containers = [without(one, path) if place == index else one for place, one in enumerate(role["containers"])]
            role = {**role, "containers": containers, "imagePullSecrets": role.get("imagePullSecrets") or secrets}
            why = f"no container has it, and the API server refuses it there; it is {name}.imagePullSecrets now"
            changes.append(Change(MENDED, (name, "containers", index, *path), (name, "imagePullSecrets"), why))
    return role


def _split(sizes: Map, asked: int | None, path: Path, changes: list[Change], *, multinode: bool) -> Map:
    """``sizes`` whose pods have all ranks of data: one pod without ``multinode``, else as many as the devices ``asked`` for allow."""
    data, local, workers, tensor = (_number(sizes.get(key)) or 1 for key in ("data", "dataLocal", "workers", "tensor"))
    if data == local * workers or data == 1:
        return sizes
    wanted = data
    if multinode:
        wanted = local if local > 1 else max(1, (asked or 0) // tensor)
        if data % wanted:
            return sizes
    split = {**sizes, "dataLocal": wanted, "workers": data // wanted}
    for key in ("dataLocal", "workers"):
        if split[key] != (_number(sizes.get(key)) or 1):
            pods = f"{data // wanted} pods of {wanted}" if multinode else "one pod"
            changes.append(Change(MENDED, (*path, key), (*path, key), f"is {split[key]} now: {data} ranks of data run in {pods}"))
    return split if multinode else {**split, "workers": sizes["workers"]} if "workers" in sizes else without(split, ("workers",))


def _container(container: Any, split: Map, needed: set[int], model: str, path: Path, changes: list[Change]) -> Any:
    if not isinstance(container, dict):
        return container
    shorter = _with_one_of_each(container, split, model, path, changes)
    for part in ("limits", "requests"):
        device: Path = ("resources", part, DEVICE)
        if (count := _number(get(shorter, device))) in needed:
            devices = _devices(split)
            why = (
                "parallelism needs as many" if count == devices else f"is {count}, and parallelism needs {devices}, which are asked for now"
            )
            shorter = without(shorter, device)
            changes.append(Change(MENDED, (*path, *device), None, why))
    texts = str([shorter.get("command"), shorter.get("args")])
    for index, item in enumerate(_list(shorter.get("env"))):
        name = str(get(item, ("name",)))
        if name.startswith(BENCHMARK) and name not in texts:
            shorter = {**shorter, "env": [one for one in shorter["env"] if one is not item]}
            changes.append(
                Change(MENDED, (*path, "env", index), None, f"{name} is the benchmark's own, and nothing in the container reads it")
            )
    return shorter


def _with_one_of_each(container: Map, split: Map, model: str, path: Path, changes: list[Change]) -> Map:
    """``container`` without the arguments that its serve command has anyway."""
    named = MODEL.get(str(container.get("modelCommand")))
    if named is None or not isinstance(container.get("args"), list):
        return container
    args = list(map(str, container["args"]))
    kept: list[str] = []
    at, served = 0, model
    for key, values in flags.read(args):
        words = args[at : at + (len(values) if not key else 1 if "=" in args[at] else 1 + len(values))]
        at += len(words)
        size = SIZES.get(key)
        if key in named and len(values) == 1:
            why = f"--{key}: the command names the model already"
        elif key == SERVED and len(values) == 1:
            why, served = (
                f"--{key}: the command says {model}" + (f", and flags.{key} says {values[0]}" if values[0] != model else ""),
                values[0],
            )
        elif size and len(values) == 1 and _number(values[0]) == (_number(split.get(size)) or 1):
            why = f"--{key}: parallelism.{size} says the same"
        else:
            kept += words
            continue
        changes.append(Change(MENDED, (*path, "args"), (*path, "args"), why))
    said = {**(container.get("flags") or {}), SERVED: served} if served != model else container.get("flags")
    rest = {key: value for key, value in container.items() if key not in ("args", "flags")}
    return {**rest, **({"args": kept} if kept else {}), **({"flags": said} if said else {})}


def _without(values: Map, path: Path, why: str, changes: list[Change]) -> Map:
    changes.append(Change(MENDED, path, None, why))
    kept: Map = without(values, path)
    return kept


def _devices(split: Map) -> int:
    return (_number(split.get("dataLocal")) or 1) * (_number(split.get("tensor")) or 1)


def _number(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _containers(values: Map, role: str) -> list[Map]:
    return [one for one in _list(get(values, (role, "containers"))) if isinstance(one, dict)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
