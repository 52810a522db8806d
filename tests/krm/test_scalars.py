"""`scalars`: what a plain scalar means to go-yaml, and which strings must not be one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from tests.krm.yaml_texts import GO_YAML, HOSTILE, strings

from modelservice.krm.scalars import ambiguous, json_number, resolve


@pytest.mark.parametrize(("text", "value"), GO_YAML)
def test_resolve(text: str, value: object) -> None:
    """A plain scalar has the value, and the type, that go-yaml gives it."""
    resolved = resolve(text)
    assert resolved == value
    assert type(resolved) is type(value)


@pytest.mark.parametrize("text", [".inf", "+.INF", "-.Inf", ".nan", ".NaN"])
def test_resolve_not_finite(text: str) -> None:
    """Infinities and NaN are numbers to go-yaml; refusing them is the reader's business."""
    resolved = resolve(text)
    assert isinstance(resolved, float)
    assert not math.isfinite(resolved)


@settings(deadline=None)
@given(strings)
def test_what_is_not_itself_is_ambiguous(text: str) -> None:
    """Each string that go-yaml would read as something else is one that the writer quotes."""
    if resolve(text) is not text:
        assert ambiguous(text)


@pytest.mark.parametrize(
    "text",
    ["+_5", "y", "N", "yes", "Off", "on", "=", "<<", "012", "08", "1e3", "6e8", "0x1F", "12:30", "1:2:3.5", "2024-01-01", ""],
)
def test_ambiguous(text: str) -> None:
    """What a reader of YAML 1.1 takes for a boolean, number, date, merge or null is ambiguous too."""
    assert ambiguous(text)


@pytest.mark.parametrize("text", ["yesterday", "0a", "1.2.3.4", "10Gi", "500m", "v1", "8B", "1,000", "12:3a", "2024", "-a"])
def test_not_ambiguous(text: str) -> None:
    """What all readers take for text may stand plain; a year alone is a number."""
    assert ambiguous(text) == (text == "2024")


def test_hostile_strings_are_distinct() -> None:
    """The list that other tests rely on holds no string twice."""
    assert len(set(HOSTILE)) == len(HOSTILE)


@pytest.mark.parametrize(
    ("number", "value"), [(1000.0, 1000), (0.5, 0.5), (-0.0, 0), (2.0**53 - 1, 2**53 - 1), (2.0**53, 2.0**53), (1e300, 1e300)]
)
def test_json_number(number: float, value: float) -> None:
    """A float without fraction is an integer to JSON, as long as it is exact."""
    assert json_number(number) == value
    assert type(json_number(number)) is type(value)
