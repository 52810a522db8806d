"""Pods whose parts do not agree with the flags of their engine."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import Map, deployment, found, leader_worker_set, pod, thing

CHECK = "engine-pods"
PODS = "spec.template.spec"


def engine(*args: str, **fields: Any) -> Map:
    """Return a container that runs vLLM, on port 8000 unless it says another."""
    return {"name": "vllm", "image": "vllm:1", "command": ["vllm", "serve", "m", *args], **fields}


def proxy(*args: str) -> Map:
    """Return a routing proxy, which calls 8200 unless it says another."""
    return {"name": "routing-proxy", "image": "proxy:1", "args": ["--port=8000", *(args or ("--model-server-port=8200",))]}


def told(*containers: Map, init: list[Map] | None = None) -> list[tuple[str, str]]:
    """Return severity and field of what is found in a Deployment of these containers."""
    template = pod(containers=[*containers], initContainers=init or [])
    return [(one.severity, one.field.removeprefix(f"{PODS}.")) for one in found(CHECK, deployment(template=template))]


def devices(count: Any, name: str = "nvidia.com/gpu") -> Map:
    """Return resources with so many devices."""
    return {"limits": {name: count}}


@pytest.mark.parametrize(
    ("container", "fields"),
    [
        (engine(ports=[{"containerPort": 8000}, {"containerPort": 9090}]), []),  # nobody knows what else listens
        (engine(ports=[{"containerPort": 9000}]), [("info", "containers[0].ports")]),
        (engine("--port=$(PORT)", ports=[{"containerPort": 9000}]), []),
        (engine("--port=9000", ports=[{"containerPort": 8000, "protocol": "UDP"}]), []),
        (
            engine(env=[{"name": "VLLM_NIXL_SIDE_CHANNEL_PORT", "value": "5601"}], ports=[{"containerPort": 5600}]),
            [("info", "containers[0].ports")],
        ),
        (engine("--kv-events-config", '{"endpoint": "tcp://*:5557"}', ports=[{"containerPort": 8000}, {"containerPort": 5557}]), []),
        ({"name": "own", "image": "own:1", "ports": [{"containerPort": 1}]}, []),
    ],
)
def test_declared_ports(container: Map, fields: list[tuple[str, str]]) -> None:
    """A port is declared for nobody where the process is known to listen on one that is not declared."""
    assert told(container) == fields


@pytest.mark.parametrize(("asked", "severity"), [(8000, ""), ("8000", ""), (9000, "warning"), ("http", ""), ("htpt", "error"), (9090, "")])
@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
@pytest.mark.parametrize("handler", ["httpGet", "tcpSocket"])
def test_probes_ask_a_port_of_the_engine(probe: str, handler: str, asked: Any, severity: str) -> None:
    """A probe asks where the engine listens, where a port is declared, or by the name of one."""
    ports = [{"name": "http", "containerPort": 8000}, {"containerPort": 9090}]
    container = engine(ports=ports, **{probe: {handler: {"port": asked}}})
    assert told(container) == ([(severity, f"containers[0].{probe}.{handler}.port")] if severity else [])


def test_all_ranks_are_declared() -> None:
    """Or none: one that is not is hidden from monitors, which go by names."""
    ranks = ("--data-parallel-multi-port-external-lb", "--data-parallel-supervisor-port=8004", "--data-parallel-size-local=4")
    for ports, count in (((8000, 8001, 8002, 8003), 0), ((8000, 8001, 8002, 8004), 1), ((9090,), 1), ((), 0)):
        container = engine(*ranks, ports=[{"containerPort": port} for port in ports])
        assert told(container) == [("info", "containers[0].ports")] * count


def test_a_routing_proxy_calls_who_is_there() -> None:
    """Its engine, at each rank; one that cannot be known may listen anywhere."""
    wrong = [("warning", "initContainers[0].args")]
    assert told(engine("--port=8200"), init=[proxy()]) == []
    assert told(engine("--port=8201"), init=[proxy()]) == wrong
    assert told({"name": "own", "image": "own:1"}, init=[proxy()]) == []
    assert told({"name": "own", "image": "own:1", "ports": [{"containerPort": 8201}]}, init=[proxy()]) == wrong
    ranks = ("--data-parallel-multi-port-external-lb", "--data-parallel-size=4", "--data-parallel-size-local=4")
    for number, fields in ((4, []), (3, wrong), (5, wrong * 2)):
        calling = proxy("--vllm-port=8200", f"--data-parallel-size={number}")
        assert told(engine("--port=8200", *ranks), init=[calling]) == fields


@pytest.mark.parametrize(
    ("args", "number"),
    [
        ([], 1),
        (["--tensor-parallel-size=4"], 4),
        (["-tp", "4", "--pipeline-parallel-size", "2"], 8),
        (["--tensor-parallel-size=2", "--data-parallel-size=4"], 8),
        (["--data-parallel-size=4", "--data-parallel-rank=1"], 1),
        (["--tensor-parallel-size=8", "--pipeline-parallel-size=2", "--nnodes=1"], 16),
        (["--tensor-parallel-size=$(TP)"], None),
    ],
)
def test_a_container_has_as_many_devices_as_its_flags_need(args: list[str], number: int | None) -> None:
    """A container needs a device for each shard of each of its ranks; nothing is said where a size cannot be read."""
    wrong = [("warning", "containers[0].resources")]
    for asked in (1, 2, "4", 8, 16):
        expected = [] if number in (None, int(asked)) else wrong
        assert told(engine(*args, resources=devices(asked))) == expected
    assert told(engine(*args, resources=devices(3, "example.com/nic"))) == []


@pytest.mark.parametrize(("tensor", "data", "number"), [(8, 1, 1), (4, 1, 1), (8, 4, 4), (32, 1, 4)])
def test_devices_of_eight_cores(tensor: int, data: int, number: int) -> None:
    """The sizes of Furiosa-LLM count cores, of which a device has eight."""
    args = ["m", "--port", "8000", "--tensor-parallel-size", str(tensor), "--data-parallel-size", str(data)]
    container = {"name": "furiosa-llm", "image": "f:1", "command": ["furiosa-llm", "serve"], "args": args}
    assert told({**container, "resources": devices(number, "furiosa.ai/rngd")}) == []
    assert told({**container, "resources": devices(number + 1, "furiosa.ai/rngd")}) == [("warning", "containers[0].resources")]


@pytest.mark.parametrize(
    ("args", "size", "words"),
    [
        (["--data-parallel-size=16", "--data-parallel-size-local=8", "--data-parallel-hybrid-lb"], 2, ""),
        (
            ["--data-parallel-size=16", "--data-parallel-size-local=8", "--data-parallel-hybrid-lb"],
            3,
            "has 16 ranks of data, and 8 in each of 3",
        ),
        (["--nnodes=2", "--node-rank=$(LWS_WORKER_INDEX)"], 2, ""),
        (["--nnodes=2", "--node-rank=$(LWS_WORKER_INDEX)"], 4, "--nnodes is 2, and the group has 4 pods"),
        ([], 1, ""),
        ([], 2, "nothing tells the 2 pods"),
        (["--config=/etc/vllm.yaml"], 2, ""),
    ],
)
def test_a_group_has_as_many_pods_as_its_flags_say(args: list[str], size: int, words: str) -> None:
    """A group has as many pods as its engines are told of."""
    one = leader_worker_set({"size": size, "workerTemplate": pod(containers=[engine(*args)])})
    messages = [finding.message for finding in found(CHECK, one)]
    assert [words in message for message in messages] == ([True] if words else [])


def test_ranks_are_counted_as_there_are() -> None:
    """By a script, which multiplies the number of the pod."""
    text = "exec vllm serve m --data-parallel-size 8 --data-parallel-size-local 4 --data-parallel-start-rank $((LWS_WORKER_INDEX * {}))"
    for number, count in ((4, 0), (5, 1)):
        container = {"name": "vllm", "image": "v:1", "command": ["sh", "-c", text.format(number)]}
        group = leader_worker_set({"size": 2, "workerTemplate": pod(containers=[container])})
        assert len(found(CHECK, group)) == count


def test_prefill_is_found_where_it_is() -> None:
    """SGLang's port for decode to meet prefill, in the engines of one pool and in their routing proxies."""

    def side(name: str, port: int, init: list[Map]) -> Map:
        args = ["-m", "sglang.launch_server", "--port=8200", f"--disaggregation-mode={name}", f"--disaggregation-bootstrap-port={port}"]
        container = {"name": "sglang", "image": "s:1", "command": ["python3", *args]}
        return deployment(name, template=pod({"m": "x"}, containers=[container], initContainers=init))

    pool = thing("InferencePool", spec={"selector": {"matchLabels": {"m": "x"}}, "targetPorts": [{"number": 8000}]})
    calling = proxy("--model-server-port=8200", "--kv-connector=sglang")
    told = {**calling, "env": [{"name": "SGLANG_BOOTSTRAP_PORT", "value": "9000"}]}
    for prefill, decode, sidecar, count in (
        (8998, 8998, calling, 0),
        (9000, 9000, told, 0),
        (9000, 9000, calling, 1),
        (8998, 9000, calling, 1),
    ):
        assert len(found(CHECK, pool, side("prefill", prefill, []), side("decode", decode, [sidecar]))) == count


def test_what_was_generated_is_checked_elsewhere() -> None:
    """Unless somebody edited it since."""
    wrong = deployment(template=pod(containers=[engine(resources=devices(2))]))
    assert found(CHECK, wrong, generated=(wrong,)) == []
    assert len(found(CHECK, wrong, generated=({**wrong, "spec": {}},))) == 1
