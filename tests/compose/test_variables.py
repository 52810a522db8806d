"""The order of what a pod lists: the user's first, as the charts have it, so that a takeover of a running release restarts nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, decode, document, engine, make, overlay

from modelservice.generate import generate
from modelservice.kubernetes.variables import references

Map = dict[str, Any]

HF, TRACING = {"modelArtifacts": {"authSecretName": "hf"}}, {"tracing": {"enabled": True}}
SHM = "/dev/shm"  # noqa: S108
OWN = [{"name": "Z", "value": "1"}, {"name": "A", "value": "2"}]
TRACED = ["OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"]


def names(container: Map, listed: str = "env", key: str = "name") -> list[str]:
    """What a list of a container or a pod holds, by its key."""
    return [item[key] for item in container[listed]]


def with_profile(profile: Map, spec: Map) -> Made:
    """A ModelService made with a profile of the user's over llm-d."""
    ours = {
        "apiVersion": document()["apiVersion"],
        "kind": "Profile",
        "metadata": {"name": "ours"},
        "spec": {"extends": "llm-d", "defaults": profile},
    }
    return Made(generate([document({"profile": "ours", **spec})], profiles=[ours])[0])


@pytest.mark.parametrize(
    ("spec", "generated"),
    [
        ({}, ["DP_SIZE", "TP_SIZE", "PP_SIZE", "HF_HOME", "HF_TOKEN"]),
        ({"profile": "llm-d"}, ["DP_SIZE", "TP_SIZE", "DP_SIZE_LOCAL", "HF_HOME", "HF_TOKEN"]),
        ({"modelArtifacts": {"uri": "pvc+hf://claim/hub/a/b"}}, ["DP_SIZE", "TP_SIZE", "PP_SIZE", "HF_HUB_CACHE", "HF_TOKEN"]),
        ({"modelArtifacts": {"uri": "oci://registry/a:1"}}, ["DP_SIZE", "TP_SIZE", "PP_SIZE", "HF_TOKEN"]),
        (
            {"profile": "llm-d", "accelerator": {"type": "intel-xe"}, **TRACING},
            ["DP_SIZE", "TP_SIZE", "DP_SIZE_LOCAL", "HF_HOME", "HF_TOKEN", "VLLM_WORKER_MULTIPROC_METHOD", *TRACED],
        ),
    ],
)
@pytest.mark.parametrize("multinode", [False, True])
def test_the_users_variables_come_first_then_the_generated_ones_in_the_charts_order(
    spec: Map, generated: list[str], multinode: bool
) -> None:
    """A pod that a chart made has them so, and another order is another pod; whatever workload runs it."""
    spec = {**spec, "multinode": multinode, "modelArtifacts": {**HF["modelArtifacts"], **spec.get("modelArtifacts", {})}}
    made = make({**spec, **decode(env=OWN, mountModelVolume=True)})
    assert names(made.container()) == ["Z", "A", *generated]


def test_presets_and_overlays_come_last() -> None:
    """Also where they are the user's own."""
    own = overlay({"target": "container", "patch": {"env": [{"name": "B", "value": "3"}]}})
    made = make({**decode(env=OWN), "overlays": [own]})
    assert names(made.container()) == ["Z", "A", "DP_SIZE", "TP_SIZE", "PP_SIZE", "B"]


def test_a_users_variable_stays_in_its_place_when_it_replaces_a_generated_one() -> None:
    """Whole, and once; by whatever layer it was generated."""
    own = [
        {"name": "TP_SIZE", "value": "8"},
        {"name": "A", "value": "1"},
        {"name": "HF_TOKEN", "value": "mine"},
        {"name": "B", "value": "2"},
    ]
    made = make(
        {**HF, **decode(env=own, mountModelVolume=True)},
        overlays=(overlay({"target": "container", "patch": {"env": [{"name": "B", "value": "3"}]}}),),
    )
    assert made.container()["env"][:4] == own
    assert names(made.container()) == ["TP_SIZE", "A", "HF_TOKEN", "B", "DP_SIZE", "PP_SIZE", "HF_HOME"]


def test_only_a_variable_that_a_user_refers_to_goes_before_the_users() -> None:
    """Kubernetes fills in what comes before; of the users' own, none moves."""
    own = [
        {"name": "A", "value": "$(B)"},
        {"name": "B", "value": "x-$(TP_SIZE)-$(HF_TOKEN)"},
        {"name": "C", "value": "$(TP_SIZE)"},
        {"name": "D", "value": "$$(DP_SIZE)"},
    ]
    made = make({**HF, **decode(env=own, mountModelVolume=True)})
    assert names(made.container()) == ["A", "HF_TOKEN", "TP_SIZE", "B", "C", "D", "DP_SIZE", "PP_SIZE", "HF_HOME"]


def test_what_a_variable_of_an_overlay_refers_to_goes_along() -> None:
    """A user's value refers to a variable of an overlay's, and that to a generated one."""
    own = overlay({"target": "container", "patch": {"env": [{"name": "RANK", "value": "$(DP_SIZE)"}]}})
    made = make({**decode(env=[*OWN, {"name": "B", "value": "$(RANK)"}]), "overlays": [own]})
    assert names(made.container()) == ["Z", "A", "DP_SIZE", "RANK", "B", "TP_SIZE", "PP_SIZE"]


def test_the_order_of_a_list_of_an_accelerators_variables_is_its_own() -> None:
    """They come in the order in which they are written, whatever they say; what is before them they may refer to."""
    listed = [{"name": "Y", "value": "$(X)"}, {"name": "X", "value": "$(TP_SIZE)"}]
    made = make({"accelerator": {"env": {"furiosa": listed}}, **decode(env=OWN)})
    assert names(made.container()) == ["Z", "A", "DP_SIZE", "TP_SIZE", "PP_SIZE", "Y", "X"]


def test_mounts_and_volumes() -> None:
    """The user's, the model's, those of presets; one that replaces the model's has the user's place."""
    volumes = [{"name": "own", "emptyDir": {}}]
    made = make(
        {
            "presets": ["shm"],
            "decode": {
                "volumes": volumes,
                "containers": [engine(mountModelVolume=True, volumeMounts=[{"name": "own", "mountPath": "/own"}])],
            },
        }
    )
    assert names(made.container(), "volumeMounts", "mountPath") == ["/own", "/model-cache", SHM]
    assert names(made.pod(), "volumes") == ["own", "model-storage", "shm"]
    replaced = [{"name": "model-storage", "hostPath": {"path": "/models"}}, *volumes]
    made = make({"presets": ["shm"], "decode": {"volumes": replaced, "containers": [engine(mountModelVolume=True)]}})
    assert made.pod()["volumes"][:2] == replaced


def test_mounts_and_volumes_of_the_profile() -> None:
    """They come first where the user says nothing of them, and before the user's where engine adds to them."""
    made = make({})
    assert names(made.pod(), "volumes") == ["metrics-volume", "model-storage"]
    assert names(made.container(), "volumeMounts", "mountPath") == ["/.config", "/model-cache"]
    spec = {"engine": {"volumeMounts": {"/a": "a"}}, "decode": {"volumes": {"a": {"emptyDir": {}}}}}
    assert names(make(spec).pod(), "volumes") == ["metrics-volume", "a", "model-storage"]
    assert names(make(spec).container(), "volumeMounts", "mountPath") == ["/.config", "/a", "/model-cache"]


def test_variables_of_a_profile_of_ones_own() -> None:
    """A profile's come before the generated ones as the user's do, and what one refers to goes before it."""
    profile = {"decode": {"engine": {"env": {"A": "profile", "B": "$(TP_SIZE)"}}}}
    made = with_profile(profile, {"engine": {"env": {"A": "user", "C": "1"}}})
    assert names(made.container()) == ["TP_SIZE", "B", "A", "C", "DP_SIZE", "DP_SIZE_LOCAL", "HF_HOME"]
    assert made.variables()["A"] == "user"


def test_variables_of_the_routing_proxy() -> None:
    """The user's first, then tracing's, save one that a user's value refers to."""
    proxied = [{"name": "LEVEL", "value": "1"}, {"name": "NAME", "value": "x-$(OTEL_SERVICE_NAME)"}]
    first, *rest = TRACED
    made = make({"profile": "llm-d", **TRACING, "routing": {"proxy": {"env": proxied[:1]}}})
    assert names(made.proxy()) == ["LEVEL", first, *rest]
    made = make({"profile": "llm-d", **TRACING, "routing": {"proxy": {"env": proxied}}})
    assert names(made.proxy()) == ["LEVEL", first, "NAME", *rest]
    assert names(make({"routing": {"proxy": {"env": [*proxied, *proxied]}}}).proxy()) == ["LEVEL", "NAME"]


def test_init_containers_stand_behind_the_proxy() -> None:
    """As in the charts; their variables are the user's alone."""
    own = {"name": "warm-up", "image": "busybox:1.36", "env": [{"name": "B", "value": "$(A)"}, {"name": "A", "value": "1"}]}
    made = make({**decode(env=[{"name": "A", "value": "$(TP_SIZE)"}]), "routing": {"proxy": {"env": OWN}}})
    assert names(made.pod(), "initContainers") == ["routing-proxy"]
    made = make({"decode": {"initContainers": [own], "containers": [engine(env=[{"name": "A", "value": "$(TP_SIZE)"}])]}})
    assert made.pod()["initContainers"][1] == own


def test_extra_config_and_patches_come_after_everything() -> None:
    """A variable of theirs is the last, and in its place where it was there before."""
    extra = {"env": [{"name": "A", "value": "3"}, {"name": "LAST", "value": "4"}]}
    patch = {"target": {"role": "decode", "part": "container"}, "patch": {"env": [{"name": "PATCHED", "value": "5"}]}}
    made = make(decode(env=OWN, extraConfig=extra))
    assert names(made.container()) == ["Z", "A", "DP_SIZE", "TP_SIZE", "PP_SIZE", "LAST"]
    made = make({**decode(env=OWN, extraConfig=extra), "patches": [patch]})
    assert sorted(names(made.container())) == sorted(["Z", "A", "DP_SIZE", "TP_SIZE", "PP_SIZE", "LAST", "PATCHED"])


GENERATED = ["DP_SIZE", "TP_SIZE", "PP_SIZE", "HF_HOME", "HF_TOKEN"]
OTHERS = ["A", "B", "C", "PRESET"]
VALUES = st.lists(st.sampled_from(["x", "$$", "$", *(f"$({name})" for name in [*GENERATED, *OTHERS, "NOBODY"])]), max_size=3).map("".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*GENERATED, *OTHERS[:3]]), VALUES), unique_by=lambda one: one[0]))
def test_every_user_variable_finds_what_it_refers_to(given: list[tuple[str, str]]) -> None:
    """Whatever is set and referred to: one that refers to a generated variable comes behind it, all the others before all generated ones.

    The user's keep their order and their values, and no variable is lost or there twice.
    """
    own = [{"name": name, "value": value} for name, value in given]
    preset = overlay({"target": "container", "patch": {"env": [{"name": "PRESET", "value": "1"}]}})
    made = make({**HF, **decode(env=own, mountModelVolume=True), "overlays": [preset]})
    order = names(made.container())
    mine = {name for name, _ in given}
    assert [item for item in made.container()["env"] if item["name"] in mine] == own
    assert sorted(order) == sorted({*GENERATED, "PRESET", *mine})
    referred: set[str] = set()
    for name, value in given:
        referred |= {other for other in references(value) if other in order and other not in mine}
        assert {*order[: order.index(name)]} - mine == referred, "what stands before it is what it, or one before it, refers to"
    rest = [name for name in [*GENERATED, "PRESET"] if name not in mine | referred]
    assert order[len(order) - len(rest) :] == rest
