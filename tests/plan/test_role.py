"""One role planned: its facts, its port, whose fields are whose (specification: Roles)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import document, engine, make

from modelservice.config import ModelService
from modelservice.plan import Plan, Scope
from modelservice.plan.scopes import placed, replacing, says_something

Map = dict[str, Any]


def role(spec: Map, name: str = "decode") -> Scope:
    """Plan a ModelService and return the scope of a role."""
    (found,) = [scope for scope in Plan(ModelService(document(spec))).roles if scope.name == name]
    return found


@pytest.mark.parametrize(
    ("spec", "facts"),
    [
        ({}, {"role": "decode", "workload": "Deployment", "proxy": True, "accelerator": "device", "claims": False}),
        ({"multinode": True}, {"workload": "LeaderWorkerSet"}),
        ({"profile": "llm-d", "requester": {"enable": True}}, {"workload": "ReplicaSet"}),
        ({"profile": "llm-d", "requester": {"enable": True}, "multinode": True}, {"workload": "LeaderWorkerSet"}),
        ({"routing": {"proxy": {"enabled": False}}}, {"proxy": False}),
        ({"routing": {"proxy": {"enabled": None}}}, {"proxy": True}),
        ({"decode": {"autoscaling": {"enabled": True}}}, {"autoscaling": True}),
        ({"decode": {"acceleratorTypes": {"labelKey": "k", "labelValues": ["v"]}}}, {"acceleratorTypes": True}),
        ({"decode": {"acceleratorTypes": {"labelKey": "k", "labelValues": []}}}, {"acceleratorTypes": False}),
        ({"decode": {"containers": [engine(), engine(name="b", mountModelVolume=True)]}}, {"modelVolume": True}),
        ({"decode": {"containers": [engine()]}}, {"modelVolume": False}),
        ({"dra": {"enabled": True}}, {"accelerator": "dra", "claims": True, "claimMatch": "exactly"}),
        ({"decode": {"resourceClaims": [{"name": "x"}]}}, {"accelerator": "device", "claims": True, "claimMatch": "none"}),
    ],
)
def test_facts_of_a_role(spec: Map, facts: Map) -> None:
    """What overlays of a role are chosen by."""
    found = role(spec).facts
    assert {fact: found[fact] for fact in facts} == facts


def test_prefill_has_no_proxy_and_no_requester() -> None:
    """The proxy and fast model actuation are decode's alone (specification: Roles)."""
    facts = role({"profile": "llm-d", "requester": {"enable": True}}, "prefill").facts
    assert (facts["proxy"], facts["workload"]) == (False, "Deployment")
    assert "initContainers" not in make({"profile": "llm-d"}).pod("prefill")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"a": None, "b": [], "c": {}}, {}),
        ({"a": 0, "b": False, "c": ""}, {"a": 0, "b": False, "c": ""}),
        ({"a": [None], "b": {"x": None}}, {"a": [None], "b": {"x": None}}),
    ],
)
def test_empty_lists_and_maps_say_nothing(fields: Map, said: Map) -> None:
    """Values files are full of ``env: []``; false, zero and empty text are values."""
    assert says_something(fields) == said


ITEMS: list[Map] = [{"name": "a", "value": "1"}, {"name": "b"}, {"name": "a", "value": "2"}, {"name": "c", "$patch": "delete"}]


def test_items_that_are_placed() -> None:
    """Of each name the last item, at the place of the first, without those that only delete; nothing is no list."""
    assert placed(ITEMS, "name") == [{"name": "a", "value": "2"}, {"name": "b"}]
    for nothing in (None, [], [{"name": "c", "$patch": "delete"}]):
        assert placed(nothing, "name") is None


def test_items_that_replace() -> None:
    """A patch that first deletes what has the names, then gives the items."""
    gone = [{"name": name, "$patch": "delete"} for name in "abc"]
    assert replacing(ITEMS, "name") == [*gone, {"name": "a", "value": "2"}, {"name": "b"}, {"name": "c", "$patch": "delete"}]


@pytest.mark.parametrize(
    ("given_replicas", "replicas"),
    [({}, 1), ({"replicas": 3}, 3), ({"replicas": 0}, 0), ({"replicas": None}, 1)],
)
@pytest.mark.parametrize("multinode", [False, True])
def test_replicas(given_replicas: Map, replicas: int, multinode: bool) -> None:
    """The given number, zero too, and 1 when the key is absent (specification: Replicas)."""
    assert make({"multinode": multinode, "decode": given_replicas}).workload()["spec"]["replicas"] == replicas


def test_replicas_of_prefill_are_none_by_default() -> None:
    """Profile llm-d creates prefill with 0 replicas; null deletes that default, and absent is 1 (specification: Replicas)."""
    assert make({"profile": "llm-d"}).workload("prefill")["spec"]["replicas"] == 0
    assert make({"profile": "llm-d", "prefill": {"replicas": None}}).workload("prefill")["spec"]["replicas"] == 1


def test_the_scheduler_of_a_role_wins_over_the_global_one() -> None:
    """SchedulerName is the role's, else the global one (specification: Pods)."""
    spec: Map = {"profile": "llm-d", "schedulerName": "all", "decode": {"schedulerName": "mine"}}
    made = make(spec)
    assert (made.pod("decode")["schedulerName"], made.pod("prefill")["schedulerName"]) == ("mine", "all")
    assert "schedulerName" not in make({}).pod()
    assert make({"schedulerName": "all", "decode": {"schedulerName": None}}).pod()["schedulerName"] == "all"


def test_a_podmonitor_needs_a_port() -> None:
    """A deleted portName is an error that names the key as the user writes it (specification: Missing values)."""
    errors = make({"decode": {"monitoring": {"podmonitor": {"enabled": True, "portName": None}}}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.monitoring.podmonitor.portName: missing")


@pytest.mark.parametrize("role", [{"monitoring": {"podmonitor": {"portName": None}}}, {"monitoring": None}])
def test_a_podmonitor_that_is_not_made_needs_nothing(role: Map) -> None:
    """Where monitoring is off, or deleted whole, its port is nobody's business."""
    assert make({"decode": role}).objects == make({}).objects


def test_accelerator_types_need_a_key() -> None:
    """Values without labelKey are an error that names the key as the user writes it (specification: Missing values)."""
    errors = make({"decode": {"acceleratorTypes": {"labelValues": ["v"]}}}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.acceleratorTypes.labelKey: missing")
