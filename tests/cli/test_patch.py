"""modelservice patch: objects in, patched objects out, as `kubectl patch --local` does it, for streams."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.terminal import Said, call, process, written
from tests.integration.folders import Map

OBJECTS = """\
# two
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {a: "1"}}
spec:
  template:
    spec:
      containers:
      - name: one
        image: one:1
      - name: two
        image: two:1
---
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data: {mode: "0755", "on": "on"}
"""


@pytest.fixture
def objects(tmp_path: Path) -> str:
    """Return the path of a file with a Deployment and a ConfigMap."""
    return written(tmp_path, "objects.yaml", OBJECTS)


def containers(said: Said) -> list[Map]:
    """Return the containers of the Deployment on stdout."""
    found: list[Map] = said.objects[0]["spec"]["template"]["spec"]["containers"]
    return found


def test_a_patch_as_text(objects: str) -> None:
    """A strategic merge by Kubernetes' keys: the item is merged, what the patch does not mention stays, text stays text."""
    said = call(
        "patch",
        objects,
        "-p",
        "{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: two, tty: true}]}}}}",
    )
    assert containers(said) == [{"name": "two", "image": "two:1", "tty": True}, {"name": "one", "image": "one:1"}]
    assert said.objects[1] == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {"mode": "0755", "on": "on"}}
    assert said.stderr == ""


def test_a_model_service_is_patched_by_names(tmp_path: Path) -> None:
    """A patch that sets only the image of one container keeps the rest of it, and the other containers."""
    service = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: ModelService
metadata: {name: chat}
spec:
  decode:
    containers:
    - {name: vllm, image: "vllm:1", env: [{name: A, value: a}]}
    - {name: side, image: "side:1"}
"""
    image = "{kind: ModelService, metadata: {name: chat}, spec: {decode: {containers: [{name: vllm, image: 'vllm:2'}]}}}"
    said = call("patch", written(tmp_path, "chat.yaml", service), "-p", image)
    assert said.objects[0]["spec"]["decode"]["containers"] == [
        {"name": "vllm", "image": "vllm:2", "env": [{"name": "A", "value": "a"}]},
        {"name": "side", "image": "side:1"},
    ]


def test_a_patch_as_a_file(tmp_path: Path, objects: str) -> None:
    """A path of a file is the file; each of its documents is a patch."""
    text = "kind: ConfigMap\nmetadata: {name: web}\ndata: {a: b}\n---\n# nothing\n---\nmetadata: {annotations: {x: y}}\n"
    said = call("patch", objects, "--patch", written(tmp_path, "patch.yaml", text))
    assert said.objects[1]["data"]["a"] == "b"
    assert [obj["metadata"]["annotations"] for obj in said.objects] == [{"x": "y"}] * 2


def test_patches_apply_in_their_order(tmp_path: Path, objects: str) -> None:
    """Each -p applies to what the earlier ones left, files and texts alike."""
    file = written(tmp_path, "patch.yaml", "metadata: {labels: {a: '2', b: '2'}}\n")
    said = call(
        "patch",
        objects,
        "-p",
        "metadata: {labels: {a: '3', c: '3'}}",
        "-p",
        file,
        "-p",
        "[{op: test, path: /metadata/labels/a, value: '2'}]",
    )
    assert said.objects[0]["metadata"]["labels"] == {"a": "2", "c": "3", "b": "2"}


def test_a_dash_is_standard_input(objects: str) -> None:
    """- reads the objects from stdin."""
    patch = "metadata: {labels: {x: y}}"
    assert call("patch", "-", "-p", patch, stdin=OBJECTS).stdout == call("patch", objects, "-p", patch).stdout


def test_a_list_is_its_items(tmp_path: Path) -> None:
    """The objects of a List are patched one by one, as kubectl prints them."""
    text = "apiVersion: v1\nkind: List\nitems:\n- {kind: A, metadata: {name: a}}\n- {kind: B, metadata: {name: b}}\n"
    said = call("patch", written(tmp_path, "list.yaml", text), "-p", "{kind: B, metadata: {name: b}, x: 1}")
    assert said.objects == [{"kind": "A", "metadata": {"name": "a"}}, {"kind": "B", "metadata": {"name": "b"}, "x": 1}]


@pytest.mark.parametrize(
    ("patch", "changed"),
    [
        ("{kind: ConfigMap, metadata: {name: web}, x: 1}", [False, True]),
        ("{kind: Deployment, metadata: {name: web}, x: 1}", [True, False]),
        ("{kind: Deployment, x: 1}", [True, True]),
        ("{metadata: {name: web}, x: 1}", [True, True]),
        ("{x: 1}", [True, True]),
        ("[{op: add, path: /x, value: 1}]", [True, True]),
    ],
)
def test_which_objects_a_patch_is_for(objects: str, patch: str, changed: list[bool]) -> None:
    """A strategic merge with kind and name is for that object; every other patch is for all."""
    assert ["x" in obj for obj in call("patch", objects, "-p", patch).objects] == changed


def test_a_name_that_is_not_there_is_an_error(objects: str) -> None:
    """The error lists what there is; nothing is printed."""
    said = call("patch", objects, "-p", "metadata: {labels: {x: y}}", "-p", "{kind: Deployment, metadata: {name: wbe}}")
    assert said == (1, "", "error: patch 2: there is no Deployment wbe; there are: Deployment web, ConfigMap web\n")


def test_a_patch_may_delete_an_object(objects: str) -> None:
    """`$patch: delete` takes the object out of the stream; without the last one the stream is empty."""
    said = call("patch", objects, "-p", "{kind: Deployment, metadata: {name: web}, $patch: delete}")
    assert [obj["kind"] for obj in said.objects] == ["ConfigMap"]
    assert call("patch", objects, "-p", "$patch: delete") == (0, "", "")
    name = "kind: ConfigMap, metadata: {name: web}"
    gone = call("patch", objects, "-p", f"{{{name}, $patch: delete}}", "-p", f"{{{name}}}")
    assert gone.code == 1
    assert "there is no ConfigMap web; there are: Deployment web" in gone.stderr


def test_where_new_items_go(objects: str) -> None:
    """New items come first, as in kustomize, or last, if asked for."""
    patch = "{kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: new, image: n}]}}}}"
    for arguments, names in (([], "new one two"), (["--new-items", "prepend"], "new one two"), (["--new-items", "append"], "one two new")):
        assert [one["name"] for one in containers(call("patch", objects, "-p", patch, *arguments))] == names.split()


JSON, MAP = "[{op: add, path: /x, value: 1}]", "{x: 1}"


@pytest.mark.parametrize(
    ("kind", "patch", "code"),
    [("auto", JSON, 0), ("auto", MAP, 0), ("json", JSON, 0), ("strategic", MAP, 0), ("json", MAP, 1), ("strategic", JSON, 1)],
)
def test_types_of_patches(objects: str, kind: str, patch: str, code: int) -> None:
    """--type auto tells a list from a map; a type that is named has to be the patch's."""
    said = call("patch", objects, "-p", patch, "--type", kind)
    assert said.code == code
    if code:
        assert said.stdout == ""
        assert f"--type {kind} takes a " in said.stderr
    else:
        assert all(obj["x"] == 1 for obj in said.objects)


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ("text", "patch 1: 'text' is no file, and no patch either: a patch is a map, or a list of operations"),
        ("none.yaml", "patch 1: 'none.yaml' is no file"),
        ("", "patch 1: is empty"),
        ("# nothing", "patch 1: is empty"),
        ("a: [", "patch 1: "),
        ("a: b: c", "patch 1: "),
        ("spec: text", "patch 1, Deployment web: spec: "),
        ("[{op: remove, path: /none}]", "patch 1, Deployment web: operations[0] (remove /none)"),
        ("[{op: add}]", "patch 1, Deployment web: operations[0]: "),
        ("spec: {template: {spec: {containers: [{image: x}]}}}", "patch 1, Deployment web: spec.template.spec.containers: "),
        ("[{op: remove, path: /kind}]", "patch 1, Deployment web: kind: "),
    ],
)
def test_a_patch_that_cannot_apply_is_an_error(objects: str, patch: str, words: str) -> None:
    """Which patch, which object, where and what, on stderr with code 1; stdout stays empty."""
    said = call("patch", objects, "-p", patch)
    assert (said.code, said.stdout) == (1, "")
    assert said.lines[0].startswith(f"error: {words}")
    assert len(said.lines) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there is no object in it"),
        ("# nothing\n---\n", "there is no object in it"),
        ("text\n", ":1:1: error: this is no object [config]"),
        ("a: 1\n---\n- b\n", ":3:1: error: this is no object [config]"),
        ("kind: List\nitems:\n- a: 1\n- 5\n", ":4:3: error: this is no object [config]"),
        ("kind: List\nitems: []\n", "there is no object in it"),
        ("a: [\n", ":2:1: error: this is not YAML"),
    ],
)
def test_a_file_without_objects_is_an_error(tmp_path: Path, text: str, words: str) -> None:
    """What is no object is told with its place, and code 1."""
    path = written(tmp_path, "file.yaml", text)
    said = call("patch", path, "-p", MAP)
    assert (said.code, said.stdout) == (1, "")
    assert path in said.lines[0]
    assert words in said.lines[0]


@pytest.mark.parametrize("text", ["kind: X\nmetadata: [1]\n", "kind: X\nmetadata: text\n", "metadata: null\n", "kind: 1\n"])
def test_objects_of_any_shape_can_be_patched(tmp_path: Path, text: str) -> None:
    """An object need have no kind and no name; a patch with a name is then for another."""
    path = written(tmp_path, "file.yaml", text)
    assert call("patch", path, "-p", MAP).objects[0]["x"] == 1
    assert call("patch", path, "-p", "{kind: X, metadata: {name: x}}").code == 1


def test_files_that_are_not_there(tmp_path: Path, objects: str) -> None:
    """A file of objects that cannot be opened is a wrong call."""
    for path in (tmp_path / "none.yaml", tmp_path):
        said = call("patch", str(path), "-p", MAP)
        assert (said.code, said.stdout) == (2, "")
        assert str(path) in said.lines[-1]
    assert call("patch", objects, "-p", str(tmp_path)).code == 1


def test_a_process_does_the_same(objects: str) -> None:
    """As in a shell, with bytes on stdin and stdout."""
    assert process("patch", "-", "-p", MAP, stdin=OBJECTS.encode()) == call("patch", objects, "-p", MAP)
    assert process("patch", objects, "-p", "text").code == 1
    assert process("patch", objects).code == 2
