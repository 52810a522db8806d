"""Preset network-policy: who reaches which port of the pods."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Made, Map, make
from tests.compose.samples import PEER

PROXY, ENGINE = 8000, 8200
NEIGHBOURS = {"other pods": {"app": "web"}, "picker": {"inferencepool": "llama-epp"}, "other picker": {"inferencepool": "other-epp"}}


def policies(made: Made) -> dict[str, Map]:
    """Return the policies by name."""
    return {obj["metadata"]["name"]: obj for obj in made.objects if obj["kind"] == "NetworkPolicy"}


def admits(policy: Map, labels: Map, port: int) -> bool:
    """Say whether a policy lets a pod of its namespace with these labels reach a port."""
    return any(_admits(rule, labels, port) for rule in policy["spec"]["ingress"])


def _admits(rule: Map, labels: Map, port: int) -> bool:
    peers: Any = rule.get("from")
    ports: Any = rule.get("ports")
    near = [peer["podSelector"]["matchLabels"] for peer in peers or [] if "namespaceSelector" not in peer]
    return (not peers or any(wanted.items() <= labels.items() for wanted in near)) and (not ports or port in [one["port"] for one in ports])


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_each_role_has_its_policy(profile: str, multinode: bool) -> None:
    """It is called as the workload is, and is for its pods and no others."""
    made = make({"profile": profile, "multinode": multinode, "presets": ["network-policy"]})
    roles = ["decode", "prefill"] if profile == "llm-d" else ["decode"]
    assert set(policies(made)) == {made.workload(role)["metadata"]["name"] for role in roles}
    for role in roles:
        selector = policies(made)[made.workload(role)["metadata"]["name"]]["spec"]["podSelector"]["matchLabels"]
        for other in roles:
            assert (selector.items() <= made.template(other)["metadata"]["labels"].items()) is (other == role)


@pytest.mark.parametrize("rule", [None, PEER])
def test_who_reaches_what(rule: Map | None) -> None:
    """Anybody the proxy, the endpoint picker the engines, pods of the service everything; whatever else there is, nothing."""
    made = make({"profile": "llm-d", "presets": [{"name": "network-policy", "rule": rule}]})
    decode, prefill = policies(made)["llama-decode"], policies(made)["llama-prefill"]
    assert made.proxy()["ports"] == [{"containerPort": PROXY}]
    assert str(ENGINE) in made.container()["args"]
    assert str(PROXY) in made.container("prefill")["args"]
    assert {who: admits(decode, labels, PROXY) for who, labels in NEIGHBOURS.items()} == dict.fromkeys(NEIGHBOURS, True)
    for policy, port in ((decode, ENGINE), (prefill, PROXY)):
        assert {who: admits(policy, labels, port) for who, labels in NEIGHBOURS.items()} == {
            "other pods": False,
            "picker": True,
            "other picker": False,
        }
    for policy in (decode, prefill):
        for role in ("decode", "prefill"):
            assert admits(policy, made.template(role)["metadata"]["labels"], 5557)
        assert not admits(policy, NEIGHBOURS["picker"], 5557)
        assert (PEER in policy["spec"]["ingress"]) is (rule is not None)
        assert all(one for one in policy["spec"]["ingress"])


def test_the_pickers_name_may_be_another() -> None:
    """As the InferencePool names it."""
    spec: Map = {"routing": {"inferencePool": {"create": True, "endpointPicker": "picker"}}, "presets": ["network-policy"]}
    assert admits(policies(make(spec))["llama-decode"], {"inferencepool": "picker"}, ENGINE)


def test_without_a_proxy_it_is_refused() -> None:
    """Then requests come to the engine, from wherever they come."""
    (error,) = make({"routing": {"proxy": {"enabled": False}}, "presets": ["network-policy"]}).errors
    assert error.startswith("spec.presets[0]: is for services with proxy true; this one has proxy false")


def test_a_rule_that_kubernetes_refuses_is_told_where_it_is_given() -> None:
    """The error names the field inside the parameter of the preset."""
    errors = make({"presets": [{"name": "network-policy", "rule": {"from": [{"podSelektor": {}}]}}]}).errors
    assert [error.partition(": ")[0] for error in errors] == ["spec.presets[0].rule.from[0]", "spec.presets[0].rule.from[0].podSelektor"]
