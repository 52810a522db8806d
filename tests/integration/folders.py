"""What integration tests ask for: folders written from texts, and what came out of a tool, by kind and name."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml12

Map = dict[str, Any]

KUSTOMIZATION = "kustomization.yaml"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"

# of a Kptfile; the functions follow
KPTFILE = """\
# The package.
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: models # its name
  annotations:
    config.kubernetes.io/local-config: "true"
pipeline:
"""
# of a resource that no function makes; its data follow
BY_HAND = """\
# Not ours.
apiVersion: v1
kind: ConfigMap
metadata:
  name: "user" # and commented
data:
"""
SPEC = """\
modelArtifacts: {name: org/NAME, size: 20Gi}
decode:
  containers:
  - name: engine
    image: registry.example.com/furiosa-llm:1.0
    modelCommand: furiosaLLMServe
    mountModelVolume: true
    env: [{name: OWN, value: here}]
"""


def head_of(kind: str, name: str, note: str = "") -> str:
    """Return the head of a config of the function as users keep it, up to where more annotations may follow."""
    return f"""\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: {kind}
metadata:
  name: {name}{note and f" # {note}"}
  annotations:
    config.kubernetes.io/function: |
      exec: {{path: modelservice-fn}}
    config.kubernetes.io/local-config: "true"
"""


def model_service(name: str = "llama", *, spec: str = SPEC, more: str = "", annotations: str = "") -> str:
    """Return the text of a ModelService as users keep it, of which there is nothing to warn; `more` is more of its spec."""
    return (
        head_of("ModelService", name)
        + textwrap.indent(annotations, "    ")
        + "spec:\n"
        + textwrap.indent(spec.replace("NAME", name) + more, "  ")
    )


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """Write `files`, texts by path, into `folder`; return the folder."""
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def read(folder: Path) -> dict[str, bytes]:
    """Return what every file of `folder` holds, by path."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def stream(text: str) -> list[Map]:
    """Return the objects of a YAML stream in their order."""
    documents: Any = yaml12.parse_yaml(text, multi=True)
    assert all(isinstance(document, dict) for document in documents)
    return list(documents)


def objects(text: str) -> dict[str, Map]:
    """Return the objects of a YAML stream by `Kind/name`; no two have both in common."""
    documents = stream(text)
    by_name = {f"{document['kind']}/{document['metadata']['name']}": document for document in documents}
    assert len(by_name) == len(documents)
    return by_name


def container(workload: Map, name: str) -> Map:
    """Return one container of a Deployment."""
    (found,) = [each for each in workload["spec"]["template"]["spec"]["containers"] if each["name"] == name]
    assert isinstance(found, dict)
    return found
