"""A Hugging Face token written into the config (specification: Warnings)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize("name", ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"])
def test_a_literal_token_is_a_warning(name: str) -> None:
    """The finding has the variable's place and says where a token belongs, and not the token."""
    env = [{"name": "A", "value": "1"}, {"name": name, "value": "hf_secret"}]
    ((severity, field, message),) = make({"decode": {"containers": [engine(name="x"), engine(env=env)]}}).found("literal-token")
    assert (severity, field) == ("warning", "spec.decode.containers[1].env[1].value")
    assert "modelArtifacts.authSecretName" in message
    assert "hf_secret" not in message


@pytest.mark.parametrize(
    "variable",
    [
        {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "HF_TOKEN", "value": ""},
        {"name": "HF_TOKEN"},
        {"name": "HF_TOKEN_PATH", "value": "/x"},
    ],
)
def test_what_is_no_literal_token(variable: dict[str, Any]) -> None:
    """A reference to a Secret, an empty value and other variables are fine."""
    assert make({"decode": {"containers": [engine(env=[variable])]}}).found("literal-token") == []


def test_a_token_from_auth_secret_name_is_fine() -> None:
    """The generated HF_TOKEN comes from a Secret."""
    assert make({"modelArtifacts": {"authSecretName": "hf"}}).found("literal-token") == []


def test_a_token_under_extra_config_is_told_too() -> None:
    """ExtraConfig can hold env as well, and is as easily read."""
    env = [{"name": "HF_TOKEN", "value": "hf_secret"}]
    assert make({"decode": {"containers": [engine(extraConfig={"env": env})]}}).found("literal-token") != []
