"""Values to ModelServices: short, and the same objects as the values under spec:."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelservice import data
from modelservice.conversion import Conversion, ConversionError, convert
from modelservice.conversion.draft import document_of
from modelservice.conversion.problems import written
from modelservice.conversion.release import Release
from modelservice.generate import generate

Map = dict[str, Any]

CHAT = Release("chat")
CONTAINER: Map = {
    "name": "vllm",
    "image": "registry.example/vllm:1",
    "modelCommand": "vllmServe",
    "mountModelVolume": True,
    "volumeMounts": [{"name": "metrics-volume", "mountPath": "/.config"}],
}
VALUES: Map = {
    "modelArtifacts": {"name": "org/model", "uri": "hf://org/model", "size": "20Gi"},
    "decode": {"create": True, "replicas": 2, "containers": [CONTAINER]},
    "prefill": {"create": False},
}


def spec_of(container: Map, **role: Any) -> Map:
    """Return the spec that the values with this container become."""
    found: Map = converted(container, **role).document["spec"]
    return found


def converted(container: Map, **role: Any) -> Conversion:
    """Return the conversion of the values with this container, and these fields of its role."""
    return convert(with_decode(VALUES, containers=[{**CONTAINER, **container}], **role), "upstream", release=CHAT)


def with_decode(values: Map, **fields: Any) -> Map:
    """Return values with these fields of decode."""
    return {**values, "decode": {**values["decode"], **fields}}


def told(found: Conversion) -> list[tuple[str, str, str | None]]:
    """Return what became of which keys."""
    return [(change.what, written(change.key), written(change.now) if change.now else None) for change in found.changes]


def test_values_become_short() -> None:
    """What the profile says too is left out, and the container is an engine, which says only what differs."""
    found = convert(VALUES, "upstream", "0.4.16", CHAT)
    assert found.document == document_of(
        {"name": "chat-llm-d-modelservice"},
        {
            "profile": "llm-d",
            "modelArtifacts": {"name": "org/model", "size": "20Gi"},
            "engine": {"image": "registry.example/vllm:1", "modelCommand": "vllmServe"},
            "decode": {"replicas": 2},
            "prefill": {"create": False},
        },
    )
    assert told(found) == [
        ("default", "modelArtifacts.uri", None),
        ("default", "decode.create", None),
        ("default", "decode.containers[0].name", None),
        ("default", "decode.containers[0].mountModelVolume", None),
        ("default", "decode.containers[0].volumeMounts", None),
        ("moved", "decode.containers[0]", "engine"),
    ]
    assert rendered(found) == found.objects == objects(VALUES)


def rendered(found: Conversion) -> list[Map]:
    """Return what the converted ModelService becomes."""
    (generated,) = generate([found.document])
    assert not generated.failed
    return generated.objects


def objects(values: Map, profile: str = "llm-d", name: str = "chat-llm-d-modelservice") -> list[Map]:
    """Return what the values become as they are under `spec:`."""
    (generated,) = generate([document_of({"name": name}, {"profile": profile, **values})])
    assert not generated.failed, [result.line() for result in generated.results]
    return generated.objects


def test_furiosas_values_become_short() -> None:
    """With the labels that the chart has and the profile does not: a selector cannot be changed."""
    container = {**CONTAINER, "name": "furiosa-llm", "modelCommand": "furiosaLLMServe"}
    found = convert({"modelArtifacts": {"name": "org/model"}, "decode": {"containers": [container]}}, release=CHAT)
    assert found.document["spec"] == {
        "profile": "furiosa",
        "modelArtifacts": {"name": "org/model", "labels": {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "random_model"}},
        "engine": {"image": "registry.example/vllm:1"},
    }
    assert ("added", "modelArtifacts.labels.llm-d.ai/model", "modelArtifacts.labels.llm-d.ai/model") in told(found)


def test_an_older_chart_has_its_defaults_written_out() -> None:
    """So that pods and selectors stay; the label that it did not have goes."""
    found = convert(VALUES, "upstream", "0.2.9", CHAT)
    spec = found.document["spec"]
    assert spec["routing"] == {"proxy": {"image": "ghcr.io/llm-d/llm-d-routing-sidecar:v0.2.0", "debugLevel": 5}}
    labels = {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "chat-llm-d-modelservice"}
    assert spec["modelArtifacts"]["labels"] == {"llm-d.ai/inference-serving": None, **labels}
    deployment = found.objects[1]
    assert deployment["spec"]["selector"]["matchLabels"] == {**labels, "llm-d.ai/role": "decode"}
    assert "-v=5" in deployment["spec"]["template"]["spec"]["initContainers"][0]["args"]


@pytest.mark.parametrize(
    ("version", "image"), [("0.4.12", "llm-d-routing-sidecar:latest"), ("0.4.13", "llm-d-routing-sidecar:latest"), ("0.4.14", None)]
)
def test_the_proxy_of_an_older_chart_is_written_out(version: str, image: str | None) -> None:
    """Its name changed in 0.4.14: a pod that runs keeps its image and flags."""
    found = convert(VALUES, "upstream", version, CHAT)
    written_out = found.document["spec"].get("routing", {}).get("proxy", {}).get("image")
    assert written_out == (f"ghcr.io/llm-d/{image}" if image else None)
    args = found.objects[1]["spec"]["template"]["spec"]["initContainers"][0]["args"]
    assert ("--connector=nixlv2" in args) is (image is not None)


def test_values_of_the_newer_furiosa_become_short() -> None:
    """What the profile says is left out, the rest has its place; keys that its chart has no more say what to write."""
    container = {
        "name": "furiosa-llm",
        "image": "furiosaai/furiosa-llm:2026.3.0",
        "modelCommand": "furiosaLLMServe",
        "mountModelVolume": True,
    }
    values = {
        "modelArtifacts": {"name": "org/model", "labels": {"llm-d.ai/inference-serving": "true"}},
        "accelerator": {"type": "furiosa", "dra": True},
        "routing": {"proxy": {"enabled": False}},
        "decode": {"parallelism": {"tensor": 8, "pipeline": 2}, "containers": [{**container, "volumeMounts": CONTAINER["volumeMounts"]}]},
    }
    found = convert(values, release=CHAT)
    assert found.document["spec"] == {
        "profile": "furiosa-2026.3",
        "modelArtifacts": {"name": "org/model"},
        "accelerator": {"dra": True},
        "engine": {"image": "furiosaai/furiosa-llm:2026.3.0"},
        "decode": {"parallelism": {"pipeline": 2}},
    }
    assert rendered(found) == found.objects
    with pytest.raises(ConversionError) as caught:
        convert({**values, "multinode": False}, "furiosa", "2026.3.0", CHAT)
    (problem,) = caught.value.problems
    assert (written(problem.key), "leave it out" in problem.message) == ("multinode", True)


def test_what_the_values_say_goes_over_an_older_charts_defaults() -> None:
    """A label of one's own, and an image."""
    values = {**VALUES, "routing": {"proxy": {"image": "mine:v0.3.0"}}}
    values["modelArtifacts"] = {**VALUES["modelArtifacts"], "labels": {"llm-d.ai/model": "mine"}}
    spec = convert(values, "upstream", "0.4.0", CHAT).document["spec"]
    assert spec["routing"]["proxy"]["image"] == "mine:v0.3.0"
    assert spec["modelArtifacts"]["labels"]["llm-d.ai/model"] == "mine"


def test_what_is_not_known_of_the_chart_is_told() -> None:
    """Defaults that changed over its versions, where nobody says which it is; not those that the values say, or that are off."""
    (assumed,) = [change.why for change in convert(VALUES, "upstream", release=CHAT).changes if change.what == "assumed"]
    assert assumed.endswith(
        "modelArtifacts.labels.llm-d.ai/inference-serving, modelArtifacts.labels.llm-d.ai/inferenceServing, "
        "modelArtifacts.labels.llm-d.ai/model, routing.proxy.image, routing.proxy.debugLevel"
    )
    labels = dict.fromkeys(("llm-d.ai/inference-serving", "llm-d.ai/inferenceServing", "llm-d.ai/model"), "x")
    values = {**VALUES, "modelArtifacts": {"name": "org/model", "labels": labels}, "routing": {"proxy": {"enabled": False}}}
    assert not [change for change in convert(values, "upstream", release=CHAT).changes if change.what == "assumed"]


@pytest.mark.parametrize(
    ("env", "short"),
    [
        ([{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], {"A": "1", "B": "2"}),
        ([{"name": "B", "value": "1"}, {"name": "A", "value": "2"}], None),
        (
            [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}],
            {"A": {"valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}},
        ),
        ([{"name": "A", "value": "1"}, {"name": "A", "value": "2"}], None),
    ],
)
def test_variables_are_a_map_where_their_order_stays(env: list[Map], short: Map | None) -> None:
    """A map is sorted: pods would restart, and a value may speak of one before it."""
    assert spec_of({"env": env})["engine"]["env"] == (short or env)


@pytest.mark.parametrize(
    ("args", "flags"),
    [
        (["--enforce-eager", "--max-model-len", "8192"], {"enforce-eager": True, "max-model-len": 8192}),
        (["--max-model-len", "8192", "--enforce-eager"], None),
        (["--max-model-len=8192"], None),
        (["--x", "a", "b"], None),
        (["--x", "a", "--x", "b"], None),
        (["-v"], None),
        (["positional"], None),
        (["--x", "08"], {"x": "08"}),
        (["--x", '{"a":{"b":[1,"c"]},"d":true}'], {"x": {"a": {"b": [1, "c"]}, "d": True}}),
        (["--x", '{"b":1,"a":2}'], {"x": '{"b":1,"a":2}'}),
        (["--x", '{"a": 1}'], {"x": '{"a": 1}'}),
        (["--x", "{}"], {"x": "{}"}),
        (["--port", "9000"], None),
    ],
)
def test_arguments_are_flags_where_their_order_stays(args: list[str], flags: Map | None) -> None:
    """All of them or none: flags that come after arguments are two ways of saying one thing."""
    engine = spec_of({"args": args})["engine"]
    assert (engine.get("flags"), engine.get("args")) == ((flags, None) if flags else (None, args))


def test_what_the_profiles_container_has_more_is_taken_away() -> None:
    """A container without the model's volume and the profile's mount is still an engine."""
    container = {"image": "x:1", "command": ["run"]}
    found = convert(with_decode(VALUES, containers=[container]), "upstream", release=CHAT)
    assert found.document["spec"]["engine"] == {
        "modelCommand": "custom",
        "image": "x:1",
        "command": ["run"],
        "mountModelVolume": False,
        "volumeMounts": None,
    }


def test_volumes_and_mounts_are_maps_over_the_profiles() -> None:
    """What the profile has is not said again, and what it has too many is null."""
    shm, mount = {"name": "shm", "emptyDir": {"medium": "Memory"}}, {"name": "shm", "mountPath": "/shm"}
    spec = spec_of({"volumeMounts": [*CONTAINER["volumeMounts"], mount]}, volumes=[{"name": "metrics-volume", "emptyDir": {}}, shm])
    assert spec["engine"]["volumeMounts"] == {"/shm": "shm"}
    assert spec["decode"]["volumes"] == {"shm": {"emptyDir": {"medium": "Memory"}}}
    spec = spec_of({"volumeMounts": [mount]}, volumes=[shm])
    assert spec["engine"]["volumeMounts"] == {"/.config": None, "/shm": "shm"}
    assert spec["decode"]["volumes"] == {"metrics-volume": None, "shm": {"emptyDir": {"medium": "Memory"}}}


def test_several_containers_stay_a_list() -> None:
    """`engine` speaks of one container, so that several stay under `containers`."""
    containers = [CONTAINER, {"name": "other", "image": "x:1", "command": ["run"]}]
    spec = convert(with_decode(VALUES, containers=containers), "upstream", release=CHAT).document["spec"]
    assert spec["decode"]["containers"] == containers


def test_what_both_roles_say_is_said_once() -> None:
    """In the spec's engine and extraConfig, whole fields or parts of maps; the rest stays in the roles."""
    shared = {"resources": {"limits": {"cpu": "4", "memory": "8Gi"}}, "env": [{"name": "A", "value": "1"}]}
    decode = {**CONTAINER, **shared, "env": [*shared["env"], {"name": "B", "value": "2"}]}
    extra = {"hostNetwork": True}
    values = {
        **with_decode(VALUES, containers=[decode], extraConfig={**extra, "dnsPolicy": "Default"}),
        "prefill": {"create": True, "replicas": 1, "containers": [{**CONTAINER, **shared}], "extraConfig": extra},
    }
    found = convert(values, "upstream", release=CHAT)
    spec = found.document["spec"]
    assert spec["engine"] == {"image": "registry.example/vllm:1", "modelCommand": "vllmServe", **shared, "env": {"A": "1"}}
    assert spec["extraConfig"] == extra
    assert spec["decode"] == {"replicas": 2, "extraConfig": {"dnsPolicy": "Default"}, "engine": {"env": {"B": "2"}}}
    assert spec["prefill"] == {"replicas": 1}
    assert [*spec] == ["profile", "modelArtifacts", "engine", "extraConfig", "decode", "prefill"]
    assert rendered(found) == found.objects == objects(values)


def test_what_one_role_says_stays_there_where_another_is_made() -> None:
    """Prefill pods that nobody asked for keep the profile's container."""
    found = convert({**VALUES, "prefill": {}}, "upstream", release=CHAT)
    assert found.document["spec"]["decode"] == {"replicas": 2, "engine": {"image": "registry.example/vllm:1", "modelCommand": "vllmServe"}}


def test_what_means_nothing_is_left_out() -> None:
    """What is off, what a role that is not made says, what is only for another kind of model."""
    values = {
        **with_decode(VALUES, autoscaling={"enabled": False}, tolerations=[], initContainers=None),
        "modelArtifacts": {"name": "org/model", "uri": "pvc://models/x", "size": "20Gi", "authSecretName": ""},
        "prefill": {"create": False, "replicas": 3, "containers": [{"image": "x"}]},
        "tracing": {"enabled": False, "otlpEndpoint": "http://other"},
    }
    found = convert(values, "upstream", "0.4.16", CHAT)
    assert [*found.document["spec"]] == ["profile", "modelArtifacts", "engine", "decode", "prefill"]
    assert found.document["spec"]["modelArtifacts"] == {"name": "org/model", "uri": "pvc://models/x"}
    assert found.document["spec"]["prefill"] == {"create": False}
    told = {what: {written(change.key) for change in found.changes if change.what == what} for what in ("empty", "removed")}
    assert told["empty"] == {"decode.autoscaling.enabled", "decode.tolerations", "decode.initContainers", "modelArtifacts.authSecretName"}
    assert told["removed"] == {
        "modelArtifacts.size",
        "prefill.replicas",
        "prefill.containers",
        "tracing",
    }


def test_values_that_say_nothing_of_their_own_are_the_profiles() -> None:
    """All of a chart's own values, as people copy them, are the name of the model."""
    spec = {**data.document("bases", "profiles", "furiosa.yaml")["spec"], "extraObjects": []}
    artifacts = {
        **spec["modelArtifacts"],
        "name": "random/model",
        "labels": {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "random_model"},
    }
    found = convert({**spec, "modelArtifacts": artifacts}, release=CHAT)
    assert found.document["spec"] == {"profile": "furiosa", "modelArtifacts": {"name": "random/model"}}


def test_keys_have_their_new_places() -> None:
    """A labelValue is labelValues, an override of names is metadata.name, a lifecycle stays; what was ignored is told."""
    hooks = {"preStop": {"sleep": {"seconds": 5}}}
    values = {
        **with_decode(VALUES, containers=[{**CONTAINER, "lifecycle": hooks}], acceleratorTypes={"labelKey": "gpu", "labelValue": "h100"}),
        "fullnameOverride": "llama",
        "commen": {"a": 1},
    }
    found = convert(values, "upstream", "0.4.13", CHAT)
    assert found.document["metadata"] == {"name": "llama"}
    assert found.document["spec"]["engine"]["lifecycle"] == hooks
    assert found.document["spec"]["decode"]["acceleratorTypes"] == {"labelKey": "gpu", "labelValues": ["h100"]}
    for change in (
        ("moved", "fullnameOverride", None),
        ("moved", "decode.acceleratorTypes.labelValue", "decode.acceleratorTypes.labelValues"),
        ("ignored", "commen", None),
    ):
        assert change in told(found)


def test_templates_stay_where_they_mean_the_same() -> None:
    """Those of values that a ModelService has, and of the release's name where that is the ModelService's."""
    env = [{"name": "A", "value": "{{ .Values.modelArtifacts.name }}"}]
    assert spec_of({"env": env})["engine"]["env"] == {"A": "{{ .Values.modelArtifacts.name }}"}
    env = [{"name": "A", "value": "{{ .Release.Name }}"}]
    values = with_decode({**VALUES, "fullnameOverride": "chat"}, containers=[{**CONTAINER, "env": env}])
    assert convert(values, "upstream", release=CHAT).document["spec"]["engine"]["env"] == {"A": "{{ .Release.Name }}"}


def test_templates_of_what_a_modelservice_has_not_are_written_out() -> None:
    """The release's name where it is another than the ModelService's, and values that the charts only let templates read."""
    env = [{"name": "A", "value": "{{ .Release.Name }}"}, {"name": "B", "value": "{{ .Values.own.thing }}"}]
    found = convert({**with_decode(VALUES, containers=[{**CONTAINER, "env": env}]), "own": {"thing": "x"}}, "upstream", release=CHAT)
    assert found.document["spec"]["engine"]["env"] == {"A": "chat", "B": "x"}
    assert not [change for change in found.changes if "namespace" in change.why]
    found = converted({"env": [{"name": "A", "value": "{{ .Release.Namespace }}"}]})
    assert [change.what for change in found.changes if "--namespace" in change.why] == ["assumed"]
    with pytest.raises(ConversionError) as caught:
        converted({"env": [{"name": "A", "value": "{{ .Values.nothing }}"}]})
    assert [written(problem.key) for problem in caught.value.problems] == ["decode.containers[0].env[0].value"]


def test_wrong_values_are_told_by_their_places() -> None:
    """All of them at once; nothing is converted."""
    with pytest.raises(ConversionError) as caught:
        convert({**with_decode(VALUES, replicas="two"), "multinode": "no"}, "upstream", release=CHAT)
    assert [(written(problem.key), problem.check) for problem in caught.value.problems] == [
        ("multinode", "config"),
        ("decode.replicas", "config"),
    ]


def test_the_namespace_is_the_releases() -> None:
    """The ModelService is in the namespace of the release, where one is named."""
    found = convert(VALUES, "upstream", release=Release("chat", "serving"))
    assert found.document["metadata"] == {"name": "chat-llm-d-modelservice", "namespace": "serving"}


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "text", "{{", "{{ .Values.x }}", [], ["text"], [None], [{}], {}, {"a": None}, {"name": []}]
)
PLACES = st.lists(
    st.sampled_from(["decode", "prefill", "routing", "proxy", "modelArtifacts", "containers", "labels", "env", "args", "volumes", 0]),
    max_size=4,
)
WHOLE: Map = {
    **with_decode(
        VALUES,
        containers=[{**CONTAINER, "env": [{"name": "A"}], "args": ["--a"], "lifecycle": {}}],
        volumes=[{"name": "x", "emptyDir": {}}],
    ),
    "routing": {"proxy": {"image": "x:1"}},
}


def replaced(value: Any, path: list[Any], junk: Any) -> Any:
    """Return a value with something else at a path, as far as it leads."""
    if not path:
        return junk
    if isinstance(value, list) and value:
        return [replaced(value[0], path[1:] if path[0] == 0 else path, junk), *value[1:]]
    return {**value, path[0]: replaced(value.get(path[0]), path[1:], junk)} if isinstance(value, dict) else junk


@given(PLACES.filter(bool), JUNK)
@example(["decode", "containers", 0, "extraConfig"], "text")
@example(["decode", "containers", 0], "text")
@example(["decode", "containers"], "{{")
@example(["decode", "containers", 0], "{{")
@settings(max_examples=50, deadline=None)
def test_whatever_is_wrong_is_told(path: list[Any], junk: Any) -> None:
    """Values of any shape are converted or refused, and what is told has a place."""
    values = replaced(WHOLE, [step or "decode" for step in path[:1]] + path[1:], junk)
    told: list[str] = []
    try:
        found = convert(values, "upstream", release=CHAT)
    except ConversionError as error:
        told = [problem.line() for problem in error.problems]
    assert all(told) if told else rendered(found) == found.objects


def test_a_name_that_is_none_is_told() -> None:
    """That of a release with which no object can be called."""
    with pytest.raises(ConversionError, match=r"metadata\.name: is 'No_Name-llm-d-modelservice'"):
        convert(VALUES, "upstream", release=Release("No_Name"))


# What is written anywhere may be converted


NAMES = st.sampled_from(["A", "B", "C", "D"])
VARIABLES = st.lists(st.builds(lambda name, value: {"name": name, "value": value}, NAMES, st.sampled_from(["1", "x"])), max_size=4)
ARGUMENTS = st.lists(st.sampled_from(["--a", "--b", "--c=1", "x", "8", "-v"]), max_size=5)
MOUNTS = st.lists(
    st.sampled_from(
        [*CONTAINER["volumeMounts"], {"name": "shm", "mountPath": "/shm"}, {"name": "shm", "mountPath": "/cache", "readOnly": True}]
    ),
    max_size=3,
    unique_by=lambda mount: mount["mountPath"],
)
VOLUMES = st.permutations([{"name": "metrics-volume", "emptyDir": {}}, {"name": "shm", "emptyDir": {}}, {"name": "x", "emptyDir": {}}])
RESOURCES = st.fixed_dictionaries({}, optional={"limits": st.sampled_from([{}, {"cpu": "1"}, {"cpu": "2", "memory": "1Gi"}])})
CONTAINERS = st.fixed_dictionaries(
    {"image": st.sampled_from(["a:1", "b:1"])},
    optional={
        "name": st.sampled_from(["vllm", "engine"]),
        "modelCommand": st.sampled_from(["vllmServe", "imageDefault", ""]),
        "mountModelVolume": st.booleans(),
        "args": ARGUMENTS,
        "env": VARIABLES,
        "volumeMounts": MOUNTS,
        "resources": RESOURCES,
        "ports": st.sampled_from([[], [{"containerPort": 8000}], [{"containerPort": 8000, "name": "http"}]]),
        "imagePullPolicy": st.sampled_from(["", "Always"]),
        "stdin": st.booleans(),
        "extraConfig": st.sampled_from([{}, {"terminationMessagePath": "/x"}]),
    },
)
ROLES = st.fixed_dictionaries(
    {"volumes": VOLUMES, "containers": st.lists(CONTAINERS, min_size=1, max_size=1)},
    optional={
        "create": st.booleans(),
        "replicas": st.integers(0, 2),
        "parallelism": st.sampled_from([{}, {"tensor": 1}, {"tensor": 2}]),
        "extraConfig": st.sampled_from([{}, {"hostNetwork": True}, {"hostNetwork": True, "dnsPolicy": "Default"}]),
        "autoscaling": st.sampled_from([{"enabled": False}, {"enabled": True}]),
        "nodeSelector": st.sampled_from([{}, {"a": ""}]),
    },
)


@given(ROLES, ROLES, st.sampled_from([{}, {"multinode": False}, {"routing": {"proxy": {"enabled": False}}}]))
@settings(max_examples=60, deadline=None)
def test_the_same_objects_come_out(decode: Map, prefill: Map, more: Map) -> None:
    """Of whatever values, in the order that makes no pod restart."""
    values = {"modelArtifacts": {"name": "org/model"}, **more, "decode": decode, "prefill": prefill}
    found = convert(values, "upstream", "0.4.16", CHAT)
    assert rendered(found) == found.objects == objects(values)
    assert all(change.now is None or change.now for change in found.changes)
