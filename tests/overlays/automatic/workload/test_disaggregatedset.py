"""Topology disaggregatedset: one object has all roles, each as its LeaderWorkerSet would be."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, Map, make

SPEC: Map = {"profile": "llm-d", "engine": {"image": "vllm:1", "modelCommand": "vllmServe"}, "prefill": {"replicas": 2}}


def in_one(**spec: Any) -> Made:
    """Make a service as one DisaggregatedSet."""
    return make({**SPEC, "topology": "disaggregatedset", **spec})


def roles(made: Made) -> dict[str, Map]:
    """Return the roles of the set by name."""
    return {one["name"]: one for one in made.one("DisaggregatedSet")["spec"]["roles"]}


def test_a_role_is_what_its_group_of_pods_would_be() -> None:
    """Labels, annotations and pods are those of the LeaderWorkerSet, which is not there itself."""
    extra: Map = {"decode": {"annotations": {"a": "b"}, "parallelism": {"tensor": 2, "workers": 2}}, "multinode": True}
    made, apart = in_one(**extra), make({**SPEC, **extra})
    assert not {"Deployment", "LeaderWorkerSet"} & set(made.kinds())
    for name, role in roles(made).items():
        group = apart.workload(name)
        assert role["spec"]["leaderWorkerTemplate"]["workerTemplate"] == group["spec"]["leaderWorkerTemplate"]["workerTemplate"]
        assert role["spec"]["leaderWorkerTemplate"]["size"] == group["spec"]["leaderWorkerTemplate"]["size"]
        assert role["metadata"] == {key: group["metadata"][key] for key in ("labels", "annotations") if key in group["metadata"]}
    assert made.errors == []


def test_fields_of_the_set_are_said() -> None:
    """Slices and placement; what is said of a role merges into it."""
    own = {
        "slices": 2,
        "placementPolicy": {"type": "ExclusiveSlice", "topology": "rack"},
        "roles": [{"name": "prefill", "spec": {"replicas": 3}}],
    }
    made = in_one(disaggregatedSet=own)
    spec = made.one("DisaggregatedSet")["spec"]
    assert (spec["slices"], spec["placementPolicy"]) == (2, own["placementPolicy"])
    assert roles(made)["prefill"]["spec"]["replicas"] == 3
    assert roles(made)["prefill"]["spec"]["leaderWorkerTemplate"]["size"] == 1
    assert made.errors == []


def test_patches_of_a_role_reach_it() -> None:
    """Of its workload, its pods and containers, as in any other workload; and those of the set itself."""
    patches = [
        {"target": {"role": "prefill", "part": "container"}, "patch": {"env": [{"name": "X", "value": "y"}]}},
        {"target": {"role": "decode", "part": "workload"}, "patch": {"spec": {"startupPolicy": "LeaderReady"}}},
        {"target": {"kind": "DisaggregatedSet"}, "patch": {"metadata": {"annotations": {"a": "b"}}}},
    ]
    made = in_one(patches=patches)
    (container,) = roles(made)["prefill"]["spec"]["leaderWorkerTemplate"]["workerTemplate"]["spec"]["containers"]
    assert {"name": "X", "value": "y"} in container["env"]
    assert roles(made)["decode"]["spec"]["startupPolicy"] == "LeaderReady"
    assert made.one("DisaggregatedSet")["metadata"]["annotations"] == {"a": "b"}
    assert made.errors == []


@pytest.mark.parametrize(
    "preset", [{"name": "hpa", "maxReplicas": 4}, {"name": "keda", "maxReplicaCount": 4, "serverAddress": "http://p:9090"}]
)
def test_autoscalers_scale_a_role(preset: Map) -> None:
    """By the object that the controller makes for it, where there is one slice."""
    made = in_one(presets=[preset])
    (scaler,) = [obj for obj in made.objects if obj["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")]
    target = {"apiVersion": "disaggregatedset.x-k8s.io/v1", "kind": "DisaggregatedSetRoleScaler", "name": "llama-decode"}
    assert scaler["spec"]["scaleTargetRef"] == target
    assert (roles(made)["decode"]["scaling"], "scaling" in roles(made)["prefill"]) == ({"mode": "External"}, False)
    assert made.errors == []
    (error,) = in_one(presets=[preset], disaggregatedSet={"slices": 2}).errors
    assert error.startswith("spec.disaggregatedSet.slices: must be 1")


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"prefill": {"create": False}}, "spec.topology"),
        ({"topology": "x"}, "spec.topology"),
        ({"disaggregatedSet": {"slice": 2}}, "spec.disaggregatedSet.slice"),
    ],
)
def test_mistakes_are_told(spec: Map, field: str) -> None:
    """One role alone is no set; fields are held against what Kubernetes knows."""
    (error,) = in_one(**spec).errors
    assert error.startswith(f"{field}: ")


@settings(max_examples=20, deadline=None)
@given(st.booleans(), st.integers(1, 3), st.sampled_from([1, 2]), st.booleans())
def test_whatever_the_roles_are_the_set_is_right(encode: bool, replicas: int, slices: int, grouped: bool) -> None:
    """Each role is there once, in one order, and nothing is told."""
    extra: Map = {"encode": {"create": True}, "routing": {"proxy": {"version": "0.10"}}} if encode else {}
    mode: Map = {"decode": {"parallelism": {"mode": "hybrid", "data": 4, "dataLocal": 2}}} if grouped else {}
    made = in_one(prefill={"replicas": replicas}, disaggregatedSet={"slices": slices}, **extra, **mode)
    assert made.errors == []
    assert [*roles(made)] == ["decode", "prefill", *(["encode"] if encode else [])]
    assert roles(made)["decode"]["spec"]["leaderWorkerTemplate"]["size"] == (2 if grouped else 1)
