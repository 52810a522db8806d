"""Which object is which."""

from __future__ import annotations

import copy

from tests.comparison.samples import Map, deployment, obj, only

from modelservice.comparison import compare
from modelservice.kubernetes.names import identity


def placed(one: Map, namespace: str) -> Map:
    """The object in a namespace."""
    return {**one, "metadata": {**one["metadata"], "namespace": namespace}}


def test_objects_are_known_by_group_kind_namespace_and_name() -> None:
    """In whatever order, and version of their group."""
    old = [obj("A", "x/v1"), obj("A", "y/v1"), obj("B", "x/v1"), placed(obj("A", "x/v1"), "n")]
    new = [{**one, "apiVersion": one["apiVersion"].replace("v1", "v2")} for one in old[::-1]]
    found = compare(old, new)
    assert [(one.way, [change.path for change in one.fields]) for one in found] == [("changed", ["apiVersion"])] * 4
    assert [identity(one.new or {}) for one in found] == [identity(one) for one in new]


def test_what_is_the_same_is_not_told() -> None:
    """Only what differs, what is new in the order of the new, and at the end what is gone."""
    same, gone, come = obj("A"), obj("B", data={"x": "1"}), obj("C")
    found = compare([gone, same], [come, copy.deepcopy(same)])
    assert [(one.way, identity(one.new or one.old or {})[1]) for one in found] == [("added", "C"), ("removed", "B")]


def test_an_object_without_a_namespace_is_the_one_of_its_name() -> None:
    """Whoever applies it says the namespace; where there are two of the name, none is it."""
    one = only(deployment(), placed(deployment(), "n"))
    assert (one.way, [change.path for change in one.fields]) == ("changed", ["metadata.namespace"])
    found = compare([placed(obj("A"), "n"), placed(obj("A"), "m")], [obj("A")])
    assert sorted(one.way for one in found) == ["removed", "renamed"]


def test_a_new_name_is_recognised() -> None:
    """By what it has in common, its own name set aside; the most alike belong to each other."""
    one = only(deployment("llama-decode"), deployment("qwen-decode", spec={"replicas": 2}))
    assert one.way == "renamed"
    assert "spec.replicas" in [change.path for change in one.fields]
    first, second = deployment("one", container={"args": ["x"]}), deployment("two", container={"args": ["y"]})
    found = compare([first, second], [deployment("four", container={"args": ["y"]}), deployment("three", container={"args": ["x"]})])
    assert [(identity(one.old or {})[3], identity(one.new or {})[3]) for one in found] == [("two", "four"), ("one", "three")]


def test_what_has_little_in_common_is_no_new_name() -> None:
    """One goes, another comes; and never across kinds."""
    many = {str(number): "x" for number in range(9)}
    found = compare([obj("ConfigMap", name="a", data={"y": "z"})], [obj("ConfigMap", name="b", data=many)])
    assert [one.way for one in found] == ["added", "removed"]
    assert [one.way for one in compare([obj("A")], [obj("B")])] == ["added", "removed"]


def test_what_a_secret_keeps_is_not_told() -> None:
    """Only that it is another; texts and their base64 are the same."""
    assert compare([obj("Secret", stringData={"a": "b"})], [obj("Secret", data={"a": "Yg=="})]) == []
    one = only(obj("Secret", data={"a": "Yg=="}), obj("Secret", stringData={"a": "other", "b": "more"}))
    assert [(change.path, str(change.old), change.new) for change in one.fields] == [
        ("data.a", "(hidden)", "(hidden)"),
        ("data.b", "nothing", "(hidden)"),
    ]
