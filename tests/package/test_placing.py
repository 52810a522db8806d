"""Generated objects in a package: where they go, what a second run changes, what stays of edits by hand."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import packages
from tests.compose.made import engine
from tests.compose.samples import SAMPLES
from tests.packages import OWNER, Map, Package, Run, annotations_of, bare, item, own, package, service
from tests.test_function import call

from modelservice import function
from modelservice.krm import parse, read_resource_list

RECORD = "LastGenerated"

# Items that nobody but their author may touch, as people write them.
THEIRS = (
    item(
        "# The package.\napiVersion: kpt.dev/v1\nkind: Kptfile\nmetadata:\n  name: package # its name\ninfo: {description: 'd'}\n",
        "Kptfile",
    ),
    item("# no kind\nresources:\n- a.yaml # one\n\n- b.yaml\n", "kustomization.yaml"),
    item(
        """\
        # Written by hand.
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: "quoted" # and commented

        data:
          switch: on
          number: 0755
          large: 1e3
          script: |
            # no comment of YAML
            echo "${HOME}" '{{ .Values.x }}'
          text: &anchored "a: b"
          again: *anchored
          nothing:
        # the end
        """,
        "user.yaml",
    ),
    item("apiVersion: v1\nkind: Deployment\nmetadata: \n  name: other\nspec: {a: 1,  b: null}\n", "user.yaml", 1),
    item(
        "apiVersion: v1\nkind: List\nmetadata:\n  name: list\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: in-list}}\n",
        "list.yaml",
    ),
)
DECODE = """\
decode:
  replicas: 2
  containers:
  - {name: engine, image: e:1, modelCommand: furiosaLLMServe, mountModelVolume: true, env: [{name: A, value: '1'}, {name: B, value: '1'}]}
"""


def engine_of(value: Map) -> Map:
    """Return the engine container of a workload."""
    spec: Map = value["spec"]
    template = spec["leaderWorkerTemplate"]["workerTemplate"] if "leaderWorkerTemplate" in spec else spec["template"]
    container: Map = template["spec"]["containers"][0]
    return container


def env_of(value: Map) -> Map:
    """Return the variables of the engine container of a workload."""
    return {one["name"]: one.get("value") for one in engine_of(value)["env"]}


def replaced(before: Package, spec: Map | str, name: str = "llama", **more: Any) -> Package:
    """Return the package with another spec in a ModelService."""
    return before.with_entry(before.find("ModelService", name), service(spec, name, **more))


# The first run


def test_there_is_one_file_for_each_model_service() -> None:
    """Objects go into NAME.generated.yaml beside the ModelService, with indexes from 0 as text; the record has a folder of its own."""
    done = package(service(name="one"), service(name="two", path="models/deep/two.yaml")).run()
    places = dict.fromkeys(done.package.places()[2:])
    assert list(places) == [
        ("one.generated.yaml", "0"),
        ("one.generated.yaml", "1"),
        (".modelservice/one.yaml", "0"),
        ("models/deep/two.generated.yaml", "0"),
        ("models/deep/two.generated.yaml", "1"),
        ("models/deep/.modelservice/two.yaml", "0"),
    ]
    assert len(places) == len(done.package.entries) - 2


@pytest.mark.parametrize("gone", ["internal.config.kubernetes.io/", "config.kubernetes.io/"])
def test_either_note_of_the_file_will_do(gone: str) -> None:
    """Kpt notes the file of an item in two ways, and other orchestrators in one: all goes beside the ModelService with either."""
    lines = service(DECODE, path="deep/llama.yaml").splitlines(keepends=True)
    entry = "".join(line for line in lines if not line.strip().startswith(gone))
    assert entry.count("deep/llama.yaml") == 1
    done = package(entry).run()
    assert [path for path, _ in done.package.places()[1:]] == ["deep/llama.generated.yaml"] * 2 + ["deep/.modelservice/llama.yaml"]
    assert done.package.run().package == done.package


def test_new_items_are_of_the_package_of_their_model_service() -> None:
    """In a subpackage of kpt, what is new belongs to the subpackage, as its ModelService does."""
    note = "internal.config.kubernetes.io/package-path"
    done = package(service(DECODE, annotations={note: "/all/sub"}), service(name="other")).run()
    assert [annotations_of(value).get(note) for value in done.package.values] == ["/all/sub", None, *["/all/sub"] * 3, *[None] * 3]
    assert done.package.run().package == done.package


def test_generated_objects_carry_their_model_service() -> None:
    """Each object says what it is from; nothing else of the ModelService's annotations gets onto it, and the rest is what is generated."""
    given_annotations = {"config.kubernetes.io/local-config": "true", "team": "a"}
    done = package(service(DECODE, annotations=given_annotations)).run()
    for value in done.package.values[1:]:
        kept = {key for key in annotations_of(value) if not key.startswith("internal.config.kubernetes.io/")}
        assert kept == {OWNER} | ({"config.kubernetes.io/local-config"} if value["kind"] == RECORD else set())
        assert annotations_of(value)[OWNER] == "llama"
    assert done.package.kinds("llama") == ["ServiceAccount", "Deployment", RECORD]


def test_a_namespace_is_part_of_the_mark() -> None:
    """Two ModelServices of one name in two namespaces are told apart, and so are their objects, files and records."""
    first = package(service("", path="a.yaml", namespace="a"), service("", path="b.yaml", namespace="b")).run()
    assert first.told() == []
    assert [annotations_of(value).get(OWNER) for value in first.package.values[2:]] == ["a/llama"] * 3 + ["b/llama"] * 3
    places = first.package.places()
    assert len(set(places)) == len(places)
    assert {path for path, _ in places if path and path.startswith(".modelservice/")} == {
        ".modelservice/a_llama.yaml",
        ".modelservice/b_llama.yaml",
    }
    assert first.package.read_again().run() == Run(first.package.read_again(), first.results, None)
    fewer = Package(first.package.entries[1:]).run()
    assert {value["metadata"].get("namespace") for value in fewer.package.values} == {"b"}
    assert len(fewer.package.entries) == 4


def test_new_objects_go_behind_what_is_in_their_file() -> None:
    """A file of the user's keeps its documents where they are, and the indexes go on from the last."""
    there = [item(f"kind: X\nmetadata:\n  name: x{index}\n", "llama.generated.yaml", index) for index in (0, 3)]
    done = package(service(), *there).run().package
    assert done.entries[1:3] == tuple(there)
    assert [place for place in done.places() if place[0] == "llama.generated.yaml"] == [
        ("llama.generated.yaml", index) for index in ("0", "3", "4", "5")
    ]


@pytest.mark.parametrize("mode", ["services", "config map", "generator"])
def test_the_users_items_stay_to_the_letter(mode: str) -> None:
    """Comments, quotes, anchors, nulls, blank lines, items without kind or metadata: every text is what it was, in its place."""
    entries = (*THEIRS[:3], service(DECODE), *THEIRS[3:])
    before = package(*entries)
    config = {"services": None, "config map": CONFIG_MAP, "generator": before.value("ModelService")}[mode]
    done = before.run(config)
    assert done.told() == []
    assert done.package.entries[: len(entries)] == entries
    assert done.config == config
    changed = replaced(done.package, DECODE + "multinode: true\n").run(None if mode == "generator" else config)
    kept = [entry for entry in changed.package.entries if entry in THEIRS]
    assert tuple(kept) == THEIRS


CONFIG_MAP = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "function-input"}, "data": {}}


# The second run


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_second_run_changes_no_letter(sample: str) -> None:
    """Whatever is generated, another run on what came out gives the same text, in the same order, and tells the same."""
    spec = {"modelArtifacts": {"name": "meta/llama-8b"}, **SAMPLES[sample]}
    spec["modelArtifacts"] = {"name": "meta/llama-8b", **spec["modelArtifacts"]}
    first = package(*THEIRS, service(spec)).run()
    assert first.told("error") == []
    second = first.package.run()
    assert second.package == first.package
    assert second.results == first.results
    again = first.package.read_again()
    assert again.run().package == again


def test_the_order_of_items_stays() -> None:
    """Items of several ModelServices, and others between them, keep their places, whatever the order of generation."""
    first = package(service(name="one"), service(name="two")).run().package
    shuffled = Package(tuple(first.entries[index] for index in (5, 2, 7, 0, 3, 1, 6, 4)))
    assert shuffled.run().package == shuffled


def test_a_change_of_the_config_changes_only_what_it_means() -> None:
    """Another number in the ModelService changes that field and the record; every other item keeps its text."""
    first = package(*THEIRS, service(DECODE), service(name="other")).run().package
    changed = replaced(first, DECODE.replace("replicas: 2", "replicas: 3"))
    second = changed.run()
    assert second.told() == []
    different = [index for index, pair in enumerate(zip(changed.entries, second.package.entries, strict=True)) if pair[0] != pair[1]]
    assert different == [first.find("Deployment", "llama-decode"), first.find(RECORD, "llama")]
    assert second.package.value("Deployment", "llama-decode")["spec"]["replicas"] == 3
    assert second.package.places() == changed.places()


def test_what_is_written_otherwise_stays_as_it_is_written() -> None:
    """A comment, another order or other quotes in a generated file are no change: the text stays until something changes in it."""
    first = package(service(DECODE)).run().package
    styled = first.edited(
        "Deployment",
        ("  spec:\n    replicas: 2\n", "  # how many\n  spec:\n    replicas: 2 # two\n"),
        (
            'llm-d.ai/inferenceServing: "true"\n          llm-d.ai/model',
            "llm-d.ai/inferenceServing: 'true' # text\n          llm-d.ai/model",
        ),
    )
    assert styled.run() == Run(styled, [], None)
    changed = replaced(styled, DECODE + "presets: [shm]\n").run()
    assert changed.package.text("ServiceAccount") == styled.text("ServiceAccount")
    assert "# two" not in changed.package.text("Deployment")


def test_true_and_one_are_two_values() -> None:
    """A change from true to 1 is written, although Python takes them for equal."""
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "value": True}
    first = package(service({"extraObjects": [thing]})).run().package
    second = replaced(first, {"extraObjects": [{**thing, "value": 1}]}).run().package
    assert second.value("Thing")["value"] is not True
    assert second.value(RECORD)["objects"][-1]["value"] is not True


# What goes


def test_several_nodes_replace_the_deployment() -> None:
    """With multinode on, the Deployment is gone and the LeaderWorkerSet is there; off again, all is as it was; nothing else changes."""
    first = package(*THEIRS, service(DECODE), service(name="other")).run().package
    second = replaced(first, DECODE + "multinode: true\n").run()
    assert [line for line in second.told() if "furiosa-multinode" not in line and "Furiosa-LLM" not in line] == []
    assert sorted(second.package.kinds("llama")) == [RECORD, "LeaderWorkerSet", "ServiceAccount"]
    changed = [first.find(kind, name) for kind, name in (("Deployment", "llama-decode"), (RECORD, "llama"), ("ModelService", "llama"))]
    unchanged = [entry for index, entry in enumerate(first.entries) if index not in changed]
    assert [entry for entry in second.package.entries if entry in unchanged] == unchanged
    back = replaced(second.package, DECODE).run()
    assert sorted(back.package.kinds("llama")) == ["Deployment", RECORD, "ServiceAccount"]
    assert bare(back.package.value("Deployment", "llama-decode")) == bare(first.value("Deployment", "llama-decode"))


def test_what_presets_add_comes_and_goes() -> None:
    """Objects of other kinds than the workload's: beside it, in the order in which they are applied, and away with the preset."""
    presets = 'presets: [disruption-budget, network-policy, {name: keda, serverAddress: "http://p:9090", maxReplicaCount: 2}]\n'
    first = package(service(DECODE)).run().package
    more = replaced(first, DECODE.replace("replicas: 2", "create: true") + presets).run().package
    assert sorted({*more.kinds()} - {*first.kinds()}) == ["NetworkPolicy", "PodDisruptionBudget", "ScaledObject"]
    assert more.run().package == more
    scaled = more.edited("ScaledObject", ("maxReplicaCount: 2", "maxReplicaCount: 3")).run().package
    assert scaled.value("ScaledObject")["spec"]["maxReplicaCount"] == 3
    assert replaced(more, DECODE).run().package.kinds() == first.kinds()


def test_a_disabled_service_has_nothing() -> None:
    """With enabled: false all its objects and its record go, and come back with the next change."""
    first = package(*THEIRS, service(DECODE), service(name="other")).run().package
    second = replaced(first, DECODE + "enabled: false\n").run()
    assert second.package.kinds("llama") == []
    assert second.package.kinds("other") == first.kinds("other")
    assert [entry for entry in second.package.entries if entry in THEIRS] == list(THEIRS)
    third = replaced(second.package, DECODE).run()
    assert third.package.kinds("llama") == first.kinds("llama")


@pytest.mark.parametrize("config", [None, CONFIG_MAP])
def test_a_package_without_a_service_is_right(config: Map | None) -> None:
    """There is nothing to generate, and nothing to say against it: that is told, and the package stays as it is, run after run."""
    for before in (package(*THEIRS), package(*THEIRS, service()).run().package.without("ModelService").run().package):
        done = before.run(config)
        assert done.told("info") == [
            "None/None : there is no ModelService (apiVersion: modelservice.llm-d.ai/v1alpha1) in this package: nothing is generated"
        ]
        assert done.results[0]["severity"] == "info"
        assert done.package == package(*THEIRS)


@pytest.mark.parametrize("config", [None, CONFIG_MAP])
def test_objects_of_a_service_that_is_gone_go(config: Map | None) -> None:
    """Without its ModelService, nobody owns an object: it goes, and so does the record; also when no ModelService is left."""
    first = package(*THEIRS, service(DECODE), service(name="other")).run(config).package
    second = first.without("ModelService", "other").run(config)
    assert second.told("error") == []
    assert second.package.kinds("other") == []
    assert second.package.kinds("llama") == first.kinds("llama")
    last = second.package.without("ModelService").run(config)
    assert last.told("error") == []
    assert last.package.entries == THEIRS


def test_a_generator_leaves_objects_of_others_alone() -> None:
    """With a ModelService as functionConfig nothing is known of others: their objects stay, even where their ModelService is not there."""
    both = package(service(DECODE), service(name="other"))
    config = both.value("ModelService", "llama")
    first = both.run(config).package
    assert first.kinds("other") == []
    second = first.run(first.value("ModelService", "other")).package
    alone = second.without("ModelService", "other")
    changed = replaced(alone, DECODE + "enabled: false\n")
    third = changed.run(changed.value("ModelService")).package
    assert third.kinds("other") == second.kinds("other")
    assert third.kinds("llama") == []


def test_objects_are_left_alone_when_something_is_wrong() -> None:
    """An error in one ModelService leaves every item as it was, those of the others as well."""
    first = package(*THEIRS, service(DECODE), service(name="other")).run().package
    broken = replaced(replaced(first, "decode: {replicas: 7}\n", "other"), "nonsense: 1\n")
    done = broken.run()
    assert done.package == broken
    assert done.told("error") == ["ModelService/llama spec.nonsense: unknown key"] or "nonsense" in done.told("error")[0]


# What stands in the way


def test_two_services_of_one_name_are_told() -> None:
    """Even if only one of them generates something: the next run could not tell whose it is. Nothing changes."""
    before = package(service(), service({"enabled": False}, path="other/llama.yaml"))
    done = before.run()
    assert done.package == before
    assert done.told() == [
        "ModelService/llama metadata.name: another ModelService of the package is called so, too; what is generated is known by this name"
    ]


def test_an_object_may_go_from_one_service_to_another() -> None:
    """What one ModelService no longer generates, because it is gone or says otherwise, another may in the same run; in either order."""
    with_thing, without = service({"extraObjects": [THING]}, "SERVICE"), service({}, "SERVICE")
    for first, second in (("a", "b"), ("b", "a")):
        before = package(with_thing.replace("SERVICE", first), without.replace("SERVICE", second)).run().package
        after = Package((without.replace("SERVICE", first), with_thing.replace("SERVICE", second), *before.entries[2:])).run()
        assert after.told("error") == []
        assert annotations_of(after.package.value("Thing"))[OWNER] == second
        assert after.package.run().package == after.package
        alone = Package((with_thing.replace("SERVICE", second), *before.entries[2:])).run()
        assert alone.told("error") == []
        assert annotations_of(alone.package.value("Thing"))[OWNER] == second


BY_HAND = "# mine\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: llama-decode\nspec: {}\n"


@pytest.mark.parametrize("in_generator_mode", [True, False])
def test_an_object_by_hand_is_never_replaced(in_generator_mode: bool) -> None:
    """A generated object that is there already, by hand, is an error that names it and its file; nothing changes."""
    before = package(service(DECODE), item(BY_HAND, "infra/own.yaml"))
    done = before.run(before.value("ModelService") if in_generator_mode else None)
    assert done.package == before
    assert done.told() == [
        "ModelService/llama : Deployment llama-decode is there already in infra/own.yaml, written by hand; "
        "remove it, or give this ModelService another name"
    ]


def test_an_object_of_another_service_is_never_replaced() -> None:
    """Nor is one that another ModelService has generated, even if that one is not looked at in this run."""
    other = package(service({"fullnameOverride": "llama"}, "other")).run().package
    before = other.plus(service(DECODE))
    done = before.run(before.value("ModelService", "llama"))
    assert done.package == before
    assert done.told("error") == [
        f"ModelService/llama : {what} is there already in other.generated.yaml, generated from ModelService other; "
        "remove it, or give this ModelService another name"
        for what in ("ServiceAccount llama", "Deployment llama-decode")
    ]


@pytest.mark.parametrize(
    "other",
    [
        BY_HAND.replace("llama-decode", "llama-decode-2"),
        BY_HAND.replace("kind: Deployment", "kind: StatefulSet"),
        BY_HAND.replace("apps/v1", "example.com/v1"),
        BY_HAND.replace("  name", "  namespace: elsewhere\n  name"),
    ],
)
def test_another_object_is_in_nobodys_way(other: str) -> None:
    """Another name, kind, group or namespace is another object, and stays to the letter."""
    there = item(other, "infra/own.yaml")
    done = package(service(DECODE), there).run()
    assert done.told("error") == []
    assert there in done.package.entries


def test_a_mark_that_was_taken_off_makes_it_the_users() -> None:
    """Who takes the annotation off a generated object takes the object over: the next run would not replace it, and says so."""
    first = package(service(DECODE)).run().package
    taken = first.edited("Deployment", ("      modelservice.llm-d.ai/generated-from: llama\n", ""))
    done = taken.run()
    assert done.package == taken
    assert "Deployment llama-decode is there already in llama.generated.yaml, written by hand" in done.told("error")[0]


# The file


@pytest.mark.parametrize("path", ["out.yaml", "deep/er/out.yml", "models/llama.yaml", "a../b..yaml"])
def test_an_annotation_chooses_the_file(path: str) -> None:
    """The file named by the annotation gets the objects, behind what is in it, wherever the ModelService is; a second run is still."""
    chosen = {packages.API_VERSION.partition("/")[0] + "/path": path}
    there = item("kind: X\nmetadata:\n  name: x\n", path)
    first = package(service(DECODE, path="models/service.yaml", annotations=chosen), there).run()
    assert first.told("error") == []
    places = dict(zip(first.package.ids(), first.package.places(), strict=True))
    assert places["ServiceAccount/llama"] == (path, "1")
    assert places["Deployment/llama-decode"] == (path, "2")
    assert first.package.run().package == first.package
    assert first.package.read_again().run().package == first.package.read_again()


def test_another_choice_moves_the_objects() -> None:
    """When the annotation changes, the objects go to the other file, edits and all, and leave the first."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"))
    for path in ("a.yaml", "b/c.yaml"):
        moved = replaced(edited, DECODE, annotations={"modelservice.llm-d.ai/path": path}).run()
        assert moved.told("error") == []
        places = dict(zip(moved.package.ids(), moved.package.places(), strict=True))
        assert [places[name] for name in ("ServiceAccount/llama", "Deployment/llama-decode")] == [(path, "0"), (path, "1")]
        assert moved.package.value("Deployment")["spec"]["replicas"] == 5
        assert not any("llama.generated.yaml" in entry for entry in moved.package.entries)
        assert moved.package.run().package == moved.package
        edited = moved.package


@pytest.mark.parametrize(
    "path", ["/abs.yaml", "../out.yaml", "a/../../out.yaml", "a/../b.yaml", "out.txt", "out", "", ".yaml/..", "out.json"]
)
def test_a_path_that_cannot_be_is_refused(path: str) -> None:
    """A file outside the package, or one that kpt would not read again, is an error at the annotation; nothing changes."""
    before = package(service(DECODE, annotations={"modelservice.llm-d.ai/path": path}))
    done = before.run()
    assert done.package == before
    (error,) = done.told()
    assert error.startswith(f"ModelService/llama metadata.annotations[modelservice.llm-d.ai/path]: is {path!r}; ")
    assert error.endswith("must be the path of a .yaml file inside the package")


@pytest.mark.parametrize("path", ["./out.yaml", "a//out.yaml", "a/./out.yaml"])
def test_a_path_means_one_file_however_it_is_written(path: str) -> None:
    """Kpt calls a file by its plain path when it reads it again, so that the objects are found where they should be."""
    done = package(service(DECODE, annotations={"modelservice.llm-d.ai/path": path})).run().package
    plain = {"./out.yaml": "out.yaml"}.get(path, "a/out.yaml")
    assert [place for place in done.places() if place[0] == plain] == [(plain, "0"), (plain, "1")]


# Edits by hand


EDITS: dict[str, tuple[tuple[str, str], ...]] = {  # texts in the Deployment before and after
    "a number": (("replicas: 2", "replicas: 5"),),
    "a variable's value": (('name: A\n            value: "1"', 'name: A\n            value: "hand"'),),
    "a variable more": (("          - name: B\n", '          - name: HAND\n            value: "1"\n          - name: B\n'),),
    "a variable less": (('          - name: A\n            value: "1"\n', ""),),
    "a label more": (("      app.kubernetes.io/name: modelservice\n", "      app.kubernetes.io/name: modelservice\n      hand: made\n"),),
    "a field more": (("serviceAccountName: llama", "serviceAccountName: llama\n        hostNetwork: true"),),
    "a field less": (("    replicas: 2\n", ""),),
    "another image": (("image: e:1", "image: hand:2"),),
    "arguments": (('          - "4"\n', '          - "4"\n          - --hand\n'),),
    "an annotation": (("    annotations:\n      modelservice", "    annotations:\n      hand: made\n      modelservice"),),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_survives(edit: str) -> None:
    """An edit of a generated object stays, to the letter while nothing else changes, and beside what changes in the config."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", *EDITS[edit])
    second = edited.run()
    assert second == Run(edited, [], None)
    changed = replaced(second.package, DECODE + "presets: [shm]\n").run()
    assert changed.told() == []
    deployment = changed.package.value("Deployment")
    assert any(volume["name"] == "shm" for volume in deployment["spec"]["template"]["spec"]["volumes"])
    without = replaced(changed.package, DECODE).run().package
    assert bare(without.value("Deployment")) == bare(edited.value("Deployment"))
    assert changed.package.read_again().run().package == changed.package.read_again()


def test_an_edit_of_one_field_leaves_the_others_to_the_config() -> None:
    """The image that was edited stays; the variables beside it follow the config."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("image: e:1", "image: hand:2"))
    changed = replaced(edited, DECODE.replace("{name: B, value: '1'}", "{name: B, value: '2'}, {name: C, value: '1'}")).run()
    deployment = changed.package.value("Deployment")
    assert changed.told() == []
    assert engine_of(deployment)["image"] == "hand:2"
    assert {name: env_of(deployment)[name] for name in "ABC"} == {"A": "1", "B": "2", "C": "1"}


def test_a_conflict_is_a_warning_and_the_edit_stays() -> None:
    """Field and both values are told, each time, for as long as they differ; nothing else changes."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"), ("image: e:1", "image: hand:2"))
    changed = replaced(edited, DECODE.replace("replicas: 2", "replicas: 3").replace("e:1", "e:2")).run()
    assert changed.told() == [
        "Deployment/llama-decode spec.replicas: edited by hand to 5, and generated now as 3; the edit stays",
        "Deployment/llama-decode spec.template.spec.containers[name=engine].image: "
        "edited by hand to 'hand:2', and generated now as 'e:2'; the edit stays",
    ]
    warning = changed.results[0]
    assert warning["severity"] == "warning"
    assert warning["field"] == {"path": "spec.replicas", "currentValue": 5, "proposedValue": 3}
    assert warning["resourceRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "llama-decode"}
    assert changed.package.value("Deployment")["spec"]["replicas"] == 5
    for _ in range(2):
        again = changed.package.read_again()
        assert again.run() == Run(again, changed.results, None)


def test_a_conflict_ends_when_somebody_gives_way() -> None:
    """The hand, by writing what is generated; or the config, by generating what was edited, or what was generated before the edit."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"))
    standing = replaced(edited, DECODE.replace("replicas: 2", "replicas: 3")).run().package
    agreed = standing.edited("Deployment", ("replicas: 5", "replicas: 3")).run()
    assert agreed.told() == []
    assert replaced(agreed.package, DECODE.replace("replicas: 2", "replicas: 4")).run().package.value("Deployment")["spec"]["replicas"] == 4
    assert replaced(standing, DECODE.replace("replicas: 2", "replicas: 5")).run().told() == []
    back = replaced(standing, DECODE).run()
    assert back.told() == []
    assert back.package.value("Deployment")["spec"]["replicas"] == 5
    assert back.package.run() == back


def test_a_conflict_leaves_other_fields_to_hand_and_config() -> None:
    """While it stands, edits of other fields stay, and changes of the config come through."""
    first = package(service(DECODE)).run().package
    edited = first.edited(
        "Deployment", ("replicas: 2", "replicas: 5"), ('name: A\n            value: "1"', 'name: A\n            value: "hand"')
    )
    changed = DECODE.replace("replicas: 2", "replicas: 3")
    standing = replaced(edited, changed).run()
    later = replaced(standing.package, changed.replace("{name: B, value: '1'}", "{name: B, value: '2'}")).run()
    assert (
        later.told()
        == standing.told()
        == ["Deployment/llama-decode spec.replicas: edited by hand to 5, and generated now as 3; the edit stays"]
    )
    assert {name: env_of(later.package.value("Deployment"))[name] for name in "AB"} == {"A": "hand", "B": "2"}


def test_a_conflict_over_what_is_gone() -> None:
    """A field that the hand took away stays away, and one that the config took away stays as edited; nothing is told as nothing."""
    first = package(service(DECODE)).run().package
    edited = first.edited(
        "Deployment", ("    replicas: 2\n", ""), ('name: A\n            value: "1"', 'name: A\n            value: "hand"')
    )
    changed = replaced(edited, DECODE.replace("replicas: 2", "replicas: 3").replace("{name: A, value: '1'}, ", "")).run()
    assert sorted(changed.told()) == [
        "Deployment/llama-decode spec.replicas: edited by hand to nothing, and generated now as 3; the edit stays",
        "Deployment/llama-decode spec.template.spec.containers[name=engine].env[name=A]: "
        "edited by hand to {'name': 'A', 'value': 'hand'}, and generated now as nothing; the edit stays",
    ]
    assert "replicas" not in changed.package.value("Deployment")["spec"]
    assert env_of(changed.package.value("Deployment"))["A"] == "hand"


def test_an_edit_that_the_config_then_makes_is_no_edit_any_more() -> None:
    """When the config comes to say the same, nothing is told, and the field follows the config again."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 3"))
    same = replaced(edited, DECODE.replace("replicas: 2", "replicas: 3")).run()
    assert same.told() == []
    assert replaced(same.package, DECODE.replace("replicas: 2", "replicas: 4")).run().package.value("Deployment")["spec"]["replicas"] == 4


def test_an_edit_that_is_taken_back_is_no_edit_any_more() -> None:
    """Who writes the generated value again gives the field back to the config."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5")).run().package
    back = edited.edited("Deployment", ("replicas: 5", "replicas: 2"))
    assert replaced(back, DECODE.replace("replicas: 2", "replicas: 4")).run().package.value("Deployment")["spec"]["replicas"] == 4


def test_edits_of_extra_objects_survive() -> None:
    """Objects from extraObjects are generated, too: edits stay, and lists of kinds that nobody knows are in conflict as a whole."""
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}, "spec": {"list": [1, 2], "a": 1}}
    first = package(service({"extraObjects": [thing]})).run().package
    edited = first.edited("Thing", ("    - 2\n", "    - 2\n    - 3\n"))
    other = {**thing, "spec": {"list": [1], "a": 2}}
    done = replaced(edited, {"extraObjects": [other]}).run()
    assert done.package.value("Thing")["spec"] == {"list": [1, 2, 3], "a": 2}
    assert done.told() == ["Thing/t spec.list: edited by hand to [1, 2, 3], and generated now as [1]; the edit stays"]


def test_a_deleted_object_comes_back() -> None:
    """An object that was deleted by hand is generated again: to be rid of it, the config has to say so."""
    first = package(service(DECODE)).run().package
    done = first.without("ServiceAccount").run()
    assert done.told() == []
    assert own(done.package.values, "llama") == [own(first.values, "llama")[1], own(first.values, "llama")[0]]


# Edits when the kind of the workload changes


def test_edits_move_along_to_another_kind() -> None:
    """From Deployment to LeaderWorkerSet and back: replicas, labels and everything of the pods come along."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", *EDITS["a number"], *EDITS["a variable's value"], *EDITS["a label more"])
    edited = edited.edited("Deployment", *EDITS["a field more"])
    away = replaced(edited, DECODE + "multinode: true\nchecks: {furiosa-multinode: 'off'}\n").run()
    assert away.told() == []
    leaders = away.package.value("LeaderWorkerSet")
    assert leaders["spec"]["replicas"] == 5
    assert leaders["metadata"]["labels"]["hand"] == "made"
    assert env_of(leaders)["A"] == "hand"
    assert leaders["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["hostNetwork"] is True
    assert leaders["spec"]["leaderWorkerTemplate"]["size"] == 1
    assert away.package.run().package == away.package
    back = replaced(away.package, DECODE).run()
    assert back.told() == []
    assert bare(back.package.value("Deployment")) == bare(edited.value("Deployment"))


def test_edits_move_along_to_leaders_and_workers() -> None:
    """A LeaderWorkerSet that tells them apart has the edits in both; back in a Deployment, they are those of the pods that serve."""
    spec = (
        "profile: llm-d\nprefill: {create: false}\n"
        "routing: {proxy: {image: 'proxy:v0.10.0'}}\nengine: {image: 'vllm:v0.19.0', modelCommand: vllmServe}\n"
    )
    first = package(service(f"{spec}decode: {{replicas: 2}}\n")).run().package
    edited = first.edited("Deployment", *EDITS["a field more"])
    away = replaced(edited, f"{spec}decode: {{replicas: 2, parallelism: {{mode: mp, tensor: 4, workers: 2}}}}\n").run()
    assert away.told() == []
    group = away.package.value("LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]
    assert [group[template]["spec"]["hostNetwork"] for template in ("leaderTemplate", "workerTemplate")] == [True, True]
    back = replaced(away.package, f"{spec}decode: {{replicas: 2}}\n").run()
    assert bare(back.package.value("Deployment")) == bare(edited.value("Deployment"))


def test_conflicts_are_told_when_the_kind_changes() -> None:
    """An edit and a change of the config to the same field, in the same run as the switch: told as ever."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"))
    away = replaced(edited, DECODE.replace("replicas: 2", "replicas: 3") + "multinode: true\nchecks: {furiosa-multinode: 'off'}\n").run()
    assert away.told() == ["LeaderWorkerSet/llama-decode spec.replicas: edited by hand to 5, and generated now as 3; the edit stays"]
    assert away.package.value("LeaderWorkerSet")["spec"]["replicas"] == 5


def test_edits_that_the_other_kind_has_no_place_for_are_told() -> None:
    """A strategy belongs to Deployments alone: that this edit is gone is told."""
    first = package(service(DECODE)).run().package
    edited = first.edited(
        "Deployment", ("    replicas: 2\n", "    replicas: 2\n    minReadySeconds: 9\n    strategy:\n      type: Recreate\n")
    )
    away = replaced(edited, DECODE + "multinode: true\nchecks: {furiosa-multinode: 'off'}\n").run()
    assert away.told() == [
        "ModelService/llama : Deployment llama-decode becomes a LeaderWorkerSet, which has no spec.minReadySeconds, spec.strategy: "
        "these edits by hand are gone"
    ]


def test_edits_of_what_is_not_generated_any_more_are_told() -> None:
    """An object with edits that is pruned is told with its edits; one without goes silently."""
    more = DECODE + "  monitoring: {podmonitor: {enabled: true, portName: http}}\nchecks: {podmonitor-port: 'off'}\n"
    first = package(service(more)).run().package
    assert replaced(first, DECODE).run().told() == []
    edited = first.edited("PodMonitor", ("interval: 30s", "interval: 10s"))
    done = replaced(edited, DECODE).run()
    assert "PodMonitor" not in done.package.kinds()
    (warning,) = done.told()
    assert warning.startswith(
        "ModelService/llama : PodMonitor llama-decode-podmonitor is not generated any more, and goes with its edits by hand: "
    )
    assert "interval" in warning


def test_edits_of_a_disabled_service_are_told() -> None:
    """Also where the whole service is switched off."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"))
    done = replaced(edited, DECODE + "enabled: false\n").run()
    assert (
        "ModelService/llama : Deployment llama-decode is not generated any more, and goes with its edits by hand: spec.replicas"
        in done.told()
    )


def test_edits_of_a_service_that_is_gone_are_told() -> None:
    """And where the ModelService is deleted: an edit is never lost in silence."""
    first = package(service(DECODE), service(name="other")).run().package
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"), name="llama-decode").without("ModelService", "llama")
    done = edited.run()
    assert done.package.kinds("llama") == []
    (warning,) = done.told()
    assert "Deployment llama-decode" in warning
    assert "spec.replicas" in warning


# The record


def test_the_record_is_what_was_generated() -> None:
    """It has the objects as they were generated, not as they were edited; it is local, so that nobody applies it."""
    first = package(service(DECODE, namespace="ml")).run().package
    record = first.value(RECORD)
    assert record["apiVersion"] == packages.API_VERSION
    assert (record["metadata"]["name"], record["metadata"]["namespace"]) == ("llama", "ml")
    assert annotations_of(record)["config.kubernetes.io/local-config"] == "true"
    assert record["objects"] == own(first.values, "ml/llama")
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5")).run().package
    assert edited.text(RECORD) == first.text(RECORD)


def test_a_deleted_record_costs_only_the_difference() -> None:
    """Without it, what differs from now stays as it is, which is told once; from then on there is a record again."""
    first = package(service(DECODE)).run().package
    assert first.without(RECORD).run().told() == []
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5")).without(RECORD)
    done = edited.run()
    assert done.told() == [
        "ModelService/llama : there is no record of what was generated last for Deployment llama-decode: where it differs from what is "
        "generated now, it stays as it is"
    ]
    assert done.package.value("Deployment")["spec"]["replicas"] == 5
    assert done.package.text("Deployment") == edited.text("Deployment")
    assert done.package.kinds().count(RECORD) == 1
    assert done.package.run().told() == []
    assert replaced(done.package, DECODE + "presets: [shm]\n").run().package.value("Deployment")["spec"]["replicas"] == 5


def test_a_deleted_record_and_another_kind() -> None:
    """Where there is nothing to tell edits by, a switch of the kind tells that it may lose some."""
    edited = package(service(DECODE)).run().package.edited("Deployment", ("replicas: 2", "replicas: 5")).without(RECORD)
    done = replaced(edited, DECODE + "multinode: true\nchecks: {furiosa-multinode: 'off'}\n").run()
    assert "Deployment" not in done.package.kinds()
    (warning,) = done.told()
    assert "there is no record" in warning
    assert "Deployment llama-decode" in warning


@pytest.mark.parametrize("objects", ["objects: []\n", "objects:\n", "", "objects: [null, 1, {kind: Deployment}]\n", "objects: text\n"])
def test_a_record_that_somebody_emptied(objects: str) -> None:
    """A record without objects is like none: nothing breaks, nothing is lost, and it is written anew."""
    first = package(service(DECODE)).run().package.edited("Deployment", ("replicas: 2", "replicas: 5"))
    text = first.text(RECORD)
    broken = first.with_entry(first.find(RECORD), text.partition("  objects:")[0] + (f"  {objects}" if objects else ""))
    done = broken.run()
    assert done.told("error") == []
    assert done.package.value("Deployment")["spec"]["replicas"] == 5
    assert len(done.package.value(RECORD)["objects"]) == 2


SECRET: Map = {
    "apiVersion": "v1",
    "kind": "Secret",
    "metadata": {"name": "hf"},
    "stringData": {"HF_TOKEN": "hf_topsecret", "other": "plain-secret"},
    "data": {"blob": "dG9wc2VjcmV0"},
}
IS_ANOTHER = (
    "has another secret in the file than is generated now, and nothing of secrets is kept that tells which is newer; "
    "the one in the file stays until the new one is written there"
)


def test_the_record_never_holds_a_secret() -> None:
    """Of a Secret it has the keys, and of what is in it nothing, so that two Secrets of other values have the same record."""
    first = package(service({"extraObjects": [SECRET]})).run().package
    other = {**SECRET, "stringData": {"HF_TOKEN": "1234", "other": "4321"}, "data": {"blob": "MTIzNA=="}}
    assert package(service({"extraObjects": [other]})).run().package.text(RECORD) == first.text(RECORD)
    assert "HF_TOKEN" in first.text(RECORD)
    assert (first.run().package, first.run().told()) == (first, [])


def test_edits_of_secrets_stay() -> None:
    """The secret in the file stays when it is another one than is generated, and is told each time, without a word of either."""
    first = package(service({"extraObjects": [SECRET]})).run().package
    edited = first.edited("Secret", ("hf_topsecret", "hf_handmade"))
    for _ in range(2):
        done = edited.run()
        assert done.told() == [f"Secret/hf stringData.HF_TOKEN: {IS_ANOTHER}"]
        assert done.package == edited
    rotated = {**SECRET, "stringData": {"HF_TOKEN": "hf_rotated", "other": "plain-secret", "new": "hf_new"}, "immutable": True}
    changed = replaced(edited, {"extraObjects": [rotated]}).run()
    assert changed.told() == [f"Secret/hf stringData.HF_TOKEN: {IS_ANOTHER}"]
    value = changed.package.value("Secret")
    assert value["stringData"] == {"HF_TOKEN": "hf_handmade", "other": "plain-secret", "new": "hf_new"}
    assert value["immutable"] is True
    assert "hf_" not in json.dumps(changed.results) + changed.package.text(RECORD)
    accepted = changed.package.edited("Secret", ("hf_handmade", "hf_rotated"))
    assert (accepted.run().package, accepted.run().told()) == (accepted, [])


def test_a_key_of_a_secret_is_no_secret() -> None:
    """A key more or less, by hand or in the config, is an edit or a change like any other."""
    first = package(service({"extraObjects": [SECRET]})).run().package
    edited = first.edited("Secret", ("    other: plain-secret\n", ""), ("  data:\n", "  data:\n    hand: bWFkZQ==\n"))
    assert (edited.run().package, edited.run().told()) == (edited, [])
    changed = replaced(edited, {"extraObjects": [{**SECRET, "data": {}}]}).run()
    assert changed.told() == []
    assert changed.package.value("Secret")["data"] == {"hand": "bWFkZQ=="}
    assert changed.package.value("Secret")["stringData"] == {"HF_TOKEN": "hf_topsecret"}


def test_a_token_that_becomes_a_reference() -> None:
    """A variable that held its secret and now names a Secret changes whole, though nobody can tell whether the value was edited."""
    literal = DECODE.replace("{name: B, value: '1'}", "{name: HF_TOKEN, value: hf_literal}")
    reference = DECODE.replace("{name: B, value: '1'}", "{name: HF_TOKEN, valueFrom: {secretKeyRef: {name: hf, key: HF_TOKEN}}}")
    checks = "checks: {literal-token: 'off', references: 'off'}\n"
    first = package(service(literal + checks)).run().package
    assert "hf_literal" not in first.text(RECORD)
    bumped = replaced(first, literal.replace("e:1", "e:2") + checks).run()
    assert bumped.told() == []
    assert engine_of(bumped.package.value("Deployment"))["image"] == "e:2"
    assert env_of(bumped.package.value("Deployment"))["HF_TOKEN"] == "hf_literal"  # noqa: S105
    done = replaced(bumped.package, reference + checks).run()
    assert done.told() == []
    (variable,) = [one for one in engine_of(done.package.value("Deployment"))["env"] if one["name"] == "HF_TOKEN"]
    assert {*variable} == {"name", "valueFrom"}


def test_a_token_that_is_gone_from_the_config() -> None:
    """A variable with a secret goes when it is not generated any more, and with all it holds; one that the hand added stays."""
    literal = DECODE.replace("{name: B, value: '1'}", "{name: HF_TOKEN, value: hf_literal}")
    checks = "checks: {literal-token: 'off'}\n"
    first = package(service(literal + checks)).run().package
    edited = first.edited(
        "Deployment",
        ("          - name: HF_TOKEN\n", "          - name: OTHER_TOKEN\n            value: mine\n          - name: HF_TOKEN\n"),
    )
    for before, kept in ((first, {}), (edited, {"OTHER_TOKEN": "mine"})):
        done = replaced(before, DECODE + checks).run()
        assert done.told() == []
        variables = env_of(done.package.value("Deployment"))
        assert {name: value for name, value in variables.items() if "TOKEN" in name} == kept


def test_edits_beside_a_secret_in_a_text_are_told() -> None:
    """A pod in an annotation with a token in it is compared without the token: it changes with the config, and its edits stay."""
    pod = "spec:\n  image: IMAGE\n  env:\n  - name: HF_TOKEN\n    value: hf_1\n"
    thing = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t", "annotations": {"pod": pod}}}
    first = package(service({"extraObjects": [thing]})).run().package
    assert "hf_1" not in first.text(RECORD)
    assert "IMAGE" in first.text(RECORD)
    newer = json.loads(json.dumps(thing).replace("IMAGE", "NEWER"))
    changed = replaced(first, {"extraObjects": [newer]}).run()
    assert changed.told() == []
    assert annotations_of(changed.package.value("Thing"))["pod"] == pod.replace("IMAGE", "NEWER")
    edited = first.edited("Thing", ("IMAGE", "HAND"))
    assert (edited.run().package, edited.run().told()) == (edited, [])
    (told,) = replaced(edited, {"extraObjects": [newer]}).run().told()
    assert "metadata.annotations.pod: edited by hand to" in told
    assert "hf_1" not in told


def test_a_secret_that_goes_is_told() -> None:
    """Whether it was edited nobody knows, which is an info; what else was edited is a warning, without values."""
    first = package(service({"extraObjects": [SECRET]})).run().package
    gone = replaced(first, {}).run()
    assert gone.told() == []
    assert gone.told("info") == [
        "ModelService/llama : Secret hf is not generated any more, and goes; "
        "of what is secret in it, nobody can tell whether it was edited by hand"
    ]
    edited = replaced(first.edited("Secret", ("    other: plain-secret\n", "    another: plain-secret\n")), {}).run()
    (warning,) = edited.told()
    assert "stringData.other, stringData.another" in warning
    assert "plain-secret" not in warning


# What is odd


THING: Map = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "t"}}


@pytest.mark.parametrize(
    ("metadata", "field"),
    [({"name": "t", "annotations": "text"}, "metadata.annotations"), ({"name": "t", "annotations": [1]}, "metadata.annotations")],
)
def test_an_object_that_cannot_be_marked_is_told(metadata: Any, field: str) -> None:
    """Where annotations are no map, the mark has no place: an error, and nothing changes."""
    before = package(service({"extraObjects": [{**THING, "metadata": metadata}], "checks": {}}))
    done = before.run()
    assert done.package == before
    assert any(field in line for line in done.told("error")), done.told()


@pytest.mark.parametrize("mark", ["[x]", "{a: b}", "1", "null"])
def test_a_mark_that_is_no_text_is_none(mark: str) -> None:
    """An object by hand with an odd generated-from is nobody's: it stays to the letter."""
    odd = item(f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: odd\n  annotations:\n    {OWNER}: {mark}\n", "odd.yaml")
    done = package(service(DECODE), odd).run()
    assert done.told() == []
    assert odd in done.package.entries
    assert done.package.run().package == done.package


@pytest.mark.parametrize("edit", ["kind: [x]", "kind: {a: b}", "kind: null", "kind: Other"])
def test_an_object_whose_kind_was_edited(edit: str) -> None:
    """It is not what is generated any more: it goes, which is told, and the right one comes back."""
    first = package(service(DECODE)).run().package
    edited = first.edited("Deployment", ("kind: Deployment\n", f"{edit}\n"))
    done = edited.run()
    assert done.told("error") == []
    assert sorted(done.package.kinds("llama")) == ["Deployment", RECORD, "ServiceAccount"]
    (warning,) = done.told()
    assert "is not generated any more" in warning


ODD = st.one_of(st.none(), st.just("text"), st.just(1), st.just([1]), st.just({"a": [1]}), st.just(True))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_nothing_odd_in_a_package_breaks_it(data: st.DataObject) -> None:
    """Whatever is put anywhere into a generated object or the record, by hand: no error, the objects are there, a second run is still."""
    state = (
        package(service(DECODE + "multinode: true\nchecks: {furiosa-multinode: 'off'}\n"), service({"extraObjects": [THING]}, "other"))
        .run()
        .package
    )
    index = data.draw(st.sampled_from([place for place, value in enumerate(state.values) if OWNER in annotations_of(value)]))
    value = json.loads(json.dumps(state.values[index]))
    places = [(value, key) for key in value if key != "metadata"] + [
        (value["metadata"], key) for key in value["metadata"] if key != "annotations"
    ]
    for _ in range(data.draw(st.integers(0, 6))):
        inner = [(below[key], one) for below, key in places if isinstance(below[key], dict) for one in below[key]]
        inner += [(below[key], one) for below, key in places if isinstance(below[key], list) for one in range(len(below[key]))]
        places = inner or places
    for _ in range(data.draw(st.integers(1, 2))):
        below, key = data.draw(st.sampled_from(places))
        below[key] = data.draw(ODD)
    state = state.with_entry(index, packages.written(value))
    if data.draw(st.booleans()):
        state = replaced(state, DECODE)
    done = state.run()
    ours = [line for line in done.told("error") if "ModelService/" in line]
    assert ours == []
    if not done.told("error"):
        assert done.package.run().package == done.package
        assert {"ServiceAccount", RECORD} <= {*filter(lambda kind: isinstance(kind, str), done.package.kinds("llama"))}


@pytest.mark.parametrize("index", ["²", "9" * 5000, "-1", "1e3", "x", "", "٣"])
def test_an_index_that_is_no_number(index: str) -> None:
    """It counts as the first of its file, and stays as it is."""
    there = item("kind: X\nmetadata:\n  name: x\n", "llama.generated.yaml").replace("index: '0'", f"index: '{index}'")
    done = package(service(), there).run()
    assert done.told() == []
    assert there in done.package.entries
    assert ("llama.generated.yaml", "1") in done.package.places()


# How it grows


def calls_of_a_run(before: Package) -> int:
    """Return how many functions a run of the function calls; it goes well."""
    resources = read_resource_list("apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n" + "".join(before.entries))
    calls = 0

    def count(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    profile = sys.getprofile()
    sys.setprofile(count)
    try:
        function.run(resources)
    finally:
        sys.setprofile(profile)
    assert not any(result.severity == "error" for result in resources.results)
    return calls


def many_services(count: int) -> Package:
    """Return a package of some ModelServices."""
    return package(*(service(DECODE, f"m{number}") for number in range(count)))


def many_objects(count: int) -> Package:
    """Return a package of a ModelService with some objects of its own, in as many namespaces, all called alike."""
    return package(service({"extraObjects": [{**THING, "metadata": {"name": "t", "namespace": f"n{number}"}} for number in range(count)]}))


@pytest.mark.parametrize("made", [many_services, many_objects])
def test_work_grows_with_the_package(made: Callable[[int], Package]) -> None:
    """Four times the ModelServices, or objects, are about four times the work: in the first run, the next, and the last."""
    small, large = made(20), made(80)
    calls_of_a_run(small)  # what is loaded once
    for _ in range(2):
        assert calls_of_a_run(large) < 4.5 * calls_of_a_run(small)
        small, large = small.run().package, large.run().package
    small, large = (Package(tuple(entry for entry in one.entries if "kind: ModelService" not in entry)) for one in (small, large))
    assert calls_of_a_run(large) < 4.5 * calls_of_a_run(small)


# Functions that come later


def in_namespace(before: Package, namespace: str, *, everything: bool) -> Package:
    """Return the package as a function that sets namespaces leaves it: on everything, or on what is generated alone."""
    entries = []
    for value, entry in zip(before.values, before.entries, strict=True):
        is_ours = value["kind"] not in ("ModelService", RECORD)
        wanted = (everything or is_ours) and "namespace" not in value["metadata"]
        name = f"\n    name: {value['metadata']['name']}\n"
        entries.append(entry.replace(name, f"\n    namespace: {namespace}{name}", 1) if wanted else entry)
    return Package(tuple(entries))


@pytest.mark.parametrize("everything", [True, False])
def test_a_namespace_that_a_later_function_sets_stays(everything: bool) -> None:
    """In a pipeline that sets the namespace behind us, each run leaves what the last one left, and prunes what it has to."""
    first = in_namespace(package(service(DECODE)).run().package, "ml", everything=everything)
    for _ in range(3):
        done = first.run()
        assert done.told() == []
        assert in_namespace(done.package, "ml", everything=everything) == first
    changed_spec = DECODE + "multinode: true\nchecks: {furiosa-multinode: 'off'}\n"
    changed = replaced(first, changed_spec, **({"namespace": "ml"} if everything else {}))
    done = changed.run()
    assert done.told() == []
    assert sorted(done.package.kinds("llama")) == [RECORD, "LeaderWorkerSet", "ServiceAccount"]
    gone = replaced(first, DECODE + "enabled: false\n", **({"namespace": "ml"} if everything else {})).run()
    assert [line for line in gone.told() if "spec.enabled" not in line] == []
    assert gone.package.kinds("llama") == []


@pytest.mark.parametrize("everything", [True, False])
def test_edits_beside_a_later_namespace(everything: bool) -> None:
    """The namespace of a later function is like an edit of it, and keeps no other edit from surviving."""
    first = in_namespace(package(service(DECODE)).run().package, "ml", everything=everything)
    edited = first.edited("Deployment", ("replicas: 2", "replicas: 5"))
    assert edited.run() == Run(edited, [], None)
    changed = replaced(edited, DECODE + "presets: [shm]\n", **({"namespace": "ml"} if everything else {})).run()
    deployment = changed.package.value("Deployment")
    assert (deployment["spec"]["replicas"], deployment["metadata"]["namespace"]) == (5, "ml")
    assert any(volume["name"] == "shm" for volume in deployment["spec"]["template"]["spec"]["volumes"])


# All of it at once


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "multinode": st.booleans(),
        "presets": st.sampled_from([["shm"], ["probes", "shm"], []]),
        "replicas": st.integers(1, 3),
        "enabled": st.sampled_from([True, True, True, False]),
        "variables": st.dictionaries(st.sampled_from("AB"), st.sampled_from("123"), max_size=2),
    },
)
HANDS = st.fixed_dictionaries(
    {},
    optional={
        "replicas": st.integers(7, 9),
        "label": st.sampled_from("xy"),
        "variable": st.sampled_from(["8", "9"]),
        "image": st.just("hand:1"),
    },
)


def spec_of(fields: Map) -> Map:
    """Return a spec with the drawn fields."""
    variables = [{"name": name, "value": value} for name, value in fields.get("variables", {}).items()]
    role = {"replicas": fields.get("replicas", 1), "containers": [engine(env=variables)]}
    rest: Map = {key: fields[key] for key in ("multinode", "presets", "enabled") if key in fields}
    return {**rest, "decode": role, "checks": {"furiosa-multinode": "off"}}


def by_hand(value: Map, hand: Map) -> Map:
    """Return a workload as somebody edits it."""
    value = json.loads(json.dumps(value))
    container = engine_of(value)
    if "replicas" in hand:
        value["spec"]["replicas"] = hand["replicas"]
    if "label" in hand:
        value["metadata"]["labels"]["hand"] = hand["label"]
    if "image" in hand:
        container["image"] = hand["image"]
    if "variable" in hand:
        container["env"] = [one for one in container["env"] if one["name"] != "HAND"] + [{"name": "HAND", "value": hand["variable"]}]
    return value


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(FIELDS, HANDS), min_size=2, max_size=4))
def test_any_history_keeps_what_it_must(history: list[tuple[Map, Map]]) -> None:
    """Config and hand change in turns: the user's items stay to the letter, edits live while their object does, a second run is still."""
    state = package(*THEIRS, service({}), service({}, "other"))
    edits: Map = {}
    for fields, hand in history:
        done = replaced(state, spec_of(fields)).run()
        assert done.told("error") == []
        state = done.package.read_again()
        assert state.run().package == state
        assert [entry for entry in state.entries if entry in THEIRS] == [
            entry for entry in Package(THEIRS).read_again().entries if entry in THEIRS
        ]
        places = state.places()
        assert len(set(places)) == len(places)
        assert len(own(state.values, "other")) == 2
        workloads = [
            index
            for index, value in enumerate(state.values)
            if annotations_of(value).get(OWNER) == "llama" and "replicas" in value.get("spec", {})
        ]
        if fields.get("enabled") is False:
            assert own(state.values, "llama") == []
            edits = {}
            continue
        (index,) = workloads
        value = state.values[index]
        assert value["kind"] == ("LeaderWorkerSet" if fields.get("multinode") else "Deployment")
        assert by_hand(value, edits) == value
        edits |= hand
        state = state.with_entry(index, packages.written(by_hand(value, hand)))


def test_the_answer_is_what_the_process_writes() -> None:
    """What the tests above look at is on stdout: items as they were written, results, the functionConfig."""
    before = package(*THEIRS, service(DECODE), item(BY_HAND, "infra/own.yaml"))
    config = before.value("ModelService")
    text = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n" + "".join(before.entries)
    answer = call(text + f"functionConfig: {json.dumps(config)}\n")
    done = before.run(config)
    assert answer.code == 1
    assert answer.results == done.results
    assert answer.items == before.values
    assert answer.resources["functionConfig"] == config
    assert "".join(before.entries) in answer.stdout.decode()
    assert answer.lines == [f"error: {line.replace('/', ' ', 1).replace(' :', ':', 1)} [config]" for line in done.told("error")]


def test_indexes_of_a_file_are_never_used_twice() -> None:
    """However objects come and go between runs that nobody reads again, no two items are in one place."""
    state = package(service(DECODE)).run().package
    for more in itertools.islice(itertools.cycle(["multinode: true\n", "", "enabled: false\n"]), 7):
        state = replaced(state, DECODE + more).run().package
        assert len(set(state.places())) == len(state.places())


def test_parse_is_what_reads_the_items() -> None:
    """The items above are read as the function reads them."""
    assert parse(THEIRS[2])[0]["data"]["large"] == 1000
