"""The runner of the documents, generator/tasks/pages.py, on pages of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tasks.scripts import script

ROOT = Path(__file__).resolve().parents[2]
PAGE = """\
```yaml title="a/b.yaml"
one: 1
```
```sh
cat a/b.yaml \\
  | tr 1 2
kubectl apply -f a
false # exit code 1
```
```text title="prints"
SHOWN```
"""


PAGES = script("pages")


def test_what_is_printed_is_written(tmp_path: Path, kustomize: Path) -> None:
    """Files are there, commands run in order, those for a cluster do not; what was shown is replaced, and right after that."""
    right = PAGE.replace("SHOWN", "one: 2\n")
    assert PAGES.played(PAGE.replace("SHOWN", "one: 3\n"), tmp_path, kustomize) == right


def test_what_is_right_stays(tmp_path: Path, kustomize: Path) -> None:
    """Also where lines are left out."""
    right = PAGE.replace("SHOWN", "…\n")
    assert PAGES.played(right, tmp_path, kustomize) == right


def test_a_list_item_is_indented(tmp_path: Path, kustomize: Path) -> None:
    """A block inside a list is read, and written, without the margin."""
    page = '1. First\n\n   ```sh\n   echo one\n   ```\n   ```text title="prints"\n   ```\n'
    assert PAGES.played(page, tmp_path, kustomize) == page.replace('prints"\n', 'prints"\n   one\n')


def test_another_exit_code_is_an_error(tmp_path: Path, kustomize: Path) -> None:
    """Where the page does not say it."""
    with pytest.raises(PAGES.PageError, match="ends with 1, and not 0"):
        PAGES.played("```sh\nfalse\n```\n", tmp_path, kustomize)


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [("a\nb\nc\n", True), ("a\n…\n", True), ("…\nc\n", True), ("a\n…\nc\n", True), ("a\n…\nb\n", False), ("a\n", False), ("", False)],
)
def test_left_out_lines(shown: str, agrees: bool) -> None:
    """`…` is any lines, or none."""
    assert PAGES.agrees(shown, "a\nb\nc\n") is agrees
