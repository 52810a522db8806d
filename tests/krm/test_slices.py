"""`slices`: cutting a ResourceList without understanding it."""

from __future__ import annotations

import pytest

from modelservice.krm.slices import split

LIST = """\
apiVersion: config.kubernetes.io/v1
kind: ResourceList
items:
# above
- a: b # beside
  c: |+
    - not an item

- # within
  d:
  - e
-
- f
functionConfig: {}
"""


def test_split() -> None:
    """An item goes from its dash, comments above included, to the next one."""
    parts = split(LIST)
    assert parts is not None
    assert [part.text for part in parts.slices] == [
        "# above\n- a: b # beside\n  c: |+\n    - not an item\n\n",
        "- # within\n  d:\n  - e\n",
        "-\n",
        "- f\n",
    ]
    assert [part.line for part in parts.slices] == [4, 9, 12, 13]


def test_frame() -> None:
    """What is around the items is a list without items."""
    parts = split(LIST)
    assert parts is not None
    assert parts.frame == "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\nfunctionConfig: {}\n"


def test_indented_list() -> None:
    """A list that is indented loses its indentation, and nothing else."""
    parts = split("items:\n  - a: |\n      b\n\n    c: d\n  # e\n  - f\n# g\nkind: ResourceList\n")
    assert parts is not None
    assert [part.text for part in parts.slices] == ["- a: |\n    b\n\n  c: d\n", "# e\n- f\n"]
    assert parts.frame.endswith("\n# g\nkind: ResourceList\n")


def test_last_line_without_break() -> None:
    """The last item gets the line break that it lacks."""
    parts = split("items:\n- a")
    assert parts is not None
    assert [part.text for part in parts.slices] == ["- a\n"]


@pytest.mark.parametrize("text", ["items: []\n", '{"items": []}', "items:\n", "items:\n  a: b\n", "items:\r\n- a\r\n", "kind: x\n"])
def test_no_block_list(text: str) -> None:
    """What is no list in block style is not cut."""
    assert split(text) is None
