"""Fields that differ, and what is no difference to an API server."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comparison.samples import Map, deployment, obj

from modelservice.comparison import compare
from modelservice.comparison.data import table
from modelservice.comparison.fields import Change, changes
from modelservice.kubernetes.types import look_up
from modelservice.patch.three_way import ABSENT


def told(old: Map, new: Map) -> list[tuple[str, Any, Any]]:
    """What counts of the changes."""
    return [(change.path, change.old, change.new) for change in changes(old, new) if change.counts]


def in_container(old: Map, new: Map) -> list[tuple[str, Any, Any]]:
    """What counts of the changes between two containers, by their fields."""
    prefix = "spec.template.spec.containers[name=c]."
    found = told(deployment(container=old), deployment(container=new))
    return [(path.removeprefix(prefix), before, after) for path, before, after in found]


# What is no difference


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"resources": {"limits": {"cpu": 1, "memory": "1024Mi"}}}, {"resources": {"limits": {"cpu": "1000m", "memory": "1Gi"}}}),
        ({"ports": [{"containerPort": 80}]}, {"ports": [{"containerPort": 80, "protocol": "TCP"}]}),
        ({"livenessProbe": {"httpGet": {"port": 80}}}, {"livenessProbe": {"httpGet": {"port": "80", "path": "/", "scheme": "HTTP"}}}),
        ({"env": [{"name": "A", "value": "1"}, {"name": "B"}]}, {"env": [{"name": "B"}, {"name": "A", "value": "1"}]}),
        ({"env": []}, {"args": None}),
        ({"resources": {}}, {}),
        ({"env": [{"name": "A"}], "workingDir": ""}, {"env": [{"name": "A", "value": ""}]}),
        (
            {"volumeMounts": [{"mountPath": "/a", "name": "a"}]},
            {"volumeMounts": [{"mountPath": "/a", "name": "a", "subPath": "", "readOnly": False}]},
        ),
        ({}, {"imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log", "tty": False}),
        ({"securityContext": {"capabilities": {"add": ["A", "B"]}}}, {"securityContext": {"capabilities": {"add": ["B", "A"]}}}),
    ],
)
def test_the_same_in_another_form_is_no_difference(old: Map, new: Map) -> None:
    """Quantities, defaults, numbers as text, orders that mean nothing, empty lists and nulls; in both directions."""
    assert in_container(old, new) == []
    assert in_container(new, old) == []


def test_an_empty_text_is_something_where_it_means_something() -> None:
    """A label, an entry of a ConfigMap, a storage class, a field of a custom resource."""
    cases: list[tuple[str, str, Map]] = [
        ("v1", "ConfigMap", {"data": {"a": "", "b": "x"}}),
        ("v1", "PersistentVolumeClaim", {"spec": {"storageClassName": "", "volumeName": "x"}}),
        ("example.com/v1", "Thing", {"spec": {"a": "", "b": "x"}}),
    ]
    for api_version, kind, fields in cases:
        whole = {**obj(kind, api_version), **fields}
        without = {**whole, **{key: {name: text for name, text in value.items() if text} for key, value in fields.items()}}
        assert [new for _, _, new in told(without, whole)] == [""], kind


def test_a_volume_of_no_kind_is_empty() -> None:
    """An emptyDir, until it is said to be something else."""
    sources: list[Map] = [{}, {"emptyDir": {}}, {"configMap": {"name": "m"}}]
    bare, empty, other = ({"volumes": [{"name": "a", **source}]} for source in sources)
    assert told(deployment(pod=bare), deployment(pod=empty)) == []
    assert [path.rpartition(".")[2] for path, _, _ in told(deployment(pod=bare), deployment(pod=other))] == ["configMap"]


def test_defaults_below_what_is_missing_count_for_nothing() -> None:
    """A whole map of defaults is none."""
    full = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}
    assert told(deployment(), deployment(spec={"strategy": full, "replicas": 1})) == []
    changed = told(deployment(), deployment(spec={"strategy": {"rollingUpdate": {"maxSurge": 1}}}))
    assert changed == [("spec.strategy.rollingUpdate.maxSurge", "25%", 1)]


def test_what_the_server_writes_is_no_difference() -> None:
    """Status, uid and kubectl's annotations; and what a cluster gave an object, where the other side was in none."""
    service = obj("Service", spec={"ports": [{"port": 80}]})
    live = copy.deepcopy(service)
    live["metadata"] |= {"uid": "1", "namespace": "x", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}
    live["spec"] |= {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ipFamilies": ["IPv4"], "type": "ClusterIP"}
    live["status"] = {"loadBalancer": {}}
    assert changes(service, live) == changes(live, service) == []
    asked = obj("Service", spec={"clusterIP": "10.0.0.1", "ports": [{"port": 80}]})
    assert told(service, asked) == [("spec.clusterIP", ABSENT, "10.0.0.1")]
    headless = copy.deepcopy(live)
    headless["spec"] |= {"clusterIP": "None"}
    assert told(service, headless) == [("spec.clusterIP", ABSENT, "None")]


# What is one


def test_a_change_names_the_field_by_keys() -> None:
    """The innermost field, with the merge keys of the lists on the way; additions and removals too."""
    old = {"ports": [{"containerPort": 80}, {"containerPort": 81}], "env": [{"name": "A", "value": "1"}]}
    new = {"ports": [{"containerPort": 80, "name": "http"}], "env": [{"name": "A", "value": "2"}, {"name": "B", "value": "3"}]}
    assert in_container(old, new) == [
        ("ports[containerPort=80].name", ABSENT, "http"),
        ("ports[containerPort=81]", {"containerPort": 81}, ABSENT),
        ("env[name=A].value", "1", "2"),
        ("env[name=B]", ABSENT, {"name": "B", "value": "3"}),
    ]


def test_a_default_that_changes_is_told_as_a_default() -> None:
    """The side that does not say it is named."""
    (change,) = changes(deployment(), deployment(spec={"replicas": 3}))
    assert (change.old, change.new, change.default) == (1, 3, "old")
    (change,) = changes(deployment(spec={"replicas": 3}), deployment())
    assert (change.old, change.new, change.default) == (3, 1, "new")


@pytest.mark.parametrize(("old", "new"), [(8000, "8000"), (True, 1), (False, 0), ("1", 1)])
def test_what_a_field_does_not_take_is_a_difference(old: Any, new: Any) -> None:
    """A number is no text where the field is text, and true is not 1."""
    assert in_container({"env": [{"name": "A", "value": old}]}, {"env": [{"name": "A", "value": new}]}) == [("env[name=A].value", old, new)]


# Order


@pytest.mark.parametrize("field", ["args", "command"])
def test_the_order_of_words_counts(field: str) -> None:
    """What a process is called with."""
    assert in_container({field: ["a", "b"]}, {field: ["b", "a"]}) == [(field, ["a", "b"], ["b", "a"])]


def test_the_order_of_variables_counts_where_one_refers_to_another() -> None:
    """$(A) is only resolved behind A; where it was not, or is what no variable is called, the order is nothing."""
    a, b, c = {"name": "A", "value": "1"}, {"name": "B", "value": "x$(A)"}, {"name": "C", "value": "$(NONE)"}
    assert [path for path, _, _ in in_container({"env": [a, b]}, {"env": [b, a]})] == ["env"]
    assert in_container({"env": [a, c, b]}, {"env": [c, a, b]}) == []


def test_the_order_of_init_containers_counts() -> None:
    """They run one after the other; containers and volumes do not."""
    one, two = {"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}
    old, new = deployment(pod={"initContainers": [one, two]}), deployment(pod={"initContainers": [two, one]})
    assert [path for path, _, _ in told(old, new)] == ["spec.template.spec.initContainers"]
    (change,) = changes(deployment(pod={"volumes": [one, two]}), deployment(pod={"volumes": [two, one]}))
    assert (change.way, change.counts) == ("order", False)


def test_tolerations_are_a_set() -> None:
    """They have no keys: what is equal belongs to each other wherever it stands, what is left is told one by one."""
    a, b, c = ({"key": key, "operator": "Exists"} for key in "abc")
    assert told(deployment(pod={"tolerations": [a, b]}), deployment(pod={"tolerations": [b, a]})) == []
    path = "spec.template.spec.tolerations"
    assert told(deployment(pod={"tolerations": [a, b]}), deployment(pod={"tolerations": [c, b]})) == [(f"{path}[0].key", "a", "c")]
    assert told(deployment(pod={"tolerations": [a]}), deployment(pod={"tolerations": [b, a]})) == [(f"{path}[0]", ABSENT, b)]


def test_rules_of_a_route_are_known_by_their_place() -> None:
    """Without names; the first that matches wins, so their order counts."""

    def route(*paths: str) -> Map:
        rules = [{"matches": [{"path": {"value": path}}], "backendRefs": [{"name": "a", "port": 80}]} for path in paths]
        return obj("HTTPRoute", "gateway.networking.k8s.io/v1", spec={"rules": rules})

    assert told(route("/a", "/b"), route("/a", "/c")) == [("spec.rules[1].matches[0].path.value", "/b", "/c")]
    assert [path for path, _, _ in told(route("/a", "/b"), route("/b"))] == ["spec.rules[0]"]
    assert len(told(route("/a", "/b"), route("/b", "/a"))) == 2


def test_kinds_that_nobody_knows_are_compared_as_they_are() -> None:
    """Maps by key, lists by place."""
    old, new = (obj("Thing", "example.com/v1", spec={"a": {"b": [1, value]}, "c": None}) for value in (2, "2"))
    assert told(old, new) == [("spec.a.b", [1, 2], [1, "2"])]


# Any object

VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from(["", "a", "1", "1Gi", "$(a)"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "env", "containers", "ports", "volumes", "spec", "template", "metadata"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(VALUES, VALUES, st.sampled_from(["Deployment", "Service", "Thing"]))
def test_any_two_objects_can_be_compared(old: Any, new: Any, kind: str) -> None:
    """Whatever stands in them; an object is the same as itself, and what differs one way differs the other way."""
    api_version = "apps/v1" if kind == "Deployment" else "v1"
    one, other = ({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}, "spec": spec} for spec in (old, new))
    before = copy.deepcopy((one, other))
    assert changes(one, copy.deepcopy(one)) == []
    assert bool(changes(one, other)) == bool(changes(other, one))
    assert bool(compare([one], [other])) == bool(compare([other], [one]))
    assert (one, other) == before


# The tables


@pytest.mark.parametrize("order", ["ordered", "unordered"])
def test_the_table_of_lists_names_fields_that_there_are(order: str) -> None:
    """Each is a list of a known type."""
    for name, fields in table("lists.json")[order].items():
        assert all(look_up("types", name)[field][0] == "[" for field in fields), name


def test_the_table_of_server_fields_names_fields_that_there_are() -> None:
    """Each of a known type."""
    fields = table("server_fields.json")
    for name, written in [*fields["written"].items(), *fields["allocated"].items()]:
        assert not name or all(field in look_up("types", name) for field in written), name


def test_each_table_has_a_word_on_what_it_is() -> None:
    """The tables of the room are read by people."""
    folder = Path(__file__).parents[2] / "generator" / "modelservice" / "comparison"
    files = sorted(folder.glob("*.json"))
    assert [file.name for file in files] == ["impact.json", "lists.json", "server_fields.json"]
    assert all(json.loads(file.read_text())["//"] for file in files)


def test_a_change_says_its_steps() -> None:
    """The names on the way, without the keys of items."""
    (change,) = changes(
        deployment(container={"env": [{"name": "A", "value": "1"}]}), deployment(container={"env": [{"name": "A", "value": "2"}]})
    )
    assert change == Change(
        "spec.template.spec.containers[name=c].env[name=A].value",
        ("spec", "template", "spec", "containers", "[]", "env", "[]", "value"),
        "1",
        "2",
    )
