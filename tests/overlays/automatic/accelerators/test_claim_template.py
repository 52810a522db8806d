"""The template that the pods of a role claim devices by (specification: Claims)."""

from __future__ import annotations

from tests.compose.made import make


def test_a_template_of_llm_d_has_the_label_of_its_role() -> None:
    """Each role has a template of its own, which says whose it is."""
    made = make({"profile": "llm-d", "accelerator": {"dra": True}})
    templates = [obj["metadata"] for obj in made.objects if obj["kind"] == "ResourceClaimTemplate"]
    assert {metadata["name"]: metadata["labels"]["llm-d.ai/role"] for metadata in templates} == {
        "nvidia-claim-template-decode": "decode",
        "nvidia-claim-template-prefill": "prefill",
    }


def test_a_template_of_furiosa_has_none() -> None:
    """It is named after its type alone, and services share it."""
    made = make({"dra": {"enabled": True}})
    assert "llm-d.ai/role" not in made.one("ResourceClaimTemplate")["metadata"]["labels"]


def test_without_claims_there_is_no_template() -> None:
    """A device plugin needs none."""
    assert "ResourceClaimTemplate" not in make({}).kinds()
    assert "ResourceClaimTemplate" not in make({"decode": {"resourceClaims": [{"name": "x", "resourceClaimName": "x"}]}}).kinds()
