"""Layers of render: partial ModelServices, or specs, merged over the files before anything else is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cli.terminal import call, service, written
from tests.integration.folders import Map

from modelservice.cli.layers import Layer, apply
from modelservice.krm import read_documents, write_documents

HEAD = "apiVersion: modelservice.llm-d.ai/v1alpha1\nkind: ModelService\n"
PROFILE = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Profile
metadata: {name: ours}
spec:
  extends: furiosa
  defaults: {schedulerName: ours}
"""


@pytest.fixture
def llama(tmp_path: Path) -> str:
    """Return the path of a file with one ModelService."""
    return written(tmp_path, "llama.yaml", service())


def workload(said: object, name: str = "llama-decode") -> Map:
    """Return the Deployment among the objects on stdout."""
    (found,) = [obj for obj in said.objects if (obj["kind"], obj["metadata"]["name"]) == ("Deployment", name)]  # type: ignore[attr-defined]
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "text",
    ["decode: {replicas: 3}\n", "spec: {decode: {replicas: 3}}\n", HEAD + "metadata: {name: llama}\nspec: {decode: {replicas: 3}}\n"],
)
def test_a_layer_is_a_partial_modelservice_or_a_spec(tmp_path: Path, llama: str, text: str) -> None:
    """A layer may have the head of a ModelService or be a bare part of its spec; either way it merges over the spec."""
    assert workload(call("render", llama, "-f", written(tmp_path, "layer.yaml", text)))["spec"]["replicas"] == 3


def test_later_layers_win_and_settings_win_over_layers(tmp_path: Path, llama: str) -> None:
    """Lists replace, null deletes; a file may hold several layers; --set comes after all of them."""
    one = written(tmp_path, "one.yaml", "presets: [shm, probes]\ndecode: {replicas: 2, nodeSelector: {a: x}}\n")
    two = written(tmp_path, "two.yaml", "presets: [shm]\ndecode: {replicas: 3}\n---\ndecode: {nodeSelector: null}\n")
    said = call("render", llama, "-f", one, "-f", two)
    pod = workload(said)["spec"]["template"]["spec"]
    assert workload(said)["spec"]["replicas"] == 3
    assert "nodeSelector" not in pod
    assert "livenessProbe" not in pod["containers"][0]
    assert workload(call("render", llama, "-f", one, "-f", two, "--set", "decode.replicas=4"))["spec"]["replicas"] == 4


def test_a_layer_with_a_name_is_for_that_service(tmp_path: Path) -> None:
    """Others stay as they are; metadata merges too."""
    files = [written(tmp_path, f"{name}.yaml", service(name)) for name in ("a", "b")]
    layer = written(tmp_path, "layer.yaml", HEAD + "metadata: {name: b, namespace: there}\nspec: {decode: {replicas: 5}}\n")
    said = call("render", *files, "-f", layer)
    found = {obj["metadata"]["name"]: obj for obj in said.objects if obj["kind"] == "Deployment"}
    assert found["a-decode"]["spec"]["replicas"] == 1
    assert found["b-decode"]["spec"]["replicas"] == 5
    assert found["b-decode"]["metadata"]["namespace"] == "there"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("[a]\n", "1:1", "this is a list; a layer must be a map: a part of a ModelService, or of its spec"),
        ("5\n", "1:1", "this is 5; a layer must be a map"),
        ("kind: Deployment\n", "1:1", "this is Deployment; a layer must be a part of a ModelService"),
        ("kind: ModelService\napiVersion: v1\n", "2:1", "this is v1; a layer must be a part of a modelservice.llm-d.ai/v1alpha1"),
        (
            "metadata: {name: lama}\nspec: {decode: {replicas: 1}}\n",
            "1:12",
            "metadata.name: there is no ModelService lama; there are: llama",
        ),
        ("spec: [x]\n", "1:1", "spec: is a list; must be a map"),
        ("spec: {}\ndecode: {}\n", "2:1", "decode: unknown key of a ModelService; does it belong under spec?"),
        ("decode: {replicas: many}\n", "1:10", "spec.decode.replicas: is 'many'; must be a whole number"),
        ("spec:\n  decode:\n    replicsa: 1\n", "3:5", "spec.decode.replicsa: unknown key; did you mean replicas?"),
        ("decode:\n  tolerations:\n  - {operater: Exists}\n", "3:6", "spec.decode.tolerations[0].operater: is no field of Toleration"),
        ("profile: ourz\n", "1:1", "spec.profile: is 'ourz'; must be one of furiosa, furiosa-2026.3, llm-d"),
        ("presets: [shn]\n", "1:11", "spec.presets[0]: there is no preset 'shn'; did you mean shm?"),
        ("engine: {env: {A: 1}}\n", "1:16", "spec.engine.env.A: is 1; must be text or a map: quote it"),
    ],
)
def test_a_wrong_layer_has_its_place(tmp_path: Path, llama: str, text: str, place: str, words: str) -> None:
    """One message, with the place in the layer; nothing is printed."""
    path = written(tmp_path, "layer.yaml", text)
    said = call("render", llama, "-f", path)
    assert (said.code, said.stdout) == (1, "")
    errors = [line for line in said.lines if ": error: " in line]
    assert len(errors) == 1
    assert errors[0].startswith(f"{path}:{place}: error: ")
    assert words in errors[0]


def test_a_layer_that_is_not_there_is_a_wrong_call(tmp_path: Path, llama: str) -> None:
    """A file that is not there ends the command with exit code 2, as with any file."""
    assert call("render", llama, "-f", str(tmp_path / "none.yaml")).code == 2


def test_a_mistake_of_the_file_stays_the_file_s(tmp_path: Path) -> None:
    """A layer that says something else does not take the blame."""
    path = written(tmp_path, "llama.yaml", service().replace("replicas: 1", "replicas: many"))
    said = call("render", path, "-f", written(tmp_path, "layer.yaml", "decode: {nodeSelector: {a: b}}\n"))
    assert said.lines[0].startswith(f"{path}:9:5: error: ")


def test_what_changes_nothing_is_told(tmp_path: Path, llama: str) -> None:
    """A whole layer, or a null that deletes nothing: kustomize's patches do not reach a profile's defaults either."""
    same = written(tmp_path, "same.yaml", "decode: {replicas: 1}\n")
    said = call("render", llama, "-f", same)
    assert said.code == 0
    assert said.lines[0] == f"{same}:1:1: warning: the layer changes nothing [layers]"
    idle = written(tmp_path, "idle.yaml", "decode:\n  replicas: 2\n  volumes: null\n")
    said = call("render", llama, "-f", idle)
    assert said.lines[0].startswith(f"{idle}:3:3: warning: spec.decode.volumes: null deletes what a ModelService says")
    assert "metrics-volume" in said.stdout


def test_a_profile_of_the_command_line(tmp_path: Path, llama: str) -> None:
    """--profile brings one that spec.profile, a layer or --set names; a mistake in it has its place there."""
    path = written(tmp_path, "profile.yaml", PROFILE)
    said = call("render", llama, "--profile", path, "--set", "profile=ours")
    assert workload(said)["spec"]["template"]["spec"]["schedulerName"] == "ours"
    wrong = written(tmp_path, "wrong.yaml", PROFILE.replace("schedulerName", "schedulrName"))
    said = call("render", llama, "--profile", wrong)
    assert said.code == 1
    assert said.lines[0].startswith(
        f"{wrong}:6:14: error: Profile ours: spec.defaults.schedulrName: unknown key; did you mean schedulerName?"
    )


VALUES = st.recursive(
    st.one_of(st.none(), st.integers(0, 3), st.sampled_from(["a", "b"]), st.lists(st.integers(0, 2), max_size=2)),
    lambda below: st.dictionaries(st.sampled_from("xyz"), below, max_size=3),
    max_leaves=6,
)
LAYERS = st.dictionaries(st.sampled_from("xyz"), VALUES, max_size=3)


@settings(deadline=None)
@given(base=LAYERS, layers=st.lists(LAYERS, min_size=1, max_size=3))
def test_layers_one_by_one_are_one_file(base: Map, layers: list[Map]) -> None:
    """What a file becomes with layers, written down, is the same as the file with these layers; and one more goes over both alike."""

    def read(values: list[Map]) -> list[Layer]:
        documents = read_documents(write_documents([{"spec": value} for value in values]), "layers")
        return [Layer(document) for document in documents]

    service: Map = {"metadata": {"name": "a"}, "spec": base}
    whole, problems = apply([service], read(layers))
    assert [problem.line() for problem in problems if problem.result.severity == "error"] == []
    once, _ = apply([service], read(layers[:1]))
    then, _ = apply(once, read(layers[1:]))
    assert then == whole


def test_a_layer_with_a_namespace_is_for_the_service_there(tmp_path: Path) -> None:
    """Of two of one name; a mistake in it is told once, and one in the other service not in the layer."""
    there = [service().replace("name: llama", f"name: llama\n  namespace: {name}") for name in ("a", "b")]
    files = [written(tmp_path, f"{number}.yaml", text) for number, text in enumerate(there)]
    layer = HEAD + "metadata: {name: llama, namespace: b}\nspec: {decode: {replicas: 5}}\n"
    said = call("render", *files, "-f", written(tmp_path, "layer.yaml", layer))
    found = {obj["metadata"]["namespace"]: obj["spec"]["replicas"] for obj in said.objects if obj["kind"] == "Deployment"}
    assert found == {"a": 1, "b": 5}
    said = call("render", *files, "-f", written(tmp_path, "layer.yaml", "decode: {replicas: x}\n"))
    assert [line for line in said.lines if ": error: " in line] == [
        f"{tmp_path / 'layer.yaml'}:1:10: error: ModelService llama: spec.decode.replicas: is 'x'; must be a whole number [config]"
    ]
    wrong = written(tmp_path, "0.yaml", there[0].replace("replicas: 1", "replicas: x"))
    said = call("render", wrong, files[1], "-f", written(tmp_path, "layer.yaml", layer))
    assert (said.code, [line.partition(": error: ")[0] for line in said.lines if ": error: " in line]) == (1, [f"{wrong}:10:5"])


@pytest.mark.parametrize("more", [("-",), ("-f", "-"), ("--overlay", "-"), ("--profile", "-")])
def test_standard_input_is_read_once(more: tuple[str, ...]) -> None:
    """Who asks for it again would get nothing."""
    said = call("render", "-", *more, stdin=service())
    assert (said.code, said.stdout) == (2, "")
    assert "standard input is asked for more than once" in said.stderr


@pytest.mark.parametrize("text", ["x\n", "[a]\n", "5\n", "kind: [Overlay]\n"])
@pytest.mark.parametrize("option", ["--overlay", "--profile"])
def test_what_is_brought_may_be_anything(tmp_path: Path, llama: str, text: str, option: str) -> None:
    """What is no map is told where it stands."""
    said = call("render", llama, option, written(tmp_path, "other.yaml", text))
    assert (said.code, said.stdout) == (1, "")
    assert said.lines[0].startswith(f"{tmp_path / 'other.yaml'}:1:1: error: this is ")
