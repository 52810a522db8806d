"""Comments of YAML that people wrote: where they belong, and that they are written again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelservice.krm import parse, read_documents
from modelservice.krm.comments import WIDTH, Comments, Path, read_comments, write_with_comments

TEXT = """\
# head
# of the file

# above a
a: 1 # beside a
b:
  c: "x # no" # beside c
  d: |
    text # none
    # none
  # above e
  e:
  # above the first
  - x # beside the first
  - name: y
    value: 'it''s # none'
    # above f
  f: {a: 1, b: [1, 2]} # beside f
# at the end
"""
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-10, 10)
    | st.text(max_size=12)
    | st.sampled_from(["on", "a, b", "[x]", "{", "a: b", "# x", "-"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4), max_leaves=20
)


def test_a_comment_belongs_to_what_it_stands_above_or_beside() -> None:
    """Within scalars there is none; what stands apart at the top, or below all else, is the document's."""
    assert read_comments(TEXT) == {
        (): Comments(["# head", "# of the file"], "", ["# at the end"]),
        ("a",): Comments(["# above a"], "# beside a"),
        ("b", "c"): Comments([], "# beside c"),
        ("b", "e"): Comments(["# above e"]),
        ("b", "e", 0): Comments(["# above the first"], "# beside the first"),
        ("b", "f"): Comments(["# above f"], "# beside f"),
    }


def test_they_are_written_where_they_belong() -> None:
    """A value that is written with its comments reads as the same value with the same comments."""
    written = write_with_comments(parse(TEXT), read_comments(TEXT))
    assert parse(written) == parse(TEXT)
    assert read_comments(written) == read_comments(TEXT)
    assert "a: 1 # beside a\n" in written
    assert written.startswith("# head\n# of the file\n\n# above a\n")
    assert written.endswith("# at the end\n")


@given(VALUES)
def test_any_value_is_written_as_itself(value: Any) -> None:
    """Whatever stands in brackets, and whatever is quoted for it."""
    document = {"spec": {"field": value, "list": [value]}}
    written = write_with_comments(document, {})
    assert parse(written) == document
    assert read_documents(written.encode(), "x")[0].value == document


@given(VALUES, st.lists(st.sampled_from([("spec",), ("spec", "field"), ("spec", "list"), ("spec", "list", 0)]), unique=True))
def test_any_value_keeps_its_comments(value: Any, paths: list[Path]) -> None:
    """Also above the items of a list."""
    comments = {path: Comments([f"# {path}"]) for path in paths}
    written = write_with_comments({"spec": {"field": value, "list": [value]}}, comments)
    assert parse(written) == {"spec": {"field": value, "list": [value]}}
    assert sorted(line.strip() for line in written.split("\n") if line.strip().startswith("# (")) == sorted(f"# {path}" for path in paths)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ({"a": {"b": 1, "c": ["x", "z"]}}, "  a: {b: 1, c: [x, z]}"),
        ({"a": ["--flag", "a,b", "8"]}, '  a: [--flag, "a,b", "8"]'),
        ({"a": {}}, "  a: {}"),
        ({"a": {str(number): number for number in range(7)}}, "  a:"),
        ({"a": ["x" * WIDTH]}, "  a:"),
        ({"a": ["one\ntwo\n"]}, "  a:"),
    ],
)
def test_what_is_short_stands_in_brackets(value: Any, line: str) -> None:
    """On one line: few values, none of several lines; `spec` itself does not."""
    assert write_with_comments({"spec": value}, {}).split("\n")[:2] == ["spec:", line]


def test_joined_comments_have_each_line_once() -> None:
    """Of two places that are one now."""
    one, other = Comments(["# a"], "# b"), Comments(["# a", "# c"], "# d")
    assert one.joined(other) == Comments(["# a", "# d", "# c"], "# b")
    assert one.joined(Comments([], "# b")) == one
