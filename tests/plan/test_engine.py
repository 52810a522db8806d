"""The engine's command and arguments (specification: Commands)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import decode, make

from modelservice.plan.engine import command_and_args, engine_of, model_command
from modelservice.plan.problems import Problems

Map = dict[str, Any]

ONE = {"tensor": 1, "data": 1, "pipeline": 1, "dataLocal": 1, "workers": 1}
TRACING = {"otlpEndpoint": "http://collector:4317", "vllm": {"collectDetailedTraces": "all"}}


def run(container: Map, profile: str = "furiosa", tracing: Map | None = None, **sizes: int) -> Map:
    """Return command and args of a container."""
    problems = Problems()
    service = {"profile": profile, "model": "MODEL", "port": 8200, "name": "ns/NAME", "split": {**ONE, **sizes}, "tracing": tracing}
    found = command_and_args(container, service, "spec.decode.containers[0]", problems)
    assert problems.results == []
    return found


@pytest.mark.parametrize(
    ("container", "command"),
    [
        ({}, "imageDefault"),
        ({"args": ["x"]}, "imageDefault"),
        ({"command": []}, "imageDefault"),
        ({"command": ["sh"]}, "custom"),
        ({"command": ["sh"], "modelCommand": "vllmServe"}, "vllmServe"),
        ({"modelCommand": "custom"}, "custom"),
        ({"modelCommand": "furiosaLLMServe"}, "furiosaLLMServe"),
    ],
)
def test_model_command_that_is_not_given(container: Map, command: str) -> None:
    """A container with a command is custom, any other imageDefault, unless it says what it is (specification: Commands)."""
    assert model_command(container) == command


@pytest.mark.parametrize(
    ("container", "profile", "name"),
    [
        ({}, "furiosa", "furiosa-llm"),
        ({}, "llm-d", "vllm"),
        ({"modelCommand": "vllmServe"}, "furiosa", "vllm"),
        ({"modelCommand": "furiosaLLMServe"}, "llm-d", "furiosa-llm"),
        ({"modelCommand": "custom"}, "llm-d", "vllm"),
    ],
)
def test_which_engine_a_container_runs(container: Map, profile: str, name: str) -> None:
    """A serve command names its engine; any other container runs the profile's."""
    assert engine_of(container, profile) == name


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_furiosa_llm_serve(profile: str) -> None:
    """``furiosa-llm serve MODEL --port P``, each size above one, the user's args, under either profile (specification: Commands)."""
    serve = {"modelCommand": "furiosaLLMServe", "args": ["--own", "x"]}
    assert run(serve, profile) == {"command": ["furiosa-llm", "serve"], "args": ["MODEL", "--port", "8200", "--own", "x"]}
    assert run(serve, profile, tensor=4, data=2, pipeline=3, dataLocal=2)["args"] == [
        "MODEL",
        "--port",
        "8200",
        "--tensor-parallel-size",
        "4",
        "--data-parallel-size",
        "2",
        "--pipeline-parallel-size",
        "3",
        "--own",
        "x",
    ]


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_vllm_serve(profile: str) -> None:
    """``vllm serve MODEL --port P``, sizes above one, the served name, tracing, then the user's args (specification: Commands)."""
    serve = {"modelCommand": "vllmServe", "args": ["--own"]}
    assert run(serve, profile) == {
        "command": ["vllm", "serve"],
        "args": ["MODEL", "--port", "8200", "--served-model-name", "ns/NAME", "--own"],
    }
    assert run(serve, profile, TRACING, tensor=4, data=8, dataLocal=2, pipeline=3)["args"] == [
        "MODEL",
        "--port",
        "8200",
        "--tensor-parallel-size",
        "4",
        "--data-parallel-size",
        "8",
        "--data-parallel-size-local",
        "2",
        "--served-model-name",
        "ns/NAME",
        "--otlp-traces-endpoint",
        "http://collector:4317",
        "--collect-detailed-traces",
        "all",
        "--own",
    ]


def test_image_default() -> None:
    """The image's own command with ``--model MODEL`` and then what the profile's serve command would say (specification: Commands)."""
    assert run({"args": ["--own"]}, "furiosa", tensor=4, pipeline=2) == {
        "args": ["--model", "MODEL", "--port", "8200", "--tensor-parallel-size", "4", "--pipeline-parallel-size", "2", "--own"]
    }
    assert run({"modelCommand": "imageDefault"}, "llm-d", TRACING, tensor=4, pipeline=2) == {
        "args": [
            "--model",
            "MODEL",
            "--port",
            "8200",
            "--tensor-parallel-size",
            "4",
            "--served-model-name",
            "ns/NAME",
            "--otlp-traces-endpoint",
            "http://collector:4317",
            "--collect-detailed-traces",
            "all",
        ]
    }


def test_custom() -> None:
    """A custom container runs the user's command with the user's args, and nothing of ours (specification: Commands)."""
    assert run({"modelCommand": "custom", "command": ["sh", "-c"], "args": ["serve"]}, tensor=4) == {
        "command": ["sh", "-c"],
        "args": ["serve"],
    }
    assert run({"command": ["sh"]}, "llm-d", TRACING) == {"command": ["sh"]}


@pytest.mark.parametrize("container", [{"modelCommand": "custom"}, {"modelCommand": "custom", "command": [], "args": ["x"]}])
def test_custom_without_command_is_an_error(container: Map) -> None:
    """There is nothing that a custom container could run instead (specification: Commands)."""
    errors = make(decode(**container)).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.containers[0].command: missing")


@pytest.mark.parametrize("command", ["furiosaLLMServe", "vllmServe", "imageDefault"])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_values_are_text_and_the_users_come_last(command: str, data: st.DataObject) -> None:
    """All values are strings; the user's arguments are the end, exactly as they were given (specification: Commands)."""
    user = data.draw(st.lists(st.text(max_size=5), max_size=3))
    sizes = data.draw(st.fixed_dictionaries({key: st.integers(1, 9) for key in ONE}))
    args = run({"modelCommand": command, "args": user}, "llm-d", TRACING, **sizes)["args"]
    assert all(isinstance(arg, str) for arg in args)
    assert args[len(args) - len(user) :] == user
    for flag in ("--tensor-parallel-size", "--data-parallel-size"):
        assert (flag in args) is (sizes[flag[2:].partition("-")[0]] > 1)


def test_braces_and_variables_in_args_stay() -> None:
    """JSON with ``{{`` and shell variables in args and command come out as they went in (specification: Templated text)."""
    args = ['{"a":{"b":1}}', "{{ .Values.nothing }}", "${VAR} $(TP_SIZE) $HOME", "${name}"]
    assert make(decode(modelCommand="custom", command=["sh", "${X}"], args=args)).container()["args"] == args
    assert make(decode(args=args)).container()["args"][-4:] == args


def test_decode_listens_behind_the_proxy_and_prefill_for_itself() -> None:
    """Decode's engine listens on the proxy's targetPort, prefill's on servicePort (specification: Ports)."""
    made = make({"profile": "llm-d", "routing": {"servicePort": 9000, "proxy": {"targetPort": 9001}}})
    assert [made.container(role)["args"][3] for role in ("decode", "prefill")] == ["9001", "9000"]


def test_decode_without_proxy_listens_on_the_service_port() -> None:
    """Without the proxy, decode's engine serves requests itself (specification: Ports)."""
    made = make({"routing": {"servicePort": 9000, "proxy": {"enabled": False, "targetPort": None}}})
    assert made.container()["args"][2] == "9000"
    assert "initContainers" not in made.pod()


@pytest.mark.parametrize(
    ("routing", "error"),
    [
        ({"servicePort": None}, "spec.routing.servicePort: missing"),
        ({"proxy": {"targetPort": None}}, "spec.routing.proxy.targetPort: missing"),
    ],
)
def test_a_port_that_is_deleted_and_needed_is_an_error(routing: Map, error: str) -> None:
    """Where null deletes a value that is needed, the error names its key, and says so once (specification: Missing values)."""
    errors = make({"profile": "llm-d", "routing": routing}).errors
    assert len(errors) == 1
    assert errors[0].startswith(error)


def test_served_name_is_the_models_name_whatever_the_uri() -> None:
    """--served-model-name is modelArtifacts.name, not the path that is served (specification: Commands)."""
    artifacts = {"name": "ns/name", "uri": "pvc://models/llama"}
    args = make({"modelArtifacts": artifacts, **decode(modelCommand="vllmServe")}).container()["args"]
    assert args[0] == "/model-cache/llama"
    assert args[args.index("--served-model-name") + 1] == "ns/name"


def test_tracing_adds_arguments_only_when_it_is_on() -> None:
    """Tracing is of profile llm-d and off by default (specification: Tracing)."""
    serve: Map = decode(modelCommand="vllmServe")
    for off in ({"profile": "llm-d"}, {"profile": "llm-d", "tracing": {"enabled": False}}, {"tracing": {"enabled": True}}):
        assert "--otlp-traces-endpoint" not in make({**off, **serve}).container()["args"]
    tracing = {"enabled": True, "otlpEndpoint": "http://o:1", "vllm": {"collectDetailedTraces": "model"}}
    args = make({"profile": "llm-d", "tracing": tracing, **serve}).container()["args"]
    assert args[-4:] == ["--otlp-traces-endpoint", "http://o:1", "--collect-detailed-traces", "model"]


@pytest.mark.parametrize(
    ("key", "tracing"),
    [
        ("otlpEndpoint", {"otlpEndpoint": None}),
        ("vllm.collectDetailedTraces", {"vllm": {"collectDetailedTraces": None}}),
        ("vllm.collectDetailedTraces", {"vllm": None}),
        ("serviceNames.vllmDecode", {"serviceNames": {"vllmDecode": None}}),
        ("serviceNames.routingProxy", {"serviceNames": {"routingProxy": None}}),
        ("sampling.sampler", {"sampling": {"sampler": None}}),
        ("sampling.samplerArg", {"sampling": {"samplerArg": None}}),
    ],
)
def test_tracing_needs_its_values(key: str, tracing: Map) -> None:
    """A tracing value that is deleted and needed is an error that names the key, never ``None`` as text (specification: Missing values)."""
    errors = make({"profile": "llm-d", "prefill": {"create": False}, "tracing": {"enabled": True, **tracing}}).errors
    assert len(errors) == 1
    assert errors[0].startswith(f"spec.tracing.{key}: missing")
