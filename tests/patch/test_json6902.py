"""JSON6902 patches: what RFC 6902 says, what kustomize does differently, and which errors name what."""

from __future__ import annotations

import json
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml12
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.patch import PatchError, json_patch

TARGET: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Thing",
    "metadata": {"name": "a", "labels": {"x/y": "1"}},
    "spec": {"n": 1, "list": ["a", "b", "c"], "maps": [{"k": "v"}], "none": None},
}


def op(name: str, path: str, *value: Any, **more: Any) -> dict[str, Any]:
    """Return one operation."""
    return {"op": name, "path": path, **({"value": value[0]} if value else {}), **more}


# A rule, the operations, and what they change in the spec; the real kustomize is asked about all of them.
DONE: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "add a field": ([op("add", "/spec/new", 1)], {"new": 1}),
    "add over a field": ([op("add", "/spec/n", {"a": 1})], {"n": {"a": 1}}),
    "add an item": ([op("add", "/spec/list/1", "n")], {"list": ["a", "n", "b", "c"]}),
    "add at the end": ([op("add", "/spec/list/-", "n")], {"list": ["a", "b", "c", "n"]}),
    "add behind the last": ([op("add", "/spec/list/3", "n")], {"list": ["a", "b", "c", "n"]}),
    "add at -1 is at the end": ([op("add", "/spec/list/-1", "n")], {"list": ["a", "b", "c", "n"]}),
    "add at -2": ([op("add", "/spec/list/-2", "n")], {"list": ["a", "b", "n", "c"]}),
    "add without value is null": ([op("add", "/spec/new")], {"new": None}),
    "remove a field": ([op("remove", "/spec/n")], {"n": ...}),
    "remove an item": ([op("remove", "/spec/list/0")], {"list": ["b", "c"]}),
    "remove the last": ([op("remove", "/spec/list/-1")], {"list": ["a", "b"]}),
    "replace a field": ([op("replace", "/spec/n", 2)], {"n": 2}),
    "replace adds a missing field": ([op("replace", "/spec/new", 2)], {"new": 2}),
    "replace an item": ([op("replace", "/spec/list/-3", "n")], {"list": ["n", "b", "c"]}),
    "replace without value is null": ([op("replace", "/spec/n")], {"n": None}),
    "index in the middle": ([op("replace", "/spec/maps/-1/k", "w")], {"maps": [{"k": "w"}]}),
    "index in the middle of an addition": ([op("add", "/spec/maps/-1/l", "w")], {"maps": [{"k": "v", "l": "w"}]}),
    "move": ([op("move", "/spec/m", **{"from": "/spec/n"})], {"n": ..., "m": 1}),
    "move counts after taking away": ([op("move", "/spec/list/-1", **{"from": "/spec/list/0"})], {"list": ["b", "c", "a"]}),
    "copy": ([op("copy", "/spec/maps/-", **{"from": "/spec/maps/0"})], {"maps": [{"k": "v"}, {"k": "v"}]}),
    "a copy is one": (
        [op("copy", "/spec/maps/-", **{"from": "/spec/maps/0"}), op("add", "/spec/maps/0/k", "w")],
        {"maps": [{"k": "w"}, {"k": "v"}]},
    ),
    "test": ([op("test", "/spec/list", ["a", "b", "c"])], {}),
    "test of null for null": ([op("test", "/spec/none", None)], {}),
    "test of nothing for null": ([op("test", "/spec/new", None)], {}),
    "one after the other": ([op("add", "/spec/new", []), op("add", "/spec/new/-", 1)], {"new": [1]}),
}

# A rule, the operations, and how the error begins; the real kustomize refuses all of them.
REFUSED: dict[str, tuple[Any, str]] = {
    "add below nothing": ([op("add", "/spec/new/a", 1)], "operations[0] (add /spec/new/a): there is no /spec/new that could hold it"),
    "add far behind": ([op("add", "/spec/list/5", 1)], "operations[0] (add /spec/list/5): can't insert outside of list"),
    "add before the first": ([op("add", "/spec/list/-5", 1)], "operations[0] (add /spec/list/-5): the list has 3 items"),
    "add at no index": ([op("add", "/spec/list/x", 1)], "operations[0] (add /spec/list/x)"),
    "remove nothing": ([op("test", "/spec/n", 1), op("remove", "/spec/new")], "operations[1] (remove /spec/new): can't remove"),
    "remove no item": ([op("remove", "/spec/list/3")], "operations[0] (remove /spec/list/3): can't remove"),
    "replace no item": ([op("replace", "/spec/list/3", 1)], "operations[0] (replace /spec/list/3)"),
    "below a scalar": ([op("add", "/spec/n/a", 1)], "operations[0] (add /spec/n/a): there is no /spec/n that could hold it"),
    "test fails": ([op("test", "/spec/n", 2)], "operations[0] (test /spec/n)"),
    "test of something for null": ([op("test", "/spec/n")], "operations[0] (test /spec/n)"),
    "test of nothing": ([op("test", "/spec/new", 2)], "operations[0] (test /spec/new)"),
    "move nothing": ([op("move", "/spec/m", **{"from": "/spec/new"})], "operations[0] (move /spec/m): there is no /spec/new to move"),
    "unknown operation": ([op("merge", "/spec/n")], "operations[0]: op is one of add, remove, replace, move, copy, test, not 'merge'"),
    "no kind": ([op("remove", "/kind")], "kind: the patch removes it"),
    "no name": ([op("remove", "/metadata")], "metadata.name: the patch removes it"),
}

# The same, where kustomize has another answer, or where a patch is no list of operations at all.
OURS: dict[str, tuple[Any, str]] = {
    "copy nothing": ([op("copy", "/spec/m", **{"from": "/spec/new"})], "operations[0] (copy /spec/m): there is no /spec/new to copy"),
    "no slash": ([op("add", "x/spec/n", 2)], "operations[0]: path begins with a slash, such as /spec/replicas; it is 'x/spec/n'"),
    "the whole object taken away": ([op("replace", "", "x")], "(root): the patch leaves 'x' where there was an object"),
    "the whole object is another": ([op("test", "")], "operations[0] (test )"),
    "no from": ([op("copy", "/spec/n")], "operations[0]: from begins with a slash, such as /spec/replicas; it is null"),
    "other digits": ([op("add", "/spec/list/²", 1)], "operations[0] (add /spec/list/²): '²' is no position in a list of 3 items"),
    "other digits from the end": ([op("remove", "/spec/list/-²")], "operations[0] (remove /spec/list/-²): '-²' is no position"),
    "thousands of digits": ([op("replace", "/spec/list/" + "9" * 5000, 1)], "operations[0] (replace /spec/list/9999"),
    "thousands of digits from the end": ([op("remove", "/spec/list/-" + "9" * 5000)], "operations[0] (remove /spec/list/-9999"),
    "thousands of digits on the way": ([op("add", "/spec/maps/" + "9" * 5000 + "/k", 1)], "operations[0] (add /spec/maps/9999"),
    "the end as a source": ([op("move", "/spec/m", **{"from": "/spec/list/-"})], "operations[0] (move /spec/m): '-' is no position"),
    "the end on the way": ([op("add", "/spec/maps/-/k", 1)], "operations[0] (add /spec/maps/-/k): '-' is no position"),
    "copies of copies": (
        [op("copy", f"/spec/{letter}", **{"from": "/spec"}) for letter in "abcdefghijklmnopqrstuvwxyz"],
        "operations[15] (copy /spec/p): the patch copies more than 4 MB",
    ),
    "copies in copies": (
        [op("copy", "/spec" + "/a" * 2**power, **{"from": "/spec"}) for power in range(8)],
        "operations[6] (copy /spec/a/a",
    ),
    "not a map": (["add"], "operations[0]: an operation is a map with op and path, not 'add'"),
    "not a list": (op("add", "/spec/n"), "(root): a JSON6902 patch is a list of operations, not a map"),
}


def expected(changes: dict[str, Any]) -> dict[str, Any]:
    """Return the target with some fields of its spec changed, and those removed that are `...`."""
    spec = {key: value for key, value in {**TARGET["spec"], **changes}.items() if value is not ...}
    return {**TARGET, "spec": spec}


@pytest.mark.parametrize("rule", DONE)
def test_what_operations_do(rule: str) -> None:
    """The operations do what RFC 6902 says, or what kustomize does beyond it, and change no argument."""
    operations, changes = DONE[rule]
    before = deepcopy((TARGET, operations))
    assert json_patch(TARGET, operations) == expected(changes)
    assert (TARGET, operations) == before


@pytest.mark.parametrize("rule", [*REFUSED, *OURS])
def test_which_operations_are_refused(rule: str) -> None:
    """An error says which operation it is about, and what is wrong; nothing is changed."""
    operations, message = (REFUSED | OURS)[rule]
    before = deepcopy((TARGET, operations))
    with pytest.raises(PatchError) as caught:
        json_patch(TARGET, operations)
    assert str(caught.value).startswith(message)
    assert (TARGET, operations) == before


def test_no_message_is_long() -> None:
    """Whatever is wrong, a message quotes no more than one can read."""
    long = "x" * 5000
    for operations in ([op("remove", f"/{long}")], [op(long, "/a")], [op("add", long)], [{"op": "copy", "path": "/a", "from": f"/{long}"}]):
        with pytest.raises(PatchError) as caught:
            json_patch(TARGET, operations)
        assert len(str(caught.value)) < 400
    assert json_patch(TARGET, [op("add", f"/{long}", 1)])[long] == 1


def test_many_operations_of_one_object() -> None:
    """What is bounded is what copies add, not the number of operations or what they bring along."""
    operations = [op("replace", "/spec/n", "x" * 10_000)] * 500
    assert json_patch(TARGET, operations) == expected({"n": "x" * 10_000})


STEPS = st.sampled_from(["spec", "list", "maps", "n", "none", "k", "0", "1", "-", "-1", "-9", "01", "²", "~2", "", "9" * 5000])
POINTERS = st.lists(STEPS, max_size=4).map(lambda steps: "".join(f"/{step}" for step in steps)) | st.text(max_size=3)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3), lambda below: st.lists(below) | st.dictionaries(st.text(), below)
)
FIELDS = {"op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test"]) | VALUES, "path": POINTERS}


@settings(deadline=None)
@given(st.lists(st.fixed_dictionaries(FIELDS, optional={"from": POINTERS, "value": VALUES}), max_size=4) | VALUES)
def test_any_operations(operations: Any) -> None:
    """Whatever is given as a patch, the answer is an object that still has kind and name, or a PatchError."""
    try:
        patched = json_patch(TARGET, operations)
    except PatchError:
        return
    assert patched["kind"]
    assert patched["metadata"]["name"]


def test_of_nothing_without_value() -> None:
    """A value that is missing is null in a `test` too, where older versions of kustomize panic."""
    assert json_patch(TARGET, [op("test", "/spec/new"), op("test", "/spec/none")]) == TARGET


def test_target_without_identity() -> None:
    """What has no kind and no name need not have them afterwards."""
    assert json_patch({"a": 1}, [op("remove", "/a")]) == {}


def test_the_whole_object() -> None:
    """The empty path is the object itself."""
    new = {"kind": "Thing", "metadata": {"name": "a"}}
    assert json_patch(TARGET, [op("test", "", TARGET), op("replace", "", new)]) == new


def test_paths_are_unescaped() -> None:
    """`~1` in a path is a slash of a name, and `~0` a tilde."""
    result = json_patch(TARGET, [op("remove", "/metadata/labels/x~1y"), op("add", "/metadata/labels/~0", "2")])
    assert result["metadata"]["labels"] == {"~": "2"}


def test_values_are_not_shared() -> None:
    """A later operation changes what an earlier one added, but not the patch."""
    value = {"a": 1}
    operations = [op("add", "/spec/new", value), op("add", "/spec/new/b", 2)]
    assert json_patch(TARGET, operations)["spec"]["new"] == {"a": 1, "b": 2}
    assert value == {"a": 1}


def build(kubectl: Path, folder: Path, rules: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Have kustomize build one target for each rule, named by its number."""
    kustomization: dict[str, Any] = {"resources": ["targets.yaml"], "patches": []}
    targets = []
    for number, (operations, _) in enumerate(rules.values()):
        targets.append({**TARGET, "metadata": {**TARGET["metadata"], "name": f"case-{number}"}})
        kustomization["patches"].append({"target": {"name": f"case-{number}"}, "patch": json.dumps(operations)})
    (folder / "targets.yaml").write_text(yaml12.format_yaml(targets, multi=True), encoding="utf-8")
    (folder / "kustomization.yaml").write_text(json.dumps(kustomization), encoding="utf-8")
    return subprocess.run([kubectl, "kustomize", folder], capture_output=True, encoding="utf-8", check=False)


def test_as_kustomize(kubectl: Path, tmp_path: Path) -> None:
    """What our rules expect is what the real kustomize makes of the same operations."""
    run = build(kubectl, tmp_path, DONE)
    assert run.returncode == 0, run.stderr
    items: Any = yaml12.parse_yaml(run.stdout, multi=True)
    specs = {item["metadata"]["name"]: item["spec"] for item in items}
    for number, (rule, (_, changes)) in enumerate(DONE.items()):
        assert specs[f"case-{number}"] == expected(changes)["spec"], rule


@pytest.mark.parametrize("rule", REFUSED)
def test_kustomize_refuses_too(rule: str, kubectl: Path, tmp_path: Path) -> None:
    """What we refuse is refused by the real kustomize."""
    assert build(kubectl, tmp_path, {rule: REFUSED[rule]}).returncode != 0
