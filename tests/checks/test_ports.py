"""Ports of a pod that do not meet."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import custom, script, service
from tests.compose.made import Made, engine, make, overlay

Map = dict[str, Any]
Where = list[tuple[str, str]]


def found(made: Made) -> Where:
    """Return how serious and where each finding of the check is."""
    return [(severity, field) for severity, field, _ in made.found("ports")]


def said(made: Made) -> str:
    """Return the message of the one finding."""
    ((_, _, message),) = made.found("ports")
    return message


def sidecar(**fields: Any) -> Map:
    """Return a container beside the engine."""
    return {"name": "side", "image": "side:1", **fields}


def test_a_service_without_mistakes_has_no_findings() -> None:
    """The generated ports meet, with the proxy and without, with presets, and where all ports are declared."""
    ports = [{"containerPort": 8200, "name": "http"}]
    probe = {"httpGet": {"path": "/health", "port": "http"}}
    assert found(service({"presets": ["probes"]}, ports=ports, readinessProbe=probe)) == []
    assert found(service({"routing": {"proxy": {"enabled": False}}})) == []
    assert found(service({"prefill": {"create": True, "containers": [engine(modelCommand="vllmServe")]}})) == []
    assert found(make({"routing": {"servicePort": 9000, "proxy": {"targetPort": 9001}}})) == []


@pytest.mark.parametrize(
    ("routing", "field"),
    [
        ({"servicePort": 8200}, "spec.routing.servicePort"),
        ({"proxy": {"targetPort": 8000}}, "spec.routing.proxy.targetPort"),
        ({"servicePort": "9000", "proxy": {"targetPort": 9000}}, "spec.routing.proxy.targetPort"),
    ],
)
def test_the_proxy_cannot_call_the_port_it_listens_on(routing: Map, field: str) -> None:
    """The field is the key that the user wrote, and nothing else is said of the same mistake."""
    assert found(service({"routing": routing})) == [("error", field)]
    assert found(custom("sleep", spec={"routing": routing})) == [("error", field)]


def test_without_the_proxy_the_two_ports_may_be_one() -> None:
    """Without the proxy nobody but the engine listens, so that its port may be the service's."""
    assert found(service({"routing": {"servicePort": 8200, "proxy": {"enabled": False}}})) == []


@pytest.mark.parametrize("given", [{"args": ["--port", "8000"]}, {"args": ["--port=8000"]}, {"flags": {"port": 8000}}])
def test_a_generated_command_on_the_proxys_port_is_an_error(given: Map) -> None:
    """The engine cannot listen there, and ends."""
    field = "spec.decode.containers[0]." + ("args" if "args" in given else "flags.port")
    assert found(service(**given)) == [("error", field)]


@pytest.mark.parametrize(
    "command",
    [
        "exec vllm serve a/b --port 8000",
        "exec vllm serve a/b",
        "source x && vllm serve a/b \\\n  --block-size 16 \\\n  --port=8000 2>&1 | tee log",
        "# don't ask\npython3 -m vllm.entrypoints.openai.api_server --model a/b",
        "furiosa-llm serve a/b --tensor-parallel-size $TP_SIZE",
    ],
)
def test_a_command_of_ones_own_on_the_proxys_port_is_told(command: str) -> None:
    """Read out of the script, or the engine's own port where the script gives none."""
    assert found(script(command)) == [("warning", "spec.decode.containers[0].command")]


@pytest.mark.parametrize(
    "command",
    [
        "exec vllm serve a/b --port 8200",
        "exec vllm serve a/b --port $PORT",
        'exec vllm serve a/b "$@"',
        "exec vllm serve a/b $EXTRA --block-size 16",
        "exec vllm serve a/b --config engine.yaml",
        "exec vllm serve a/b --headless",
        "exec vllm serve a/b --uds /run/engine",
        "exec start-engine --port 8000x",
        "echo 'vllm serve a/b",
        "curl http://127.0.0.1:8000",
    ],
)
def test_what_cannot_be_known_is_not_told(command: str) -> None:
    """Variables, files of settings, engines without a port, scripts that nobody can read."""
    assert found(script(command)) == []


def test_the_place_of_a_declared_port_is_told_with_it() -> None:
    """One finding for the port, where it is declared."""
    made = script("exec vllm serve a/b --port 8000", ports=[{"containerPort": 9090}, {"containerPort": 8000}])
    assert found(made) == [("warning", "spec.decode.containers[0].ports[1]")]
    assert "listens on 8000" in said(made)
    assert "8200" in said(made)


def test_a_declared_port_of_the_proxy_is_told_of_any_container() -> None:
    """The engine listens elsewhere, and says otherwise."""
    made = service(ports=[{"containerPort": 8000, "name": "http"}])
    assert found(made) == [("warning", "spec.decode.containers[0].ports[0]")]
    assert "declares 8000" in said(made)
    assert found(service(ports=[{"containerPort": 8000, "protocol": "UDP"}])) == []
    beside = {"decode": {"extraConfig": {"containers": [sidecar(ports=[{"containerPort": 1}, {"containerPort": 8000}])]}}}
    assert found(service(beside)) == [("warning", "spec.decode.extraConfig.containers[0].ports[1]")]


@pytest.mark.parametrize(
    ("made", "field"),
    [
        (service(args=["--port", "9000"]), "spec.decode.containers[0].args"),
        (service(flags={"port": 9000}), "spec.decode.containers[0].flags.port"),
        (custom("vllm", "serve", "a/b", "--port=9000"), "spec.decode.containers[0].command"),
        (custom("vllm", "serve", args=["a/b", "--port=9000"]), "spec.decode.containers[0].args"),
        (custom("/start", "--port=9000"), "spec.decode.containers[0].command"),
        (service({"overlays": [overlay({"target": "container", "flags": {"port": 9000}})]}), "spec.overlays[0].spec.patches[0].flags"),
        (
            service({"patches": [{"target": {"role": "decode", "part": "container"}, "patch": {"args": ["a/b", "--port=9000"]}}]}),
            "spec.patches[0].patch.args",
        ),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_nobody_on_the_port_that_the_proxy_calls(made: Made, field: str) -> None:
    """Told where the engine gets its port, with both ways to mend it."""
    assert found(made) == [("warning", field)]
    assert "listens on 9000" in said(made)
    assert "calls 8200" in said(made)
    assert "routing.proxy.targetPort: 9000" in said(made)


def test_nobody_on_the_port_of_the_service() -> None:
    """Without a proxy, and for prefill, requests come to servicePort."""
    alone = custom("vllm", "serve", "a/b", "--port", "9000", spec={"routing": {"proxy": {"enabled": False}}})
    assert "routing.servicePort: 9000" in said(alone)
    prefill = {"create": True, "containers": [engine(command=["vllm", "serve", "a/b", "--port", "8200"])]}
    assert found(service({"prefill": prefill})) == [("warning", "spec.prefill.containers[0].command")]


def test_declared_ports_are_taken_at_their_word() -> None:
    """A command that is not known listens where its container declares; one that declares nothing may listen anywhere."""
    assert found(custom("/start", ports=[{"containerPort": 9000}])) == [("warning", "spec.decode.containers[0].ports")]
    assert found(custom("/start", ports=[{"containerPort": 9000}, {"containerPort": 8200}])) == []
    assert found(custom("/start")) == []
    beside = [engine(command=["/start"], ports=[{"containerPort": 9000}]), sidecar(command=["/other"])]
    assert found(service({"decode": {"containers": beside}})) == []


def test_two_containers_on_one_port() -> None:
    """Both serve or declare it, and run at the same time."""
    engines = [engine(modelCommand="vllmServe"), engine(modelCommand="vllmServe", name="other")]
    assert found(service({"decode": {"containers": engines}})) == [("warning", "spec.decode.containers[1].args")]
    declared = [engines[0], sidecar(command=["x"], ports=[{"containerPort": 8200}])]
    made = service({"decode": {"containers": declared}})
    assert found(made) == [("warning", "spec.decode.containers[1].ports[0]")]
    assert "engine and side" in said(made)
    assert (
        found(service({"decode": {"containers": [engines[0], sidecar(command=["x"], ports=[{"containerPort": 8200, "protocol": "UDP"}])]}}))
        == []
    )


def test_init_containers_share_ports_only_when_they_stay() -> None:
    """One that ends before the engine starts leaves its port to it."""
    first = sidecar(ports=[{"containerPort": 8200}])
    assert found(service({"decode": {"initContainers": [first]}})) == []
    stays = {**first, "restartPolicy": "Always"}
    assert found(service({"decode": {"initContainers": [stays]}})) == [("warning", "spec.decode.containers[0].args")]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
@pytest.mark.parametrize("handler", ["httpGet", "tcpSocket"])
def test_a_probe_of_a_port_name_that_nobody_has(probe: str, handler: str) -> None:
    """Names are looked up in the probe's own container; numbers need no name."""
    field = f"spec.decode.containers[0].{probe}.{handler}.port"
    made = service(**{probe: {handler: {"port": "http"}}})
    assert found(made) == [("error", field)]
    assert "names none" in said(made)
    made = service(ports=[{"containerPort": 8200, "name": "vllm"}], **{probe: {handler: {"port": "http"}}})
    assert found(made) == [("error", field)]
    assert "it has vllm" in said(made)
    for port in (8200, "8200", "vllm"):
        assert found(service(ports=[{"containerPort": 8200, "name": "vllm"}], **{probe: {handler: {"port": port}}})) == []


def test_a_probe_in_another_place_is_looked_at_too() -> None:
    """Hooks, sidecars, extraConfig and patches."""
    hook = {"lifecycle": {"preStop": {"httpGet": {"port": "none", "path": "/"}}}}
    assert found(service(extraConfig=hook)) == [("error", "spec.decode.containers[0].extraConfig.lifecycle.preStop.httpGet.port")]
    probe = {"livenessProbe": {"tcpSocket": {"port": "none"}}}
    side = {"decode": {"initContainers": [sidecar(restartPolicy="Always", **probe)]}}
    assert found(service(side)) == [("error", "spec.decode.initContainers[0].livenessProbe.tcpSocket.port")]
    patches = [{"target": {"role": "decode", "part": "container"}, "patch": probe}]
    assert found(service({"patches": patches})) == [("error", "spec.patches[0].patch.livenessProbe.tcpSocket.port")]


def test_pods_of_every_workload_are_looked_at() -> None:
    """In a LeaderWorkerSet, and behind a requester."""
    for spec in ({"multinode": True}, {"requester": {"enable": True, "image": "r:1"}}):
        assert ("warning", "spec.decode.containers[0].args") in found(service(spec, args=["--port", "9000"]))
