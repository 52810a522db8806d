"""modelservice graph: how objects find one another, of ModelServices and of any."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.terminal import call, service, written


def test_a_model_service_becomes_a_graph(tmp_path: Path) -> None:
    """With the options that render has; of what was rendered it is the same, in any form of input."""
    file = written(tmp_path, "a.yaml", service())
    said = call("graph", file, "--preset", "disruption-budget")
    assert (said.code, said.stderr) == (0, "")
    assert "Deployment default/llama-decode\n  -> ServiceAccount default/llama: runs as\n" in said.stdout
    assert "PodDisruptionBudget default/llama-decode\n  -> Deployment default/llama-decode: keeps up\n" in said.stdout
    rendered = call("render", file, "--preset", "disruption-budget").stdout
    assert call("graph", "-", stdin=rendered).stdout == said.stdout


def test_a_graph_as_a_flowchart(tmp_path: Path) -> None:
    """`--output mermaid` is a flowchart that Markdown can hold."""
    said = call("graph", written(tmp_path, "a.yaml", service()), "--output", "mermaid")
    assert said.code == 0
    assert said.stdout.startswith('flowchart LR\n  n0["')


def test_a_graph_as_a_picture(tmp_path: Path) -> None:
    """`--output svg` is one element of SVG, and nothing else."""
    said = call("graph", written(tmp_path, "a.yaml", service()), "--output", "svg")
    assert (said.code, said.stderr) == (0, "")
    assert said.stdout.startswith("<svg ")
    assert said.stdout.endswith("</svg>\n")
    assert 'data-key="Deployment/default/llama-decode"' in said.stdout


def test_a_graph_as_json(tmp_path: Path) -> None:
    """Programs read this shape."""
    spec = "{scaleTargetRef: {kind: Deployment, name: d}}"
    scaler = f"apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: h}}\nspec: {spec}\n"
    said = call("graph", written(tmp_path, "a.yaml", scaler), "--output", "json")
    assert json.loads(said.stdout) == {
        "objects": [
            {"kind": "HorizontalPodAutoscaler", "namespace": "default", "name": "h", "isThere": True, "problems": []},
            {"kind": "Deployment", "namespace": "default", "name": "d", "isThere": False, "problems": []},
        ],
        "links": [
            {
                "from": "HorizontalPodAutoscaler/default/h",
                "to": "Deployment/default/d",
                "label": "scales",
                "fields": ["spec.scaleTargetRef"],
                "isWrong": False,
            }
        ],
    }


def test_what_is_wrong_is_told(tmp_path: Path) -> None:
    """Exit code 1 for content, 2 for the call."""
    assert call("graph", written(tmp_path, "a.yaml", "a: b\n")).code == 1
    assert call("graph", str(tmp_path / "nothing.yaml")).code == 2
    assert call("graph", written(tmp_path, "b.yaml", service()), "--output", "png").code == 2
