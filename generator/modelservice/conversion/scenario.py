"""A scenario of llm-d-benchmark to values of the upstream chart, as the benchmark does it; ``bases/charts`` says which key goes where."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from modelservice import data
from modelservice.config.layers import over
from modelservice.conversion.draft import get, has
from modelservice.conversion.problems import ASSUMED, IGNORED, MENDED, MOVED, Change, ConversionError, Path, Problem
from modelservice.texts import cut, listed
from modelservice.workloads import ROLES

Map = dict[str, Any]

IMAGE = "ghcr.io/llm-d/llm-d-cuda:latest"  # what the benchmark's own defaults name, without their version
CLAIM = "model-pvc"
SHELL = re.compile(r"[;|&<>`()]")
VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
OWN = "is the benchmark's own"
COMMON = ("volumes", "volumeMounts")


def is_scenario(document: Map) -> bool:
    """Whether a document is a scenario and no values."""
    return isinstance(document.get("scenario"), list)


def values_of(document: Map) -> tuple[Map, list[Change]]:
    """The values of the one stack of a scenario, and what became of its keys; raises ConversionError for another number of stacks."""
    stacks = [stack for stack in document["scenario"] if isinstance(stack, dict)]
    if len(stacks) != 1:
        names = listed([cut(str(stack.get("name"))) for stack in stacks]) or "none"
        raise ConversionError(
            [Problem(("scenario",), f"has {len(stacks)} stacks ({names}), and a ModelService is one; give a file with that alone")]
        )
    return _Stack(stacks[0]).values()


class _Stack:
    """One stack on its way: ``changes`` so far, and the ``used`` keys."""

    def __init__(self, stack: Map) -> None:
        self.stack, self.known = stack, data.document("bases", "charts", "llm-d-benchmark.yaml")
        self.changes: list[Change] = []
        self.used: set[Path] = {("name",)}

    def values(self) -> tuple[Map, list[Change]]:
        values = self._moved((), self.known["service"], ())
        values = over(values, self._artifacts())
        for role in ROLES:
            values[role] = self._role(role)
        self.changes += [
            Change(IGNORED, ("scenario", 0, *path), None, OWN)
            for path in _leaves(self.stack, ())
            if not any(path[: len(one)] == one for one in self.used)
        ]
        return values, self.changes

    def _moved(self, below: Path, known: Map, to: Path) -> Map:
        """What stands in the values where the stack has a key of ``known`` ``below``; told where it is called otherwise."""
        found: Map = {}
        for source, target in known.items():
            path: Path = (*below, *source.split("."))
            value = self._take(path)
            if value is None:
                continue
            place: Path = (*to, *target.split("."))
            if path != place:
                self.changes.append(Change(MOVED, ("scenario", 0, *path), place, "as the benchmark hands it to the chart"))
            found = over(found, _at(target.split("."), value))
        return found

    def _take(self, path: Path) -> Any:
        if has(self.stack, path):
            self.used.add(path)
        return get(self.stack, path)

    def _artifacts(self) -> Map:
        path, claim = self._take(("model", "path")), self._take(("storage", "modelPvc", "name"))
        source = self._take(("model", "huggingfaceId"))
        if self._take(("modelservice", "uriProtocol")) == "hf" or not path:
            return {"modelArtifacts": {"uri": f"hf://{source}"}} if source else {}
        if not claim:
            why = f"the model is on the claim {CLAIM}, where the benchmark puts it: the scenario names no other (storage.modelPvc.name)"
            self.changes.append(Change(ASSUMED, (), None, why))
        return {"modelArtifacts": {"uri": f"pvc://{claim or CLAIM}/{path}"}}

    def _role(self, name: str) -> Map:
        enabled, replicas = self._take((name, "enabled")), get(self.stack, (name, "replicas"))
        if not (enabled if isinstance(enabled, bool) else replicas):
            self.used.add((name,))
            return {"create": False}
        role = {"create": True, **self._moved((name,), self.known["role"], (name,))}
        container: Map = {"name": "vllm", "image": self._image(), "mountModelVolume": True}
        if self._take((name, "mountModelVolume")) is False:
            container["mountModelVolume"] = False
        container |= self._moved((name,), self.known["container"], (name, "containers", 0))
        extra = container.get("extraConfig")
        if isinstance(extra, dict) and "ports" in extra:
            container["ports"] = extra["ports"]
            container["extraConfig"] = {key: value for key, value in extra.items() if key != "ports"}
        container |= self._command(name, container)
        for key, more in zip(COMMON, ("additionalVolumes", "additionalVolumeMounts"), strict=True):
            items = [*(self._take(("vllmCommon", key)) or []), *(self._take((name, more)) or [])]
            whole = [{one: value for one, value in item.items() if one != "type"} for item in items if isinstance(item, dict)]
            usual = _usual(key)
            if whole or key == "volumeMounts":
                (role if key == "volumes" else container)[key] = [*usual, *whole]
        return {**role, **self._init_containers(name), **self._affinity(), "containers": [container]}

    def _image(self) -> str:
        repository, tag = (self._take(("images", "vllm", key)) for key in ("repository", "tag"))
        if repository and tag and tag != "auto":
            return f"{repository}:{tag}"
        why = f"the image is {IMAGE}: the scenario leaves its version to the benchmark; engine.image says which it is"
        if not any(change.why == why for change in self.changes):
            self.changes.append(Change(ASSUMED, (), None, why))
        return IMAGE

    def _affinity(self) -> Map:
        if self._take(("affinity", "enabled")) is not True:
            return {}
        labels = self._take(("affinity", "nodeSelector"))
        return {"nodeSelector": labels} if isinstance(labels, dict) else {}

    def _init_containers(self, name: str) -> Map:
        path: Path = (name, "initContainers")
        given = self._take(path)
        items = given if isinstance(given, list) else []
        kept = [one for one in items if not _is_benchmarks(one)]
        if len(kept) < len(items):
            why = "prepares variables for the benchmark, by an image without a version"
            self.changes.append(Change(MENDED, ("scenario", 0, *path), None, why))
        return {"initContainers": kept} if kept else {}

    def _command(self, name: str, container: Map) -> Map:
        """How the container is started: by the serve command, or by a script that is more than one."""
        transfer: list[str] = []
        if self._take(("vllmCommon", "kvTransfer", "enabled")):
            keys = {"kv_connector": "connector", "kv_role": "role"}
            config = {key: self._take(("vllmCommon", "kvTransfer", one)) for key, one in keys.items()}
            transfer = ["--kv-transfer-config", json.dumps({key: value for key, value in config.items() if value}, separators=(",", ":"))]
        variables = {variable: self._take(tuple(path.split("."))) for variable, path in self.known["variables"].items()}
        sizes = get(self.stack, (name, "parallelism")) or {}
        script = self._take((name, "vllm", "customCommand"))
        if not isinstance(script, str):
            more = self._take((name, "vllm", "additionalFlags")) or []
            flags = [*self._flags(), *transfer, *(word for text in more for word in shlex.split(str(text)))]
            return {"modelCommand": "vllmServe", **({"args": flags} if flags else {})}
        self.used.add(("vllmCommon", "flags"))
        path: Path = ("scenario", 0, name, "vllm", "customCommand")
        words = _words(script, {**variables, "TP_SIZE": sizes.get("tensor"), "VLLM_TENSOR_PARALLELISM": sizes.get("tensor")})
        if words is not None:
            args = [*_own(words, str(variables["MODEL_NAME"]), sizes), *transfer]
            self.changes.append(
                Change(MENDED, path, (name, "containers", 0, "args"), "is the serve command, whose model, port and sizes are generated")
            )
            return {"modelCommand": "vllmServe", **({"args": args} if args else {})}
        text = script.rstrip() + "".join(f" {shlex.quote(word)}" for word in transfer)
        asked = {one or other for one, other in VARIABLE.findall(script)}
        own = [{"name": key, "value": str(value)} for key, value in variables.items() if key in asked and value is not None]
        self.changes.append(Change(MOVED, path, (name, "containers", 0, "args"), "a script of more than the serve command"))
        env = [*(container.get("env") or []), *own]
        return {"modelCommand": "custom", "command": ["/bin/sh", "-c"], "args": [text], **({"env": env} if env else {})}

    def _flags(self) -> Iterator[str]:
        for path, flag in self.known["flags"].items():
            if (value := self._take(tuple(path.split(".")))) is not None:
                yield from (f"--{flag}", str(value))
        for path, flag in self.known["switches"].items():
            if self._take(tuple(path.split("."))) is True:
                yield f"--{flag}"


def _usual(key: str) -> list[Map]:
    """The volumes, or the mounts, that the profile's own pods have: a list of one's own would drop them."""
    role: Map = data.document("bases", "profiles", "llm-d.yaml")["spec"]["decode"]
    found: list[Map] = (role if key == "volumes" else role["containers"][0])[key]
    return found


def usual(key: str) -> list[Map]:
    """The volumes, or the mounts, that the profile's own pods have: a list of one's own would drop them."""
    role: Map = data.document("bases", "profiles", "llm-d.yaml")["spec"]["decode"]
    found: list[Map] = (role if key == "volumes" else role["containers"][0])[key]
    return found


def _words(script: str, variables: Map) -> list[str] | None:
    """The words behind ``vllm serve`` of a script that is one such command, with its variables filled in; None for any other."""
    text = script.replace("\\\n", " ").strip()
    filled = VARIABLE.sub(lambda found: _filled(variables.get(found[1] or found[2])), text)
    try:
        words = shlex.split(filled)
    except ValueError:
        return None
    ports = all("$" not in word or before == "--port" for before, word in pairwise(words))
    return (
        words[2:]
        if words[:2] == ["vllm", "serve"] and ports and "\n" not in text and not SHELL.search(re.sub("'[^']*'", "", text))
        else None
    )


def _filled(value: Any) -> str:
    return "$" if value is None else shlex.quote(str(value))


def _own(words: list[str], model: str, sizes: Map) -> list[str]:
    """``words`` without the model, and without the flags that the generated command has."""
    same = {"--host": {"0.0.0.0"}, "--served-model-name": {model}, "--tensor-parallel-size": {str(sizes.get("tensor") or 1)}}  # noqa: S104
    same["--data-parallel-size"] = {str(sizes.get("data") or 1)}
    kept: list[str] = []
    rest = iter(words[1:] if words and not words[0].startswith("-") else words)
    for word in rest:
        name, equals, value = word.partition("=")
        if name not in (*same, "--port"):
            kept.append(word)
            continue
        said = value if equals else next(rest, "")
        if name != "--port" and said not in same[name]:
            kept += [name, said]
    return kept


def _is_benchmarks(container: Any) -> bool:
    image = str(get(container, ("image",)) or "")
    return not image or image.endswith(":auto") or "llm-d-benchmark" in image


def _at(steps: list[str], value: Any) -> Map:
    return {steps[0]: _at(steps[1:], value) if len(steps) > 1 else value}


def _leaves(value: Any, path: Path) -> Iterator[Path]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    else:
        yield path
