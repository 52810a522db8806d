"""modelservice convert: values in, a ModelService out; what became of the keys on stderr, mistakes with their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import call, written

from modelservice.krm import parse, write_documents

Map = dict[str, Any]

VALUES = """\
# yaml-language-server: $schema=values.schema.json
# The chat model.

multinode: false # one node does
modelArtifacts:
  name: org/model # as clients ask for it
  # The weights have 16 GB.
  size: 20Gi
commen: 1
# The pods that decode.
decode:
  replicas: 2
  containers:
  # The engine.
  - name: vllm
    image: registry.example/vllm:1
    modelCommand: vllmServe
    mountModelVolume: true
    volumeMounts:
    - {name: metrics-volume, mountPath: /.config}
    args:
    # as long as they come
    - --max-model-len
    - "8192"
    env:
    - name: LOG # for us
      value: info
prefill:
  create: false
# the end
"""
CONVERTED = """\
# The chat model.

apiVersion: modelservice.llm-d.ai/v1alpha1
kind: ModelService
metadata:
  name: chat-llm-d-modelservice
spec:
  profile: llm-d
  modelArtifacts:
    name: org/model # as clients ask for it
    # The weights have 16 GB.
    size: 20Gi
  # The engine.
  engine:
    image: registry.example/vllm:1
    modelCommand: vllmServe
    flags:
      # as long as they come
      max-model-len: 8192
    env:
      LOG: info # for us
  # The pods that decode.
  decode: {replicas: 2}
  prefill: {create: false}
# the end
"""


@pytest.fixture
def values(tmp_path: Path) -> str:
    """Return the path of a values file."""
    return written(tmp_path, "values.yaml", VALUES)


def test_values_become_a_modelservice(values: str) -> None:
    """With the comments of what it still says; it renders, and what became of the keys is told in their order."""
    said = call("convert", values, "--release", "chat", "--chart-version", "0.4.16")
    assert said.stdout == CONVERTED
    same = "multinode, decode.containers[0].name, decode.containers[0].mountModelVolume, decode.containers[0].volumeMounts"
    assert said.lines == [
        f"{values}:9:1: ignored: commen: the chart does nothing with it",
        f"{values}:15:5: moved: decode.containers[0] is now engine: over the profile's container",
        f"{values}:21:5: moved: decode.containers[0].args is now engine.flags: they merge, and the order of the arguments stays",
        f"{values}: left out: the profile llm-d says the same: {same}",
        f"{values}: left out: comments of keys that are left out: # one node does",
    ]
    assert call("render", "-", stdin=said.stdout).code == 0


def test_the_answer_for_machines(values: str) -> None:
    """Its shape: the ModelService, its text, the chart, each change, comments left out, and a takeover where one is asked for."""
    said = call("convert", values, "--release", "chat", "--chart-version", "0.4.16", "--output", "json")
    answer = json.loads(said.stdout)
    assert [*answer] == ["modelService", "text", "chart", "changes", "commentsLeftOut", "takeover"]
    assert answer["text"] == CONVERTED
    assert answer["modelService"] == parse(CONVERTED)
    assert answer["chart"] == {"name": "upstream", "version": "0.4.16", "profile": "llm-d"}
    assert answer["changes"][0] == {"what": "ignored", "key": "commen", "now": None, "why": "the chart does nothing with it"}
    assert {change["what"] for change in answer["changes"]} == {"ignored", "moved", "default"}
    assert (answer["commentsLeftOut"], answer["takeover"]) == (["# one node does"], None)


def test_several_files_and_settings_are_layers(tmp_path: Path, values: str) -> None:
    """As Helm takes them; comments of a list that a later file replaces go with it, and mistakes are told in the file that has them."""
    prod = written(tmp_path, "prod.yaml", "decode:\n  replicas: 3\n  containers: [{image: 'x:1', modelCommand: vllmServe}]\n")
    said = call("convert", values, prod, "--set", "modelArtifacts.size=30Gi,prefill.create=true", "--release", "chat")
    spec = parse(said.stdout)["spec"]
    assert (spec["decode"]["replicas"], spec["modelArtifacts"]["size"]) == (3, "30Gi")
    assert "# as clients ask for it" in said.stdout
    assert "# as long as they come" not in said.stdout
    wrong = written(tmp_path, "wrong.yaml", "\ndecode: {replicas: two}\n")
    said = call("convert", values, wrong, "--set", "multinode=maybe", "--release", "chat")
    assert (said.code, said.stdout) == (1, "")
    assert said.lines[0].startswith(f"{values}:4:1: error: multinode: ")
    assert said.lines[1].startswith(f"{wrong}:2:10: error: decode.replicas: ")


def test_a_manifest_tells_what_a_takeover_changes(tmp_path: Path, values: str) -> None:
    """Names and version are the release's, too; what stays is counted, what changes is told with what it does."""
    objects = call("render", "-", stdin=CONVERTED.replace("chat-llm-d-modelservice", "old")).objects
    for obj in objects:
        obj["metadata"]["labels"] = {"helm.sh/chart": "llm-d-modelservice-v0.4.16"}
    manifest = written(tmp_path, "manifest.yaml", write_documents(objects))
    said = call("convert", values, "--manifest", manifest)
    assert parse(said.stdout)["metadata"]["name"] == "old"
    assert said.lines[-1] == "taken over: objects that stay as they are, but for labels that say who made them: 2"
    other = written(tmp_path, "other.yaml", write_documents(objects).replace("replicas: 2", "replicas: 1").replace("vllm:1", "vllm:0"))
    said = call("convert", values, "--manifest", other, "--output", "json")
    takeover = json.loads(said.stdout)["takeover"]
    assert takeover["staying"] == 1
    (changed,) = takeover["objects"]
    assert [*changed] == ["change", "kind", "namespace", "name", "fields", "impact"]
    assert [impact["effect"] for impact in changed["impact"]] == ["restart", "replicas"]
    assert "    spec.replicas: 1 -> 2" in said.lines
    assert "objects: 1 changed, 1 with pods that restart" in said.lines


def test_a_file_is_written_where_none_is(tmp_path: Path, values: str) -> None:
    """Whole or not at all, and never over another."""
    to = tmp_path / "chat.yaml"
    said = call("convert", values, "--release", "chat", "--to", str(to))
    assert (said.code, said.stdout, to.read_text()) == (0, "", CONVERTED)
    said = call("convert", values, "--release", "other", "--to", str(to))
    assert (said.code, said.stdout, to.read_text()) == (2, "", CONVERTED)
    assert f"{to} is there already; name another file, or remove it" in said.stderr
    said = call("convert", values, "--release", "chat", "--to", str(tmp_path / "no" / "chat.yaml"))
    assert said.code == 2


def test_without_a_release_the_model_gives_the_name(values: str) -> None:
    """For who comes without one: told, since a takeover would make objects of other names."""
    said = call("convert", values)
    assert parse(said.stdout)["metadata"]["name"] == "model"
    assert said.lines[-1] == f"{values}: warning: no --release is named: model is the model's name, not a release's"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ":1:1: error: there is nothing in it [convert]"),
        ("- a\n", ":1:1: error: this is a list; values are a map [convert]"),
        ("a: 1\n---\nb: 1\n", ":3:1: error: a second document; a values file has one [convert]"),
        ("decode: {a\n", ":1:9: error: this is not YAML: "),
        ("a: 1\n", ":1:1: error: these are values of neither chart: "),
        ("modelArtifacts: {name: a/b}\n", ":1:1: error: nothing in these values tells whose chart they are for; "),
        ("kind: Pod\napiVersion: v1\n", ":1:1: error: kind: this is a Pod, and no values file of a Helm release [convert]"),
        (
            "modelArtifacts: {name: a/b}\nrequester: {enable: true}\ndra: {type: furiosa}\n",
            ":3:7: error: dra.type: these are values of both charts (furiosa: dra.type; upstream: requester); --chart says which [convert]",
        ),
    ],
)
def test_what_are_no_values_is_refused(tmp_path: Path, text: str, line: str) -> None:
    """With one error that has its place, and nothing on stdout."""
    file = written(tmp_path, "values.yaml", text)
    said = call("convert", file, "--release", "chat")
    assert (said.code, said.stdout) == (1, "")
    (told,) = said.lines
    assert told.startswith(file + line)


@pytest.mark.parametrize("text", ["", "a: 1\n", "apiVersion: v1\nkind: Pod\n", "- apiVersion: v1\n"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, values: str, text: str) -> None:
    """So that nobody takes a values file for one."""
    manifest = written(tmp_path, "manifest.yaml", text)
    said = call("convert", values, "--release", "chat", "--manifest", manifest)
    assert (said.code, said.stdout) == (1, "")
    assert said.lines == [f"{manifest}:1:1: error: this is no manifest of objects, as `helm get manifest` prints it [convert]"]


@pytest.mark.parametrize(
    "arguments", [["no.yaml"], ["VALUES", "--set", "x"], ["VALUES", "--chart", "other"], ["VALUES", "--manifest", "no.yaml"], []]
)
def test_a_wrong_call_is_2(values: str, arguments: list[str]) -> None:
    """A file that is not there, a setting that is none, a chart that is none."""
    said = call("convert", *(values if argument == "VALUES" else argument for argument in arguments))
    assert (said.code, said.stdout) == (2, "")
