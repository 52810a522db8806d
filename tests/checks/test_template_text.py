"""Helm templates in fields where none is expanded."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"decode": {"containers": [engine(args=["--a", "--b={{ .Values.b }}"])]}}, "spec.decode.containers[0].args[1]"),
        ({"decode": {"containers": [engine(image="x:{{.Release.Name}}")]}}, "spec.decode.containers[0].image"),
        ({"decode": {"nodeSelector": {"a": '{{- include "x" . }}'}, "containers": [engine()]}}, "spec.decode.nodeSelector.a"),
        ({"modelArtifacts": {"size": "{{ $.Values.size }}"}}, "spec.modelArtifacts.size"),
    ],
)
def test_a_template_that_is_left_is_told(spec: dict[str, Any], field: str) -> None:
    """The warning is at the field, and names the template."""
    ((severity, told, message),) = make(spec).found("template-text")
    assert (severity, told) == ("warning", field)
    assert "{{" in message
    assert "}}" in message


@pytest.mark.parametrize(
    "container",
    [
        {"env": [{"name": "A", "value": "{{ .Release.Name }}"}]},
        {"args": ['--kv={"a": {"b": {{}}}}', "--chat-template={{ messages[0] }}", "{{"]},
        {"command": ["sh", "-c", "echo {{x}}"]},
    ],
)
def test_what_is_expanded_or_no_template_is_not_told(container: dict[str, Any]) -> None:
    """Templates in env are expanded; braces of JSON and of chat templates are the engine's."""
    assert make({"decode": {"containers": [engine(**container)]}}).found("template-text") == []
