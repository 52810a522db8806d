"""The engine container of a role: the profile's or the first of the user's, with `engine` of the service and of the role on top."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import API_VERSION, document, engine, make

from modelservice.config.engine import Engine, as_list, as_map, volumes
from modelservice.generate import generate

Map = dict[str, Any]

FURIOSA_COMMAND = ["furiosa-llm", "serve"]


def profile(defaults: Map, name: str = "ours", extends: str = "furiosa") -> Map:
    """Return a Profile."""
    return {"apiVersion": API_VERSION, "kind": "Profile", "metadata": {"name": name}, "spec": {"extends": extends, "defaults": defaults}}


# Naming an image


WAYS: dict[str, Map] = {
    "engine": {"engine": {"image": "x:1"}},
    "the role's engine": {"decode": {"engine": {"image": "x:1"}}},
    "over a container": {
        "engine": {"image": "x:1"},
        "decode": {"containers": [engine(modelCommand="furiosaLLMServe", mountModelVolume=True)]},
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_naming_an_image_keeps_all_else(way: str) -> None:
    """The serve command, the model volume and its mount stay, and nothing is told."""
    made = make({"modelArtifacts": {"size": "50Gi"}, "routing": {"proxy": {"enabled": False}}, **WAYS[way]})
    container = made.container()
    assert container["image"] == "x:1"
    assert container["command"] == FURIOSA_COMMAND
    assert "model-storage" in [mount["name"] for mount in container["volumeMounts"]]
    assert made.volume("model-storage") == {"name": "model-storage", "emptyDir": {"sizeLimit": "50Gi"}}
    assert made.generated.results == []


def test_the_profile_s_mounts_and_volumes_stay() -> None:
    """What is not named is the profile's."""
    made = make({"engine": {"image": "x:1"}})
    assert {"name": "metrics-volume", "mountPath": "/.config"} in made.container()["volumeMounts"]
    assert made.volume("metrics-volume") == {"name": "metrics-volume", "emptyDir": {}}


def test_a_list_of_containers_that_drops_defaults_is_told() -> None:
    """A list is the whole list, as in the charts; what it loses is told, with the mend."""
    ((severity, field, message),) = make(
        {"modelArtifacts": {"size": "50Gi"}, "decode": {"containers": [{"name": "furiosa-llm", "image": "x:1"}]}}
    ).found("dropped-defaults")
    assert (severity, field) == ("warning", "spec.decode.containers[0]")
    assert "serve command" in message
    assert "modelArtifacts.size" in message
    assert "engine" in message


# The order of what speaks


def test_the_role_s_engine_goes_over_the_service_s() -> None:
    """Both over the container, whichever it is; maps merge, null deletes."""
    spec: Map = {
        "profile": "llm-d",
        "engine": {"image": "a:1", "workingDir": "/a", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}},
        "decode": {"engine": {"image": "b:1", "resources": {"limits": {"cpu": None, "memory": "2Gi"}}}},
        "prefill": {"replicas": 1, "engine": {"workingDir": None}},
    }
    made = make(spec)
    assert (made.container()["image"], made.container()["workingDir"]) == ("b:1", "/a")
    assert made.container()["resources"]["limits"] == {"memory": "2Gi", "nvidia.com/gpu": "1"}
    assert made.container("prefill")["image"] == "a:1"
    assert "workingDir" not in made.container("prefill")


def test_what_the_user_says_goes_over_what_the_profile_says() -> None:
    """Also where the profile says it of the role, and the user of the service; a list of one's own leaves the profile's engine out."""
    ours = profile({"decode": {"engine": {"image": "profile:1", "env": {"A": "profile", "B": "profile"}}}})
    spec: Map = {"profile": "ours", "engine": {"image": "user:1", "env": {"A": "user"}}}
    (one,) = generate([document(spec)], profiles=[ours])
    container = one.objects[1]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "user:1"
    values = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert (values["A"], values["B"]) == ("user", "profile")
    (one,) = generate([document({"profile": "ours", "decode": {"containers": [engine(image="list:1")]}})], profiles=[ours])
    container = one.objects[1]["spec"]["template"]["spec"]["containers"][0]
    assert container["image"] == "list:1"
    assert "B" not in [variable["name"] for variable in container["env"]]


def test_flags_merge_and_arguments_replace() -> None:
    """A flag that is null is left out, generated or not."""
    spec: Map = {
        "engine": {"args": ["--a"], "flags": {"x": 1, "y": 2, "tensor-parallel-size": None}},
        "decode": {"engine": {"args": ["--b"], "flags": {"y": 3}}},
    }
    args = make(spec).container()["args"]
    assert "--a" not in args
    assert args[-5:] == ["--b", "--x", "1", "--y", "3"]
    assert "--tensor-parallel-size" not in args


@pytest.mark.parametrize("below", [{"a": {"x": 1, "y": 2}}, '{"a": {"x": 1, "y": 2}}'])
def test_a_flag_that_is_a_map_merges(below: Any) -> None:
    """With a map, or the JSON text of one, of the profile or the service; null takes keys away, and text replaces all of it."""
    ours = profile({"engine": {"flags": {"c": below, "tensor-parallel-size": None}}})
    for spec in (
        {"engine": {"flags": {"c": {"a": {"y": None, "z": 3}}}}},
        {"engine": {"flags": {"c": {"a": {"z": 3}}}}, "decode": {"engine": {"flags": {"c": {"a": {"y": None}}}}}},
    ):
        (one,) = generate([document({"profile": "ours", **spec})], profiles=[ours])
        args = one.objects[1]["spec"]["template"]["spec"]["containers"][0]["args"]
        assert json.loads(args[-1]) == {"a": {"x": 1, "z": 3}}
        assert "--tensor-parallel-size" not in args
    for above, value in (({"a": {"x": 4}}, {"a": {"x": 4, "y": 2}}), ('{"x": 1}', {"x": 1})):
        text = make({"engine": {"flags": {"c": below}}, "decode": {"engine": {"flags": {"c": above}}}}).container()["args"][-1]
        assert json.loads(text) == value


def test_fields_of_pods_of_every_role() -> None:
    """Spec.extraConfig goes into each role's pods, below the role's own; both are templated."""
    made = make(
        {
            "profile": "llm-d",
            "extraConfig": {"hostNetwork": True, "priority": 1, "hostname": "{{ .Release.Name }}"},
            "decode": {"extraConfig": {"priority": 2}},
            "prefill": {"replicas": 1},
        },
    )
    assert (made.pod()["hostNetwork"], made.pod()["priority"], made.pod()["hostname"]) == (True, 2, "llama")
    assert (made.pod("prefill")["hostNetwork"], made.pod("prefill")["priority"]) == (True, 1)


# Maps in place of lists


def test_a_map_of_variables() -> None:
    """Text is a value, a map is the rest of the item, null leaves a variable out, also one that is generated."""
    made = make({"engine": {"env": {"A": "1", "B": {"valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}, "TP_SIZE": None}}})
    variables = made.variables()
    assert (variables["A"], variables["B"]) == ("1", {"fieldRef": {"fieldPath": "status.podIP"}})
    assert "TP_SIZE" not in variables
    assert "DP_SIZE" in variables


def test_maps_of_ports_mounts_and_volumes() -> None:
    """Each as Kubernetes' list has it; a map of volumes adds to the profile's, a list replaces them."""
    spec: Map = {
        "engine": {
            "ports": {"http": 8000, "udp": {"containerPort": 9, "protocol": "UDP"}},
            "volumeMounts": {"/d": "data", "/.config": None},
        },
        "decode": {"volumes": {"data": {"emptyDir": {}}}},
    }
    made = make(spec)
    assert made.container()["ports"] == [
        {"name": "http", "containerPort": 8000},
        {"name": "udp", "containerPort": 9, "protocol": "UDP"},
    ]
    assert [mount["mountPath"] for mount in made.container()["volumeMounts"]] == ["/d", "/model-cache"]
    assert made.volume("data") == {"name": "data", "emptyDir": {}}
    assert made.volume("metrics-volume") is not None
    nothing: list[Any] = [{"metrics-volume": None, "data": {"emptyDir": {}}}, []]
    for without in nothing:
        unmounted = {"engine": {"volumeMounts": {"/.config": None}}, "decode": {"volumes": without}}
        assert make(unmounted).volume("metrics-volume") is None


def test_maps_in_a_list_of_containers() -> None:
    """They mean there what they mean in engine."""
    container = make({"decode": {"containers": [engine(env={"A": "1"}, ports={"http": 80})]}}).container()
    assert {"name": "A", "value": "1"} in container["env"]
    assert container["ports"] == [{"name": "http", "containerPort": 80}]


def test_the_order_of_a_map_is_not_the_file_s() -> None:
    """Kustomize sorts keys as it likes, so the variables are sorted; but one comes after those that its value refers to."""
    one, other = (
        {"engine": {"env": dict(pairs)}} for pairs in ([("A", "$(Z)"), ("M", "1"), ("Z", "2")], [("Z", "2"), ("M", "1"), ("A", "$(Z)")])
    )
    assert make(one).objects == make(other).objects
    names = [name for name in make(one).variables() if name in "AMZ"]
    assert names == ["Z", "A", "M"]
    assert [one["name"] for one in Engine([], [{"env": {"C": "$(C)", "B": "$(A)", "A": "$(B)"}}]).own["env"]] == ["A", "B", "C"]
    parts = {"engine": {"ports": {"nixl": 5600}, "env": {"B": "1"}}, "decode": {"engine": {"ports": {"http": 80}, "env": {"A": "$(B)"}}}}
    assert [port["name"] for port in make(parts).container()["ports"]] == ["http", "nixl"]
    assert [name for name in make(parts).variables() if name in "AB"] == ["B", "A"]


NAMES = st.sampled_from("ABCD")
VARIABLES = st.dictionaries(NAMES, st.sampled_from(["1", "2", {"valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}]), max_size=3)
CONTAINERS = st.fixed_dictionaries(
    {"image": st.sampled_from(["x:1", "y:2"])},
    optional={
        "name": st.sampled_from(["engine", "other"]),
        "modelCommand": st.sampled_from(["furiosaLLMServe", "vllmServe", "imageDefault"]),
        "mountModelVolume": st.booleans(),
        "args": st.lists(st.sampled_from(["--a", "--b=1"]), max_size=2),
        "flags": st.dictionaries(
            st.sampled_from(["x", "y", "max-model-len"]), st.sampled_from([1, "a", True, None, {"a": {"b": 1}}, {"a": None}]), max_size=2
        ),
        "env": VARIABLES.map(lambda found: as_list("env", found)),
        "ports": st.sampled_from([[], [{"containerPort": 80}], [{"name": "http", "containerPort": 80}, {"containerPort": 81}]]),
        "volumeMounts": st.sampled_from([[], [{"name": "metrics-volume", "mountPath": "/a"}]]),
        "resources": st.sampled_from([{}, {"limits": {"cpu": "1"}}, {"limits": {"furiosa.ai/rngd": "2"}}]),
        "livenessProbe": st.just({"tcpSocket": {"port": 80}}),
        "extraConfig": st.just({"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}),
        "workingDir": st.just("/x"),
    },
)


@settings(deadline=None)
@given(container=CONTAINERS, root=st.sampled_from(["furiosa", "llm-d"]), place=st.sampled_from(["service", "role"]), presets=st.booleans())
def test_a_container_is_its_engine_over_nothing(container: Map, root: str, place: str, presets: bool) -> None:
    """A list of one container, and the same as engine over a profile whose container is empty, are the same objects."""
    empty = {"prefill": {"create": False}, "decode": {"containers": [{}]}}
    rest: Map = {"presets": ["probes", "shm"] if presets else [], "prefill": {"create": False}}
    as_a_list = {**rest, "profile": root, "decode": {"containers": [container]}}
    said = {"engine": container} if place == "service" else {"decode": {"engine": container}}
    (one,) = generate([document(as_a_list)])
    (other,) = generate([document({**rest, "profile": "ours", **said})], profiles=[profile(empty, extends=root)])
    assert other.objects == one.objects
    assert one.failed is other.failed


@settings(deadline=None)
@given(st.lists(VARIABLES, min_size=3, max_size=3))
def test_parts_merge_associatively(parts: list[Map]) -> None:
    """It does not matter which two of three parts are put together first, or where the profile's end and the user's begin."""

    def variables(engine: Engine) -> Map:
        return {item["name"]: item for item in engine.whole.get("env") or []}

    containers = [{"env": part} for part in parts]
    whole = variables(Engine([], containers))
    assert variables(Engine([{"env": Engine([], containers[:2]).whole.get("env", [])}], containers[2:])) == whole
    for split in range(4):
        assert variables(Engine(containers[:split], containers[split:])) == whole


@given(VARIABLES)
def test_a_map_and_its_list_are_the_same(variables: Map) -> None:
    """A map of variables becomes a list and that list the same map again."""
    found = as_map("env", variables)
    assert as_map("env", as_list("env", found)) == found


def test_items_that_are_there_twice_are_kept() -> None:
    """So that the check of Kubernetes' fields tells them; of variables the last counts."""
    twice: Any = [{"name": "http", "containerPort": 80}, {"name": "http", "containerPort": 81}]
    assert as_list("ports", as_map("ports", twice)) == twice
    assert any("http" in error for error in make({"engine": {"ports": twice}}).errors)
    assert make({"engine": {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}}).variables()["A"] == "2"


def test_volumes_of_a_map() -> None:
    """All, the user's with what deletes, and what is left of the profile's."""
    whole, own, left = volumes(
        [{"name": "a", "emptyDir": {}}, {"name": "b", "emptyDir": {}}], {"b": None, "c": {"hostPath": {"path": "/"}}}
    )
    assert whole == [{"name": "a", "emptyDir": {}}, {"name": "c", "hostPath": {"path": "/"}}]
    assert own == [{"name": "b", "$patch": "delete"}, {"name": "c", "hostPath": {"path": "/"}}]
    assert left == [{"name": "a", "emptyDir": {}}]


# Mistakes


@pytest.mark.parametrize(
    ("spec", "field", "words"),
    [
        ({"engine": {"env": {"A": 1}}}, "spec.engine.env.A", "is 1; must be text or a map: quote it"),
        ({"decode": {"engine": {"ports": {"http": "a b"}}}}, "spec.decode.engine.ports.http", "is 'a b'"),
        ({"engine": {"ports": {"http": 70000}}}, "spec.engine.ports.http", "is 70000; must be from 1 to 65535"),
        ({"engine": {"env": [{"name": "A", "valu": "x"}]}}, "spec.engine.env[0].valu", "did you mean value?"),
        ({"engine": {"env": {"A": {"valu": "x"}}}}, "spec.engine.env.A.valu", "did you mean value?"),
        ({"engine": {"imag": "x"}}, "spec.engine.imag", "did you mean image?"),
        ({"decode": {"volumes": {"data": {"emptydir": {}}}}}, "spec.decode.volumes.data.emptydir", "did you mean emptyDir?"),
        ({"extraConfig": {"hostNetwrk": True}}, "spec.extraConfig.hostNetwrk", "did you mean hostNetwork?"),
        ({"engine": {"image": None}}, "spec.engine.image", "missing"),
        ({"decode": {"engine": {"flags": {"x": False}}}}, "spec.decode.engine.flags.x", "is false"),
        ({"engine": {"env": {"A": "{{ .Values.nothing }}"}}}, "spec.engine.env.A", "refers to .Values.nothing"),
        ({"engine": {"env": {"a\0b": "x"}}}, "spec.engine.env.a\0b", "printable ASCII"),
        ({"engine": {"ports": {"A_b": {"containerPort": 80}}}}, "spec.engine.ports.A_b", "lower-case letters"),
        ({"decode": {"volumes": {"a": {"emptyDir": {}}, "V 0": {"emptyDir": {}}}}}, "spec.decode.volumes.V 0", "lower-case letters"),
        ({"extraConfig": {"$patch": "delete"}}, "spec.extraConfig", "takes the metadata, the spec or all containers"),
        ({"extraConfig": {"volumes": [{"nam": "x"}]}}, "spec.extraConfig", "without a proper name"),
    ],
)
def test_a_mistake_is_told_where_it_was_written(spec: Map, field: str, words: str) -> None:
    """In engine, of the service or the role, and in the map or the list that the user chose."""
    (error,) = make(spec).errors
    assert error.startswith(f"{field}: "), error
    assert words in error


def test_a_token_in_a_map_is_told() -> None:
    """A token that is written out is found in a map of variables as it is in a list of them."""
    assert [field for _, field, _ in make({"engine": {"env": {"HF_TOKEN": "hf_x"}}}).found("literal-token")] == ["spec.engine.env.HF_TOKEN"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"engine": {"command": ["sh"]}}, "spec.engine.command"),
        ({"engine": {"image": "a:1"}, "decode": {"engine": {"image": "b:1"}}}, "spec.engine.image"),  # an info: environments do so
    ],
)
def test_what_engine_says_without_effect_is_told(spec: Map, field: str) -> None:
    """A command beside the generated one, and what the engine of every role says, too."""
    assert field in [found for _, found, _ in make(spec).found("unused-keys")]


def test_null_is_no_engine() -> None:
    """As with every other part of a spec: what profiles say of it is gone, of the service and of a role."""
    ours = profile({"engine": {"env": {"A": "service"}}, "decode": {"engine": {"env": {"B": "role"}}}})
    for own, left in (
        ({}, {"A", "B"}),
        ({"engine": None}, {"B"}),
        ({"decode": {"engine": None}}, {"A"}),
        ({"engine": None, "decode": {"engine": None}}, set()),
    ):
        (one,) = generate([document({"profile": "ours", **own})], profiles=[ours])
        assert not one.failed
        variables = one.objects[1]["spec"]["template"]["spec"]["containers"][0]["env"]
        assert {variable["name"] for variable in variables} & {"A", "B"} == left
    assert make({"decode": {"containers": [None]}}).errors == ["spec.decode.containers[0]: is null; must be a map"]


def test_variables_that_all_refer_to_each_other_take_no_time() -> None:
    """Each is looked at once, however many want it first."""
    names = [f"A{number}" for number in range(400)]
    text = "".join(f"$({name})" for name in names)
    assert len(Engine([], [{"env": dict.fromkeys(names, text)}]).own["env"]) == len(names)
