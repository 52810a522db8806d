"""Quantities: what they are worth, and how Kubernetes writes them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from modelservice.kubernetes import quantities

# what Go's k8s.io/apimachinery/pkg/api/resource (v0.36) reads and writes
WRITTEN: list[tuple[Any, str]] = [
    (4, "4"),
    (0, "0"),
    ("4", "4"),
    ("0.5", "500m"),
    ("1000m", "1"),
    ("1500m", "1500m"),
    ("100m", "100m"),
    ("0.1", "100m"),
    ("1024Mi", "1Gi"),
    ("1025Mi", "1025Mi"),
    ("1536Mi", "1536Mi"),
    ("1.5Gi", "1536Mi"),
    ("0.5Gi", "512Mi"),
    ("1Ki", "1Ki"),
    ("1000Ki", "1000Ki"),
    ("1024Ki", "1Mi"),
    ("2048", "2048"),
    ("10Gi", "10Gi"),
    ("5Mi", "5Mi"),
    ("1024Gi", "1Ti"),
    ("1e3", "1e3"),
    ("12e2", "1200"),
    ("1E3", "1E3"),
    ("100e3", "100e3"),
    ("1.500", "1.500"),
    ("1.", "1."),
    ("05", "05"),
    ("+5", "+5"),
    ("-5", "-5"),
    ("-1024Mi", "-1Gi"),
    ("0Gi", "0"),
    ("00", "0"),
    ("0.000", "0"),
    ("1000", "1k"),
    ("1000000", "1M"),
    ("12345", "12345"),
    ("1k", "1k"),
    ("1000k", "1M"),
    ("1M", "1M"),
    ("100000m", "100"),
    ("1n", "1n"),
    ("0.1n", "1n"),
    ("0.0001", "100u"),
    ("1u", "1u"),
    ("123456789", "123456789"),
    ("1Ei", "1Ei"),
    ("9Ei", "9223372036854775807"),
    ("1.1Ki", "1126400m"),
    ("0.1Ki", "102400m"),
    ("1023", "1023"),
    ("1023Ki", "1023Ki"),
    ("1e-3", "1e-3"),
    (" 4 ", "4"),
    (0.5, "500m"),
    (1.5, "1500m"),
    (0.1, "100m"),
    (1000, "1k"),
    (2.0, "2"),
]
NONE = [
    "",
    " ",
    "10 Gi",
    "5GB",
    "lots",
    "1.5.2",
    "1e",
    "1e1.5",
    "1e--3",
    "Ki",
    ".",
    "K",
    "mi",
    "0x10",
    "1_000",
    "1,5",
    "\u0661",
    "--1",
    True,
    None,
    [],
    {},
]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_kubernetes_writes_it_so(value: Any, text: str) -> None:
    """Numbers become text; suffixes and powers are settled, and what is settled stays."""
    assert quantities.canonical(value) == text
    assert quantities.canonical(text) == text


@pytest.mark.parametrize("value", NONE)
def test_what_is_no_quantity(value: Any) -> None:
    """Anything else is no quantity, and stays."""
    assert quantities.parse(value) is None
    assert quantities.in_nanos(value) is None
    assert quantities.canonical(value) == str(value)


@pytest.mark.parametrize(
    ("value", "worth"),
    [
        ("4", 4),
        (4, 4),
        ("500m", 0.5),
        ("1Ki", 1024),
        ("1k", 1000),
        ("-1", -1),
        ("1e3", 1000),
        ("1.5Gi", 1610612736),
        ("1n", 1e-09),
        (0.25, 0.25),
    ],
)
def test_what_a_quantity_is_worth(value: Any, worth: float) -> None:
    """A quantity that is a whole number is an int, and not a fraction."""
    assert quantities.parse(value) == worth
    assert type(quantities.parse(value)) is type(worth)


def test_less_than_the_smallest_is_the_smallest() -> None:
    """Who asks for little gets some; and the sign stays."""
    assert quantities.in_nanos("0.1n") == 1
    assert quantities.in_nanos("-0.1n") == -1


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "9" * 900, "9" * 900 + "Ei", "1e" + "9" * 900])
def test_what_is_far_too_large_takes_no_time(text: str) -> None:
    """A power of ten that nobody has is not computed."""
    assert quantities.in_nanos(text) is not None
    assert quantities.canonical(text)
    assert quantities.parse("9" * 5000) is None


SUFFIXES = [*quantities.DECIMAL, *quantities.BINARY, "e3", "E2", "e-3"]
TEXTS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "-", "+"]),
    st.integers(0, 10**9),
    st.sampled_from(["", ".", ".5", ".125"]),
    st.sampled_from(SUFFIXES),
)


@given(TEXTS)
@example("3063062.5Ki")  # no multiple of 1024, and one of 1000
def test_writing_keeps_the_worth(text: str) -> None:
    """What Kubernetes writes is worth the same, and is written so again."""
    if abs(quantities.in_nanos(text) or 0) < 10**29:  # what is worth more loses its suffix in Go
        written = quantities.canonical(text)
        assert quantities.in_nanos(written) == quantities.in_nanos(text)
        assert quantities.canonical(written) == written
