"""The order in which variables find those that they refer to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelservice.kubernetes.variables import references, referred_first


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("$(A)", ["A"]),
        ("x$(A)-$(B_1)y$(A)", ["A", "B_1", "A"]),
        ("$$(A)", []),
        ("$$$(A)", ["A"]),
        ("$$$$(A)", []),
        ("$A ${A} $(A", []),
        ("$", []),
        ("", []),
        ("$()", []),
        ("$(A $(B)", ["A $(B"]),
        (None, []),
        (5, []),
    ],
)
def test_what_a_value_refers_to(value: Any, names: list[str]) -> None:
    """As Kubernetes expands it (third_party/forked/golang/expansion): a doubled $ is text, and so is what has no end."""
    assert references(value) == names


@pytest.mark.parametrize(
    ("variables", "fixed", "order"),
    [
        ({"A": "1", "B": "$(C)", "C": "2"}, [], "ACB"),
        ({"A": "$(B)", "B": "$(A)"}, [], "AB"),
        ({"A": "$(A)"}, [], "A"),
        ({"A": "$(NOT_THERE)", "B": "1"}, [], "AB"),
        # what is fixed keeps its order, whatever it refers to among itself
        ({"A": "$(B)", "B": "1", "C": "2"}, ["A", "B"], "ABC"),
        ({"A": "1", "B": "$(D)", "C": "2", "D": "3", "E": "4"}, ["A", "B", "C"], "ADBCE"),
        # by way of another, which goes along
        ({"A": "$(C)", "B": "1", "C": "$(D)", "D": "2"}, ["A"], "DCAB"),
        # nothing fixed refers to them, so they stay as they are
        ({"A": "1", "B": "$(C)", "C": "2"}, ["A"], "ABC"),
        ({"A": "1", "B": "2"}, ["GONE", "B"], "BA"),
    ],
)
def test_what_is_referred_to_goes_first(variables: dict[str, str], fixed: list[str], order: str) -> None:
    """Only what has to move does."""
    assert referred_first(variables, fixed) == [*order]


NAMES = "ABCDEFGH"
VALUES = st.lists(st.sampled_from([*NAMES, ""]), max_size=3).map(lambda names: "".join(f"$({name})" for name in names))


@given(st.dictionaries(st.sampled_from(NAMES), VALUES), st.lists(st.sampled_from(NAMES), unique=True))
def test_no_name_is_lost(variables: dict[str, str], fixed: list[str]) -> None:
    """Each is there once, also where variables refer to one another in a circle, and what is fixed keeps its order."""
    order = referred_first(variables, fixed)
    assert sorted(order) == sorted(variables)
    assert [name for name in order if name in fixed] == [name for name in fixed if name in variables]


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_each_comes_behind_what_it_refers_to(variables: dict[str, str]) -> None:
    """Where no circle forbids it: here a variable refers only to later ones of the alphabet."""
    later = {name: "".join(f"$({other})" for other in references(value) if other > name) for name, value in variables.items()}
    order = referred_first(later)
    for name, value in later.items():
        assert all(order.index(other) < order.index(name) for other in references(value) if other in later)


def test_a_long_chain() -> None:
    """However many refer to one another, no stack runs over."""
    chain = {f"V{index}": f"$(V{index + 1})" for index in range(5000)}
    assert referred_first(chain) == [*reversed(chain)]
