"""modelservice schema: schemas on stdout, for editors and API servers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.terminal import call, written

from modelservice.config.crd import custom_resource_definition
from modelservice.config.published import KINDS, json_schema

HEAD = "apiVersion: modelservice.llm-d.ai/v1alpha1\n"
OVERLAY = f"{HEAD}kind: Overlay\nmetadata: {{name: ours}}\nspec: {{parameters: {{size: {{type: integer}}}}, patches: [PATCH]}}\n"
PATCH = "{target: pod, patch: {spec: {priority: '${preset.size}'}}}"


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_schema(kind: str) -> None:
    """It is JSON, whichever way the kind is written; a ModelService's without one."""
    said = call("schema", kind.lower())
    assert (said.code, said.stderr) == (0, "")
    assert json.loads(said.stdout) == json_schema(kind)
    if kind == "ModelService":
        assert call("schema").stdout == said.stdout


def test_an_unknown_kind() -> None:
    """It is a wrong call, which says what there is."""
    said = call("schema", "Deployment")
    assert said.code == 2
    assert "modelservice" in said.stderr


def test_a_custom_resource_definition() -> None:
    """--crd prints YAML; there is one kind alone in it."""
    said = call("schema", "--crd")
    assert said.objects == [custom_resource_definition()]
    assert call("schema", "Overlay", "--crd").code == 2


def test_presets_and_profiles_of_files(tmp_path: Path) -> None:
    """Overlays and Profiles in files and folders are completed, too, once they are right."""
    written(tmp_path, "ours.yaml", OVERLAY.replace("PATCH", PATCH))
    written(tmp_path, "acme.yaml", f"{HEAD}kind: Profile\nmetadata: {{name: acme}}\nspec: {{}}\n")
    text = call("schema", "ModelService", str(tmp_path)).stdout
    assert '"const": "ours"' in text
    assert '"acme"' in text
    path = written(tmp_path, "ours.yaml", OVERLAY.replace("PATCH", "{target: pot}"))
    said = call("schema", "ModelService", str(tmp_path))
    assert (said.code, said.stdout) == (1, "")
    assert said.lines[0].startswith(f"{path}:4:")
