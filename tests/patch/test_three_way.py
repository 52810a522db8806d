"""Three-way merge: a change of one side is taken, a conflict keeps the hand's and is told, lists merge by what tells items apart."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelservice.patch.three_way import ABSENT, Conflict, changes, next_base, three_way_merge

Map = dict[str, Any]
Told = list[tuple[str, Any, Any]]

HEAD: Map = {"apiVersion": "apps/v1", "kind": "Deployment"}
UNKNOWN: Map = {"apiVersion": "example.com/v1", "kind": "Thing"}
NOTHING = "nothing"  # stands for ABSENT in what is told


def merge(base: Map, edited: Map, generated: Map, *, head: Map = HEAD, merge_keys: Any = None) -> tuple[Map, Told]:
    """Merge three objects of a kind; return what they are besides their kind, and the conflicts as (path, hand, generated)."""
    merged, conflicts = three_way_merge(head | base, head | edited, head | generated, merge_keys=merge_keys)
    assert all(isinstance(conflict, Conflict) for conflict in conflicts)
    told = [
        (one.path, NOTHING if one.edited is ABSENT else one.edited, NOTHING if one.generated is ABSENT else one.generated)
        for one in conflicts
    ]
    return {key: value for key, value in merged.items() if key not in head}, told


def pod(**spec: Any) -> Map:
    """Return a Deployment's fields with this pod spec."""
    return {"spec": {"template": {"spec": spec}}}


def spec_of(merged: Map) -> Map:
    """Return the pod spec of a merged Deployment."""
    spec: Map = merged["spec"]["template"]["spec"]
    return spec


# One field


@pytest.mark.parametrize(
    ("base", "edited", "generated", "merged"),
    [
        (1, 1, 1, 1),
        (1, 2, 1, 2),
        (1, 1, 2, 2),
        (1, 2, 2, 2),
        (1, None, 1, None),
        (None, None, 1, 1),
        (ABSENT, 2, ABSENT, 2),
        (ABSENT, ABSENT, 2, 2),
        (ABSENT, 2, 2, 2),
        (1, ABSENT, 1, ABSENT),
        (1, 1, ABSENT, ABSENT),
        (1, ABSENT, ABSENT, ABSENT),
        ({"a": 1}, {"a": 1}, 2, 2),
        ({"a": 1}, [1], {"a": 1}, [1]),
        ([1, 2], [1, 2], [2, 1], [2, 1]),
        (ABSENT, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({}, {"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 1}, {"b": 1}, {"a": 1, "b": 2}, {"b": 2}),
        ({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 1}, {"a": 2}),
    ],
)
def test_a_change_of_one_side_is_taken(base: Any, edited: Any, generated: Any, merged: Any) -> None:
    """Where only the hand or only the generator changed a field, or both the same way, that is the value, and nothing is told."""
    sides = [{} if value is ABSENT else {"x": value} for value in (base, edited, generated)]
    assert merge(sides[0], sides[1], sides[2]) == ({} if merged is ABSENT else {"x": merged}, [])


@pytest.mark.parametrize(
    ("base", "edited", "generated"),
    [
        (1, 2, 3),
        ("a", "b", "c"),
        (1, None, 2),
        (1, ABSENT, 2),
        (1, 2, ABSENT),
        (ABSENT, 1, 2),
        ({"a": 1}, ABSENT, {"a": 2}),
        ({"a": 1}, {"a": 2}, ABSENT),
        ({"a": 1}, 2, {"a": 2}),
        ([1], [2], [3]),
        ([1], [1, 2], [0, 1]),
        (0, False, 1),
        (2, 1, True),
        ("1", 1, 2),
    ],
)
def test_a_conflict_keeps_the_hand_and_tells_both(base: Any, edited: Any, generated: Any) -> None:
    """Where both sides changed a field differently, the hand's value stays, and path and both values are told."""
    sides = [{} if value is ABSENT else {"x": value} for value in (base, edited, generated)]
    shown = [NOTHING if value is ABSENT else value for value in (edited, generated)]
    merged, told = merge(sides[0], sides[1], sides[2])
    assert merged == sides[1]
    assert told == [("x", *shown)]
    assert type(merged.get("x")) is type(sides[1].get("x"))


@pytest.mark.parametrize(("one", "other"), [(True, 1), (1, True), (False, 0), (0, False)])
def test_true_is_not_one(one: Any, other: Any) -> None:
    """A change from true to 1 is a change, on either side, in a field, a list and a map."""
    for wrap in (lambda value: value, lambda value: [value], lambda value: {"k": value}):
        base, changed = {"x": wrap(one)}, {"x": wrap(other)}
        assert repr(merge(base, changed, base)[0]) == repr(changed)
        assert repr(merge(base, base, changed)[0]) == repr(changed)
        assert changes(base, changed)


# Maps


def test_conflicts_do_not_hide_what_is_beside_them() -> None:
    """Beside a field in conflict, the changes of both sides are there; conflicts come in the order of the fields."""
    base = {"a": {"x": 1, "y": 1, "z": 1}, "b": 1, "c": 1}
    edited = {"a": {"x": 2, "y": 2, "z": 1}, "b": 2, "c": 1}
    generated = {"a": {"x": 3, "y": 1, "z": 3}, "b": 3, "c": 3}
    merged, told = merge(base, edited, generated)
    assert merged == {"a": {"x": 2, "y": 2, "z": 3}, "b": 2, "c": 3}
    assert told == [("a.x", 2, 3), ("b", 2, 3)]


def test_fields_keep_the_order_of_the_hand() -> None:
    """Fields stay where the hand has them; new ones of the generator come behind."""
    merged, _ = three_way_merge({"a": 1, "b": 1}, {"b": 1, "new": 1, "a": 2}, {"fresh": 1, "a": 1, "b": 3})
    assert list(merged) == ["b", "new", "a", "fresh"]


def test_paths_are_written_for_people() -> None:
    """A path names items by their keys, and puts a key with dots into brackets."""
    label = "app.kubernetes.io/name"
    merged, told = merge(
        {
            "metadata": {"labels": {label: "a"}},
            **pod(containers=[{"name": "e", "ports": [{"containerPort": 1, "protocol": "TCP", "name": "a"}]}]),
        },
        {
            "metadata": {"labels": {label: "b"}},
            **pod(containers=[{"name": "e", "ports": [{"containerPort": 1, "protocol": "TCP", "name": "b"}]}]),
        },
        {
            "metadata": {"labels": {label: "c"}},
            **pod(containers=[{"name": "e", "ports": [{"containerPort": 1, "protocol": "TCP", "name": "c"}]}]),
        },
    )
    assert [path for path, _, _ in told] == [
        "metadata.labels[app.kubernetes.io/name]",
        "spec.template.spec.containers[name=e].ports[containerPort=1,protocol=TCP].name",
    ]
    assert merged["metadata"]["labels"] == {label: "b"}


# Lists that merge by keys


def test_items_are_merged_by_their_keys() -> None:
    """An edit of one item leaves its neighbours and its own other fields to the generator."""
    base = pod(containers=[{"name": "a", "image": "a:1", "tty": True}, {"name": "b", "image": "b:1"}])
    edited = pod(containers=[{"name": "a", "image": "a:hand", "tty": True}, {"name": "b", "image": "b:1"}])
    generated = pod(containers=[{"name": "a", "image": "a:1", "tty": False}, {"name": "b", "image": "b:2"}])
    merged, told = merge(base, edited, generated)
    assert spec_of(merged)["containers"] == [{"name": "a", "image": "a:hand", "tty": False}, {"name": "b", "image": "b:2"}]
    assert told == []


def variables(**values: str) -> Map:
    """Return a Deployment whose one container has these variables."""
    return pod(containers=[{"name": "e", "env": [{"name": name, "value": value} for name, value in values.items()]}])


def env_of(merged: Map) -> dict[str, str]:
    """Return the variables of the one container, in their order."""
    return {one["name"]: one["value"] for one in spec_of(merged)["containers"][0]["env"]}


@pytest.mark.parametrize(
    ("base", "edited", "generated", "merged"),
    [
        ({"A": "1"}, {"A": "1", "H": "1"}, {"A": "1", "G": "1"}, {"A": "1", "G": "1", "H": "1"}),
        ({"A": "1"}, {"H": "1", "A": "1"}, {"G": "1", "A": "1"}, {"G": "1", "H": "1", "A": "1"}),
        ({"A": "1", "B": "1"}, {"A": "1"}, {"A": "2", "B": "1", "C": "1"}, {"A": "2", "C": "1"}),
        ({"A": "1", "B": "1"}, {"A": "2", "B": "1"}, {"A": "1"}, {"A": "2"}),
        ({"A": "1", "B": "1"}, {"B": "1", "A": "1"}, {"A": "1", "B": "2"}, {"B": "2", "A": "1"}),
        ({"A": "1", "B": "1"}, {"A": "1", "B": "2"}, {"B": "1", "A": "1"}, {"A": "1", "B": "2"}),
        ({"A": "1", "B": "1"}, {"A": "2", "B": "1", "H": "1"}, {"A": "1", "N": "1", "B": "1"}, {"A": "2", "N": "1", "B": "1", "H": "1"}),
        ({}, {"A": "1"}, {"A": "1", "B": "1"}, {"A": "1", "B": "1"}),
    ],
)
def test_items_of_both_sides(base: Map, edited: Map, generated: Map, merged: Map) -> None:
    """Items added, removed and changed by either side are so; the hand's order stays, new ones follow what they are generated behind."""
    result, told = merge(variables(**base), variables(**edited), variables(**generated))
    assert list(env_of(result).items()) == list(merged.items())
    assert told == []


@pytest.mark.parametrize(
    ("base", "edited", "generated", "kept", "conflict"),
    [
        ({"A": "1"}, {"A": "2", "B": "1"}, {"A": "3", "C": "1"}, {"A": "2", "C": "1", "B": "1"}, (".value", "2", "3")),
        ({}, {"A": "2"}, {"A": "3"}, {"A": "2"}, (".value", "2", "3")),
        ({"A": "1", "B": "1"}, {"B": "1"}, {"A": "2", "B": "1"}, {"B": "1"}, ("", NOTHING, {"name": "A", "value": "2"})),
        ({"A": "1", "B": "1"}, {"A": "2", "B": "1"}, {"B": "2"}, {"A": "2", "B": "2"}, ("", {"name": "A", "value": "2"}, NOTHING)),
    ],
)
def test_an_item_in_conflict(base: Map, edited: Map, generated: Map, kept: Map, conflict: tuple[str, Any, Any]) -> None:
    """The hand's item stays or stays away, its neighbours merge, and the item is told by its name."""
    result, told = merge(variables(**base), variables(**edited), variables(**generated))
    assert list(env_of(result).items()) == list(kept.items())
    below, *values = conflict
    assert told == [(f"spec.template.spec.containers[name=e].env[name=A]{below}", *values)]


def test_items_with_several_keys() -> None:
    """Ports of one number and different protocols are different items."""
    tcp, udp = {"containerPort": 53, "protocol": "TCP"}, {"containerPort": 53, "protocol": "UDP"}
    base = pod(containers=[{"name": "e", "ports": [tcp, udp]}])
    edited = pod(containers=[{"name": "e", "ports": [tcp, {**udp, "name": "hand"}]}])
    generated = pod(containers=[{"name": "e", "ports": [{**tcp, "name": "dns"}, udp]}])
    merged, told = merge(base, edited, generated)
    assert spec_of(merged)["containers"][0]["ports"] == [{**tcp, "name": "dns"}, {**udp, "name": "hand"}]
    assert told == []


@pytest.mark.parametrize(
    "broken",
    [
        [{"name": "A", "value": "2"}, {"name": "A", "value": "3"}],
        [{"value": "2"}],
        [{"name": None, "value": "2"}],
        ["text"],
        [None],
    ],
)
@pytest.mark.parametrize("side", [0, 1, 2])
def test_items_that_cannot_be_told_apart(broken: list[Any], side: int) -> None:
    """A list with an item twice or without its key is one value: where both sides changed it, the hand's stays whole and is told."""
    lists: list[list[Any]] = [[{"name": "A", "value": value}] for value in ("0", "1", "9")]
    lists[side] = broken
    sides = [pod(containers=[{"name": "e", "env": one}]) for one in lists]
    merged, told = merge(sides[0], sides[1], sides[2])
    assert spec_of(merged)["containers"][0]["env"] == lists[1]
    assert told == [("spec.template.spec.containers[name=e].env", lists[1], lists[2])]


def test_a_list_against_none() -> None:
    """A list of one side merges with what the other side puts where it was not."""
    containers = [{"name": "e"}]
    merged, told = merge(pod(), pod(containers=containers), pod(containers=[{"name": "f"}]))
    assert [one["name"] for one in spec_of(merged)["containers"]] == ["f", "e"]
    assert told == []


def test_lists_of_plain_values_that_merge() -> None:
    """Finalizers merge value by value: added and removed by either side, in the hand's order."""
    sides = [{"metadata": {"finalizers": values}} for values in (["a", "b", "c"], ["c", "hand", "a", "b"], ["b", "c", "new"])]
    merged, told = merge(sides[0], sides[1], sides[2])
    assert merged["metadata"]["finalizers"] == ["c", "new", "hand", "b"]
    assert told == []


def test_lists_without_keys_are_one_value() -> None:
    """Arguments are taken from the side that changed them, and are in conflict where both did."""
    sides = [
        pod(containers=[{"name": "e", "args": args, "image": image}]) for args, image in ((["a"], "1"), (["a", "h"], "1"), (["a"], "2"))
    ]
    merged, told = merge(sides[0], sides[1], sides[2])
    assert spec_of(merged)["containers"] == [{"name": "e", "args": ["a", "h"], "image": "2"}]
    assert told == []
    sides[2]["spec"]["template"]["spec"]["containers"][0]["args"] = ["g", "a"]
    merged, told = merge(sides[0], sides[1], sides[2])
    assert spec_of(merged)["containers"][0]["args"] == ["a", "h"]
    assert told == [("spec.template.spec.containers[name=e].args", ["a", "h"], ["g", "a"])]


def test_lists_of_unknown_kinds_are_one_value() -> None:
    """Of a kind that nobody knows, a list is taken whole, unless the caller says by which keys it merges."""
    sides = [{"spec": {"items": [{"name": "a", "x": x}, {"name": "b", "x": y}]}} for x, y in ((1, 1), (2, 1), (1, 3))]
    merged, told = merge(sides[0], sides[1], sides[2], head=UNKNOWN)
    assert merged == sides[1]
    assert [path for path, _, _ in told] == ["spec.items"]
    merged, told = merge(sides[0], sides[1], sides[2], head=UNKNOWN, merge_keys={"example.com/Thing": {"spec.items": ["name"]}})
    assert merged == {"spec": {"items": [{"name": "a", "x": 2}, {"name": "b", "x": 3}]}}
    assert told == []


def test_leader_worker_sets_merge_as_deployments_do() -> None:
    """The pods of a LeaderWorkerSet merge by the same keys."""
    head = {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet"}
    sides = [
        {"spec": {"leaderWorkerTemplate": {"workerTemplate": {"spec": {"containers": [{"name": "e", **fields}]}}}}}
        for fields in ({"image": "1"}, {"image": "1", "tty": True}, {"image": "2"})
    ]
    merged, told = merge(sides[0], sides[1], sides[2], head=head)
    assert merged["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"] == [{"name": "e", "image": "2", "tty": True}]
    assert told == []


# Changes


@pytest.mark.parametrize(
    ("base", "edited", "paths"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"a": {"b": 1, "c": 1}}, {"a": {"b": 2, "c": 1}}, ["a.b"]),
        ({"a": 1}, {"b": 1}, ["a", "b"]),
        ({"a": {"b": 1}}, {"a": 1}, ["a"]),
        ({"a": [1, 2]}, {"a": [2, 1]}, ["a"]),
        (
            variables(A="1", B="1"),
            variables(A="2", C="1"),
            [f"spec.template.spec.containers[name=e].env[name={x}" for x in ("A].value", "B]", "C]")],
        ),
        ({"metadata": {"labels": {"a.b/c": "1"}}}, {"metadata": {"labels": {}}}, ["metadata.labels[a.b/c]"]),
        ({"metadata": {"finalizers": ["a"]}}, {"metadata": {"finalizers": ["b"]}}, ["metadata.finalizers"]),
    ],
)
def test_changes_are_the_innermost_fields(base: Map, edited: Map, paths: list[str]) -> None:
    """The paths of what differs, as far inside as both sides go; order of fields is no difference."""
    assert changes(HEAD | base, HEAD | edited) == paths


# Laws


SCALARS = st.sampled_from([None, True, False, 0, 1, 2, "a", "b", "1"])
NAMES = st.sampled_from(["spec", "template", "metadata", "labels", "finalizers", "containers", "env", "args", "name", "image", "x"])


def listed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Return lists of named items, of values, and some that are neither."""
    named_items = st.fixed_dictionaries({"name": st.sampled_from("abc")}, optional={"image": values, "env": values, "x": values})
    return st.one_of(st.lists(named_items, max_size=3), st.lists(SCALARS, max_size=3), st.lists(values, max_size=2))


VALUES = st.recursive(SCALARS, lambda below: st.dictionaries(NAMES, below, max_size=4) | listed(below), max_leaves=12)
FIELDS = st.dictionaries(NAMES, VALUES, max_size=4)


@st.composite
def pods(draw: st.DrawFn) -> Map:
    """Draw a Deployment that is one: containers and variables, each name once."""

    def named_items(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[Map]]:
        one = st.fixed_dictionaries({"name": st.sampled_from("abcd")}, optional=fields)
        return st.lists(one, max_size=4, unique_by=lambda item: str(item["name"]))

    texts = st.sampled_from(["1", "2", "3"])
    env = named_items({"value": texts})
    containers = draw(named_items({"image": texts, "tty": st.booleans(), "args": st.lists(texts, max_size=2), "env": env}))
    labels = draw(st.dictionaries(st.sampled_from("abc"), texts, max_size=3))
    replicas = draw(st.fixed_dictionaries({}, optional={"replicas": st.integers(0, 2)}))
    return HEAD | {"metadata": {"labels": labels}, "spec": {**replicas, "template": {"spec": {"containers": containers}}}}


ANY = st.one_of(FIELDS, FIELDS.map(lambda fields: HEAD | fields), pods())


@settings(deadline=None)
@given(ANY, ANY)
def test_one_side_alone_is_taken_whole(base: Map, other: Map) -> None:
    """Without an edit the result is what is generated, without a new generation it is what was edited, and agreement is both."""
    for edited, generated, expected in ((base, other, other), (other, base, other), (other, other, other)):
        merged, conflicts = three_way_merge(base, edited, generated)
        assert exact(merged) == exact(expected)
        assert conflicts == []


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_arguments_never_change(base: Map, edited: Map, generated: Map) -> None:
    """A merge, and a comparison, leave their arguments as they are."""
    before = copy.deepcopy((base, edited, generated))
    three_way_merge(base, edited, generated)
    changes(base, edited)
    assert repr((base, edited, generated)) == repr(before)


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_the_next_run_changes_nothing(base: Map, edited: Map, generated: Map) -> None:
    """What came out stays when the same is generated again, as the base too: edits do not fade."""
    merged, _ = three_way_merge(base, edited, generated)
    again, conflicts = three_way_merge(generated, merged, generated)
    assert exact(again) == exact(merged)
    assert conflicts == []


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_a_conflict_is_found_again(base: Map, edited: Map, generated: Map) -> None:
    """From the next base, the next run comes to the same object and the same conflicts; without one, that base is what is generated."""
    merged, conflicts = three_way_merge(base, edited, generated)
    following = next_base(base, edited, generated)
    again, still = three_way_merge(following, merged, generated)
    assert exact(again) == exact(merged)
    assert [what_is_told(one) for one in still] == [what_is_told(one) for one in conflicts]
    if not conflicts:
        assert exact(following) == exact(generated)


def what_is_told(conflict: Conflict) -> tuple[str, str, str]:
    """Return what there is to tell of a conflict."""
    return conflict.path, repr(conflict.edited), repr(conflict.generated)


@settings(deadline=None)
@given(pods(), pods(), pods())
def test_sides_can_be_swapped_where_nothing_is_in_conflict(base: Map, edited: Map, generated: Map) -> None:
    """Without a conflict it does not matter who changed what, but for the order; with one, both ways round tell the same paths."""
    merged, conflicts = three_way_merge(base, edited, generated)
    swapped, others = three_way_merge(base, generated, edited)
    assert sorted(one.path for one in conflicts) == sorted(one.path for one in others)
    if not conflicts:
        assert unordered(merged) == unordered(swapped)


@settings(deadline=None)
@given(pods(), pods(), pods())
def test_every_change_of_the_hand_is_kept(base: Map, edited: Map, generated: Map) -> None:
    """Whatever else is generated, what the hand changed is in the result as the hand has it."""
    merged, _ = three_way_merge(base, edited, generated)
    lost = set(changes(edited, merged))
    assert all(path not in lost for path in changes(base, edited))


@settings(deadline=None)
@given(st.data())
def test_changes_of_different_fields_are_never_in_conflict(data: st.DataObject) -> None:
    """Two sides that touch no field in common both get their way, however deep, and nothing is told."""
    leaves = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 9), max_size=6)
    trees = st.recursive(leaves, lambda below: st.dictionaries(st.sampled_from("pqrs"), below | leaves, max_size=3), max_leaves=8)
    base = data.draw(trees)
    paths = sorted(leaf_paths(base))
    mine = set(data.draw(st.lists(st.sampled_from(paths), unique=True) if paths else st.just([])))
    theirs = set(data.draw(st.lists(st.sampled_from(paths), unique=True) if paths else st.just([]))) - mine
    assume(mine or theirs)
    new = st.sampled_from([10, 11, "x", None, ABSENT])
    both = {path: data.draw(new) for path in sorted(mine | theirs)}
    edited, generated, expected = (with_changes(base, {path: both[path] for path in chosen}) for chosen in (mine, theirs, mine | theirs))
    merged, conflicts = three_way_merge(base, edited, generated)
    assert conflicts == []
    assert merged == expected


@settings(deadline=None)
@given(ANY, ANY)
def test_there_are_changes_where_there_is_a_difference(base: Map, edited: Map) -> None:
    """Equal objects have no changes, different ones have, each told once."""
    found = changes(base, edited)
    assert bool(found) is (exact(base) != exact(edited))
    assert changes(base, base) == []
    assert len(found) == len(changes(edited, base))


def exact(value: Any) -> Any:
    """Return a value in which true and 1 are two things, and the order of fields is none."""
    if isinstance(value, dict):
        return ("map", sorted((key, exact(below)) for key, below in value.items()))
    return ("list", [exact(item) for item in value]) if isinstance(value, list) else (type(value).__name__, repr(value))


def unordered(value: Any) -> Any:
    """Return a value whose fields and lists are sorted."""
    if isinstance(value, dict):
        return {key: unordered(below) for key, below in sorted(value.items())}
    return sorted((unordered(item) for item in value), key=repr) if isinstance(value, list) else value


def leaf_paths(tree: Map, path: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    """Return the paths of all values of a tree that are no maps."""
    found: set[tuple[str, ...]] = set()
    for key, value in tree.items():
        found |= leaf_paths(value, (*path, key)) if isinstance(value, dict) else {(*path, key)}
    return found


def with_changes(tree: Map, new: dict[tuple[str, ...], Any]) -> Map:
    """Return a copy of a tree with values changed, or taken away."""
    changed = copy.deepcopy(tree)
    for path, value in new.items():
        parent = changed
        for key in path[:-1]:
            parent = parent[key]
        if value is ABSENT:
            del parent[path[-1]]
        else:
            parent[path[-1]] = value
    return changed
