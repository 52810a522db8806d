"""Who may read the metrics of the endpoint picker."""

from __future__ import annotations

from typing import Any

import pytest
from tests.overlays.automatic.routing.test_endpoint_picker import picker


@pytest.mark.parametrize(("namespace", "name", "account"), [("serving", "serving-llama-epp", "serving"), (None, "llama-epp", "default")])
def test_the_api_server_is_asked(namespace: str | None, name: str, account: str) -> None:
    """The cluster-wide objects are called by the namespace, too, and name the account in it."""
    made = picker(namespace=namespace)
    role, binding = made.one("ClusterRole"), made.one("ClusterRoleBinding")
    assert {role["metadata"]["name"], binding["metadata"]["name"], binding["roleRef"]["name"]} == {name}
    assert [rule["resources"] for rule in role["rules"]] == [["tokenreviews"], ["subjectaccessreviews"]]
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "llama-epp", "namespace": account}]


@pytest.mark.parametrize(
    "flags", [{"metrics-endpoint-auth": False}, {"metrics-endpoint-auth": "false"}, {"--metrics-endpoint-auth": False}]
)
def test_nothing_for_metrics_that_all_may_read(flags: dict[str, Any]) -> None:
    """No more than what is needed: where nobody is asked, nothing cluster-wide is made."""
    made = picker({"flags": flags})
    assert {"ClusterRole", "ClusterRoleBinding"}.isdisjoint(made.kinds())
