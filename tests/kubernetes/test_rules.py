"""What is refused, by a table of mistakes; a real API server was asked about each when it was written."""

from __future__ import annotations

from typing import Any

import pytest
from tests.kubernetes.samples import GONE, HERE, changed, good, written

from modelservice.krm import parse_all
from modelservice.kubernetes import problems
from modelservice.kubernetes.rules import RULES, rules_of
from modelservice.kubernetes.types import table, type_named

Map = dict[str, Any]

MISTAKES: list[Map] = parse_all((HERE / "mistakes.yaml").read_text(encoding="utf-8"))[0]


def told(obj: Map) -> dict[str, str]:
    """Return what is told of an object, by field."""
    return {written(one.path): one.message for one in problems(obj)}


@pytest.mark.parametrize("kind", good())
def test_good_objects(kind: str) -> None:
    """Of what Kubernetes takes, nothing is told."""
    assert told(good()[kind]) == {}


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one['in']}-{one['at']}-{one.get('is', 'gone')}"[:90])
def test_each_mistake_is_told_where_it_is(mistake: Map) -> None:
    """Each mistake is told at its field, with what would be right, and nothing else is."""
    assert told(changed(mistake["in"], mistake["at"], mistake.get("is", GONE))) == mistake["told"]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one['in']}-{one['at']}-{one.get('is', 'gone')}"[:90])
def test_messages_say_what_would_be_right(mistake: Map) -> None:
    """A message has two halves on one line: what is wrong, and what would be right."""
    for message in mistake["told"].values():
        assert "\n" not in message
        assert "; " in message or message.startswith(("must ", "has the key"))


@pytest.mark.parametrize(
    ("kind", "at", "value", "field", "message"),
    [
        ("ConfigMap", "data.a", "x" * 1_100_000, "data", "has 1100006 bytes; must have at most 1048576"),
        ("Secret", "stringData.b", "x" * 1_100_000, "data", "has 1100005 bytes; must have at most 1048576"),
        (
            "StatefulSet",
            "metadata.annotations",
            {"a": "x" * 300_000},
            "metadata.annotations",
            "have 300001 characters together; must have at most 262144",
        ),
    ],
)
def test_what_is_too_large(kind: str, at: str, value: Any, field: str, message: str) -> None:
    """Kubernetes has limits on what an object carries along."""
    assert told(changed(kind, at, value)) == {field: message}


def test_a_route_has_so_many_matches() -> None:
    """Sixty-four matches a rule, and twice as many in all."""
    rules = [{"matches": [{"path": {"value": f"/{index}"}} for index in range(60)]}] * 3
    assert told(changed("HTTPRoute", "spec.rules", rules)) == {"spec.rules": "have 180 matches together; must have at most 128"}


def test_every_rule_is_of_a_type_and_has_its_mistake() -> None:
    """The types that have rules are in the data, and each rule gives something in the table above."""
    for name in RULES:
        assert type_named(name) is not None, name
        assert all(callable(rule) for rule in rules_of(name))


def test_limits_are_of_fields_that_there_are() -> None:
    """What is kept by hand names types and fields of the data."""
    by_hand, custom = table("limits.json"), table("custom_resources.json")
    for limits in (by_hand["limits"], by_hand["required"], by_hand["optional"], table("gates.json"), custom["limits"], custom["required"]):
        for name, fields in limits.items():
            kind = type_named(name)
            assert kind is not None, name
            assert set(fields) <= kind.words.keys(), name
