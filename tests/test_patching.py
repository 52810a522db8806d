"""A Patches config: patches of whatever an orchestrator sends, in a package of files and in a build of kustomize."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.packages import API_VERSION, Map, Run, annotations_of, item, package, service
from tests.test_function import Answer, call, resource_list

KPTFILE = """
# The package.
apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: models # its name
"""
SETTERS = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: setters
  annotations:
    config.kubernetes.io/local-config: "true"
data:
  image: "web:1"
"""
WEB = """
# The front.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web # short
  labels: {app: 'web'}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: main
          image: "main:1"
        - name: side
          image: "side:1"
"""
SETTINGS = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: "web"
  namespace: front
data:
  mode: '0755' # octal
  script: |
    echo "$HOME"
"""
CACHE = """
apiVersion: example.com/v1
kind: Cache
metadata:
  name: cache
spec: {shards: [{name: a, size: 1}, {name: b, size: 1}]}
"""
KUSTOMIZATION = "# No kind, no name.\nresources:\n- web.yaml\n"
RECORD = f"""
apiVersion: {API_VERSION}
kind: LastGenerated
metadata:
  name: chat
  annotations:
    config.kubernetes.io/local-config: "true"
    modelservice.llm-d.ai/generated-from: chat
objects: []
"""
TEXTS = {
    "Kptfile": KPTFILE,
    "setters.yaml": SETTERS,
    "web.yaml": WEB,
    "settings.yaml": SETTINGS,
    "cache.yaml": CACHE,
    "kustomization.yaml": KUSTOMIZATION,
    ".modelservice/chat.yaml": RECORD,
}
OBJECTS = {"Deployment/web", "ConfigMap/web", "Cache/cache"}
LABELLED: Map = {"metadata": {"labels": {"hit": "yes"}}}
HIT: Map = {"metadata": {"annotations": {"hit": "yes"}}}


def patches(*entries: Any, **spec: Any) -> Map:
    """Return a Patches."""
    return {"apiVersion": API_VERSION, "kind": "Patches", "metadata": {"name": "own"}, "spec": {"patches": list(entries), **spec}}


def run(*entries: Any, **spec: Any) -> Run:
    """Patch the package of TEXTS."""
    return package(*(item(text, path) for path, text in TEXTS.items())).run(patches(*entries, **spec))


def changed(done: Run) -> set[str]:
    """Return which items of TEXTS are not written as they were, as KIND/NAME."""
    before = [item(text, path) for path, text in TEXTS.items()]
    assert len(done.package.entries) == len(before), "an item is gone"
    pairs = zip(before, done.package.entries, done.package.ids(), strict=True)
    return {name for old, new, name in pairs if old != new}


def built(config: Map, *items: Map) -> Answer:
    """Patch items as kustomize sends them to a transformer."""
    return call(resource_list(config, *items))


def deployment(**spec: Any) -> Map:
    """Return a Deployment as kustomize sends it, with its notes."""
    notes = {"internal.config.kubernetes.io/id": "1", "kustomize.config.k8s.io/id": "1", "config.k8s.io/id": "1"}
    template: Map = {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "main", "image": "main:1"}]}}
    content = {"selector": {"matchLabels": {"app": "web"}}, "template": template, **spec}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "annotations": notes}, "spec": content}


# What is patched, and what stays


def test_a_patch_changes_what_it_is_for_and_nothing_else() -> None:
    """Of the patched object nothing is lost; every other item is as it was written, comments and quotes and all."""
    done = run(
        {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"containers": [{"name": "side", "tty": True}]}}}}}
    )
    assert done.results == []
    assert changed(done) == {"Deployment/web"}
    pod = done.package.value("Deployment")["spec"]["template"]["spec"]
    assert pod["containers"] == [{"name": "side", "image": "side:1", "tty": True}, {"name": "main", "image": "main:1"}]
    assert done.package.places() == [(path, "0") for path in TEXTS]


@pytest.mark.parametrize(
    "entry",
    [
        {"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": 3}}},
        {"target": {"name": "w.b", "group": "app.", "version": "v1"}, "patch": "spec: {replicas: 3}"},
        {"target": {"labelSelector": "app in (web)"}, "patch": "- {op: replace, path: /spec/replicas, value: 3}"},
        {"target": {"labelSelector": "app"}, "patch": [{"op": "replace", "path": "/spec/replicas", "value": 3}]},
        {"patch": {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {"replicas": 3}}},
        {"patch": "# by name\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"},
    ],
)
def test_patches_in_all_their_forms(entry: Map) -> None:
    """Targets and patches are those of spec.patches of a ModelService."""
    done = run(entry)
    assert (done.results, changed(done)) == ([], {"Deployment/web"})
    assert done.package.value("Deployment")["spec"]["replicas"] == 3


def test_several_documents_are_several_patches() -> None:
    """A text may have one document for each object, and later patches see what earlier ones did."""
    text = "kind: Deployment\nmetadata: {name: web, labels: {a: b}}\n---\n"
    text += "kind: ConfigMap\nmetadata: {name: web, namespace: front}\ndata: {a: b}\n"
    done = run({"patch": text}, {"target": {"labelSelector": "a=b"}, "patch": HIT})
    assert (done.results, changed(done)) == ([], {"Deployment/web", "ConfigMap/web"})
    assert annotations_of(done.package.value("Deployment"))["hit"] == "yes"
    assert "hit" not in annotations_of(done.package.value("ConfigMap", "web"))


def test_merge_keys_of_custom_resources() -> None:
    """Lists of the user's own kinds merge by the keys that mergeKeys gives them; without, they are replaced."""
    entry = {"target": {"kind": "Cache"}, "patch": {"spec": {"shards": [{"name": "b", "size": 2}]}}}
    shards = run(entry, mergeKeys={"example.com/Cache": {"spec.shards": ["name"]}}).package.value("Cache")["spec"]["shards"]
    assert shards == [{"name": "b", "size": 2}, {"name": "a", "size": 1}]
    assert run(entry).package.value("Cache")["spec"]["shards"] == [{"name": "b", "size": 2}]


def test_options_let_a_patch_rename() -> None:
    """The options allowNameChange and allowKindChange are those of spec.patches; without them, the name stays."""
    entry: Map = {"target": {"kind": "Cache"}, "patch": {"metadata": {"name": "other"}, "spec": {"x": 1}}}
    assert run(entry).package.value("Cache")["metadata"]["name"] == "cache"
    assert run({**entry, "options": {"allowNameChange": True}}).package.value("Cache")["metadata"]["name"] == "other"


@pytest.mark.parametrize("entry", [{"target": {"kind": "Cache"}, "patch": {"$patch": "delete"}}])
def test_a_patch_may_delete(entry: Map) -> None:
    """`$patch: delete` takes the item out of the package; when it is gone in the next run, that is no error there, and one in a build."""
    done = run(entry)
    assert set(done.package.ids()) == {name for name in run().package.ids() if name != "Cache/cache"}
    again = done.package.run(patches(entry))
    assert again.package == done.package
    (told,) = again.told("info")
    assert told.startswith("Patches/own spec.patches[0].target: no object fits kind Cache; there are: ")
    assert built(patches(entry), deployment()).code == 1


# Items that are config


@pytest.mark.parametrize("target", [{}, {"name": ".*"}, {"namespace": "default|front"}, {"kind": ".*"}, {"labelSelector": "!a"}])
def test_no_open_target_reaches_configs(target: Map) -> None:
    """Neither the Kptfile nor a function's settings, a kustomization or our records are what a target means that names no kind."""
    done = run({"target": target, "patch": LABELLED})
    assert (done.results, changed(done)) == ([], OBJECTS)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"target": {"kind": "Kptfile"}, "patch": LABELLED}, "Kptfile/models"),
        ({"target": {"kind": "LastGenerated", "name": "c.*"}, "patch": LABELLED}, "LastGenerated/chat"),
        ({"target": {"kind": "ConfigMap", "name": "setters"}, "patch": LABELLED}, "ConfigMap/setters"),
        ({"patch": {"kind": "ConfigMap", "metadata": {"name": "setters"}, "data": {"image": "web:2"}}}, "ConfigMap/setters"),
        ({"target": {"kind": "ConfigMap"}, "patch": LABELLED}, "ConfigMap/web"),
        ({"target": {"kind": "ConfigMap", "name": "s?e?.*"}, "patch": LABELLED}, "ConfigMap/web"),
    ],
)
def test_configs_are_patched_by_who_names_them(entry: Map, expected: str) -> None:
    """A kind that only configs are of is enough; a config of a kind that others have, too, must be named itself."""
    done = run(entry)
    assert (done.results, changed(done)) == ([], {expected})


def test_a_model_service_may_be_patched() -> None:
    """Before it is generated from: its lists of containers merge by name."""
    spec = {"decode": {"containers": [{"name": "vllm", "image": "vllm:1", "mountModelVolume": True}, {"name": "side", "image": "s:1"}]}}
    entry = {"target": {"kind": "ModelService"}, "patch": {"spec": {"decode": {"containers": [{"name": "vllm", "image": "vllm:2"}]}}}}
    done = package(service(spec)).run(patches(entry))
    containers = done.package.value("ModelService")["spec"]["decode"]["containers"]
    assert containers[0] == {"name": "vllm", "image": "vllm:2", "mountModelVolume": True}
    assert containers[1] == {"name": "side", "image": "s:1"}


# What cannot be done


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"target": {"kind": "Deploy"}, "patch": HIT}, "target: no object fits kind Deploy; there are: Deployment web, "),
        ({"patch": {"kind": "Deployment", "metadata": {"name": "x"}}}, "target: no object is kind Deployment, name x; there are: "),
        ({"target": {"kind": "("}, "patch": HIT}, "target: kind is '(', which is no regular expression"),
        ({"patch": HIT}, "target: missing; without one, the patch must say kind and metadata.name"),
        ({"target": {"kind": "Deployment"}, "patch": ""}, "patch: (root): the patch is empty"),
        ({"target": {"kind": "Deployment"}, "patch": "a: ["}, "patch: "),
        ({"target": {"kind": "Deployment"}, "patch": [{"op": "remove", "path": "/no"}]}, "patch: operations[0] (remove /no)"),
        ({"target": {"kind": "Deployment"}, "patch": {"metadata": {"labels": ["x"]}}}, "patch: metadata.labels: "),
        ({"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": [1]}}}, "patch: spec.replicas: the patch has a list where"),
    ],
)
def test_a_patch_that_cannot_apply_changes_nothing(entry: Map, words: str) -> None:
    """The error is at the patch, another patch that could be applied is not, and all that is wrong is told at once."""
    good = {"target": {"kind": "ConfigMap"}, "patch": HIT}
    done = run(good, entry, {"target": {"kind": "Nothing"}, "patch": HIT})
    first, second = done.told("error")
    assert first.startswith(f"Patches/own spec.patches[1].{words}")
    assert second.startswith("Patches/own spec.patches[2].target: ")
    assert changed(done) == set()


@pytest.mark.parametrize("key", ["role", "part", "container"])
def test_a_target_by_role_is_an_error_that_says_why(key: str) -> None:
    """Only a ModelService has roles."""
    values = {"role": "decode", "part": "pod", "container": "main"}
    done = run({"target": {key: values[key]}, "patch": HIT})
    (error,) = done.told("error")
    assert error.startswith(f"Patches/own spec.patches[0].target.{key}: is of a ModelService")
    assert changed(done) == set()


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        ({"patchs": []}, "spec.patchs", "did you mean patches?"),
        ({"patches": None}, "spec.patches", "missing"),
        ({"multinode": True}, "spec.multinode", "unknown key of a Patches; known here: patches, mergeKeys, checks, kubernetesVersion"),
        ({"patches": [{"patch": {}, "path": "x.yaml"}]}, "spec.patches[0].path", "did you mean patch?"),
        ({"patches": [{"patch": {}, "target": {"kinds": "x"}}]}, "spec.patches[0].target.kinds", "did you mean kind?"),
        ({"patches": [{"target": {}}]}, "spec.patches[0].patch", "missing"),
        ({"patches": [], "checks": {"image-tag": "off"}}, "spec.checks.image-tag", "kubernetes-fields alone"),
    ],
)
def test_a_wrong_config_is_told(spec: Map, field: str, words: str) -> None:
    """The config is held against its schema, as a Validation is."""
    config = {**patches(), "spec": {"patches": [], **spec}}
    if spec.get("patches", []) is None:
        config["spec"] = {}
    answer = built(config, deployment())
    assert answer.code == 1
    assert answer.items == [deployment()]
    told = {result["field"]["path"]: result["message"] for result in answer.results}
    assert words in told[field]


# What only orchestrators write


@pytest.mark.parametrize(
    "patch",
    [
        {"metadata": {"annotations": {"$patch": "replace", "a": "b"}}},
        {"metadata": {"annotations": None, "labels": {"a": "b"}}},
        {"metadata": {"$patch": "replace", "labels": {"a": "b"}}},
        {"$patch": "replace", "spec": {"a": "b"}},
        [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}],
        [{"op": "replace", "path": "/metadata", "value": {"name": "cache", "labels": {"a": "b"}}}],
    ],
)
def test_where_an_object_is_from_stays(patch: Any) -> None:
    """File, index, ids and the ModelService that an object is from stay, whatever of the annotations a patch takes away."""
    notes = {"internal.config.kubernetes.io/id": "7", "config.k8s.io/id": "7", "modelservice.llm-d.ai/generated-from": "chat"}
    lines = "".join(f'    {key}: "{value}"\n' for key, value in notes.items())
    text = CACHE.replace("  name: cache\n", f"  name: cache\n  annotations:\n{lines}    own: x\n")
    done = package(item(text, "cache.yaml", 3)).run(patches({"target": {"kind": "Cache"}, "patch": patch}))
    assert done.told() == []
    places = {
        f"{prefix}config.kubernetes.io/{key}": value
        for prefix in ("", "internal.")
        for key, value in (("index", "3"), ("path", "cache.yaml"))
    }
    kept = annotations_of(done.package.value("Cache"))
    assert {key: value for key, value in kept.items() if key not in ("a", "own")} == {**notes, **places}


@pytest.mark.parametrize(
    "key",
    [
        "config.kubernetes.io/path",
        "internal.config.kubernetes.io/index",
        "internal.config.kubernetes.io/anything",
        "config.k8s.io/id",
        "kustomize.config.k8s.io/id",
        "modelservice.llm-d.ai/generated-from",
    ],
)
def test_no_patch_says_where_an_object_is_from(key: str) -> None:
    """Setting such an annotation is an error that names it."""
    done = run({"target": {"kind": "Cache"}, "patch": {"metadata": {"annotations": {key: "x"}}}})
    (error,) = done.told("error")
    assert error.startswith(f"Patches/own spec.patches[0].patch: metadata.annotations[{key}]: says where an object comes from")
    assert changed(done) == set()


@pytest.mark.parametrize("key", ["config.kubernetes.io/local-config", "config.kubernetes.io/depends-on", "config.kubernetes.io/function"])
def test_users_own_annotations_of_the_same_group_may_be_set(key: str) -> None:
    """What users write themselves for kpt and kustomize is theirs to patch."""
    done = run({"target": {"kind": "Cache"}, "patch": {"metadata": {"annotations": {key: "x"}}}})
    assert done.results == []
    assert annotations_of(done.package.value("Cache"))[key] == "x"


def test_no_target_sees_what_orchestrators_write() -> None:
    """A selector on annotations means those of the user, as in the file."""
    done = run({"target": {"annotationSelector": "config.kubernetes.io/path"}, "patch": HIT})
    assert done.told("error")[0].startswith("Patches/own spec.patches[0].target: no object fits annotationSelector")


# Again and again


def test_a_second_run_changes_nothing_and_says_so() -> None:
    """In a package a patch is there already in the second run: told as info, and nothing is written anew."""
    config = patches({"target": {"kind": "Deployment|Cache"}, "patch": LABELLED})
    first = run().package.run(config)
    again = first.package.run(config)
    assert again.package == first.package
    assert again.told() == []
    assert again.told("info") == ["Patches/own spec.patches[0].patch: changes nothing: what it is for is so already"]


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ([{"op": "add", "path": "/spec/shards/-", "value": {"name": "c"}}], "each run on these files will change them again"),
        ([{"op": "remove", "path": "/spec/shards"}], "the next run on these files will be an error"),
    ],
)
def test_a_patch_that_cannot_be_repeated_is_told_in_a_package(patch: Any, words: str) -> None:
    """What adds to a list each time, or finds nothing to remove the next time, is a warning in the first run, for files only."""
    entry = {"target": {"kind": "Cache"}, "patch": patch}
    done = run(entry)
    assert changed(done) == {"Cache/cache"}
    (warning,) = done.told()
    assert warning.startswith(f"Patches/own spec.patches[0].patch: {words}")
    cache: Map = {"apiVersion": "example.com/v1", "kind": "Cache", "metadata": {"name": "c"}, "spec": {"shards": []}}
    assert built(patches(entry), cache).results == []


def test_a_renamed_object_will_not_be_found_again() -> None:
    """A patch that takes away what its target goes by is told."""
    entry = {"target": {"name": "cache"}, "patch": {"metadata": {"name": "other"}}, "options": {"allowNameChange": True}}
    (warning,) = run(entry).told()
    assert "the next run on these files will be an error" in warning


def test_what_two_patches_undo_is_as_it_was() -> None:
    """An item counts by what it is in the end: the same, so it stays as it is written."""
    there = {"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": 3}}}
    back = {"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": 2}}}
    assert changed(run(there, back)) == set()


# What a patch breaks


def test_what_kubernetes_would_refuse_is_told_at_the_patch() -> None:
    """An unknown field is an error at its place in the patch, told once for many objects, and nothing is changed."""
    done = run({"target": {"kind": "Deployment"}, "patch": {"spec": {"replcas": 3}}})
    (error,) = done.told("error")
    assert error.startswith("Patches/own spec.patches[0].patch.spec.replcas: ")
    assert "replicas" in error
    assert error.endswith("(in Deployment web: spec.replcas)")
    assert changed(done) == set()
    assert done.results[0]["tags"] == {"check": "kubernetes-fields"}


def test_of_many_mistakes_the_first_are_told() -> None:
    """A patch with hundreds of wrong fields is told of twenty of them, at another patch's mistakes it does not matter."""
    many = {"target": {"kind": "Deployment"}, "patch": {"spec": {f"field{index}": 1 for index in range(200)}}}
    other = {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"hostNetwerk": True}}}}}
    errors = run(many, other).told("error")
    assert len(errors) == 21
    assert "and 180 more like this" in errors[19] + errors[20]
    assert any("spec.patches[1].patch.spec.template.spec.hostNetwerk" in error for error in errors)


def test_one_mistake_in_many_objects_is_told_once() -> None:
    """It is one patch that is wrong, however many objects it is for."""
    texts = [item(WEB.replace("name: web #", f"name: web{index} #"), f"web{index}.yaml") for index in range(300)]
    done = package(*texts).run(patches({"target": {"kind": "Deployment"}, "patch": {"spec": {"replcas": 3}}}))
    (error,) = done.told("error")
    assert error.endswith("(in Deployment web0: spec.replcas)")


@pytest.mark.parametrize(("severity", "count"), [("warning", 1), ("off", 0)])
def test_how_serious_it_is_can_be_said(severity: str, count: int) -> None:
    """`checks` has the check kubernetes-fields, as that of a ModelService."""
    done = run({"target": {"kind": "Deployment"}, "patch": {"spec": {"replcas": 3}}}, checks={"kubernetes-fields": severity})
    assert len(done.told("warning")) == count
    assert changed(done) == {"Deployment/web"}


def test_operations_are_told_by_their_place() -> None:
    """Of a JSON6902 patch it is the operation; of text, where nobody can say, the patch."""
    operations = [{"op": "add", "path": "/metadata/labels/a", "value": "b"}, {"op": "add", "path": "/spec/replicas", "value": "3"}]
    (error,) = run({"target": {"kind": "Deployment"}, "patch": operations}).told("error")
    assert error.startswith("Patches/own spec.patches[0].patch[1]: ")
    (error,) = run({"target": {"kind": "Deployment"}, "patch": "spec: {replicas: '3'}"}).told("error")
    assert error.startswith("Patches/own spec.patches[0].patch: ")


def test_what_was_wrong_before_is_no_matter_of_the_patch() -> None:
    """Only what a patch breaks counts, also where it moves what is wrong to another place in a list."""
    broken = WEB.replace('image: "main:1"', 'image: "main:1"\n          imagePullPolicy: sometimes')
    entry = {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"containers": [{"name": "side", "tty": True}]}}}}}
    done = package(item(broken, "web.yaml")).run(patches(entry))
    assert done.results == []
    assert done.package.value("Deployment")["spec"]["template"]["spec"]["containers"][1]["imagePullPolicy"] == "sometimes"


def test_what_the_cluster_does_not_have_is_told() -> None:
    """`kubernetesVersion` is that of a ModelService."""
    entry = {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"resources": {"limits": {"cpu": "1"}}}}}}}
    (error,) = run(entry, kubernetesVersion="1.30").told("error")
    assert error.startswith("Patches/own spec.patches[0].patch.spec.template.spec.resources: ")


# Objects that a ModelService generated


def test_later_runs_keep_what_was_patched_in_generated_objects() -> None:
    """What a patch changed stays as an edit by hand does, and both functions in turn come to the same files again and again."""
    config = patches(
        {"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"priorityClassName": "high"}}}}},
        {"target": {"annotationSelector": "modelservice.llm-d.ai/generated-from=llama", "kind": "ServiceAccount"}, "patch": LABELLED},
    )
    spec = "decode: {engine: {image: 'e:1'}}\n"
    first = package(service(spec)).run().package.run(config)
    assert first.results == []
    second = first.package.read_again().run()
    assert second.told() == []
    third = second.package.run(config)
    assert third.told() == []
    assert third.package == first.package.read_again()
    assert third.package.value("Deployment")["spec"]["template"]["spec"]["priorityClassName"] == "high"
    assert third.package.value("ServiceAccount")["metadata"]["labels"]["hit"] == "yes"


# As a transformer of kustomize


def test_a_transformer_keeps_the_notes_of_kustomize() -> None:
    """All annotations that items came with are in the answer: without them kustomize forgets name suffixes."""
    answer = built(patches({"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": 3}}}), deployment())
    assert (answer.code, answer.results) == (0, [])
    assert answer.items == [deployment(replicas=3)]


def test_a_patch_without_effect_is_a_warning_in_a_build() -> None:
    """A build begins with the sources, so that such a patch does nothing, ever."""
    answer = built(patches({"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": 3}}}), deployment(replicas=3))
    assert (answer.code, answer.items) == (0, [deployment(replicas=3)])
    assert answer.lines == ["warning: Patches own: spec.patches[0].patch: changes nothing: what it is for is so already [config]"]


def test_the_echo_of_the_config_is_dropped() -> None:
    """A transformer over nothing gets its config as an item, which is none."""
    config = patches()
    assert built(config, config).items == []


def test_an_object_without_annotations_gets_none() -> None:
    """Items from elsewhere may have no notes at all."""
    plain = deployment()
    del plain["metadata"]["annotations"]
    (patched,) = built(patches({"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": 3}}}), plain).items
    assert patched["metadata"] == {"name": "web"}


# Any package, any patch

NAMES = st.sampled_from(["web", "cache", "setters", "w.*", ".*", "x"])
TARGETS = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["Deployment", "ConfigMap", "Cache", "Kptfile", "ConfigMap|Cache", ".*"]),
        "name": NAMES,
        "namespace": st.sampled_from(["front", "default", ".*"]),
        "labelSelector": st.sampled_from(["app", "!app", "app=web"]),
    },
)
CONTENTS = st.sampled_from([LABELLED, HIT, {"$patch": "delete"}, {"spec": {"replicas": 2}}, {"data": {"mode": None}}, [], {}])
ENTRIES = st.lists(st.fixed_dictionaries({"target": TARGETS, "patch": CONTENTS}), max_size=4)


@settings(max_examples=50, deadline=None)
@given(ENTRIES, st.permutations(sorted(TEXTS)))
def test_items_that_no_patch_is_for_are_the_same_bytes(entries: list[Map], order: list[str]) -> None:
    """Whatever is patched: what is not in the target of any patch, or all of it after an error, comes out byte by byte as it came."""
    before = package(*(item(TEXTS[path], path) for path in order))
    done = before.run(patches(*entries, checks={"kubernetes-fields": "off"}))
    texts = dict(zip([path for path, _ in done.package.places()], done.package.entries, strict=True))
    for path, text, value in zip(order, before.entries, before.values, strict=True):
        if done.told("error") or not any(may_fit(entry["target"], value) for entry in entries):
            assert texts[path] == text


def may_fit(target: Map, value: Map) -> bool:
    """Return whether a target of TARGETS may mean a value, by its kind and name alone."""
    kinds = {"ConfigMap|Cache": ("ConfigMap", "Cache"), ".*": ("Deployment", "ConfigMap", "Cache")}
    names = {"w.*": ("web",), ".*": ("web", "cache", "setters", "models", "chat")}
    kind, name = value.get("kind"), value.get("metadata", {}).get("name")
    known = kind in kinds.get(target.get("kind", ".*"), (target.get("kind"),))
    return known and name in names.get(target.get("name", ".*"), (target.get("name"),))


@settings(max_examples=40, deadline=None)
@given(ENTRIES)
def test_a_second_run_is_the_same(entries: list[Map]) -> None:
    """Strategic merges come to the same when they are applied to what they made."""
    config = patches(*entries, checks={"kubernetes-fields": "off"})
    first = run().package.run(config)
    if not first.told("error"):
        again = first.package.run(config)
        assert again.told("error") == [] or any(entry["patch"] == {"$patch": "delete"} for entry in entries)
        assert again.package == first.package
