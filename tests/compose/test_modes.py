"""Pods of a group that serve one model together: what each of them runs, who serves, and that sizes, ranks, devices and ports add up."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, make, overlay
from tests.compose.serving import SERVES, served

Map = dict[str, Any]

# what stands in for programs that only the image has: they say what they were asked, and succeed
PROGRAMS = {
    "getent": 'echo "10.0.0.7 leader"',
    "find": ":",
    "ray": 'echo ray "$@"',
    "vllm": 'echo vllm "$@"',
}


def group(made: Made) -> Map:
    """Return the group of the decode role."""
    found: Map = made.one("LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    return found


def pods(made: Made) -> dict[str, Map]:
    """Return the pod templates of the leader and of a worker."""
    found = group(made)
    return {"leader": found.get("leaderTemplate") or found["workerTemplate"], "worker": found["workerTemplate"]}


def line(template: Map, index: int, folder: Path) -> str:
    """Return what the engine container of a pod runs at last, run by a real shell where it has one."""
    container = template["spec"]["containers"][0]
    variables = {"LWS_WORKER_INDEX": str(index), "LWS_LEADER_ADDRESS": "llama-0.llama", "LWS_GROUP_SIZE": "2"}
    words = [*container["command"], *container.get("args", [])]
    if words[0] != "/bin/sh":
        for name, value in variables.items():
            words = [word.replace(f"$({name})", value) for word in words]
        return " ".join(words)
    for name, does in PROGRAMS.items():
        program = folder / name
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)
    environment = {**os.environ, **variables, "PATH": f"{folder}:/usr/bin:/bin"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=20)
    return done.stdout.strip().splitlines()[-1]


def flags(text: str) -> Map:
    """Return the flags of a command line, true for those without a value."""
    words, found = text.split(), {}
    for place, word in enumerate(words):
        if word.startswith("--"):
            after = words[place + 1] if place + 1 < len(words) else "--"
            found[word[2:]] = True if after.startswith("--") else after
    return found


VLLM = "vllm serve meta/llama-8b --port 8200"
NAME = "--served-model-name meta/llama-8b"
MP = "--nnodes {pods} --node-rank {index} --master-addr llama-0.llama --master-port 29501 --distributed-executor-backend mp{headless}"
RANKED = "--data-parallel-rpc-port 13345{headless}"
START = "--data-parallel-address 10.0.0.7 --data-parallel-start-rank {first}"
HYBRID = f"{RANKED} --data-parallel-hybrid-lb {START}"
MULTI_PORT = f"{RANKED} --data-parallel-multi-port-external-lb --data-parallel-supervisor-port {{supervisor}} {START}"


@pytest.mark.parametrize(
    ("mode", "parallelism", "pods_of_group", "expected"),
    [
        ("mp", {"tensor": 8, "pipeline": 2}, 2, f"--tensor-parallel-size 8 {NAME} --pipeline-parallel-size 2 {MP}"),
        ("mp", {"tensor": 16, "workers": 2}, 2, f"--tensor-parallel-size 16 {NAME} {MP}"),
        ("mp", {"tensor": 8, "pipeline": 4}, 4, f"--tensor-parallel-size 8 {NAME} --pipeline-parallel-size 4 {MP}"),
        ("internal", {"data": 16, "dataLocal": 8}, 2, f"--data-parallel-size 16 --data-parallel-size-local 8 {NAME} {RANKED} {START}"),
        (
            "internal",
            {"data": 4, "workers": 2, "tensor": 4},
            2,
            f"--tensor-parallel-size 4 --data-parallel-size 4 --data-parallel-size-local 2 {NAME} {RANKED} {START}",
        ),
        ("internal", {"data": 3}, 3, f"--data-parallel-size 3 {NAME} --data-parallel-size-local 1 {RANKED} {START}"),
        ("hybrid", {"data": 16, "dataLocal": 8}, 2, f"--data-parallel-size 16 --data-parallel-size-local 8 {NAME} {HYBRID}"),
        (
            "hybrid",
            {"data": 32, "workers": 4, "expert": True},
            4,
            f"--data-parallel-size 32 --data-parallel-size-local 8 --enable-expert-parallel {NAME} {HYBRID}",
        ),
        ("hybrid", {"dataLocal": 2, "workers": 3}, 3, f"--data-parallel-size 6 --data-parallel-size-local 2 {NAME} {HYBRID}"),
        ("multi-port", {"data": 16, "dataLocal": 8}, 2, f"--data-parallel-size 16 --data-parallel-size-local 8 {NAME} {MULTI_PORT}"),
        (
            "multi-port",
            {"data": 8, "dataLocal": 4, "tensor": 2},
            2,
            f"--tensor-parallel-size 2 --data-parallel-size 8 --data-parallel-size-local 4 {NAME} {MULTI_PORT}",
        ),
        ("multi-port", {"data": 12, "workers": 3}, 3, f"--data-parallel-size 12 --data-parallel-size-local 4 {NAME} {MULTI_PORT}"),
    ],
)
def test_what_each_pod_runs(mode: str, parallelism: Map, pods_of_group: int, expected: str, tmp_path: Path) -> None:
    """Each pod knows how many there are, which it is, which ranks are its own, and where the first is; who does not serve has no head."""
    made = make(served(mode=mode, **parallelism))
    local = int(flags(" ".join(made.container()["args"])).get("data-parallel-size-local", "1"))
    for index in range(pods_of_group):
        headless = " --headless" if index and mode in ("mp", "internal") else ""
        said: Map = {"pods": pods_of_group, "index": index, "first": index * local, "supervisor": 8200 + local, "headless": headless}
        assert line(pods(made)["worker" if index else "leader"], index, tmp_path) == f"{VLLM} {expected.format(**said)}"
    assert group(made)["size"] == pods_of_group
    assert made.warnings == []


@pytest.mark.parametrize(
    ("parallelism", "pods_of_group", "expected"),
    [
        ({"tensor": 8, "pipeline": 2}, 2, f"--tensor-parallel-size 8 {NAME} --pipeline-parallel-size 2"),
        ({"tensor": 16, "workers": 2}, 2, f"--tensor-parallel-size 16 {NAME}"),
        ({"tensor": 4, "pipeline": 3}, 3, f"--tensor-parallel-size 4 {NAME} --pipeline-parallel-size 3"),
    ],
)
def test_what_each_pod_runs_with_ray(parallelism: Map, pods_of_group: int, expected: str, tmp_path: Path) -> None:
    """The leader starts Ray and serves once all have joined; the others join it."""
    made = make(served(mode="ray", **parallelism))
    (tmp_path / "python3").write_text(f"#!/bin/sh\necho {pods_of_group}\n")
    (tmp_path / "python3").chmod(0o755)
    assert line(pods(made)["leader"], 0, tmp_path) == f"{VLLM} {expected} --distributed-executor-backend ray"
    for index in range(1, pods_of_group):
        assert line(pods(made)["worker"], index, tmp_path) == "ray start --block --address=llama-0.llama:6379"
    assert "ray start --head" in pods(made)["leader"]["spec"]["containers"][0]["command"][2]
    assert made.warnings == []


def test_multi_port_in_one_pod() -> None:
    """Where one pod has all ranks it needs no group: a Deployment, and no shell."""
    made = make(served(mode="multi-port", data=4))
    assert made.container()["command"] == ["vllm", "serve"]
    assert made.workload()["kind"] == "Deployment"
    assert flags(" ".join(made.container()["args"])) == {
        "port": "8200",
        "data-parallel-size": "4",
        "data-parallel-size-local": "4",
        "served-model-name": "meta/llama-8b",
        "data-parallel-rpc-port": "13345",
        "data-parallel-multi-port-external-lb": True,
        "data-parallel-supervisor-port": "8204",
    }
    assert made.container()["resources"]["limits"] == {"nvidia.com/gpu": "4"}
    assert made.warnings == []


def test_the_flags_of_a_group_of_sglang(tmp_path: Path) -> None:
    """SGLang has flags of its own, the same for all pods: the first serves, and the others wait for it."""
    made = make(served(command="sglangServe", mode="mp", tensor=16, workers=2))
    expected = (
        "python3 -m sglang.launch_server --model-path meta/llama-8b --port 8200 --host 0.0.0.0 --tensor-parallel-size 16"
        " --served-model-name meta/llama-8b --nnodes 2 --node-rank {index} --dist-init-addr llama-0.llama:20000"
    )
    for index, role in enumerate(("leader", "worker")):
        assert line(pods(made)[role], index, tmp_path) == expected.format(index=index)
    assert made.warnings == []


@pytest.mark.parametrize("mode", ["mp", "ray", "internal"])
def test_where_only_leaders_serve(mode: str) -> None:
    """Leaders have the proxy and a label that the pool and the PodMonitor select by; workers have neither, and no probe."""
    sizes: Map = {"data": 4, "dataLocal": 2} if mode == "internal" else {"tensor": 4, "workers": 2}
    spec = served(mode=mode, **sizes)
    spec["presets"] = ["probes"]
    spec["decode"] |= {"monitoring": {"podmonitor": {"enabled": True, "portName": "http"}}, "engine": {"ports": {"http": 8200}}}
    spec["decode"]["engine"]["livenessProbe"] = {"tcpSocket": {"port": 8200}}
    made = make(spec)
    leader, worker = pods(made)["leader"], pods(made)["worker"]
    assert leader["metadata"]["labels"] == {**worker["metadata"]["labels"], SERVES: "true"}
    assert [one["name"] for one in leader["spec"]["initContainers"]] == ["routing-proxy"]
    assert "initContainers" not in worker["spec"]
    assert {"livenessProbe", "readinessProbe", "startupProbe"} <= leader["spec"]["containers"][0].keys()
    assert not {"livenessProbe", "readinessProbe", "startupProbe"} & worker["spec"]["containers"][0].keys()
    assert made.one("InferencePool")["spec"]["selector"]["matchLabels"][SERVES] == "true"
    assert made.one("PodMonitor")["spec"]["selector"]["matchLabels"][SERVES] == "true"
    assert made.warnings == []


def test_pods_of_other_roles_have_the_label_of_those_that_serve() -> None:
    """One pool is for both roles: where the leaders of one serve, the pods of the other have the label, too."""
    spec = served(mode="internal", data=4, dataLocal=2)
    spec["prefill"] = {"create": True, "replicas": 2}
    made = make(spec)
    assert made.template("prefill")["metadata"]["labels"][SERVES] == "true"
    assert SERVES not in made.workload("prefill")["spec"]["selector"]["matchLabels"]


@pytest.mark.parametrize("mode", ["hybrid", "multi-port"])
def test_where_all_pods_serve(mode: str) -> None:
    """All pods are alike: one template, with the proxy, and no label that tells them apart."""
    made = make(served(mode=mode, data=4, dataLocal=2))
    assert "leaderTemplate" not in group(made)
    assert made.pod()["initContainers"][0]["name"] == "routing-proxy"
    assert SERVES not in made.template()["metadata"]["labels"]


def test_each_rank_has_ports_of_its_own() -> None:
    """In mode multi-port: the engine's, the proxy's, the pool's, an endpoint of metrics each, and probes of the supervisor."""
    spec = served(mode="multi-port", data=6, dataLocal=3)
    spec["presets"] = ["probes"]
    spec["decode"]["monitoring"] = {"podmonitor": {"enabled": True, "interval": "5s"}}
    made = make(spec)
    ports = [
        {"name": "metrics", "containerPort": 8200},
        {"name": "rank-1", "containerPort": 8201},
        {"name": "rank-2", "containerPort": 8202},
    ]
    assert [{key: port[key] for key in ("name", "containerPort")} for port in made.container()["ports"]] == ports
    assert [port["containerPort"] for port in made.proxy()["ports"]] == [8000, 8001, 8002]
    assert "--data-parallel-size=3" in made.proxy()["args"]
    assert made.one("InferencePool")["spec"]["targetPorts"] == [{"number": 8000}, {"number": 8001}, {"number": 8002}]
    endpoints = made.one("PodMonitor")["spec"]["podMetricsEndpoints"]
    assert endpoints == [{"port": port["name"], "path": "/metrics", "interval": "5s"} for port in ports]
    assert made.container()["livenessProbe"]["httpGet"] == {"path": "/health", "port": 8203}
    assert made.container()["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": 8203}
    assert made.warnings == []


@pytest.mark.parametrize(("ports", "protocol"), [({"http": 8200}, "TCP"), ([{"name": "http", "containerPort": 8200}], None)])
def test_the_ports_of_a_group_are_as_it_is_stored_save_in_the_form_of_the_charts(ports: Any, protocol: str | None) -> None:
    """A LeaderWorkerSet is stored with the protocol of its ports; a list of them comes out as it does of the charts."""
    spec = served(mode="hybrid", data=4, dataLocal=2)
    spec["decode"]["engine"] = {"ports": ports}
    assert make(spec).container()["ports"][0].get("protocol") == protocol


def test_a_group_starts_and_fails_as_one() -> None:
    """Startup and restart are those of a group; leaderWorkerSet says otherwise, and any other field."""
    spec = served(mode="hybrid", data=4, dataLocal=2)
    assert made_of(spec) == ("LeaderCreated", "RecreateGroupOnPodRestart", None)
    rollout = {"type": "RollingUpdate", "rollingUpdateConfiguration": {"maxUnavailable": 1}}
    own = {"startupPolicy": "LeaderReady", "leaderWorkerTemplate": {"restartPolicy": "None"}, "rolloutStrategy": rollout}
    spec["decode"]["leaderWorkerSet"] = own
    assert made_of(spec) == ("LeaderReady", "None", rollout)


def made_of(spec: Map) -> tuple[Any, Any, Any]:
    """Return startup, restart and rollout of the group."""
    found = make(spec).one("LeaderWorkerSet")["spec"]
    return found["startupPolicy"], found["leaderWorkerTemplate"]["restartPolicy"], found.get("rolloutStrategy")


def test_flags_of_the_user_go_over_those_of_a_mode(tmp_path: Path) -> None:
    """Flags merge with those of the mode, also behind a shell script."""
    spec = served(mode="internal", data=4, dataLocal=2)
    spec["engine"]["flags"] = {"data-parallel-rpc-port": 5555, "max-model-len": 4096}
    told = flags(line(pods(make(spec))["worker"], 1, tmp_path))
    assert told["data-parallel-rpc-port"] == "5555"
    assert told["max-model-len"] == "4096"
    assert told["headless"] is True


@pytest.mark.parametrize("how", ["flags", "args"])
def test_a_flag_that_the_script_says_is_told(how: str) -> None:
    """What a mode says of each pod comes last, and counts."""
    spec = served(mode="hybrid", data=4, dataLocal=2)
    spec["engine"] |= {"flags": {"data-parallel-start-rank": 3}} if how == "flags" else {"args": ["--data-parallel-start-rank", "3"]}
    where = "flags.data-parallel-start-rank" if how == "flags" else how
    assert make(spec).warnings == [
        f"spec.engine.{where}: --data-parallel-start-rank is what parallelism.mode says for each pod, behind this one,"
        " and the last one counts; leave it out"
    ]


@pytest.mark.parametrize(("mode", "flag"), [("hybrid", "headless"), ("internal", "data-parallel-hybrid-lb"), ("multi-port", "grpc")])
def test_a_flag_that_the_engine_refuses_in_a_mode_is_told(mode: str, flag: str) -> None:
    """The checks know what a mode says, of the leader and of the workers, also in a script."""
    spec = served(mode=mode, data=4, dataLocal=2)
    spec["engine"]["flags"] = {flag: True}
    (error,) = make(spec).errors
    assert error.startswith(f"spec.engine.flags.{flag}: the engine refuses --")


def test_flags_for_who_serves_are_the_leader_s() -> None:
    """A process without a head refuses to be told of API servers: they are the leader's alone."""
    spec = served(mode="internal", data=4, dataLocal=2)
    spec["engine"]["flags"] = {"api_server_count": 2}
    made = make(spec)
    assert made.errors == []
    assert {"--api_server_count" in one["spec"]["containers"][0]["args"] for one in pods(made).values()} == {True, False}


def test_a_worker_that_only_joins_takes_no_flags() -> None:
    """A worker of Ray gets its work from the leader: the user's flags are the leader's."""
    spec = served(mode="ray", tensor=4, workers=2)
    spec["engine"]["flags"] = {"max-model-len": 4096}
    made = pods(make(spec))
    assert "--max-model-len" in made["leader"]["spec"]["containers"][0]["args"]
    assert "args" not in made["worker"]["spec"]["containers"][0]


@pytest.mark.parametrize("mode", [None, "hybrid", "internal"])
@pytest.mark.parametrize("way", ["overlay", "patch", "fact"])
def test_leaders_and_workers_are_patched_for_themselves(mode: str | None, way: str) -> None:
    """An overlay or a patch may be for the leader, or the workers, also where all pods were alike."""
    spec = served(mode=mode, data=4, dataLocal=2, workers=2)
    spec["multinode"] = True
    ours, theirs = {"spec": {"hostNetwork": True}}, {"spec": {"priorityClassName": "low"}}
    if way == "patch":
        spec["patches"] = [
            {"target": {"role": "decode", "part": part}, "patch": one} for part, one in (("leader", ours), ("worker", theirs))
        ]
    elif way == "overlay":
        spec["overlays"] = [overlay({"target": "leader", "patch": ours}, {"target": "worker", "patch": theirs})]
    else:
        when = {"when": {"pod": "leader"}}, {"when": {"pod": "worker"}}
        spec["overlays"] = [overlay({"target": "pod", **when[0], "patch": ours}, {"target": "pod", **when[1], "patch": theirs})]
    made = make(spec)
    assert not made.errors
    found = group(made)
    leader, worker = found["leaderTemplate"]["spec"], found["workerTemplate"]["spec"]
    assert (leader.get("hostNetwork"), leader.get("priorityClassName")) == (True, None)
    assert (worker.get("hostNetwork"), worker.get("priorityClassName")) == (None, "low")


def test_a_pod_without_a_group_has_no_leader() -> None:
    """A patch for the leader of a Deployment finds nothing."""
    made = make({"patches": [{"target": {"part": "leader"}, "patch": {"spec": {"hostNetwork": True}}}]})
    assert made.errors == [
        "spec.patches[0].target: nothing there is part leader; there are: role decode with containers routing-proxy, furiosa-llm"
    ]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (
            served(mode="mp", tensor=8),
            "spec.decode.parallelism.workers: missing; say over how many pods the model goes, or leave mode out for one",
        ),
        (
            served(mode="mp", tensor=8, workers=3),
            "spec.decode.parallelism.workers: tensor x pipeline is 8, and must be a multiple of workers",
        ),
        (
            served(mode="mp", tensor=8, workers=2, data=2),
            "spec.decode.parallelism.data: is for modes that spread ranks: internal, hybrid, multi-port; here, each replica is one rank",
        ),
        (served(mode="internal"), "spec.decode.parallelism.data: missing; say how many ranks there are, or leave mode out for one"),
        (
            served(mode="internal", data=9, workers=2),
            "spec.decode.parallelism.data: parallelism.data must be a multiple of parallelism.workers (2)",
        ),
        (
            served(mode="hybrid", data=16, dataLocal=4, workers=2),
            "spec.decode.parallelism.data: is not dataLocal x workers, 4 x 2; leave one of the three out",
        ),
        (
            served(command="sglangServe", mode="internal", data=2),
            "spec.decode.parallelism.mode: sglang has no such mode; it has mp",
        ),
        (
            {"decode": {"parallelism": {"mode": "mp", "workers": 2}}},
            "spec.decode.parallelism.mode: furiosa-llm has no such mode; it has none: its processes serve alone",
        ),
        (
            served(command="imageDefault", mode="internal", data=4, dataLocal=2),
            "spec.engine.modelCommand: imageDefault has a command that nobody knows here, and this mode puts a script around it;"
            " write the engine's own",
        ),
        (
            {**served(mode="multi-port", data=4), "prefill": {"create": True, "replicas": 1}},
            "spec.decode.parallelism.mode: its pods serve on 4 ports and those of prefill on 1, and an InferencePool has the same ports"
            " for all; give both roles the same ranks",
        ),
    ],
)
def test_sizes_that_do_not_add_up(spec: Map, expected: str) -> None:
    """A mode whose sizes leave ranks, shards or ports over is refused, with what would be right."""
    assert make(spec).errors == [expected]


def test_an_old_proxy_has_no_ports_for_ranks() -> None:
    """A routing proxy that does not know the flag for ranks would end at once."""
    spec = served(mode="multi-port", data=4)
    spec["routing"]["proxy"]["image"] = "ghcr.io/llm-d/llm-d-routing-sidecar:v0.3.0"
    assert make(spec).errors == [
        "spec.decode.parallelism.mode: the routing proxy has a port for each rank, and version 0.3 of the routing proxy does not know"
        " --data-parallel-size; take a newer one (routing.proxy.image)"
    ]


def test_devices_that_the_user_asks_for_say_how_many_pods_there_are() -> None:
    """A model of 32 shards on pods that ask for 8 devices each goes over 4."""
    spec = served(mode="mp", tensor=8, pipeline=4)
    spec["engine"]["resources"] = {"limits": {"nvidia.com/gpu": 16}}
    assert group(make(spec))["size"] == 2


SIZE = st.integers(1, 8)


@settings(max_examples=60, deadline=None)
@given(
    mode=st.sampled_from(["internal", "hybrid", "multi-port"]),
    local=SIZE,
    workers=SIZE,
    tensor=SIZE,
    pipeline=SIZE,
    left_out=st.sampled_from(["data", "workers"]),
)
def test_ranks_devices_and_ports_add_up(mode: str, local: int, workers: int, tensor: int, pipeline: int, left_out: str) -> None:
    """The ranks of all pods are those of data, each once; a pod has a device for each part of its ranks, and no port is used twice."""
    assume(local * workers > 1 and (mode == "multi-port" or workers > 1) and (mode != "multi-port" or local > 1))
    sizes: Map = {"data": local * workers, "dataLocal": local, "workers": workers, "tensor": tensor, "pipeline": pipeline}
    made = make(served(mode=mode, **{key: size for key, size in sizes.items() if key != left_out}))
    container = made.container()
    told = flags(" ".join(container["args"]))
    assert int(told["data-parallel-size"]) == local * workers
    assert int(told["data-parallel-size-local"]) == local
    assert container["resources"]["limits"]["nvidia.com/gpu"] == str(local * tensor * pipeline)
    if workers > 1:
        assert group(made)["size"] == workers
        assert f"$((LWS_WORKER_INDEX * {local}))" in container["command"][2]
    if mode == "multi-port":
        engines = [port["containerPort"] for port in container["ports"]]
        proxied = [port["containerPort"] for port in made.proxy()["ports"]]
        every = [*engines, *proxied, int(told["data-parallel-supervisor-port"])]
        assert len(engines) == len(proxied) == local
        assert len({*every}) == len(every)
        assert [port["number"] for port in made.one("InferencePool")["spec"]["targetPorts"]] == proxied


@settings(max_examples=40, deadline=None)
@given(mode=st.sampled_from(["mp", "ray"]), workers=st.integers(2, 8), each=SIZE, pipelined=st.booleans())
def test_shards_and_devices_add_up(mode: str, workers: int, each: int, *, pipelined: bool) -> None:
    """The devices of all pods are the shards of the model."""
    sizes: Map = {"tensor": each, "pipeline": workers} if pipelined else {"tensor": each * workers, "workers": workers}
    made = make(served(mode=mode, **sizes))
    assert group(made)["size"] == workers
    for template in pods(made).values():
        assert template["spec"]["containers"][0]["resources"]["limits"] == {"nvidia.com/gpu": str(each)}
