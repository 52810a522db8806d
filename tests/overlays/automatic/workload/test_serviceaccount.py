"""The ServiceAccount of the pods, unless one is given (specification: Names)."""

from __future__ import annotations

from tests.compose.made import make


def test_the_service_account_has_name_namespace_and_labels() -> None:
    """One for the service, whatever its roles."""
    made = make({"profile": "llm-d"}, namespace="serving")
    assert made.one("ServiceAccount") == {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": "llama",
            "namespace": "serving",
            "labels": {
                "app.kubernetes.io/name": "modelservice",
                "app.kubernetes.io/instance": "llama",
                "app.kubernetes.io/part-of": "llm-d",
                "app.kubernetes.io/managed-by": "modelservice",
            },
        },
    }
    assert {made.pod(role)["serviceAccountName"] for role in ("decode", "prefill")} == {"llama"}


def test_a_given_one_is_used_and_none_made() -> None:
    """ServiceAccountOverride names an account that exists."""
    made = make({"profile": "llm-d", "serviceAccountOverride": "given"})
    assert "ServiceAccount" not in made.kinds()
    assert {made.pod(role)["serviceAccountName"] for role in ("decode", "prefill")} == {"given"}
