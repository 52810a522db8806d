"""`resourcelist`: what comes in on stdin and goes out on stdout."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.krm.yaml_texts import resources, strings

from modelservice.krm import full, resourcelist, slices
from modelservice.krm.errors import ReadError
from modelservice.krm.resourcelist import Item, ResourceList, read_resource_list, write_resource_list
from modelservice.krm.results import Result
from modelservice.krm.writing import write_yaml

HEAD = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\n"
PATH = "internal.config.kubernetes.io/path"
# As kpt sends it: comments within the item, annotations added, block scalars, anchors, `on`.
KPT = (
    HEAD
    + """\
items:
- # head comment
  apiVersion: v1
  kind: ConfigMap
  metadata: # beside
    name: 'a'
    annotations: {x: "on", internal.config.kubernetes.io/path: 'a.yaml', internal.config.kubernetes.io/index: '1'}
  data:
    on: on
    mode: 0755
    script: |
      cat <<EOF && ! test -f x

        indented
    keep: |+
      text

    anchor: &a foo
    alias: *a
  # foot comment
- apiVersion: v1
  kind: Secret
  metadata:
    name: b
    annotations:
      config.kubernetes.io/path: 'b.yaml'
  data:
    anchor: &a bar
    alias: *a
- # kustomization.yaml
  resources:
  - a.yaml
- null
functionConfig:
  kind: ConfigMap
"""
)


def _value(data: bytes) -> Any:
    (node,) = full.read(data.decode())
    return node.value


def test_read_from_kustomize() -> None:
    """Items and configuration are read; without paths nothing is taken from files, and items have no text of their own."""
    text = HEAD + "items:\n- kind: A\n  mode: 0755\n- null\n- []\nfunctionConfig:\n  kind: B\n"
    read = read_resource_list(text.encode())
    assert [item.value for item in read.items] == [{"kind": "A", "mode": 493}, None, []]
    assert [item.text for item in read.items] == [None, None, None]
    assert read.function_config == {"kind": "B"}
    assert not read.has_files


def test_read_from_kpt() -> None:
    """Values are read as Go reads them, repeated anchors included, and the paths and indexes are known."""
    read = read_resource_list(KPT.encode())
    assert read.has_files
    assert [item.path for item in read.items] == ["a.yaml", "b.yaml", None, None]
    assert [item.index for item in read.items] == ["1", None, None, None]
    data = read.items[0].value["data"]
    assert (data["on"], data["mode"], data["keep"], data["alias"]) == ("on", 493, "text\n\n", "foo")
    assert read.items[1].value["data"]["alias"] == "bar"


def test_untouched_means_untouched() -> None:
    """Items go back as they came, to the byte, at their places."""
    answer = write_resource_list(read_resource_list(KPT.encode())).decode()
    assert answer == KPT


def test_changed_and_new_items_among_untouched_ones() -> None:
    """A new Item in the place of an old one is written; those around it keep their text."""
    read = read_resource_list(KPT.encode())
    texts = [item.text for item in read.items]
    read.items[1] = Item({"kind": "Secret", "data": {"a": "on"}})
    read.items.append(Item({"kind": "New", "script": "a\nb\n"}))
    answer = write_resource_list(read).decode()
    changed = '- kind: Secret\n  data:\n    a: "on"\n'
    new = "- kind: New\n  script: |\n    a\n    b\n"
    expected = f"{HEAD}items:\n{texts[0]}{changed}{texts[2]}{texts[3]}{new}functionConfig:\n  kind: ConfigMap\n"
    assert answer == expected


@settings(max_examples=40, deadline=None)
@given(st.lists(resources, max_size=4), st.lists(strings, min_size=4, max_size=4))
def test_untouched_property(values: list[Any], comments: list[str]) -> None:
    """Whatever the items hold, what is not touched comes back verbatim, and reads as it did."""
    for value in values:
        value["metadata"]["annotations"] = {PATH: "a.yaml"}
    text = HEAD + "items:\n"
    for value, comment in zip(values, comments, strict=False):
        text += f"- # {comment!a}\n  " + write_yaml([value])[2:]
    read = read_resource_list(text.encode())
    assert [item.value for item in read.items] == values
    if values:
        assert write_resource_list(read).decode() == text


@settings(max_examples=40, deadline=None)
@given(st.lists(resources, max_size=6), st.sampled_from([1, 50, 300]))
def test_a_long_text_is_read_in_chunks(values: list[Any], chunk: int) -> None:
    """Some items at a time, and all of them are there, in their order, with what stands around them."""
    text = HEAD + write_yaml({"items": values}) + "functionConfig: {a: b}\n"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resourcelist, "CHUNK", chunk)
        read = read_resource_list(text.encode())
    assert [item.value for item in read.items] == values
    assert read.function_config == {"a": "b"}


@pytest.mark.parametrize("chunk", [1, 30, 10**6])
@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}items:\n- metadata: {{annotations: &a {{{PATH}: a.yaml}}}}\n- metadata: {{annotations: *a}}\n",
        f'{HEAD}items:\n- metadata:\n    annotations:\n      {PATH}: "a\n- b"\n- c: d\n',
        f"{HEAD}items:\n- a: 012\n- a: 12\n",
        f"{HEAD}items:\n- a\n- null\n-\n  - b\n",
        json.dumps({"kind": "ResourceList", "items": [{"a": 1}, {"b": "\u00e4"}]}),
        KPT,
    ],
)
def test_chunks_change_nothing(text: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be cut, or takes the full reader, is read as if it were short."""
    expected = read_resource_list(text.encode())
    monkeypatch.setattr(resourcelist, "CHUNK", chunk)
    read = read_resource_list(text.encode())
    assert [(item.value, item.text) for item in read.items] == [(item.value, item.text) for item in expected.items]
    assert read.function_config == expected.function_config


def test_anchors_across_items() -> None:
    """An alias of another item's anchor is understood; the whole text is then read at once."""
    text = f"{HEAD}items:\n- metadata: {{annotations: &a {{{PATH}: a.yaml}}}}\n- metadata: {{annotations: *a}}\n"
    assert [item.path for item in read_resource_list(text.encode()).items] == ["a.yaml", "a.yaml"]


def test_quoted_text_at_the_indentation_of_the_dashes() -> None:
    """A string that looks like an item is none: nothing is cut then, and the item is written from its value."""
    text = f'{HEAD}items:\n- metadata:\n    annotations:\n      {PATH}: "a\n- b"\n'
    read = read_resource_list(text.encode())
    assert [(item.path, item.text) for item in read.items] == [("a - b", None)]


def test_only_doubtful_items_take_the_full_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large package one item with an anchor does not make all others slow."""
    read: list[str] = []
    original = full.read
    monkeypatch.setattr(full, "read", lambda text: read.append(text) or original(text))  # type: ignore[func-returns-value]
    plain = f"- kind: A\n  metadata:\n    annotations:\n      {PATH}: a.yaml\n"
    read_resource_list(f"{HEAD}items:\n{plain * 50}- kind: &a B\n{plain * 50}".encode())
    assert read == ["- kind: &a B\n"]


@pytest.mark.parametrize(
    ("text", "config"),
    [(HEAD, None), (f"{HEAD}items:\n", None), (f"{HEAD}items: []\nfunctionConfig: null\n", None), (f"{HEAD}functionConfig: 3\n", 3)],
)
def test_absent_parts(text: str, config: object) -> None:
    """No items are an empty list; no configuration is None, and a strange one is the caller's business."""
    read = read_resource_list(text.encode())
    assert (read.items, read.function_config, read.results) == ([], config, [])


@pytest.mark.parametrize("version", ["config.kubernetes.io/v1", "config.kubernetes.io/v1alpha1", "whatever/v9", "", "[]"])
def test_any_api_version(version: str) -> None:
    """Orchestrators do not check the version of a ResourceList, and neither do we; answers are always v1."""
    read = read_resource_list(f"apiVersion: {version}\nkind: ResourceList\nitems: []\n".encode())
    assert json.loads(write_resource_list(read))["apiVersion"] == "config.kubernetes.io/v1"


@pytest.mark.parametrize("line", ["", "x: &a b\n"], ids=["fast", "full"])
def test_marks_around_the_document(line: str) -> None:
    """A byte order mark, `---` and a trailing `---` do not matter."""
    text = f"\ufeff---\n{HEAD}{line}items:\n- kind: A\n---\n"
    assert [item.value for item in read_resource_list(text.encode()).items] == [{"kind": "A"}]


ERRORS = {
    "nothing": ("", "line 1, column 1: the input is empty; a ResourceList was expected, as kustomize and kpt send it"),
    "blanks": (" \n\n", "line 1, column 1: the input is empty"),
    "a comment": ("# c\n", "line 1, column 1: a ResourceList was expected, which is a map"),
    "text": ("hello\n", "line 1, column 1: a ResourceList was expected, which is a map"),
    "list": ("# c\n- a\n", "line 2, column 1: a ResourceList was expected, which is a map"),
    "two": (f"{HEAD}---\n{HEAD}", "line 4, column 1: one ResourceList was expected, and there are 2 YAML documents"),
    "kind": ("apiVersion: v1\nkind: Pod\n", "line 2, column 1: kind: ResourceList was expected, as kustomize and kpt send"),
    "no kind": ("items: []\n", "line 1, column 1: kind: ResourceList was expected"),
    "items": (f"{HEAD}items: {{}}\n", "line 3, column 1: the items of a ResourceList have to be a list"),
    "no YAML": (f"{HEAD}items:\n- a: b: c\n", "line 4, column 7: this is not YAML"),
    "duplicate key": (f"{HEAD}items:\n- a: 1\n- b: 1\n  b: 2\n", "line 6, column 3: the key 'b' is already in this map, on line 5"),
    "infinity": (f"{HEAD}items:\n- a: .inf\n", "line 4, column 6: JSON, and so Kubernetes, has no number .inf"),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_error(text: str, message: str) -> None:
    """What is no ResourceList is refused with the place in the input and what would be right."""
    with pytest.raises(ReadError) as raised:
        read_resource_list(text.encode())
    assert str(raised.value).startswith(message)


def test_error_without_a_second_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of an error in a long list costs no reading in full."""
    monkeypatch.delattr(full, "read")
    with pytest.raises(ReadError, match=r"^line 2003, column 1: kind: ResourceList was expected"):
        read_resource_list("apiVersion: v1\nitems:\n" + "- a: b\n" * 2000 + "kind: List\n")


def test_error_names_the_file() -> None:
    """The user of kpt, who never sees the list, is told in which file the mistake is."""
    text = f"{HEAD}items:\n- metadata: {{annotations: {{{PATH}: 'a.yaml'}}}}\n- a: 1\n  a: 2\n"
    with pytest.raises(ReadError, match=r"^line 6, column 3: the key 'a' is already in this map, on line 5$"):
        read_resource_list(text.encode())
    with pytest.raises(ReadError, match=r"^line 6, column 3: the key 'a' .* on line 5 \(in dir/b\.yaml\)$"):
        read_resource_list(f"{text}  metadata:\n    annotations:\n      {PATH}: dir/b.yaml\n".encode())


def test_write_to_kustomize() -> None:
    """The answer to kustomize is compact JSON in one line, with `items` even if there are none."""
    assert write_resource_list(ResourceList()) == b'{"apiVersion":"config.kubernetes.io/v1","kind":"ResourceList","items":[]}\n'
    written = write_resource_list(ResourceList([Item({"a": 1}, "- a: 1\n")], {"kind": "C"}, [Result("m")]))
    expected = b'"items":[{"a":1}],"results":[{"message":"m","severity":"error"}]}\n'
    assert written.endswith(expected)


def test_write_characters_to_kustomize() -> None:
    r"""Text stays as it is, \u escapes stand only for what go-yaml refuses raw, and never for pairs, which it refuses."""
    written = write_resource_list(ResourceList([Item("é😀\x7f\x85\u2028\ufeff\x00\ud800")])).decode()
    assert '"é😀\\u007f\\u0085\\u2028\\ufeff\\u0000\ufffd"' in written


@settings(deadline=None)
@given(st.lists(resources, max_size=3))
def test_answers_are_read_back(values: list[Any]) -> None:
    """JSON or YAML, the answer holds the values of the items."""
    for config in (None, {"metadata": {"annotations": {PATH: "a.yaml"}}}):
        answer = write_resource_list(ResourceList([Item(value) for value in values], config))
        assert _value(answer)["items"] == values


def test_results_in_yaml() -> None:
    """Results stand behind the items and the configuration."""
    config = {"metadata": {"annotations": {PATH: "a.yaml"}}}
    answer = write_resource_list(ResourceList([], config, [Result("m", field="spec.a", current="on")]))
    assert _value(answer) == {
        "apiVersion": "config.kubernetes.io/v1",
        "kind": "ResourceList",
        "items": [],
        "functionConfig": config,
        "results": [{"message": "m", "severity": "error", "field": {"path": "spec.a", "currentValue": "on"}}],
    }


def test_json_in_has_no_texts() -> None:
    """A list in JSON, paths or not, cannot be given back as text, and is written from its values."""
    items = [{"kind": "A", "metadata": {"annotations": {PATH: "a.yaml"}}}]
    read = read_resource_list(json.dumps({"kind": "ResourceList", "items": items}).encode())
    assert read.items[0].text is None
    assert _value(write_resource_list(read))["items"] == items


def test_slices_that_do_not_match_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the cut finds another number of items than the reader, no item gets a text."""
    monkeypatch.setattr(slices, "split", lambda _: slices.Parts("", []))
    text = f"{HEAD}items:\n- metadata:\n    annotations:\n      {PATH}: a.yaml\n"
    assert read_resource_list(text.encode()).items[0].text is None


@pytest.mark.parametrize(("levels", "is_read"), [(95, True), (98, False), (99, False)])
def test_an_item_is_as_deep_as_it_stands_in_the_list(levels: int, is_read: bool) -> None:
    """Whether the items are read one by one, as where one of them has an anchor, or all at once, the limit is that of the list."""
    deep = "[" * levels + "]" * levels
    annotations = "metadata: {name: a, annotations: {config.kubernetes.io/path: a.yaml}}"
    anchored = f"- apiVersion: v1\n  kind: A\n  {annotations}\n  data: &anchor x\n"
    text = f"kind: ResourceList\nitems:\n- kind: B\n  deep: {deep}\n{anchored}"
    if is_read:
        assert len(read_resource_list(text).items) == 2
    else:
        with pytest.raises(ReadError, match="nested deeper than 100 levels"):
            read_resource_list(text)
