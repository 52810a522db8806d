"""Overlay compute-domain: one ComputeDomain for all pods of a service."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, engine, make

from modelservice import kubernetes
from modelservice.checks import check_world
from modelservice.checks.world import World

TEMPLATE = "llama-compute-domain-channel"
CHANNEL = {"name": "compute-domain-channel", "resourceClaimTemplateName": TEMPLATE}


def spec(domain: Any, **more: Any) -> Map:
    """Return a spec with prefill and decode, and this as computeDomain."""
    return {
        "profile": "llm-d",
        "accelerator": {"computeDomain": domain},
        "decode": {"containers": [engine(modelCommand="vllmServe")]},
        **more,
    }


@pytest.mark.parametrize(("domain", "nodes"), [({}, 0), ({"nodes": None}, 0), ({"nodes": 0}, 0), ({"nodes": 18}, 18)])
def test_it_is_for_any_number_of_nodes_unless_that_is_said(domain: Map, nodes: int) -> None:
    """It cannot be changed, and the number of nodes follows the replicas: so it is said only for drivers that wait for them."""
    made = make(spec(domain), namespace="serving")
    found = made.one("ComputeDomain")
    assert (found["apiVersion"], found["metadata"]["name"], found["metadata"]["namespace"]) == (
        "resource.nvidia.com/v1beta1",
        "llama",
        "serving",
    )
    assert found["spec"] == {"numNodes": nodes, "channel": {"allocationMode": "Single", "resourceClaimTemplate": {"name": TEMPLATE}}}
    assert kubernetes.problems(found, "1.34") == []


def test_all_pods_claim_their_channel() -> None:
    """After what else they claim of ours, before the role's own; a role without devices does not."""
    made = make(spec({}))
    for role in ("decode", "prefill"):
        assert made.pod(role)["resourceClaims"] == [CHANNEL]
        assert made.container(role)["resources"]["claims"] == [{"name": "compute-domain-channel"}]
    claimed = make({"profile": "llm-d", "accelerator": {"computeDomain": {}, "dra": True}})
    assert [one["name"] for one in claimed.pod()["resourceClaims"]] == ["nvidia-decode-claim", "compute-domain-channel"]
    nic = {"name": "nic", "resourceClaimName": "nic"}
    made = make(spec({}, decode={"resourceClaims": [nic]}, prefill={"accelerator": {"type": "cpu"}}))
    assert made.pod()["resourceClaims"] == [CHANNEL, nic]
    assert "resourceClaims" not in made.pod("prefill")


@pytest.mark.parametrize("given", [{"profile": "llm-d"}, {"profile": "llm-d", "accelerator": {"computeDomain": None}}])
def test_it_is_asked_for(given: Map) -> None:
    """Unasked, or taken back with null, there is none."""
    assert "ComputeDomain" not in make(given).kinds()


def test_it_is_nvidias() -> None:
    """Under Furiosa's profile it means nothing, and that is told."""
    made = make({"accelerator": {"computeDomain": {"nodes": 2}}})
    assert "ComputeDomain" not in made.kinds()
    assert any(one.startswith("spec.accelerator.computeDomain: means nothing with profile furiosa") for one in made.warnings)


def test_nobody_misses_the_template_that_it_makes() -> None:
    """The pods' claims name one that its controller makes."""
    objects = make(spec({})).objects
    results = check_world(World(objects, complete=True), {})
    assert [one.message for one in results if "ResourceClaimTemplate" in one.message] == []
    without = [obj for obj in objects if obj["kind"] != "ComputeDomain"]
    told = [one.message for one in check_world(World(without, complete=True), {})]
    assert any(f"there is no ResourceClaimTemplate {TEMPLATE}" in one for one in told)


def test_a_new_name_of_it_is_none_of_its_templates() -> None:
    """Prefixes of kustomize rename the one, and not the other."""
    objects = make(spec({})).objects
    domain = next(obj for obj in objects if obj["kind"] == "ComputeDomain")
    domain["metadata"]["name"] = "prod-llama"
    domain["metadata"]["annotations"] = {"internal.config.kubernetes.io/previousNames": "llama"}
    told = [one.message for one in check_world(World(objects, complete=True), {})]
    assert [one for one in told if "prod-llama" in one or "ResourceClaimTemplate" in one] == []
