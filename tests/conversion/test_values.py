"""Values as Helm puts them together."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.config.layers import over
from modelservice.config.settings import SettingError
from modelservice.conversion.values import together, under


def test_files_merge_as_helms() -> None:
    """Maps merge, lists replace, null stays to delete what the chart says; the last wins."""
    files: list[dict[str, Any]] = [{"a": {"b": 1, "c": [1]}, "d": 1}, {"a": {"b": None, "c": [2]}, "e": {}}, {"d": 2}]
    assert together(files, []) == {"a": {"b": None, "c": [2]}, "d": 2, "e": {}}
    assert files[0] == {"a": {"b": 1, "c": [1]}, "d": 1}


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("a.b=1", {"a": {"b": 1}}),
        ("a=true,b=null,c=text,d=-3", {"a": True, "b": None, "c": "text", "d": -3}),
        ("a=0755,b=1.5,c=1e3", {"a": "0755", "b": "1.5", "c": "1e3"}),
        ("a={x,2}", {"a": ["x", 2]}),
        ("a={}", {"a": []}),
        (r"a=x\,y", {"a": "x,y"}),
        (r"nodeSelector.a\.b/c=d", {"nodeSelector": {"a.b/c": "d"}}),
        ("c[0].image=x", {"c": [{"image": "x"}]}),
        ("a=", {"a": ""}),
        ("a=x=y", {"a": "x=y"}),
        ("spec.a=1", {"spec": {"a": 1}}),
        ("decode.containers[0].image=x", {"decode": {"containers": [{"image": "x"}]}}),
    ],
)
def test_set_is_helms(setting: str, values: Any) -> None:
    """Several with commas, lists in braces, and only whole numbers, true, false and null are no text."""
    assert together([], [setting]) == values


@pytest.mark.parametrize("setting", ["a", "=1", "a=1,b", "a[x]=1", "a.b=1,a.b.c=2"])
def test_what_fits_nowhere_is_told(setting: str) -> None:
    """A setting that is none, or leads into what is no map."""
    with pytest.raises(SettingError):
        together([], [setting])


def test_under_keeps_the_order_of_what_is_above() -> None:
    """What both say is one field, and what only the lower says comes behind."""
    above, below = {"a": {"x": 1}, "b": None}, {"c": 1, "b": 2, "a": {"y": 2, "x": 3}}
    merged = under(above, below)
    assert merged == over(below, above) == {"a": {"x": 1, "y": 2}, "b": None, "c": 1}
    assert [*merged, *merged["a"]] == ["a", "b", "c", "x", "y"]
