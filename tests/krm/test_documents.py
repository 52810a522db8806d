"""`documents`: files that people wrote, and where their fields are."""

from __future__ import annotations

import pytest

from modelservice.krm.documents import read_documents
from modelservice.krm.errors import ReadError

FILE = """\
# comment
---
kind: A
spec:
  decode:
    containers:
    - name: x
      image: y
    - name: z
---
---
kind: B
metadata:
  annotations:
    a.b/c: d
    a.b: e
"""


def test_documents() -> None:
    """Empty documents are left out, and the others keep their numbers in the file."""
    documents = read_documents(FILE, "f.yaml")
    assert [(document.value["kind"], document.index, document.name) for document in documents] == [
        ("A", 0, "f.yaml"),
        ("B", 2, "f.yaml"),
    ]


def test_json() -> None:
    """A file may hold JSON."""
    (document,) = read_documents(b'{"kind": "A",\n "spec": {}}', "f.json")
    assert document.value == {"kind": "A", "spec": {}}
    assert document.place("spec") == "f.json:2:2"


def test_json_of_its_own_kind() -> None:
    """JSON may hold what is no YAML; without a position it is read all the same."""
    (document,) = read_documents(b'{"a": 1,\n "b": "\\ud800"}', "f.json")
    assert document.place("b") == "f.json:1:1"


@pytest.mark.parametrize(
    ("number", "path", "position"),
    [
        (0, "", (3, 1)),
        (0, "spec", (4, 1)),
        (0, "spec.decode.containers", (6, 5)),
        (0, "spec.decode.containers[0]", (7, 7)),
        (0, "spec.decode.containers[0].image", (8, 7)),
        (0, "spec.decode.containers[1].name", (9, 7)),
        (0, "spec.decode.containers[1].image", (9, 7)),
        (0, "spec.decode.containers[7].image", (6, 5)),
        (0, "spec.decode.replicas", (5, 3)),
        (0, "spec.decoder", (4, 1)),
        (0, "spec.decode.containers.name", (6, 5)),
        (0, "spec.decode.containers[0].image.tag", (8, 7)),
        (1, "metadata.annotations.a.b/c", (15, 5)),
        (1, "metadata.annotations.a.b", (16, 5)),
    ],
)
def test_position(number: int, path: str, position: tuple[int, int]) -> None:
    """A path leads to the key of its field, or to what is nearest; keys may hold dots."""
    document = read_documents(FILE, "f.yaml")[number]
    assert document.position(path) == position


def test_place() -> None:
    """A place is what editors can jump to."""
    assert read_documents(FILE, "dir/f.yaml")[1].place("metadata") == "dir/f.yaml:13:1"


def test_error() -> None:
    """An error names the file."""
    with pytest.raises(ReadError, match=r"^f\.yaml:2:1: the key 'a' is already in this map, on line 1$"):
        read_documents("a: 1\na: 2\n", "f.yaml")
    with pytest.raises(ReadError, match=r"^f\.yaml:1:1: this is not UTF-8"):
        read_documents(b"\xff", "f.yaml")
