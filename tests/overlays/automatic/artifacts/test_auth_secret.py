"""The Hugging Face token comes from a Secret (specification: Environment)."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make

REFERENCE = {"secretKeyRef": {"name": "hf-secret", "key": "HF_TOKEN"}}


@pytest.mark.parametrize("uri", ["hf://meta/llama", "pvc://models/llama", "pvc+hf://models/meta/llama", "oci://llama:1"])
def test_the_token_is_the_secrets_key_hf_token(uri: str) -> None:
    """Every engine container gets HF_TOKEN from the named Secret, whatever the scheme, model volume or not."""
    made = make(
        {
            "modelArtifacts": {"uri": uri, "authSecretName": "hf-secret"},
            "decode": {"containers": [engine(mountModelVolume=True), engine(name="b")]},
        }
    )
    assert [made.variables(index=index)["HF_TOKEN"] for index in (0, 1)] == [REFERENCE, REFERENCE]
    assert "env" not in made.proxy()


@pytest.mark.parametrize("name", ["", None])
def test_without_a_secret_there_is_no_token(name: str | None) -> None:
    """An empty name is the default, and means none."""
    assert "HF_TOKEN" not in make({"modelArtifacts": {"authSecretName": name}}).variables()
