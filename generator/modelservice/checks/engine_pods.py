"""Pods whose parts do not agree: what an engine's or a routing proxy's flags say, and the ports, probes, devices and sizes around them."""

from __future__ import annotations

import re

from modelservice import data
from modelservice.checks.engines import Run, processes, texts
from modelservice.checks.world import finding
from modelservice.config.rules import rules_of
from modelservice.kubernetes.names import namespace_of
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import Pods, World
    from modelservice.krm import Result

    Map = dict[str, Any]

NAME, SEVERITY = "engine-pods", "warning"
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
CALLS = ("model-server-port", "vllm-port")  # what versions of the routing proxy call the flag for the port that it calls
TENSOR, PIPELINE, RANKS, LOCAL = SIZES = (
    "tensor-parallel-size",
    "pipeline-parallel-size",
    "data-parallel-size",
    "data-parallel-size-local",
)
MULTI_PORT = "data-parallel-multi-port-external-lb"
BINDS = re.compile(r"://\*:([0-9]+)")  # an address of a socket, in a flag or a variable
RANK = re.compile(r"LWS_WORKER_INDEX[^)]*?\* *([0-9]+)")
FLAG, VARIABLE, BOOTSTRAP = "disaggregation-bootstrap-port", "SGLANG_BOOTSTRAP_PORT", 8998  # SGLang's, the routing proxy's, and without
PROFILES = ("llm-d", "furiosa")


class Process:
    """What is known of a container's process: its flags, the ports that it listens on, and the first of those that it calls.

    ``ports`` is None where it is not known which it has; ``serves`` are those for requests, one for each of its ``ranks``.
    """

    __slots__ = ("called", "container", "path", "ports", "ranks", "run", "serves")

    def __init__(self, path: str, container: Map) -> None:
        self.path, self.container = path, container
        runs = processes(container) or [Run({}, [])]
        served = next((run for run in runs if run.count("port")), runs[0])
        self.run = next((run for run in runs if run.engine), served)
        self.called = next((number for key in CALLS if (number := self.run.number(key)) is not None), None)
        counted = RANKS if self.called is not None else LOCAL if self.run.count(MULTI_PORT) else ""
        self.ranks = self.run.number(counted) or 1
        self.serves: set[int] = set()
        self.ports = self._ports()

    def _ports(self) -> set[int] | None:
        run = self.run
        if run.count("pool-name"):  # an endpoint picker
            known = data.document("bases", "dialects", "endpoint-picker.yaml")["ports"].values()
            said = [run.number(one["flag"]) if run.count(one["flag"]) else one["default"] for one in known]
            return {number for number in said if number is not None}
        serves = run.port() if run.engine else run.number("port")
        if serves is None:
            return None
        variables = {str(one.get("name")): str(one.get("value")) for one in self.container.get("env") or []}
        words = [*texts(self.container.get("command")), *texts(self.container.get("args")), *variables.values()]
        others = [run.number(key) for key, _ in run.flags if key.endswith("port") and key not in CALLS]
        others += [whole_number(value) for name, value in variables.items() if name.endswith("_PORT")]
        others += [int(number) for word in words for number in BINDS.findall(word)]
        self.serves = {*range(serves, serves + self.ranks)}
        return {*self.serves, *(number for number in others if number is not None)}

    def declared(self) -> list[int]:
        """The TCP ports that the container declares."""
        ports = self.container.get("ports") or []
        return [
            port["containerPort"]
            for port in ports
            if str(port.get("protocol") or "TCP") == "TCP" and isinstance(port.get("containerPort"), int)
        ]


def check_world(world: World) -> Iterator[Result]:
    """A result for each part that does not fit; nothing of what was generated in this run, which is checked with what it is from."""
    known: list[tuple[Pods, list[Process]]] = []
    devices = _device_names()
    for pods in world.pods:
        if world.generated(pods.workload) == pods.workload:
            continue
        found = [Process(path, container) for path, container in pods.containers()]
        known.append((pods, found))
        for process in found:
            yield from _declared(pods, process)
            yield from _probed(pods, process)
            yield from _devices(pods, process, devices)
            yield from _group(pods, process)
        yield from _called(pods, found)
    yield from _bootstrap(world, known)


def _declared(pods: Pods, process: Process) -> Iterator[Result]:
    """A port that is declared where the process listens on another one, or the ports of some ranks and not of others."""
    declared = process.declared()
    if process.ports is None:
        return
    lacking = process.serves.difference(declared) if process.serves.intersection(declared) else set()
    if not lacking and not process.ports.issuperset(declared):
        lacking = process.ports.difference(declared)
    if lacking:
        message = f"declares {_listed(declared)}, and its process listens on {_listed(sorted(lacking))}"
        yield finding(pods.workload, f"{process.path}.ports", f"container {_name(process)} {message}", "info", declared[0])


def _probed(pods: Pods, process: Process) -> Iterator[Result]:
    """A probe on a name that the container does not have, or on a port on which nobody listens."""
    names = {port.get("name") for port in process.container.get("ports") or []}
    for probe in PROBES:
        for handler in ("httpGet", "tcpSocket"):
            asked = ((process.container.get(probe) or {}).get(handler) or {}).get("port")
            number = whole_number(str(asked)) if asked is not None else None
            field = f"{process.path}.{probe}.{handler}.port"
            if isinstance(asked, str) and number is None and asked not in names:
                message = f"container {_name(process)} has no port called {asked}, and the probe never succeeds"
                yield finding(pods.workload, field, message, "error", asked)
            elif number is not None and process.ports is not None and number not in {*process.ports, *process.declared()}:
                message = f"asks on {number}, and container {_name(process)} listens on {_listed(sorted(process.ports))}"
                yield finding(pods.workload, field, message, SEVERITY, number)


def _called(pods: Pods, found: list[Process]) -> Iterator[Result]:
    """A port that a routing proxy calls, and no other container of its pods serves; or fewer ports than ranks."""
    for proxy in found:
        others = [one for one in found if one is not proxy]
        if proxy.called is None or not all(one.ports is not None or one.declared() for one in others):
            continue
        served: set[int] = set().union(*(one.declared() if one.ports is None else one.serves for one in others))
        missing = [port for port in range(proxy.called, proxy.called + proxy.ranks) if port not in served]
        if missing:
            message = f"the routing proxy calls {_listed(missing)}, and the others listen on {_listed(sorted(served))}"
            yield finding(pods.workload, f"{proxy.path}.args", message, SEVERITY, missing[0])
        for one in others:
            if one.run.count(MULTI_PORT) and one.ranks != proxy.ranks:
                message = f"the routing proxy is for {proxy.ranks} ranks (--data-parallel-size), and container {_name(one)} has {one.ranks}"
                yield finding(pods.workload, f"{proxy.path}.args", message, SEVERITY, proxy.ranks)


def _devices(pods: Pods, process: Process, devices: list[str]) -> Iterator[Result]:
    """Another number of devices than the flags of the engine need."""
    limits = (process.container.get("resources") or {}).get("limits") or {}
    asked = [(name, whole_number(str(limits[name]))) for name in devices if name in limits]
    needed = _needed(process.run, _size(pods))
    for name, number in asked:
        if number is not None and needed is not None and number != needed:
            message = f"container {_name(process)} asks for {number} {name}, and its flags need {needed}"
            yield finding(pods.workload, f"{process.path}.resources", message, SEVERITY, number)


def _needed(run: Run, size: int) -> int | None:
    """How many devices a process needs by its flags; None where that cannot be read. A group has ``size`` pods."""
    sizes = {key: run.number(key) for key in SIZES if run.count(key)}
    if not run.engine or run.may_have_more() or None in sizes.values() or run.count("devices"):
        return None
    tensor, pipeline, ranks, local = (sizes.get(key, 1) or 1 for key in SIZES)
    if run.engine["modelCommand"] == "furiosaLLMServe":
        return -(-tensor * pipeline * ranks // rules_of("furiosa")["accelerator"]["cores"]) if TENSOR in sizes else None
    if run.count("enable-dp-attention") or run.count("data-parallel-rank"):
        ranks = 1
    shards, pods = tensor * pipeline, 1
    if run.count("nnodes") or (run.values("distributed-executor-backend") or [""])[0] == "ray":
        pods = run.number("nnodes") or size
    return shards * (local if LOCAL in sizes else ranks) // pods


def _group(pods: Pods, process: Process) -> Iterator[Result]:
    """A group of another size than the ranks or nodes of its engines, or whose pods never hear of one another."""
    run, size = process.run, _size(pods)
    ranks, local, nodes = run.number(RANKS), run.number(LOCAL), run.number("nnodes")
    words = [*texts(process.container.get("command")), *texts(process.container.get("args"))]
    field = f"{process.path}.args"
    if nodes is not None and nodes != size:
        yield finding(pods.workload, field, f"--nnodes is {nodes}, and the group has {size} pods", SEVERITY, nodes)
    if ranks is not None and local is not None and ranks != local * size:
        message = f"has {ranks} ranks of data, and {local} in each of {size} pods (--data-parallel-size, --data-parallel-size-local)"
        yield finding(pods.workload, field, message, SEVERITY, ranks)
    for word in words:
        for found in RANK.findall(word):
            if local is not None and int(found) != local:
                message = f"counts its first rank by {found}, and has {local} ranks (--data-parallel-size-local)"
                yield finding(pods.workload, field, message, SEVERITY, found)
    if (
        size > 1
        and run.engine
        and not run.may_have_more()
        and (told := run.engine.get("group"))
        and not any(run.count(key) for key in told)
    ):
        message = f"nothing tells the {size} pods of a group of one another: each serves the model by itself"
        yield finding(pods.workload, field, message, SEVERITY)


def _bootstrap(world: World, known: list[tuple[Pods, list[Process]]]) -> Iterator[Result]:
    """SGLang's prefill in a pool whose decode, or whose routing proxies, look for it on another port."""
    by_pods = {id(pods): found for pods, found in known}
    for pool in world.of("InferencePool"):
        selector = ((pool.get("spec") or {}).get("selector") or {}).get("matchLabels") or {}
        selected = world.selected(selector, namespace_of(pool))
        members = [(pods, process) for pods in selected for process in by_pods.get(id(pods), ())]
        opened = next((_bootstrap_port(one) for _, one in members if _side(one) == "prefill"), None)
        for pods, process in members if opened is not None else ():
            asked = _bootstrap_port(process)
            if asked not in (None, opened):
                message = f"is told {asked} of the port on which prefill is found (--{FLAG}, {VARIABLE}), and prefill opens {opened}"
                yield finding(pods.workload, f"{process.path}.args", f"container {_name(process)} {message}", SEVERITY, asked)


def _side(process: Process) -> str:
    return (process.run.values("disaggregation-mode") or [""])[0]


def _bootstrap_port(process: Process) -> int | None:
    """The port on which SGLang's prefill is found, as a process has it; None where it has nothing to do with it, or that cannot be read."""
    if process.called is not None:
        variables = (process.container.get("env") or []) if process.run.count("kv-connector") or process.run.count("connector") else []
        return next((whole_number(str(one.get("value"))) for one in variables if one.get("name") == VARIABLE), BOOTSTRAP)
    if not _side(process):
        return None
    return process.run.number(FLAG) if process.run.count(FLAG) else BOOTSTRAP


def _size(pods: Pods) -> int:
    """How many pods are in a group; 1 where there are no groups."""
    size = pods.group.get("size")
    return size if isinstance(size, int) else 1


def _device_names() -> list[str]:
    """The extended resources that the profiles know as devices."""
    profiles = (data.document("bases", "profiles", f"{name}.yaml")["spec"] for name in PROFILES)
    return [name for profile in profiles for name in profile["accelerator"]["resources"].values()]


def _name(process: Process) -> str:
    return str(process.container.get("name"))


def _listed(ports: list[int]) -> str:
    return ", ".join(map(str, ports))
