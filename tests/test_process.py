"""The process of the function: whatever happens, there is one ResourceList, one sentence and an exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.checks.worlds import deployment, thing
from tests.compose.made import API_VERSION, document, overlay
from tests.compose.samples import SAMPLES
from tests.test_function import CONFIG_MAP, SOURCE, call, in_file, resource_list

from modelservice.krm import parse

Map = dict[str, Any]

SERVICE = document({"decode": {"containers": [{"name": "engine", "image": "engine:1.0"}]}})
UNDER_KUSTOMIZE = resource_list(SERVICE, CONFIG_MAP)
UNDER_KPT = resource_list(None, in_file(SERVICE), in_file(CONFIG_MAP, "theirs.yaml"))
BREAK = "import modelservice.function as f, modelservice.process as p\ndef broken(*a, **k): raise {error}\nf.{name} = broken\np.run()\n"
RUN = "from modelservice.process import run; run()"


class Ended:
    """How a process ended: exit code, the ResourceList on stdout (None where nothing is there), and the lines on stderr."""

    def __init__(self, program: str, data: str, redirections: str = "") -> None:
        command = ["sh", "-c", f'exec "$0" -c "$1" {redirections}', sys.executable, program]
        environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
        done = subprocess.run(command, input=data.encode(), check=False, capture_output=True, env=environment)
        self.code, self.lines = done.returncode, done.stderr.decode().splitlines()
        self.resources: Map | None = parse(done.stdout) if done.stdout else None
        assert self.resources is None or self.resources["kind"] == "ResourceList"

    @property
    def errors(self) -> list[str]:
        """The messages of the errors in the ResourceList."""
        results = (self.resources or {}).get("results", [])
        return [result["message"] for result in results if result["severity"] == "error"]


@pytest.mark.parametrize("data", [UNDER_KUSTOMIZE, UNDER_KPT], ids=["kustomize", "kpt"])
@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("KeyError('x')", 1, "this is a mistake in modelservice, please report it with the config that led to it: KeyError: "),
        ("ValueError('a\\nb' + 'x' * 9999)", 1, "ValueError: a\\nbxxx"),
        ("RecursionError", 1, "the input is nested too deeply"),
        ("MemoryError", 1, "there is not enough memory for this input"),
        ("KeyboardInterrupt", 130, "interrupted before the end"),
        ("FileNotFoundError(2, 'No such file', 'bases/x')", 1, "bases/x: No such file"),
    ],
)
def test_an_unforeseen_error(error: str, code: int, words: str, data: str) -> None:
    """Whatever breaks while generating, the answer has the items as they came and says so once, as does stderr; no traceback."""
    ended = Ended(BREAK.format(error=error, name="generate"), data)
    assert ended.code == code
    (message,) = ended.errors
    assert words in message
    assert len(message) < 300
    assert ended.resources is not None
    assert ended.resources["items"] == parse(data)["items"]
    (line,) = ended.lines
    assert line == (f"error: ModelService llama: {message} [config]" if data is UNDER_KUSTOMIZE else f"error: {message} [config]")


@pytest.mark.parametrize("name", ["read_stdin", "main", "_tell"])
def test_an_unforeseen_error_elsewhere(name: str) -> None:
    """The same before there are items, and where the function itself cannot answer."""
    ended = Ended(BREAK.format(error="KeyError('x')", name=name), UNDER_KUSTOMIZE)
    assert (ended.code, len(ended.lines)) == (1, 1)
    (message,) = ended.errors
    assert message.startswith("this is a mistake in modelservice")
    assert ended.resources is not None
    assert ended.resources["items"] == []


def test_an_answer_that_cannot_be_written() -> None:
    """Where even the items as they came make no text, the answer has none, and still says what happened."""
    program = (
        "import modelservice.function as f, modelservice.krm as krm, modelservice.process as p\n"
        "def broken(resources):\n    resources.items[0].value['x'] = object()\n    raise KeyError('x')\n"
        "f.run = broken\np.run()\n"
    )
    ended = Ended(program, UNDER_KUSTOMIZE)
    assert (ended.code, len(ended.lines), len(ended.errors)) == (1, 1, 1)
    assert ended.resources is not None
    assert ended.resources["items"] == []


def test_a_broken_installation() -> None:
    """A library that is missing is told in an answer, too."""
    ended = Ended(f"import sys; sys.modules['yaml12'] = None; {RUN}", UNDER_KUSTOMIZE)
    assert (ended.code, len(ended.lines)) == (1, 1)
    assert "yaml12" in ended.errors[0]


@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_an_empty_or_closed_stdin_is_answered(redirection: str) -> None:
    """An empty or closed stdin is an error with an answer."""
    ended = Ended(RUN, "", redirection)
    assert (ended.code, len(ended.lines), len(ended.errors)) == (1, 1, 1)


@pytest.mark.parametrize(("redirection", "words"), [(">/dev/full", "No space left on device"), (">&-", "standard output is closed")])
@pytest.mark.parametrize("arguments", ["", "--help", "--version"])
def test_an_answer_that_does_not_arrive(arguments: str, redirection: str, words: str) -> None:
    """Where stdout is full or closed, one line says so, and the exit code is not 0."""
    ended = Ended(RUN, UNDER_KUSTOMIZE, f"{arguments} {redirection}")
    assert ended.code == 1
    assert words in ended.lines[-1]
    assert [line for line in ended.lines if line.startswith("error")] == ended.lines[-1:]


def test_an_orchestrator_that_is_gone() -> None:
    """Where nobody reads the answer, nothing is said, and the exit code is not 0."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCE)}
    with subprocess.Popen(
        [sys.executable, "-c", RUN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        process.stdin.write(UNDER_KPT.encode())
        process.stdin.close()
        assert process.stderr.read() == b""
        assert process.wait() == 1


WARNED = resource_list(document({}), CONFIG_MAP)


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
@pytest.mark.parametrize(("data", "code"), [(WARNED, 0), ("nonsense", 1)], ids=["warnings", "an error"])
def test_messages_that_nobody_can_read(data: str, code: int, redirection: str) -> None:
    """Without a stderr the answer is the same, and holds nothing else."""
    ended, read = Ended(RUN, data, redirection), Ended(RUN, data)
    assert (ended.code, ended.lines) == (code, [])
    assert read.lines
    assert ended.resources == read.resources


def test_a_message_is_one_line() -> None:
    """A name that holds line breaks and control characters cannot break a message into two."""
    config = {**CONFIG_MAP, "metadata": {"name": "a\nerror: b\x1b[31m"}, "data": "text"}
    ended = Ended(RUN, resource_list(config, SERVICE))
    (line,) = ended.lines
    assert line.startswith("error: ConfigMap a\\nerror: b\\x1b[31m: the functionConfig's data is 'text'")


# Whatever comes in

ODD_SCALARS = [None, True, 0, -1, 1.5, 10**18, "", "²", "9" * 5000, "x\ny", "{{", "{{ .Values.profile }}", "(a+)+$", "$patch", "\ud800"]
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [*ODD_SCALARS, [], [None], ["x"], [{}], {}, {"a": 1}, {"a": ["x"]}, {"name": ["x"]}, {"$patch": "delete"}, ["--port", 7], "--port=²"]
)
KEYS = st.sampled_from(
    ["kind", "metadata", "spec", "name", "namespace", "labels", "annotations", "containers", "selector", "ports", "target"]
)
PATCH: Map = {"target": {"kind": "Deployment", "name": ".*"}, "patch": [{"op": "add", "path": "/metadata/labels/x", "value": "y"}]}
PARTS = ["kind", "metadata", "metadata/name", "metadata/annotations", "spec", "spec/template", "spec/template/metadata/annotations"]
PARTS += ["spec/template/spec", "spec/template/spec/containers", "spec/template/spec/containers/0/name", "spec/selector/matchLabels"]
OTHERS: list[Map] = [
    deployment(),
    thing("Service", spec={"selector": {"app": "web"}, "ports": [{"port": 1, "targetPort": "x"}]}),
    thing("InferencePool", spec={"selector": {"matchLabels": {"app": "web"}}, "targetPorts": [{"number": 81}]}),
    thing("HTTPRoute", spec={"rules": [{"backendRefs": [{"name": "web", "port": 3}]}]}),
    thing("PodMonitor", spec={"selector": {"matchLabels": {"app": "web"}}, "podMetricsEndpoints": [{"port": "x"}]}),
    thing("HorizontalPodAutoscaler", spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}}),
]
OVERLAY = overlay({"target": "container", "patch": {"env": [{"name": "A", "value": "${engine.port}"}]}, "flags": {"a": 1}})


@st.composite
def odd(draw: st.DrawFn, value: Any, places: int = 1) -> Any:
    """Draw ``value`` with something odd in up to so many places."""
    for _ in range(draw(st.integers(0, places))):
        value = draw(odd_somewhere(value))
    return value


@st.composite
def odd_somewhere(draw: st.DrawFn, value: Any) -> Any:
    """Draw ``value`` with something odd in one place."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(sorted(value)) if draw(st.integers(0, 4)) else KEYS)
        return {**value, key: draw(odd_somewhere(value.get(key)))}
    if isinstance(value, list) and value and draw(st.integers(0, 4)):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(odd_somewhere(value[index])), *value[index + 1 :]]
    return draw(ODD)


@st.composite
def services(draw: st.DrawFn) -> Any:
    """Draw a ModelService with patches, objects and overlays of its own, and perhaps something odd in it."""
    spec = dict(draw(st.sampled_from([*SAMPLES.values()])))
    if draw(st.booleans()):
        part = f"/{draw(st.sampled_from(PARTS))}"
        one = {**PATCH, "patch": [{"op": draw(st.sampled_from(["add", "replace", "remove", "copy"])), "path": part, "value": draw(ODD)}]}
        spec["patches"] = draw(st.lists(odd(PATCH) | st.just(one), min_size=1, max_size=2))
    if draw(st.booleans()):
        spec["extraObjects"] = [draw(odd(one)) for one in OTHERS[:2]]
    if draw(st.booleans()):
        spec["overlays"] = [draw(odd(OVERLAY))]
    return draw(odd(document(spec)))


VALIDATION = odd({"apiVersion": API_VERSION, "kind": "Validation", "metadata": {"name": "v"}, "spec": {"external": ["Secret/*"]}})
SETTINGS = odd({**CONFIG_MAP, "data": {"presets": "probes", "decode.replicas": "2"}}, 2)
ITEMS = st.lists(st.sampled_from(OTHERS).flatmap(odd) | services() | odd(OVERLAY), max_size=5)
LISTS = st.builds(
    lambda config, items: {"apiVersion": "config.kubernetes.io/v1", "kind": "ResourceList", "functionConfig": config, "items": items},
    services() | VALIDATION | SETTINGS,
    ITEMS,
)
TEXTS = LISTS.flatmap(lambda content: odd(content) | st.just(content)).map(json.dumps)


def looked_at(data: bytes | str) -> None:
    """Hold the answer to any input against what holds for every answer."""
    answer = call(data)
    assert answer.code in (0, 1)
    assert (answer.code == 1) == any(result["severity"] == "error" for result in answer.results)
    for line in [*answer.lines, *(result["message"] for result in answer.results)]:
        assert "this is a mistake in modelservice" not in line
        assert "too deeply" not in line
    assert all(len(line) < 2100 for line in answer.lines)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(TEXTS)
def test_any_resources(data: str) -> None:
    """Whatever stands in configs and items, the answer is a ResourceList, and its errors are about the input."""
    looked_at(data)


@settings(deadline=None, max_examples=40)
@given(st.binary() | st.text() | st.text(st.sampled_from('{}[]:-, \n"items kind: ResourceList&*!|>')))
def test_any_bytes_are_answered(data: bytes | str) -> None:
    """What is no ResourceList at all is told in one."""
    looked_at(data)


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_any_change_of_a_text(data: st.DataObject) -> None:
    """The same for a ResourceList that lost, doubled or changed some of its bytes."""
    text = UNDER_KUSTOMIZE.encode()
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, min(len(text), begin + 40)))
    looked_at(text[:begin] + data.draw(st.binary(max_size=4) | st.just(text[begin:end] * 2)) + text[end:])
