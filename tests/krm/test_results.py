"""`results`: nothing empty, nothing malformed."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.krm.results import FirstOfEachPlace, ResourceRef, Result


def test_a_result_of_a_message_alone() -> None:
    """A message and its severity always stand; an error is what a result is if nothing else is said."""
    assert Result("m").to_dict() == {"message": "m", "severity": "error"}


def test_a_result_with_every_field() -> None:
    """All fields have the names of the specification, in its order."""
    result = Result(
        "m",
        "warning",
        field="spec.replicas",
        current=0,
        proposed=[1],
        resource=ResourceRef("n", "K", "g/v1", "ns"),
        file="a.yaml",
        index=2,
        tags={"a": "b"},
    )
    assert list(result.to_dict().items()) == [
        ("message", "m"),
        ("severity", "warning"),
        ("resourceRef", {"apiVersion": "g/v1", "kind": "K", "name": "n", "namespace": "ns"}),
        ("field", {"path": "spec.replicas", "currentValue": 0, "proposedValue": [1]}),
        ("file", {"path": "a.yaml", "index": 2}),
        ("tags", {"a": "b"}),
    ]


def test_nothing_malformed() -> None:
    """A field without path or a file without path is left out, because kpt fails over such entries."""
    result = Result("m", current=1, proposed=2, index=3, tags={})
    assert result.to_dict() == {"message": "m", "severity": "error"}
    assert Result("m", file="a.yaml").to_dict()["file"] == {"path": "a.yaml"}


@pytest.mark.parametrize("value", [False, 0, {}, []])
def test_values_that_are_something(value: object) -> None:
    """A current value that is false or empty is a value."""
    assert Result("m", field="a", current=value).to_dict()["field"] == {"path": "a", "currentValue": value}


@pytest.mark.parametrize("resource", [None, 3, {}, {"metadata": None}, {"metadata": {}}, {"metadata": {"name": 3}}])
def test_no_name_no_reference(resource: object) -> None:
    """A resource without a name cannot be referred to."""
    assert ResourceRef.of(resource) is None


def test_reference() -> None:
    """A reference is taken from a resource as far as it has text."""
    reference = ResourceRef.of({"apiVersion": "v1", "kind": 3, "metadata": {"name": "n", "namespace": None}})
    assert reference is not None
    assert reference.to_dict() == {"apiVersion": "v1", "name": "n"}


def test_the_first_of_each_place() -> None:
    """Of more than 20 results of a place the first 20 are told, the last with how many more there are; others are only counted."""
    told, made = FirstOfEachPlace(), []

    def make(number: int) -> Result:
        made.append(number)
        return Result(f"m{number}")

    for number in range(23):
        told.add("one", lambda number=number: make(number))  # type: ignore[misc]
        told.add("other", Result("o")) if number < 20 else None
    messages = [result.message for result in told.told()]
    assert messages[::2][:20] == [*(f"m{number}" for number in range(19)), "m19; and 3 more like this"]
    assert messages.count("o") == 20
    assert made == list(range(20))


def test_a_value_of_many_levels_is_not_told() -> None:
    """The answer that has it could have more levels than anybody reads; what is told of it stays."""
    value: Any = "x"
    for _ in range(40):
        value = [value]
    assert Result("wrong", field="a", current=value).to_dict()["field"] == {"path": "a", "currentValue": value}
    for _ in range(20):
        value = {"a": value}
    assert Result("wrong", field="a", current=value, proposed=value).to_dict()["field"] == {"path": "a"}
