"""The routing proxy, a native sidecar, takes the requests of decode pods (specification: Routing proxy)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import make


def test_the_proxy_is_the_first_init_container_and_restarts_always() -> None:
    """A native sidecar with its image, port, empty resources and a security context of its own (specification: Routing proxy)."""
    proxy = dict(make({"routing": {"servicePort": 9000, "proxy": {"image": "p:1", "imagePullPolicy": "Never"}}}).proxy())
    assert proxy.pop("args")[0] == "--port=9000"
    assert proxy == {
        "name": "routing-proxy",
        "image": "p:1",
        "imagePullPolicy": "Never",
        "ports": [{"containerPort": 9000}],
        "resources": {},
        "restartPolicy": "Always",
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True},
    }


def test_users_init_containers_come_after_it() -> None:
    """InitContainers are added, in their order (specification: Routing proxy)."""
    own = [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]
    made = make({"decode": {"initContainers": own}})
    assert [container["name"] for container in made.pod()["initContainers"]] == ["routing-proxy", "a", "b"]
    assert made.pod()["initContainers"][1:] == own


def test_prefill_has_none() -> None:
    """Only decode is proxied (specification: Roles)."""
    assert "initContainers" not in make({"profile": "llm-d"}).pod("prefill")


@pytest.mark.parametrize(("enabled", "there"), [(False, False), (True, True), (None, True)])
def test_enabled_false_leaves_it_out(enabled: Any, there: bool) -> None:
    """Only false turns the proxy off (specification: Routing proxy)."""
    assert ("initContainers" in make({"routing": {"proxy": {"enabled": enabled}}}).pod()) is there


@pytest.mark.parametrize("policy", ["", None])
def test_a_pull_policy_may_be_left_to_kubernetes(policy: str | None) -> None:
    """An empty policy counts as unset, which leaves the default; null deletes that, too (specification: Layers, Keys)."""
    proxy = make({"routing": {"proxy": {"imagePullPolicy": policy}}}).proxy()
    assert proxy.get("imagePullPolicy") == (None if policy is None else "Always")


def test_a_deleted_image_is_an_error() -> None:
    """The proxy needs an image, and the error names the key (specification: Missing values)."""
    errors = make({"routing": {"proxy": {"image": None}}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.routing.proxy.image: missing")


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_resources_and_variables_of_ones_own(profile: str) -> None:
    """They are the proxy's alone; a variable of the user's replaces a generated one of the same name whole."""
    resources = {"requests": {"cpu": "500m"}, "limits": {"memory": "1Gi"}}
    source = {"fieldRef": {"fieldPath": "metadata.name"}}
    env = [{"name": "OTEL_SERVICE_NAME", "valueFrom": source}, {"name": "GOMAXPROCS", "value": "2"}]
    made = make({"profile": profile, "tracing": {"enabled": True}, "routing": {"proxy": {"resources": resources, "env": env}}})
    proxy = made.proxy()
    assert proxy["resources"] == resources
    by_name = {one["name"]: one for one in proxy["env"]}
    assert by_name["OTEL_SERVICE_NAME"] == {"name": "OTEL_SERVICE_NAME", "valueFrom": source}
    assert by_name["GOMAXPROCS"]["value"] == "2"
    assert len(by_name) == len(proxy["env"])
    assert "GOMAXPROCS" not in made.variables()
