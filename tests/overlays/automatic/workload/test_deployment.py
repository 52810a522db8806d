"""A Deployment runs the role (specification: Objects)."""

from __future__ import annotations

from tests.compose.made import make


def test_a_deployment_selects_its_own_pods() -> None:
    """Selector and pod labels are the model's labels and the role, the object has the service's (specification: Labels and selectors)."""
    made = make({}, namespace="serving").one("Deployment")
    labels = {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "meta_llama-8b", "llm-d.ai/role": "decode"}
    assert made["apiVersion"] == "apps/v1"
    assert made["metadata"]["namespace"] == "serving"
    assert made["metadata"]["labels"]["app.kubernetes.io/instance"] == "llama"
    assert "llm-d.ai/role" not in made["metadata"]["labels"]
    assert made["spec"]["selector"] == {"matchLabels": labels}
    assert made["spec"]["template"]["metadata"]["labels"] == labels
