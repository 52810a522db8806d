"""Values in messages, and numbers in texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelservice.texts import LONGEST, cut, listed, mishap, one_line, shown, whole_number

SHORT: dict[str, int] = {}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "'a'"),
        ("", "''"),
        ("a\nb\x1b[0m", r"'a\nb\x1b[0m'"),
        ("x" * LONGEST, f"'{'x' * LONGEST}'"),
        ("x" * 5000, f"'{'x' * LONGEST}…'"),
        (5, "5"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ({}, "a map"),
        ([1], "a list"),
    ],
)
def test_a_value_in_a_message(value: Any, expected: str) -> None:
    """Texts are in quotes and cut, scalars are as YAML has them, and of maps and lists there is only that they are."""
    assert shown(value) == expected
    assert shown(10**5000) == "a number of more than 80 digits"


@given(ANYTHING)
def test_what_is_shown_is_short_and_on_one_line(value: Any) -> None:
    """Whatever a value is, what is shown of it fits in a line."""
    assert shown(value).isprintable()
    assert len(shown(value)) < 12 * LONGEST


@given(st.text())
def test_one_line(text: str) -> None:
    """Printable text stays; of anything else there is an escape."""
    assert one_line(text).isprintable()
    assert one_line(text) == text or not text.isprintable()
    assert cut(text) == one_line(text) if len(text) <= LONGEST else cut(text).endswith("…")


def test_names_that_are_listed() -> None:
    """Of many names there are only the first."""
    assert listed(["a", "b"]) == "a, b"
    assert listed(["a", "b", "c", "d"], "; ", most=2) == "a; b; and 2 more"
    assert listed([str(number) for number in range(100)]).endswith("19, and 80 more")
    assert listed([]) == ""


@given(st.integers(0, 10**18 - 1), st.integers(0, 5000))
def test_whole_numbers(number: int, zeros: int) -> None:
    """Digits are a number, however many zeros stand in front."""
    assert whole_number("0" * zeros + str(number)) == number


@pytest.mark.parametrize("text", ["", "²", "٣", "-1", "+1", "1.0", "1_000", " 1", "1\n", "9" * 19, "9" * 5000, "0x1", "one"])
def test_what_is_no_whole_number(text: str) -> None:
    """Other digits, signs, blanks, and what is too long for any field are none."""
    assert whole_number(text) is None


@given(st.text())
def test_other_texts_are_no_whole_numbers(text: str) -> None:
    """Only digits 0 to 9 make a number."""
    assert whole_number(text) is None or set(text) <= set("0123456789")


def test_a_mishap_names_its_place() -> None:
    """An error nobody foresaw is told with its kind and where it happened; without a place, that there is none."""
    with pytest.raises(KeyError) as caught:
        SHORT["x"]
    assert "KeyError: 'x' (test_texts.py:" in mishap(caught.value)
    assert mishap(ValueError("x" * 5000)).endswith("… (nowhere)")
