"""modelservice requires: what a cluster must have, for people and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.terminal import call, service, written

MORE = """\
    engine: {flags: {seed: 1}, env: {TOKEN: {valueFrom: {secretKeyRef: {name: token, key: t}}}}}
    monitoring: {podmonitor: {enabled: true}}
"""
TEXT = """\
Kubernetes 1.29 or newer
  spec.template.spec.initContainers[0].restartPolicy of Deployment/llama-decode

custom resource definitions
  monitoring.coreos.com/v1 PodMonitor

extended resources
  furiosa.ai/rngd: 1 in all
    1 in the pod of Deployment/llama-decode

objects that are not among these
  Secret token
    spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name of Deployment/llama-decode
"""
DATA = {
    "kubernetes": {
        "minimum": "1.29",
        "uses": [
            {
                "object": "Deployment/llama-decode",
                "field": "spec.template.spec.initContainers[0].restartPolicy",
                "message": "needs Kubernetes 1.29, or the feature gate SidecarContainers",
                "version": "1.29",
            }
        ],
        "unavailable": [],
    },
    "customResources": [
        {"group": "monitoring.coreos.com", "version": "v1", "kind": "PodMonitor", "usedBy": ["PodMonitor/llama-decode-podmonitor"]}
    ],
    "extendedResources": [
        {
            "name": "furiosa.ai/rngd",
            "total": 1,
            "most": 1,
            "usedBy": [{"object": "Deployment/llama-decode", "perPod": 1, "pods": 1, "mostPods": 1}],
        }
    ],
    "deviceClasses": [],
    "objects": [
        {
            "kind": "Secret",
            "namespace": None,
            "name": "token",
            "usedBy": [
                {"object": "Deployment/llama-decode", "field": "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name"}
            ],
        }
    ],
}
OBJECT = (
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: a, image: 'a:1'}]}}}}\n"
)


def test_what_a_service_requires(tmp_path: Path) -> None:
    """For people in blocks, without those that are empty; for machines in one shape."""
    file = written(tmp_path, "llama.yaml", service(more=MORE))
    assert call("requires", file) == (0, TEXT, "")
    said = call("requires", file, "--output", "json")
    assert json.loads(said.stdout) == DATA


def test_options_change_what_is_required(tmp_path: Path) -> None:
    """They are those of every command on ModelServices."""
    file = written(tmp_path, "llama.yaml", service())
    layer = written(tmp_path, "more.yaml", "decode: {replicas: 3}\n")
    said = call("requires", file, "-f", layer, "--set", "decode.parallelism.tensor=16")
    assert "furiosa.ai/rngd: 6 in all\n    2 in each of 3 pods of Deployment/llama-decode\n" in said.stdout
    assert "1 to 4 in all\n    1 in each of 1 to 4 pods of" in call("requires", file, "--preset", "hpa:maxReplicas=4").stdout


def test_objects_that_are_made_already(tmp_path: Path) -> None:
    """As kustomize prints them, or in a folder, where what is no object is left alone; those of a List one by one."""
    rendered = call("render", written(tmp_path, "llama.yaml", service(more=MORE))).stdout
    assert call("requires", "-", stdin=rendered) == (0, TEXT, "")
    folder = tmp_path / "objects"
    folder.mkdir()
    written(folder, "objects.yaml", rendered)
    written(folder, "values.yaml", "{a: 1}\n")
    assert call("requires", str(folder)) == (0, TEXT, "")
    listed = "{apiVersion: v1, kind: List, items: [" + OBJECT.strip() + "]}\n"
    assert call("requires", "-", stdin=listed) == call("requires", "-", stdin=OBJECT) == (0, "Kubernetes 1.25 or newer\n", "")


@pytest.mark.parametrize(
    ("text", "arguments", "code", "words"),
    [
        ("{a: 1}\n", [], 1, "objects.yaml:1:1: error: this is no object: an object has apiVersion, kind and metadata.name [config]\n"),
        ("{kind: List, items: [{a: 1}]}\n", [], 1, "objects.yaml:1:22: error: this is no object"),
        ("", [], 1, "objects.yaml:1:1: error: there is no object in it [config]\n"),
        ("a: [\n", [], 1, "[yaml]\n"),
        (OBJECT, ["--preset", "shm"], 2, "there is no ModelService in it, which the options are for"),
        (OBJECT, ["--output", "xml"], 2, "Invalid value for '--output'"),
    ],
)
def test_wrong_files_and_wrong_calls(tmp_path: Path, text: str, arguments: list[str], code: int, words: str) -> None:
    """One clear error, and nothing on stdout."""
    said = call("requires", written(tmp_path, "objects.yaml", text), *arguments)
    assert (said.code, said.stdout) == (code, "")
    assert words in said.stderr


def test_a_service_that_is_wrong(tmp_path: Path) -> None:
    """It is told as render tells it."""
    file = written(tmp_path, "llama.yaml", service(more="    tolerations: 5\n"))
    said, rendered = call("requires", file), call("render", file)
    assert (said.code, said.stdout, said.stderr) == (1, "", rendered.stderr)
    assert call("requires", str(tmp_path / "missing.yaml")).code == 2
