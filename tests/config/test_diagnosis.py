"""What is told of a document that does not conform: unknown keys, wrong types, all of them in one run (specification: Refusals)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.compose.made import document

from modelservice.config.diagnosis import diagnose, field_path
from modelservice.config.validation import schema
from modelservice.krm import Result

Map = dict[str, Any]


def told(spec: Map) -> list[str]:
    """Return what is told of a ModelService with this spec, each as ``field: message``."""
    _, problems = diagnose(document(spec), schema("modelservice"))
    return [f"{problem.field}: {problem.message}" for problem in problems]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ([], "."),
        (["spec"], "spec"),
        (["spec", "decode", "containers", 0, "image"], "spec.decode.containers[0].image"),
        (["a", 1, 2], "a[1][2]"),
        (["spec", "accelerator", "resources", "intel-xe"], "spec.accelerator.resources.intel-xe"),
    ],
)
def test_field_paths_are_written_as_users_write_them(path: list[str | int], text: str) -> None:
    """A field is named by its path: dots between keys, brackets around places in a list."""
    assert field_path(path) == text


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"modelArtifact": {}}, "spec.modelArtifact: unknown key; did you mean modelArtifacts?"),
        ({"decode": {"replica": 2}}, "spec.decode.replica: unknown key; did you mean replicas?"),
        ({"decode": {"parallelism": {"tensr": 2}}}, "spec.decode.parallelism.tensr: unknown key; did you mean tensor?"),
        ({"routing": {"proxy": {"TARGETPORT": 1}}}, "spec.routing.proxy.TARGETPORT: unknown key; did you mean targetPort?"),
        ({"decode": {"containers": [{"imge": "x"}]}}, "spec.decode.containers[0].imge: unknown key; did you mean image?"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(spec: Map, expected: str) -> None:
    """A misspelt key is told with its path and the key that was probably meant (specification: Refusals)."""
    assert told(spec) == [expected]


def test_a_key_in_the_wrong_place_is_sent_to_its_own() -> None:
    """A key that is known elsewhere is told where it belongs."""
    assert told({"tensor": 4})[0].startswith("spec.tensor: unknown key here; it belongs at spec.decode.parallelism.tensor")
    assert "it belongs at spec.routing.servicePort" in told({"decode": {"servicePort": 80}})[0]
    assert "it belongs at spec.decode.containers[].startupProbe" in told({"decode": {"startupProbe": {}}})[0]


def test_a_key_like_no_other_gets_the_list() -> None:
    """Where nothing is near, the keys that are known there are listed."""
    message = told({"dra": {"zzz": 1}})[0]
    assert message == "spec.dra.zzz: unknown key; known here: claimTemplates, enabled, type"


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"multinode": "true"}, "spec.multinode: is 'true'; must be true or false, as in true without quotes"),
        ({"multinode": "maybe"}, "spec.multinode: is 'maybe'; must be true or false"),
        ({"multinode": 1}, "spec.multinode: is 1; must be true or false"),
        ({"multinode": "1"}, "spec.multinode: is '1'; must be true or false"),
        ({"decode": "true"}, "spec.decode: is 'true'; must be a map"),
        ({"decode": {"replicas": "2"}}, "spec.decode.replicas: is '2'; must be a whole number, as in 2 without quotes"),
        ({"decode": {"replicas": "two"}}, "spec.decode.replicas: is 'two'; must be a whole number"),
        ({"decode": {"replicas": 1.5}}, "spec.decode.replicas: is 1.5; must be a whole number"),
        ({"decode": {"replicas": True}}, "spec.decode.replicas: is true; must be a whole number"),
        ({"decode": {"replicas": -1}}, "spec.decode.replicas: is -1; must be at least 0"),
        ({"decode": []}, "spec.decode: is a list; must be a map"),
        ({"decode": {"containers": {}}}, "spec.decode.containers: is a map; must be a list"),
        ({"decode": {"containers": []}}, "spec.decode.containers: has 0 items; must have at least 1"),
        ({"decode": {"containers": [None]}}, "spec.decode.containers[0]: is null; must be a map"),
        ({"decode": {"podAnnotations": {"a": 5}}}, "spec.decode.podAnnotations.a: is 5; must be text: quote it"),
        ({"decode": {"podAnnotations": {"a": True}}}, "spec.decode.podAnnotations.a: is true; must be text: quote it"),
        ({"decode": {"containers": [{"args": [8192]}]}}, "spec.decode.containers[0].args[0]: is 8192; must be text: quote it"),
        ({"routing": {"servicePort": 70000}}, "spec.routing.servicePort: is 70000; must be at most 65535"),
        ({"routing": {"servicePort": "http"}}, "spec.routing.servicePort: is 'http'; must be a port number"),
        ({"routing": {"servicePort": []}}, "spec.routing.servicePort: is a list; must be a whole number or text"),
        (
            {"decode": {"containers": [{"modelCommand": "vllmserve"}]}},
            "spec.decode.containers[0].modelCommand: is 'vllmserve'; must be one of"
            " furiosaLLMServe, vllmServe, sglangServe, imageDefault, custom; did you mean vllmServe?",
        ),
        ({"checks": {"selectors": "fatal"}}, "spec.checks.selectors: is 'fatal'; must be one of error, warning, info, off"),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(spec: Map, expected: str) -> None:
    """Each message has field, value, and what would be right, with a hint where quotes are the mistake (specification: Refusals)."""
    assert told(spec) == [expected]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_document() -> None:
    """Five mistakes give five errors in one run, as they stand in the document and not as the schema has them."""
    spec = {
        "routing": {"servicePort": "http", "nonsense": 1},
        "decode": {"containers": [{"image": 5, "imagePullPolicy": "Sometimes"}], "replicas": "3"},
        "profil": "furiosa",
    }
    fields = [line.partition(":")[0] for line in told(spec)]
    assert fields == [
        "spec.routing.servicePort",
        "spec.routing.nonsense",
        "spec.decode.containers[0].image",
        "spec.decode.containers[0].imagePullPolicy",
        "spec.decode.replicas",
        "spec.profil",
    ]


def test_mistakes_of_entries_come_in_the_order_of_the_list() -> None:
    """An earlier entry comes first, wherever in it the mistake stands."""
    spec = {"decode": {"containers": [{"name": "a", "image": "x:1", "tty": "yes"}, {"tty": "yes"}], "tolerations": [{}, 5, 6]}}
    assert [line.partition(":")[0] for line in told(spec)] == [
        "spec.decode.containers[0].tty",
        "spec.decode.containers[1].tty",
        "spec.decode.tolerations[1]",
        "spec.decode.tolerations[2]",
    ]


def test_a_name_that_is_too_long_is_told_with_the_limit() -> None:
    """The message says how long it is and how long it may be."""
    _, problems = diagnose(document(name="a" * 254), schema("modelservice"))
    assert [problem.message for problem in problems] == ["has 254 characters; must have at most 253"]


def test_the_value_is_part_of_the_result() -> None:
    """A result carries the current value, for programs that read it."""
    _, problems = diagnose(document({"decode": {"replicas": "3"}}), schema("modelservice"))
    assert [(problem.field, problem.current, problem.severity) for problem in problems] == [("spec.decode.replicas", "3", "error")]


def test_what_is_missing_is_told() -> None:
    """A document without name is told where the name belongs."""
    nameless = {**document(), "metadata": {}}
    _, problems = diagnose(nameless, schema("modelservice"))
    assert [(problem.field, problem.message) for problem in problems] == [("metadata.name", "missing")]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("llama", True),
        ("llama-3.1-8b", True),
        ("a" * 253, True),
        ("a" * 254, False),
        ("Llama", False),
        ("-a", False),
        ("a-", False),
        ("a_b", False),
        ("a\n", False),
        ("", False),
    ],
)
def test_a_name_is_a_kubernetes_name(name: str, right: bool) -> None:
    """metadata.name must be what Kubernetes takes for one; the message says what that is."""
    _, problems = diagnose(document(name=name), schema("modelservice"))
    assert (not problems) is right
    assert all(problem.field == "metadata.name" for problem in problems)
    assert all("lower-case" in problem.message or "253" in problem.message for problem in problems)


def test_the_rest_of_the_document_goes_on_without_what_is_wrong() -> None:
    """What is wrong is left out, so that later rooms find the mistakes in the rest; neither argument is changed."""
    wrong = document({"profile": 5, "decode": {"replicas": "3", "create": True}, "typo": 1})
    remaining, _ = diagnose(wrong, schema("modelservice"))
    assert remaining["spec"]["decode"] == {"create": True}
    assert set(remaining["spec"]) == {"decode", "modelArtifacts"}
    assert wrong["spec"]["decode"]["replicas"] == "3"


def test_entries_of_lists_keep_their_places() -> None:
    """A wrong entry leaves a hole, so that the paths of later mistakes are those of the document."""
    remaining, problems = diagnose(document({"decode": {"containers": [5, {"image": 6, "name": "b"}]}}), schema("modelservice"))
    assert [problem.field for problem in problems] == ["spec.decode.containers[0]", "spec.decode.containers[1].image"]
    assert remaining["spec"]["decode"]["containers"] == [{}, {"name": "b"}]


def test_choices_of_overlays_are_told_in_words() -> None:
    """What an overlay may say is told too, where it is one of several things."""
    given_overlay: Map = {
        "apiVersion": "modelservice.llm-d.ai/v1alpha1",
        "kind": "Overlay",
        "metadata": {"name": "own"},
        "spec": {"when": {"artifact": "hff"}, "patches": [{"target": "contaner", "patch": {}}]},
    }
    _, problems = diagnose(given_overlay, schema("overlay"))
    assert [problem.field for problem in problems] == ["spec.when.artifact", "spec.patches[0].target"]
    assert "must be one of hf, pvc, pvc+hf, oci, s3, or a list of these; did you mean hf?" in problems[0].message
    assert "did you mean container?" in problems[1].message


def results(spec: Any) -> list[Result]:
    """Return the results of a document whose spec can be anything."""
    return diagnose({**document(), "spec": spec}, schema("modelservice"))[1]


@pytest.mark.parametrize("spec", ["text", 5, [], True])
def test_a_spec_that_is_no_map_is_one_mistake(spec: Any) -> None:
    """A spec of another kind is told once."""
    assert [result.field for result in results(spec)] == ["spec"]


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=12))
def test_any_unknown_key_is_named(key: str) -> None:
    """Whatever a key looks like, its path is the field of the error."""
    assume(key not in schema("modelservice")["properties"]["spec"]["properties"])
    assert [result.field for result in results({key: {}})] == [f"spec.{key}"]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"decode": {"replicas": "012"}}, "spec.decode.replicas: is '012'; must be a whole number"),
        ({"decode": {"replicas": "-²"}}, "spec.decode.replicas: is '-²'; must be a whole number"),
        ({"decode": {"replicas": "--2"}}, "spec.decode.replicas: is '--2'; must be a whole number"),
        ({"decode": {"replicas": "0"}}, "spec.decode.replicas: is '0'; must be a whole number, as in 0 without quotes"),
        ({"multinode": "Yes"}, "spec.multinode: is 'Yes'; must be true or false, as in true without quotes"),
        ({"multinode": "off"}, "spec.multinode: is 'off'; must be true or false, as in false without quotes"),
        ({"fullnameOverride": 10}, "spec.fullnameOverride: is 10; must be text: quote it"),
    ],
)
def test_a_hint_changes_no_value(spec: Map, expected: str) -> None:
    """What is proposed is what was written: 012 may have been read as 10, so there is no number in the hint."""
    assert told(spec) == [expected]


@pytest.mark.parametrize(
    "spec",
    [
        {"decode": {"replicas": "x" * 5000}},
        {"x" * 5000: 1},
        {"decode": {"engine": {"modelCommand": "a\nb" * 5000}}},
        {"decode": {"y" * 5000: {"z": 1}}},
        {"decode": {"containers": [{"modelCommand": ["x"] * 5000}]}},
    ],
)
def test_no_message_is_long(spec: Map) -> None:
    """A value or key of thousands of characters is cut, and is on one line."""
    for line in told(spec):
        assert len(line) < 1000
        assert line.isprintable()
    assert told(spec)


def test_many_mistakes_of_one_place() -> None:
    """Of thousands of unknown keys or wrong items 20 are told, the last with how many more there are; all of them are taken away."""
    spec = {"decode": {"containers": [{"args": [*range(5000), "x"]}], **{f"k{index}": 1 for index in range(3000)}}, "multinode": 5}
    remaining, problems = diagnose(document(spec), schema("modelservice"))
    assert [problem.field for problem in problems] == [
        *(f"spec.decode.containers[0].args[{index}]" for index in range(20)),
        *(f"spec.decode.k{index}" for index in range(20)),
        "spec.multinode",
    ]
    assert problems[19].message.endswith("; and 4980 more like this")
    assert problems[39].message.endswith("; and 2980 more like this")
    assert remaining["spec"]["decode"] == {"containers": [{"args": [""] * 5000 + ["x"]}]}
