"""A base name that was cut (specification: Names)."""

from __future__ import annotations

import pytest
from tests.compose.made import make


@pytest.mark.parametrize(
    ("spec", "name", "field"),
    [
        ({}, "x" * 56, "metadata.name"),
        ({"fullnameOverride": "x" * 56}, "llama", "spec.fullnameOverride"),
    ],
)
def test_a_cut_name_is_a_warning(spec: dict[str, str], name: str, field: str) -> None:
    """The finding has the field that the name is from, and says what the resources are called."""
    ((severity, where, message),) = make(spec, name=name).found("name-cut")
    assert (severity, where) == ("warning", field)
    assert "55" in message
    assert message.endswith("x" * 55)


@pytest.mark.parametrize("name", ["x", "x" * 55])
def test_a_name_that_fits_is_nothing_to_tell(name: str) -> None:
    """Up to 55 characters nothing is cut."""
    assert make({}, name=name).found("name-cut") == []
    assert make({"fullnameOverride": name}, name="y" * 60).found("name-cut") == []


def test_a_name_that_only_lost_a_dash_is_not_called_too_long() -> None:
    """A dash at the end is trimmed; that is told in words that are true."""
    found = make({"fullnameOverride": "llama-"}).found("name-cut")
    assert all("55 characters" not in message for _, _, message in found)
