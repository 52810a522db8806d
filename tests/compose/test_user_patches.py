"""spec.patches: finding targets as kustomize does, or by role and part; both kinds of patches; what is left when one cannot apply."""

from __future__ import annotations

import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, engine
from tests.compose.made import make as generated

from modelservice.compose import object_patch
from modelservice.krm import parse

Map = dict[str, Any]

# One service, run in three ways: what patches say by role and part must be the same in all of them.
SHAPES: dict[str, Map] = {
    "Deployment": {"profile": "llm-d"},
    "LeaderWorkerSet": {"profile": "llm-d", "multinode": True},
    "ReplicaSet": {"profile": "llm-d", "requester": {"enable": True}},
}
ROLES: Map = {
    "decode": {
        "containers": [engine(env=[{"name": "A", "value": "1"}]), engine(name="side")],
        "initContainers": [{"name": "warm-up", "image": "busybox:1.36"}],
    },
    "prefill": {"create": False},
}
TEMPLATES = {"Deployment": ("template",), "LeaderWorkerSet": ("leaderWorkerTemplate", "workerTemplate")}
SERVER_PATCH = "dual-pod.llm-d.ai/server-patch"

# Objects of a service beside its own: for targets that choose among them.
THINGS = [
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "labels": {"app": "web"}}, "data": {"n": "1"}},
    {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ab", "namespace": "ml", "annotations": {"note": "x"}}},
    {"apiVersion": "v2", "kind": "ConfigMap", "metadata": {"name": "b", "namespace": "default", "labels": {"app": "db"}}},
    {"apiVersion": "example.com/v1", "kind": "ConfigMapper", "metadata": {"name": "a", "labels": {"app": "web", "tier": "1"}}},
]


def make(spec: Map, **more: Any) -> Made:
    """Generate a service whose objects may have fields that Kubernetes has not, such as ``hit``."""
    return generated({"checks": {"kubernetes-fields": "off"}, **spec}, **more)


def patched(*patches: Map, shape: str = "Deployment", **spec: Any) -> Made:
    """Generate a service with these spec.patches, in one of its shapes."""
    return make({**SHAPES[shape], **copy.deepcopy(ROLES), **spec, "patches": list(patches)})


def pod(made: Made) -> Map:
    """Return the spec of decode's pods, in whatever it is; of a requester, what it says of containers."""
    workload = made.workload()
    if workload["kind"] == "ReplicaSet":
        serving: Any = parse(workload["spec"]["template"]["metadata"]["annotations"][SERVER_PATCH])
        return dict(serving["spec"])
    value = workload["spec"]
    for key in TEMPLATES[workload["kind"]]:
        value = value[key]
    return dict(value["spec"])


def container(made: Made, name: str) -> Map:
    """Return a container or init container of decode's pods."""
    (found,) = [one for kind in ("initContainers", "containers") for one in pod(made).get(kind, []) if one["name"] == name]
    return dict(found)


def hit(target: Any, **more: Any) -> list[str]:
    """Return which of THINGS a patch with this target changes, as VERSION/NAME."""
    made = make({"extraObjects": copy.deepcopy(THINGS), "patches": [{"target": target, "patch": {"hit": True}, **more}]})
    return [
        f"{obj['apiVersion']}/{obj['metadata']['name']}" for obj in made.objects if "hit" in obj and "llama" not in str(obj["metadata"])
    ]


# Targets, as kustomize selects


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"kind": "ConfigMap"}, ["v1/a", "v1/ab", "v2/b"]),
        ({"kind": "ConfigMap.*"}, ["v1/a", "v1/ab", "v2/b", "example.com/v1/a"]),
        ({"kind": "Config"}, None),
        ({"kind": "onfigMap"}, None),
        ({"name": "a"}, ["v1/a", "example.com/v1/a"]),
        ({"name": "a|b"}, ["v1/a", "v2/b", "example.com/v1/a"]),
        ({"name": "^a$"}, ["v1/a", "example.com/v1/a"]),
        ({"name": "a.*", "kind": "ConfigMap"}, ["v1/a", "v1/ab"]),
        ({"group": "example.com"}, ["example.com/v1/a"]),
        ({"group": "example"}, None),
        ({"group": "example.com", "kind": "ConfigMap"}, None),
        ({"version": "v2"}, ["v2/b"]),
        ({"version": "v1", "name": "a"}, ["v1/a", "example.com/v1/a"]),
        ({"namespace": "ml"}, ["v1/ab"]),
        ({"namespace": "default", "kind": "ConfigMap"}, ["v1/a", "v2/b"]),
        ({"namespace": "default|ml", "kind": "ConfigMap"}, ["v1/a", "v1/ab", "v2/b"]),
        ({"labelSelector": "app=web"}, ["v1/a", "example.com/v1/a"]),
        ({"labelSelector": "app in (web, db),!tier"}, ["v1/a", "v2/b"]),
        ({"labelSelector": "app!=web", "kind": "ConfigMap"}, ["v1/ab", "v2/b"]),
        ({"labelSelector": "tier>0"}, ["example.com/v1/a"]),
        ({"annotationSelector": "note"}, ["v1/ab"]),
        ({"annotationSelector": "note=y"}, None),
        ({"annotationSelector": "note=x", "labelSelector": "!app"}, ["v1/ab"]),
        ({}, ["v1/a", "v1/ab", "v2/b", "example.com/v1/a"]),
        ({"kind": "", "name": "b"}, ["v2/b"]),
    ],
)
def test_a_target_selects_as_kustomize_does(target: Map, expected: list[str] | None) -> None:
    """Each field is a regular expression for all of its value, '' is namespace default, selectors are kubectl's, and all must hold."""
    if expected is not None:
        assert hit(target) == expected
    else:
        (error,) = make({"extraObjects": THINGS, "patches": [{"target": target, "patch": {"hit": True}}]}).errors
        assert error.startswith("spec.patches[0].target: no object fits ")


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["ConfigMap", "ConfigMap.*", ".*", "Config"]),
            "name": st.sampled_from(["a", "a.*", "[ab]+", "b?"]),
            "namespace": st.sampled_from(["ml", "default", ".*", "d"]),
            "version": st.sampled_from(["v1", "v[12]", "2"]),
            "labelSelector": st.sampled_from(["app", "!app", "app=web", "app notin (web)"]),
        },
    )
)
def test_fields_of_a_target_are_joined_by_and(target: Map) -> None:
    """What a target with several fields selects is what each field alone selects, and nothing selected is always an error."""

    def chosen(one: Map) -> set[str]:
        made = make({"extraObjects": copy.deepcopy(THINGS), "patches": [{"target": one, "patch": {"hit": True}}]})
        if made.errors:
            return set()
        return {f"{obj['apiVersion']}/{obj['kind']}/{obj['metadata']['name']}" for obj in made.objects if "hit" in obj}

    alone = [chosen({key: value}) for key, value in target.items()]
    assert chosen(target) == set.intersection(chosen({}), *alone)


@pytest.mark.parametrize("patch", [{"metadata": {"labels": {"x": "y"}}}, [{"op": "add", "path": "/hit", "value": 1}]])
def test_a_target_that_fits_nothing_lists_what_there_is(patch: Any) -> None:
    """The error has the target as it was given, and kind and name of every object."""
    (error,) = make({"patches": [{"target": {"kind": "Deployments", "name": "llama"}, "patch": patch}]}).errors
    assert error == (
        "spec.patches[0].target: no object fits kind Deployments, name llama; there are: ServiceAccount llama, Deployment llama-decode"
    )


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"kind": "("}, "kind is '(', which is no regular expression"),
        ({"kind": "Deployment", "name": "*"}, "name is '*', which is no regular expression"),
        ({"labelSelector": "a b"}, "'a b' is no selector"),
        ({"annotationSelector": "a in b"}, "'a in b' is no selector"),
        ({"role": "decode", "kind": "Deployment"}, "a target by role has only role, part, container; kind are of another kind of target"),
        ({"part": "pod", "container": "engine"}, "container goes with part container, not pod"),
    ],
)
def test_a_target_that_is_wrong_is_told(target: Map, words: str) -> None:
    """A target that cannot select is an error at spec.patches[i].target which says what is wrong with it."""
    (error,) = make({"patches": [{"target": target, "patch": {}}]}).errors
    assert error.startswith("spec.patches[0].target: ")
    assert words in error


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"patch": {}, "target": {"kinds": "x"}}, "spec.patches[0].target.kinds: "),
        ({"patch": {}, "target": {"role": "decoder"}}, "spec.patches[0].target.role: "),
        ({"patch": {}, "target": {"kind": 1}}, "spec.patches[0].target.kind: "),
        ({"patch": 1}, "spec.patches[0].patch: "),
        ({"target": {}}, "spec.patches[0].patch: "),
        ({"patch": {}, "path": "x.yaml"}, "spec.patches[0].path: "),
        ({"patch": {}, "options": {"allowAnything": True}}, "spec.patches[0].options.allowAnything: "),
    ],
)
def test_a_patch_of_another_shape_is_told(patch: Map, words: str) -> None:
    """An unknown key, a wrong type or a missing patch is an error with its place."""
    (error,) = make({"patches": [patch]}).errors
    assert error.startswith(words)


# Patches that name their object themselves


def named(name: str = "a", kind: str = "ConfigMap", version: str = "v1", namespace: str = "") -> Map:
    """Return a patch that says which object it is for."""
    head = {"apiVersion": version, "kind": kind} if version else {"kind": kind}
    return {**head, "metadata": {"name": name, **({"namespace": namespace} if namespace else {})}, "hit": True}


@pytest.mark.parametrize(
    "patch",
    [
        named("a"),
        named("a", version=""),
        named("a", namespace="default"),
        named("ab", namespace="ml"),
        named("b", version="v2"),
        named("a", "ConfigMapper", "example.com/v1"),
    ],
)
def test_a_named_patch_goes_to_its_object_alone(patch: Map) -> None:
    """Group, version, kind, name and namespace that it gives must all be the object's; no namespace is the namespace default."""
    made = make({"extraObjects": THINGS, "patches": [{"patch": patch}]})
    (changed,) = [obj for obj in made.objects if "hit" in obj]
    assert (changed["kind"], changed["metadata"]["name"]) == (patch["kind"], patch["metadata"]["name"])


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        (named("c"), "no object is kind ConfigMap, name c, version v1; there are: "),
        (named("a", version="v2"), "no object is kind ConfigMap, name a, version v2; there are: "),
        (named("a", version="apps/v1"), "no object is kind ConfigMap, name a, group apps, version v1; there are: "),
        (named("a", namespace="ml"), "no object is "),
        (named("ab", namespace="default"), "no object is "),
        (named("a.*"), "no object is "),
        ({"kind": "ConfigMap", "metadata": {}}, "missing; without one, the patch must say kind and metadata.name"),
        ({"kind": "ConfigMap", "metadata": "a"}, "missing; without one, the patch must say kind and metadata.name"),
        ({"metadata": {"name": "a"}}, "missing; without one, the patch must say kind and metadata.name"),
        ({}, "missing; without one, the patch must say kind and metadata.name"),
        ([], "missing; a JSON6902 patch does not say what it is for"),
        ([{"op": "test", "path": "/kind", "value": "ConfigMap"}], "missing; a JSON6902 patch does not say what it is for"),
    ],
)
@pytest.mark.parametrize("target", [{}, {"target": None}])
def test_a_named_patch_without_its_object_is_an_error(patch: Any, words: str, target: Map) -> None:
    """No target needs exactly one object of the patch's own name, and the error lists what there is."""
    (error,) = make({"extraObjects": THINGS, "patches": [{"patch": patch, **target}]}).errors
    assert error.startswith(f"spec.patches[0].target: {words}")
    if "there are" in error:
        assert error.endswith(
            "there are: ServiceAccount llama, Deployment llama-decode, ConfigMap a, ConfigMap ab, ConfigMap b, ConfigMapper a"
        )


def test_a_named_patch_with_two_objects_is_an_error() -> None:
    """Which of two objects is meant is not guessed."""
    two = [{**THINGS[0], "metadata": {"name": "a", "namespace": namespace}} for namespace in ("x", "y")]
    (error,) = make({"extraObjects": two, "patches": [{"patch": named("a")}]}).errors
    assert error.startswith("spec.patches[0].target: 2 objects are kind ConfigMap, name a, version v1; there are: ")
    made = make({"extraObjects": two, "patches": [{"patch": named("a", namespace="y")}]})
    assert [obj["metadata"]["namespace"] for obj in made.objects if "hit" in obj] == ["y"]


# What a patch may be: text or not, a map or a list, one or several


ADDITION = "{op: add, path: /hit, value: yes}"


@pytest.mark.parametrize(
    "patch",
    [
        {"hit": "yes"},
        "hit: yes",
        "# a comment\nhit: yes\n",
        "---\nhit: yes\n---\n# nothing\n",
        '{"hit": "yes"}',
        [{"op": "add", "path": "/hit", "value": "yes"}],
        f"- {ADDITION}",
        f"[{ADDITION}]",
        '[{"op": "add", "path": "/hit", "value": "yes"}]',
    ],
)
def test_both_kinds_of_patches_in_all_their_forms(patch: Any) -> None:
    """A map is a strategic merge and a list JSON6902, as YAML, as JSON or inline; text is read as go-yaml reads it."""
    made = patched({"target": {"kind": "ServiceAccount"}, "patch": patch})
    assert made.one("ServiceAccount")["hit"] == "yes"


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ("", "the patch is empty"),
        ("# nothing\n", "the patch is empty"),
        ("---\n---\n", "the patch is empty"),
        ("text", "is 'text'; must be a map (strategic merge) or a list of operations (JSON6902)"),
        ("a: [", "line 1"),
        ("a: b: c", "this is not YAML"),
        ("hit: 1\n---\nhit: 2\n", "there are 2 patches, and one target; give each an entry of its own"),
        ({"kind": "List", "items": [{"hit": 1}, {"hit": 2}]}, "there are 2 patches, and one target"),
        ({"kind": "List", "items": []}, "the patch is empty"),
        ({"kind": "List", "items": [None]}, "is null; must be a map"),
        ("- {op: remove, path: /no}\n---\n- {op: remove, path: /kind}\n", "there are 2 patches"),
        ([{"op": "remove", "path": "/no"}], "operations[0] (remove /no)"),
        ([{"op": "test", "path": "/kind", "value": "Pod"}], "operations[0] (test /kind)"),
        ([{"op": "set", "path": "/no"}], "op is one of"),
        ([{"op": "add", "path": "no", "value": 1}], "path begins with a slash"),
        ([1], "operations[0]: an operation is a map"),
        ({"metadata": "x"}, "metadata: "),
        ({"metadata": {"labels": ["x"]}}, "metadata.labels: "),
        ({"$patch": "dekete"}, "$patch"),
    ],
)
def test_a_patch_that_cannot_apply_is_an_error(patch: Any, words: str) -> None:
    """The error is at spec.patches[i].patch and says where in the patch, and nothing comes out."""
    made = patched({"target": {"kind": "ServiceAccount"}, "patch": {}}, {"target": {"kind": "ServiceAccount"}, "patch": patch})
    (error,) = made.errors
    assert error.startswith("spec.patches[1].patch: ")
    assert words in error
    assert made.generated.objects == []


def test_several_documents_are_several_patches() -> None:
    """One entry may hold documents, and a List, for several objects, which apply in their order."""
    text = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
data: {n: "2", m: "2"}
---
apiVersion: v1
kind: List
items:
- kind: ConfigMap
  metadata: {name: a}
  data: {n: "3"}
- kind: ServiceAccount
  metadata: {name: llama}
  automountServiceAccountToken: false
"""
    made = make({"extraObjects": THINGS, "patches": [{"patch": text}]})
    (changed,) = [obj for obj in made.objects if (obj["kind"], obj["metadata"]["name"]) == ("ConfigMap", "a")]
    assert changed["data"] == {"n": "3", "m": "2"}
    assert made.one("ServiceAccount")["automountServiceAccountToken"] is False


def test_an_empty_list_of_operations_and_an_empty_map_change_nothing() -> None:
    """A patch that says nothing is no error where its target is there."""
    plain = make({})
    patches: list[Any] = [[], {}, "[]", "{}"]
    for patch in patches:
        assert make({"patches": [{"target": {"kind": "Deployment"}, "patch": patch}]}).objects == plain.objects


# Order


def test_patches_apply_in_their_order_after_everything_else() -> None:
    """A later patch wins, and all of them win over extraConfig, also where they go to a part."""
    seconds = [{"target": {"role": "decode", "part": "pod"}, "patch": {"spec": {"terminationGracePeriodSeconds": n}}} for n in (2, 3)]
    base = {"decode": {"extraConfig": {"terminationGracePeriodSeconds": 1}}}
    assert make(base).pod()["terminationGracePeriodSeconds"] == 1
    assert make({**base, "patches": seconds}).pod()["terminationGracePeriodSeconds"] == 3
    whole = {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 4}}}}}
    assert make({**base, "patches": [*seconds, whole]}).pod()["terminationGracePeriodSeconds"] == 4
    assert make({**base, "patches": [whole, *seconds]}).pod()["terminationGracePeriodSeconds"] == 3


def test_a_patch_sees_what_earlier_ones_did() -> None:
    """What a patch adds, a later one can test, select and remove."""
    made = make(
        {
            "patches": [
                {"target": {"kind": "Deployment"}, "patch": {"metadata": {"labels": {"new": "1"}}}},
                {"target": {"labelSelector": "new"}, "patch": [{"op": "test", "path": "/metadata/labels/new", "value": "1"}]},
                {"target": {"labelSelector": "new=1"}, "patch": {"metadata": {"labels": {"new": None, "last": "1"}}}},
            ]
        }
    )
    labels = made.workload()["metadata"]["labels"]
    assert "new" not in labels
    assert labels["last"] == "1"


def test_every_patch_that_is_wrong_is_told_at_once() -> None:
    """An error in one patch hides no error of another, and a right one between them is none."""
    wrong = {"target": {"kind": "None"}, "patch": {}}
    right = {"target": {"kind": "Deployment"}, "patch": {}}
    assert [error.partition(":")[0] for error in patched(wrong, right, {"patch": "x"}, wrong).errors] == [
        "spec.patches[0].target",
        "spec.patches[2].patch",
        "spec.patches[3].target",
    ]


def test_a_patch_that_fails_halfway_changes_nothing() -> None:
    """Of several documents none is applied when one cannot be, so that later patches are judged by the objects as they were."""
    first = "kind: Deployment\nmetadata: {name: llama-decode}\n$patch: delete\n---\nkind: No\nmetadata: {name: x}\n"
    errors = patched({"patch": first}, {"target": {"role": "decode"}, "patch": {}}).errors
    assert [error.partition(":")[0] for error in errors] == ["spec.patches[0].target"]


# What an object is stays


@pytest.mark.parametrize("target", [{"kind": "Deployment"}, {"role": "decode"}])
@pytest.mark.parametrize(
    "patch",
    [
        {"apiVersion": "v2", "kind": "Other", "metadata": {"name": "other", "namespace": "other"}},
        {"kind": None, "apiVersion": None, "metadata": {"name": None, "namespace": None}},
        {"metadata": {"$patch": "replace", "labels": {"a": "b"}}},
        {"metadata": None},
        {},
    ],
)
def test_a_patch_changes_neither_kind_nor_name_nor_namespace(target: Map, patch: Map) -> None:
    """Kustomize puts back what tells the object apart, so a patch may hold placeholders; what else it says is applied."""
    spec = {**ROLES, "patches": [{"target": target, "patch": {**patch, "hit": True}}]}
    workload = make(spec, namespace="ml").workload()
    assert (workload["apiVersion"], workload["kind"]) == ("apps/v1", "Deployment")
    assert (workload["metadata"]["name"], workload["metadata"]["namespace"]) == ("llama-decode", "ml")
    assert workload["hit"] is True
    assert list(workload)[:3] == ["apiVersion", "kind", "metadata"]
    if "labels" in (patch.get("metadata") or {}):
        assert workload["metadata"]["labels"] == {"a": "b"}


@pytest.mark.parametrize("metadata", [{}, {"metadata": {"name": "other", "labels": {"a": "b"}}}])
def test_a_replaced_object_is_still_itself(metadata: Map) -> None:
    """`$patch: replace` leaves nothing of the object but what it is."""
    things = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "ml"}, "data": {"n": "1"}}]
    made = make(
        {"extraObjects": things, "patches": [{"target": {"kind": "ConfigMap"}, "patch": {**metadata, "$patch": "replace", "x": 1}}]}
    )
    labels = {"labels": {"a": "b"}} if metadata else {}
    assert made.one("ConfigMap") == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "a", "namespace": "ml", **labels},
        "x": 1,
    }


def test_options_let_a_patch_change_kind_and_name() -> None:
    """The options let through what they say, and no more; namespace and apiVersion stay, as in kustomize."""
    patch = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "other", "namespace": "other"}}

    def changed(**options: bool) -> tuple[str, str, str, Any]:
        things = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}]
        entry = {"target": {"kind": "ConfigMap"}, "patch": patch, "options": options}
        (obj,) = [obj for obj in make({"extraObjects": things, "patches": [entry]}).objects if "llama" not in obj["metadata"]["name"]]
        return obj["apiVersion"], obj["kind"], obj["metadata"]["name"], obj["metadata"].get("namespace")

    assert changed() == ("v1", "ConfigMap", "a", None)
    assert changed(allowKindChange=True) == ("v1", "Job", "a", None)
    assert changed(allowNameChange=True) == ("v1", "ConfigMap", "other", None)
    assert changed(allowKindChange=True, allowNameChange=True) == ("v1", "Job", "other", None)


@pytest.mark.parametrize("options", [None, {}, {"allowNameChange": True, "allowKindChange": True}])
def test_options_do_not_let_kind_and_name_be_taken_away(options: Map | None) -> None:
    """An object without kind or name is none, whatever is allowed."""
    patch = {"kind": None, "metadata": {"name": None}}
    made = make({"patches": [{"target": {"kind": "ServiceAccount"}, "patch": patch, "options": options}]})
    assert made.one("ServiceAccount")["metadata"]["name"] == "llama"


def test_json6902_may_rename_but_not_remove() -> None:
    """Operations change kind and name where they say so, as in kustomize; removing them is an error."""
    operation = {"op": "replace", "path": "/metadata/name", "value": "other"}
    assert (
        make({"patches": [{"target": {"kind": "ServiceAccount"}, "patch": [operation]}]}).one("ServiceAccount")["metadata"]["name"]
        == "other"
    )
    for path in ("/kind", "/metadata/name", "/metadata"):
        (error,) = make({"patches": [{"target": {"kind": "ServiceAccount"}, "patch": [{"op": "remove", "path": path}]}]}).errors
        assert error.startswith("spec.patches[0].patch: ")


@pytest.mark.parametrize("target", [{"kind": "Deployment"}, {"role": "decode"}, {"role": "decode", "part": "workload"}])
def test_a_patch_may_delete_the_object(target: Map) -> None:
    """`$patch: delete` removes the object, and nothing else."""
    made = make({"patches": [{"target": target, "patch": {"$patch": "delete"}}]})
    assert made.kinds() == ["ServiceAccount"]
    with_name = {"kind": "Deployment", "metadata": {"name": "llama-decode"}, "$patch": "delete"}
    assert make({"patches": [{"patch": with_name}]}).kinds() == ["ServiceAccount"]


def test_what_is_deleted_is_no_target_any_more() -> None:
    """A later patch of a deleted object finds nothing, by kind and by role."""
    gone = {"target": {"kind": "Deployment"}, "patch": {"$patch": "delete"}}
    for target in ({"kind": "Deployment"}, {"role": "decode", "part": "pod"}):
        (error,) = make({"patches": [gone, {"target": target, "patch": {}}]}).errors
        assert error.startswith("spec.patches[1].target: ")


# Parts of a role


PARTS: dict[str, Map] = {  # what one file of patches says, and what it changes in the pods
    "an env of the engines": {
        "target": {"role": "decode", "part": "container"},
        "patch": {"env": [{"name": "A", "value": "2"}, {"name": "B", "value": "3"}]},
    },
    "operations on one container": {
        "target": {"role": "decode", "part": "container", "container": "engine"},
        "patch": "- {op: replace, path: /env/0/value, value: '4'}\n- {op: add, path: /tty, value: true}\n",
    },
    "a container by its name alone": {"target": {"container": "side"}, "patch": "workingDir: /srv\n"},
    "an init container by its name": {"target": {"role": "decode", "container": "warm-up"}, "patch": {"image": "busybox:2"}},
    "the proxy": {"target": {"part": "proxy"}, "patch": {"resources": {"limits": {"cpu": "1"}}}},
    "the proxy by its name": {"target": {"container": "routing-proxy"}, "patch": {"env": [{"name": "P", "value": "1"}]}},
    "operations on the proxy": {"target": {"part": "proxy"}, "patch": [{"op": "remove", "path": "/securityContext"}]},
    "the pod": {
        "target": {"part": "pod"},
        "patch": {"spec": {"containers": [{"name": "side", "stdin": True}, {"name": "third", "image": "t:1"}]}},
    },
    "operations on the pod": {"target": {"part": "pod"}, "patch": [{"op": "remove", "path": "/spec/containers/1"}]},
    "a container deleted": {"target": {"part": "container", "container": "side"}, "patch": {"$patch": "delete"}},
    "the proxy deleted": {"target": {"part": "proxy"}, "patch": {"$patch": "delete"}},
    "no image pull policy": {"target": {"part": "proxy"}, "patch": {"imagePullPolicy": None}},
}


@pytest.mark.parametrize("case", PARTS)
def test_one_patch_file_serves_every_workload(case: str) -> None:
    """A patch by role and part does to the pods of a LeaderWorkerSet and of a requester what it does to those of a Deployment."""
    plain = pod(patched())
    results = {shape: pod(patched(copy.deepcopy(PARTS[case]), shape=shape)) for shape in SHAPES}
    containers = {shape: {key: spec.get(key, []) for key in ("initContainers", "containers")} for shape, spec in results.items()}
    assert containers["LeaderWorkerSet"] == containers["Deployment"]
    assert containers["ReplicaSet"] == containers["Deployment"]
    assert results["Deployment"] != plain


@pytest.mark.parametrize("shape", SHAPES)
def test_a_patch_of_containers_goes_to_the_engines_alone(shape: str) -> None:
    """Part container is every engine container, neither proxy nor init container; each keeps its place among the others."""
    patch = {"target": {"role": "decode", "part": "container"}, "patch": {"env": [{"name": "B", "value": "2"}]}}
    made = patched(patch, shape=shape)
    assert [one["name"] for one in pod(made)["containers"]] == ["engine", "side"]
    assert [one["name"] for one in pod(made)["initContainers"]] == ["routing-proxy", "warm-up"]
    for name in ("engine", "side"):
        assert {"name": "B", "value": "2"} in container(made, name)["env"]
    for name in ("routing-proxy", "warm-up"):
        assert all(variable["name"] != "B" for variable in container(made, name).get("env", []))
    assert container(made, "engine")["image"] == "registry.example/engine:1.0"


@pytest.mark.parametrize("shape", ["Deployment", "LeaderWorkerSet"])
def test_operations_have_paths_relative_to_the_part(shape: str) -> None:
    """JSON6902 on a part begins at the part: the workload, the pod template, the container."""
    made = patched(
        {"target": {"role": "decode", "part": "workload"}, "patch": [{"op": "add", "path": "/metadata/labels/w", "value": "1"}]},
        {"target": {"role": "decode", "part": "pod"}, "patch": [{"op": "add", "path": "/metadata/labels/p", "value": "1"}]},
        {"target": {"role": "decode", "part": "pod"}, "patch": [{"op": "add", "path": "/spec/hostNetwork", "value": True}]},
        {"target": {"role": "decode", "part": "container"}, "patch": [{"op": "test", "path": "/name", "value": "engine"}]},
        shape=shape,
        decode={"containers": [engine()]},
    )
    assert made.workload()["metadata"]["labels"]["w"] == "1"
    assert made.template()["metadata"]["labels"]["p"] == "1"
    assert pod(made)["hostNetwork"] is True


def test_a_role_is_one_of_two_and_none_is_both() -> None:
    """Role decode leaves prefill alone, no role means each."""
    spec: Map = {"profile": "llm-d", "decode": {"containers": [engine()]}, "prefill": {"containers": [engine()]}}

    def ttys(target: Map) -> list[bool]:
        made = make({**spec, "patches": [{"target": target, "patch": {"tty": True}}]})
        return ["tty" in made.container(role) for role in ("decode", "prefill")]

    assert ttys({"role": "decode", "part": "container"}) == [True, False]
    assert ttys({"role": "prefill", "container": "engine"}) == [False, True]
    assert ttys({"part": "container"}) == [True, True]


def test_both_templates_of_a_leader_worker_set_are_patched() -> None:
    """A leaderTemplate that an earlier patch made is a pod of the role, too."""
    made = patched(
        {"target": {"role": "decode"}, "patch": [{"op": "copy", "from": TEMPLATE, "path": "/spec/leaderWorkerTemplate/leaderTemplate"}]},
        {"target": {"role": "decode", "container": "engine"}, "patch": {"tty": True}},
        shape="LeaderWorkerSet",
    )
    template = made.workload()["spec"]["leaderWorkerTemplate"]
    for name in ("leaderTemplate", "workerTemplate"):
        assert template[name]["spec"]["containers"][0]["tty"] is True


TEMPLATE = "/spec/leaderWorkerTemplate/workerTemplate"


def test_part_workload_is_what_stands_without_a_part() -> None:
    """A role alone means its workload object, whatever its kind: a Deployment, a LeaderWorkerSet, a ReplicaSet."""
    for shape in SHAPES:
        for target in ({"role": "decode"}, {"role": "decode", "part": "workload"}, {"part": "workload"}):
            workload = patched({"target": target, "patch": {"spec": {"replicas": 7}}}, shape=shape).workload()
            assert (workload["kind"], workload["spec"]["replicas"]) == (shape, 7)


def test_a_requesters_own_pod_is_left_alone() -> None:
    """A patch of the pods of a requester changes what it will start, not the requester; what else its annotations say stays."""
    plain = patched(shape="ReplicaSet").workload()
    made = patched({"target": {"part": "container"}, "patch": {"tty": True}}, shape="ReplicaSet").workload()
    before, after = (copy.deepcopy(obj["spec"]["template"]) for obj in (plain, made))
    assert before["metadata"]["annotations"].pop(SERVER_PATCH) != after["metadata"]["annotations"].pop(SERVER_PATCH)
    assert before == after


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("target", "words"),
    [
        ({"role": "prefill"}, "nothing there is role prefill; there are: role decode with containers routing-proxy, warm-up, engine, side"),
        (
            {"role": "decode", "container": "enigne"},
            "nothing there is role decode, container enigne; there are: role decode with containers ",
        ),
        ({"role": "prefill", "part": "proxy"}, "nothing there is role prefill, part proxy; there are: "),
    ],
)
def test_a_part_that_is_not_there_is_an_error(shape: str, target: Map, words: str) -> None:
    """The error lists the roles and the containers that there are."""
    (error,) = patched({"target": target, "patch": {}}, shape=shape).errors
    assert error.startswith(f"spec.patches[0].target: {words}")


def test_no_proxy_is_an_error() -> None:
    """Part proxy finds nothing where the proxy is off."""
    (error,) = make({"routing": {"proxy": {"enabled": False}}, "patches": [{"target": {"part": "proxy"}, "patch": {}}]}).errors
    assert "nothing there is part proxy" in error


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["engine", None])
def test_a_patch_cannot_rename_a_container(shape: str, name: str | None) -> None:
    """Another name in a patch of a container is refused, since the merge would make a second container of it; its own name is fine."""
    target = {"role": "decode", "container": "engine"}
    (error,) = patched({"target": target, "patch": {"name": "other"}}, shape=shape).errors
    assert error == "spec.patches[0].patch: name: is other, and the container is engine: a patch cannot rename it"
    patch = {"tty": True, **({"name": name} if name else {})}
    assert container(patched({"target": target, "patch": patch}, shape=shape), "engine")["tty"] is True


TAKEN_AWAY: list[tuple[Map, Any]] = [
    ({"part": "pod"}, {"$patch": "delete"}),
    ({"part": "pod"}, {"spec": None}),
    ({"part": "pod"}, {"metadata": None}),
    ({"part": "pod"}, {"spec": {"containers": None}}),
    ({"part": "pod"}, [{"op": "remove", "path": "/spec"}]),
    ({"part": "pod"}, [{"op": "replace", "path": "/spec/containers", "value": []}]),
    ({"part": "pod"}, [{"op": "replace", "path": "/spec/containers", "value": ["x"]}]),
    ({"part": "pod"}, [{"op": "replace", "path": "/spec/containers", "value": {"x": 1}}]),
    ({"part": "pod"}, [{"op": "replace", "path": "/spec/volumes", "value": ["x"]}]),
    ({"part": "pod"}, [{"op": "add", "path": "/metadata/labels", "value": "x"}]),
    ({"part": "container"}, {"$patch": "delete"}),
    ({"part": "container"}, [{"op": "remove", "path": "/name"}]),
    ({"part": "container"}, [{"op": "add", "path": "/env", "value": ["x"]}]),
    ({"part": "container"}, [{"op": "add", "path": "/ports", "value": 1}]),
    ({"role": "decode"}, {"spec": None}),
    ({"role": "decode"}, {"$patch": "replace", "spec": {"replicas": 1}}),
    ({"role": "decode"}, [{"op": "replace", "path": "/spec", "value": "x"}]),
    ({"name": "llama-decode"}, [{"op": "remove", "path": "/spec"}]),
    ({"name": "llama-decode"}, [{"op": "remove", "path": "/spec/template"}]),
    ({"name": "llama-decode"}, [{"op": "replace", "path": "/metadata", "value": {"name": "other"}}]),
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("target", "patch"), TAKEN_AWAY)
def test_patches_that_take_the_pods_away_raise_nothing(shape: str, target: Map, patch: Any) -> None:
    """A workload without pods, or with pods that nobody could look at, is an error at the patch, or no workload of ours any more."""
    made = patched({"target": target, "patch": patch}, {"target": {"kind": "ServiceAccount"}, "patch": {}}, shape=shape)
    for error in made.errors:
        assert error.startswith("spec.patches[0].patch: ")
    if "metadata" not in str(patch):
        assert made.errors


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_patch_brings_the_function_down(data: st.DataObject) -> None:
    """Whatever is patched into whatever place, there are objects or errors, and an error is about the patch."""
    shape = data.draw(st.sampled_from(list(SHAPES)))
    target = data.draw(st.sampled_from([{"role": "decode"}, {"part": "pod"}, {"part": "container"}, {"part": "proxy"}, {}]))
    keys = st.sampled_from(
        ["metadata", "spec", "template", "name", "labels", "annotations", "containers", "env", "ports", "volumes", "$patch"]
    )
    scalars = st.one_of(st.none(), st.booleans(), st.integers(0, 2), st.sampled_from(["", "x", "delete", "replace", "merge"]))
    values = st.recursive(scalars, lambda below: st.lists(below, max_size=2) | st.dictionaries(keys, below, max_size=3), max_leaves=6)
    paths = st.lists(keys | st.sampled_from(["0", "1", "-"]), min_size=1, max_size=4).map(lambda steps: "/" + "/".join(steps))
    operations = st.fixed_dictionaries({"op": st.sampled_from(["add", "remove", "replace"]), "path": paths, "value": values})
    patch = data.draw(st.dictionaries(keys, values, max_size=3) | st.lists(operations, max_size=2))
    made = patched({"target": target, "patch": patch}, shape=shape)
    assert made.generated.failed or made.objects


# Custom resources


def test_merge_keys_of_custom_resources() -> None:
    """Lists of a custom resource merge by the keys that spec.mergeKeys gives, and are replaced without; a template by those of its type."""
    cache = {
        "apiVersion": "example.com/v1",
        "kind": "Cache",
        "metadata": {"name": "c"},
        "spec": {
            "shards": [{"id": "a", "size": 1}, {"id": "b", "size": 1}],
            "template": {"spec": {"containers": [{"name": "x", "image": "x:1"}]}},
        },
    }
    patch = {"spec": {"shards": [{"id": "b", "size": 2}], "template": {"spec": {"containers": [{"name": "x", "tty": True}]}}}}
    entry = {"target": {"kind": "Cache"}, "patch": patch}
    keys = {"example.com/Cache": {"spec.shards": ["id"], "spec.template": "PodTemplateSpec"}}
    merged = make({"extraObjects": [cache], "patches": [entry], "mergeKeys": keys}).one("Cache")["spec"]
    assert sorted(merged["shards"], key=str) == [{"id": "a", "size": 1}, {"id": "b", "size": 2}]
    assert merged["template"]["spec"]["containers"] == [{"name": "x", "image": "x:1", "tty": True}]
    replaced = make({"extraObjects": [cache], "patches": [entry]}).one("Cache")["spec"]
    assert replaced["shards"] == [{"id": "b", "size": 2}]
    assert replaced["template"]["spec"]["containers"] == [{"name": "x", "tty": True}]


def test_merge_keys_count_for_parts_of_a_role() -> None:
    """Merge keys of a kind that is known already, for a list that Kubernetes replaces, hold where a patch goes to the pod."""
    role = {"containers": [engine()], "tolerations": [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists"}]}
    entry = {"target": {"part": "pod"}, "patch": {"spec": {"tolerations": [{"key": "b", "effect": "NoSchedule"}]}}}
    keys = {"apps/Deployment": {"spec.template.spec.tolerations": ["key"]}}
    merged = make({"decode": role, "patches": [entry], "mergeKeys": keys}).pod()["tolerations"]
    assert merged == [{"key": "a", "operator": "Exists"}, {"key": "b", "operator": "Exists", "effect": "NoSchedule"}]
    assert make({"decode": role, "patches": [entry]}).pod()["tolerations"] == [{"key": "b", "effect": "NoSchedule"}]


def test_merge_keys_that_are_wrong_are_told() -> None:
    """A merge key that is neither keys nor a type is an error of the patch that needs it."""
    cache = {"apiVersion": "example.com/v1", "kind": "Cache", "metadata": {"name": "c"}}
    entry = {"target": {"kind": "Cache"}, "patch": {"x": 1}}
    (error,) = make({"extraObjects": [cache], "patches": [entry], "mergeKeys": {"example.com/Cache": {"spec.a": "NoType"}}}).errors
    assert "merge keys of example.com/Cache" in error
    assert "NoType" in error


def test_patched_lists_get_new_items_where_kustomize_puts_them() -> None:
    """A patch of a whole object puts new items first, as kustomize does; a patch of a part leaves the others where they are."""
    first = {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"containers": [{"name": "side", "tty": True}]}}}}}
    assert [one["name"] for one in patched(first).pod()["containers"]] == ["side", "engine"]
    part = {"target": {"container": "side"}, "patch": {"tty": True}}
    assert [one["name"] for one in patched(part).pod()["containers"]] == ["engine", "side"]


def test_checks_look_at_what_was_patched() -> None:
    """A mount that a patch adds without its volume is found by the check of mounts, so patches are applied before checks."""
    patch = {"target": {"part": "container"}, "patch": {"volumeMounts": [{"name": "none", "mountPath": "/none"}]}}
    made = make({"decode": {"containers": [engine()]}, "patches": [patch]})
    ((severity, _, message),) = made.found("volume-mounts")
    assert severity == "error"
    assert "none" in message


def test_nothing_that_is_given_is_changed() -> None:
    """The config, its patches and the objects of another run stay as they are."""
    patches = list(copy.deepcopy(PARTS).values())[:7]
    spec = {**SHAPES["Deployment"], **copy.deepcopy(ROLES), "extraObjects": copy.deepcopy(THINGS), "patches": patches}
    before = copy.deepcopy(spec)
    first = make(spec).objects
    kept = copy.deepcopy(first)
    assert make(spec).objects == kept
    assert spec == before
    assert first == kept


# Regular expressions as kustomize has them: those of RE2


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("[[:alpha:]]+", ["v1/a", "v1/ab", "v2/b", "example.com/v1/a"]),
        (r"a\z", ["v1/a", "example.com/v1/a"]),
        (r"\pL", ["v1/a", "v2/b", "example.com/v1/a"]),
        ("(?i)AB", ["v1/ab"]),
        ("a.", ["v1/ab"]),
        (".", ["v1/a", "v2/b", "example.com/v1/a"]),
    ],
)
def test_expressions_are_those_of_re2(name: str, chosen: list[str]) -> None:
    """What kustomize understands is understood: classes of POSIX, an end without a line break, letters of any script."""
    assert hit({"name": name, "kind": "ConfigMap.*"}) == chosen


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("(?!a).*", "invalid perl operator: (?!"),
        (r"(a)\1", "invalid escape sequence"),
        ("a{1,99999}", "invalid repetition size"),
        ("((a{100}){100}){100}", "invalid repetition size"),
        ("(" * 5000, "missing )"),
        ("[", "missing ]"),
        ("x**", "bad repetition operator"),
        ("\ud800", "it is no text"),
    ],
)
def test_expressions_that_kustomize_refuses(expression: str, why: str) -> None:
    """What RE2 does not know is an error, in few words."""
    (error,) = make({"patches": [{"target": {"name": expression}, "patch": {"hit": True}}]}).errors
    assert error.startswith("spec.patches[0].target: name is ")
    assert why in error
    assert len(error) < 400


@pytest.mark.parametrize("expression", ["(a+)+b$", "(a*)*b", "(" * 900 + "a" + ")" * 900, ".*" * 100 + "b"])
def test_no_expression_takes_long(expression: str) -> None:
    """Matching is linear: expressions that never end elsewhere find nothing, at once."""
    name = "a" * 50
    (error,) = make({"fullnameOverride": name, "patches": [{"target": {"name": expression}, "patch": {"hit": True}}]}).errors
    assert error.startswith("spec.patches[0].target: no object fits name ")


@settings(deadline=None)
@given(st.text("ab.-_/", max_size=4), st.text("ab.-_/\nc", max_size=4))
def test_a_plain_expression_means_what_re2_means(expression: str, text: str) -> None:
    """Letters, digits and points are compared without RE2, and with the same answer."""
    assert object_patch._expression("name", expression)(text) is (re2.fullmatch(expression, text) is not None)


def test_plain_targets_do_not_load_re2() -> None:
    """A target that is a plain name costs no library."""
    program = (
        "import sys\nfrom tests.compose.made import make\n"
        "make({'patches': [{'target': {'kind': 'Deployment', 'name': 'llama-decode', 'group': 'apps'}, 'patch': {'hit': 1}}]})\n"
        "print('re2' in sys.modules)\n"
    )
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(root / "generator")])}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, env=environment)
    assert done.stdout == "False\n"


# What a patch must leave of an object


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("/kind", ["Deployment"], "kind: is a list; must be text"),
        ("/kind", {"a": 1}, "kind: is a map; must be text"),
        ("/kind", 5, "kind: is 5; must be text"),
        ("/apiVersion", None, "apiVersion: is null; must be text"),
        ("/metadata/name", ["x"], "metadata.name: is a list; must be text"),
        ("/metadata/name", 5, "metadata.name: is 5; must be text"),
        ("/metadata/namespace", {}, "metadata.namespace: is a map; must be text"),
        ("/metadata/labels", "x", "metadata.labels: is 'x'; must be a map of texts"),
        ("/metadata/annotations", ["x"], "metadata.annotations: is a list; must be a map of texts"),
        ("/metadata/annotations", {"a": ["x"]}, "metadata.annotations.a: is a list; must be text"),
        ("/spec/template/metadata/annotations", "x", "spec.template.metadata.annotations: is 'x'; must be a map of texts"),
        ("/spec/template/metadata/labels", {"a": {}}, "spec.template.metadata.labels.a: is a map; must be text"),
        ("/spec/template/spec/containers/0/name", 5, "spec.template: the pods then have containers that are no list of containers"),
        ("/spec/template/spec/containers/0/name", ["x"], "spec.template: the pods then have containers that are no list of containers"),
    ],
)
@pytest.mark.parametrize("spec", [{}, {"extraObjects": THINGS}])
def test_an_object_that_nobody_could_look_at(spec: Map, path: str, value: Any, words: str) -> None:
    """A patch that leaves something else where Kubernetes has text or a map is an error at the patch, whatever comes after it."""
    operations = [{"op": "add", "path": path, "value": value}]
    more = {"target": {"kind": "Deployment"}, "patch": {"metadata": {"labels": {"a": "b"}}}}
    made = make({**spec, "patches": [{"target": {"kind": "Deployment"}, "patch": operations}, more]})
    (error,) = made.errors
    assert error.startswith(f"spec.patches[0].patch: {words}")


def test_what_there_is_is_not_listed_without_end() -> None:
    """Of hundreds of objects only the first are listed where a target finds none."""
    many = [{**THINGS[0], "metadata": {"name": f"c{index}"}} for index in range(300)]
    (error,) = make({"extraObjects": many, "patches": [{"target": {"name": "x" * 5000}, "patch": {"hit": True}}]}).errors
    assert error.endswith(", and 282 more")
    assert len(error) < 1000
