"""What a cluster must have for objects to run."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import decode, engine, make
from tests.compose.samples import SAMPLES

from modelservice.inventory.requirements import requirements
from modelservice.kubernetes import known_versions

Map = dict[str, Any]

GPU = "nvidia.com/gpu"


def workload(kind: str = "Deployment", api_version: str = "apps/v1", *, name: str = "web", spec: Map | None = None, **pod: Any) -> Map:
    """A workload with fields of its pods; one container where they say nothing of it."""
    template = {"spec": {"containers": [{"name": "a", "image": "a:1"}], **pod}}
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": {"template": template, **(spec or {})}}


def container(count: Any, **fields: Any) -> Map:
    """A container with GPUs."""
    return {"name": "a", "image": "a:1", "resources": {"limits": {GPU: count, "cpu": "2", "kubernetes.io/x": "1"}}, **fields}


def counts(*objects: Map) -> Map:
    """The GPUs that objects need."""
    found: list[Map] = requirements(objects)["extendedResources"]
    assert [one["name"] for one in found] == [GPU]
    return found[0]


# Versions


@pytest.mark.parametrize(
    ("pod", "version"),
    [
        ({}, known_versions()[0]),
        ({"initContainers": [{"name": "s", "image": "s:1", "restartPolicy": "Always"}]}, "1.29"),
        ({"containers": [{"name": "a", "image": "a:1", "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}]}, "1.30"),
        ({"hostUsers": False, "containers": [{"name": "a", "image": "a:1", "lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}]}, "1.33"),
    ],
)
def test_the_oldest_version_that_has_all_of_it(pod: Map, version: str) -> None:
    """A field counts from where it is on without a feature gate; the newest of them decides."""
    found = requirements([workload(**pod)])["kubernetes"]
    assert found["minimum"] == version
    assert max([use["version"] for use in found["uses"]], default=known_versions()[0]) == version
    assert found["unavailable"] == []


def test_each_use_says_where_and_since_when() -> None:
    """So that one sees what could be left out for an older cluster."""
    found = requirements([workload(hostUsers=False, initContainers=[{"name": "s", "image": "s:1", "restartPolicy": "Always"}])])
    uses = {(use["object"], use["field"]): use["version"] for use in found["kubernetes"]["uses"]}
    assert uses == {
        ("Deployment/web", "spec.template.spec.hostUsers"): "1.33",
        ("Deployment/web", "spec.template.spec.initContainers[0].restartPolicy"): "1.29",
    }


def test_what_is_off_everywhere_is_told_apart() -> None:
    """No version is new enough for a field that only a feature gate turns on."""
    stopping = [{"name": "a", "image": "a:1", "lifecycle": {"stopSignal": "SIGUSR1"}}]
    (found,) = requirements([workload(containers=stopping)])["kubernetes"]["unavailable"]
    assert found["field"] == "spec.template.spec.containers[0].lifecycle.stopSignal"
    assert found["message"] == "needs the feature gate ContainerStopSignals"


# Kinds


def test_kinds_that_are_not_kubernetes_own() -> None:
    """Each with the objects of it, and without those whose definition is among the objects."""
    spec: Map = {"profile": "llm-d", "multinode": True, "routing": {"inferencePool": {"create": True}}}
    found = requirements(make({**spec, "decode": {"containers": [engine(modelCommand="vllmServe")]}}).objects)
    kinds = [(one["group"], one["version"], one["kind"]) for one in found["customResources"]]
    assert kinds == [("inference.networking.k8s.io", "v1", "InferencePool"), ("leaderworkerset.x-k8s.io", "v1", "LeaderWorkerSet")]
    assert found["customResources"][1]["usedBy"] == ["LeaderWorkerSet/llama-decode", "LeaderWorkerSet/llama-prefill"]
    own = {"apiVersion": "example.com/v1", "kind": "Cache", "metadata": {"name": "c"}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "caches.example.com"},
        "spec": {"group": "example.com", "names": {"kind": "Cache"}},
    }
    assert [one["kind"] for one in requirements([own])["customResources"]] == ["Cache"]
    assert requirements([own, definition])["customResources"] == []


# Devices


def test_resources_of_a_pod_are_what_runs_at_once() -> None:
    """Containers and sidecars together; an init container before them has what is there to itself."""
    sidecar = {**container(1), "restartPolicy": "Always"}
    assert counts(workload(containers=[container(2), container("3")]))["total"] == 5
    assert counts(workload(containers=[container(2)], initContainers=[sidecar, container(8)]))["total"] == 9
    assert counts(workload(containers=[container(2)], initContainers=[container(8), sidecar]))["total"] == 8
    assert counts(workload(containers=[container(9)], initContainers=[container(8), sidecar]))["total"] == 10
    assert requirements([workload(containers=[{"name": "a", "resources": {"limits": {"cpu": "1"}}}])])["extendedResources"] == []


@pytest.mark.parametrize(
    ("obj", "pods"),
    [
        (workload(containers=[container(2)]), 1),
        (workload(containers=[container(2)], spec={"replicas": 3}), 3),
        (workload(containers=[container(2)], spec={"replicas": 0}), 0),
        (workload("Job", "batch/v1", containers=[container(2)], spec={"parallelism": 4}), 4),
        (workload("DaemonSet", containers=[container(2)]), None),
        ({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container(2)]}}, 1),
        (
            {
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "metadata": {"name": "c"},
                "spec": {"jobTemplate": {"spec": {"parallelism": 2, "template": {"spec": {"containers": [container(2)]}}}}},
            },
            2,
        ),
    ],
)
def test_how_many_pods_there_are(obj: Map, pods: int | None) -> None:
    """By what a kind says of it; how many nodes there are, nobody knows here."""
    found = counts(obj)
    assert [(one["pods"], one["mostPods"], one["perPod"]) for one in found["usedBy"]] == [(pods, pods, 2)]
    assert found["total"] == found["most"] == 2 * (pods or 0)


@pytest.mark.parametrize(
    ("leader", "uses"), [({}, [(2, 6)]), ({"leaderTemplate": {"spec": {"containers": [container(1)]}}}, [(1, 2), (2, 4)])]
)
def test_groups_of_a_leader_and_workers(leader: Map, uses: list[tuple[int, int]]) -> None:
    """A leader has the workers' template where it has none of its own."""
    group = {"size": 3, **leader, "workerTemplate": {"spec": {"containers": [container(2)]}}}
    obj = {"kind": "LeaderWorkerSet", "metadata": {"name": "l"}, "spec": {"replicas": 2, "leaderWorkerTemplate": group}}
    found = counts({"apiVersion": "leaderworkerset.x-k8s.io/v1", **obj})
    assert [(one["perPod"], one["pods"]) for one in found["usedBy"]] == uses
    assert found["total"] == sum(each * pods for each, pods in uses)


@pytest.mark.parametrize(
    ("preset", "most"),
    [({"name": "hpa", "maxReplicas": 4}, 4), ({"name": "keda", "serverAddress": "http://prometheus:9090", "maxReplicaCount": 6}, 6)],
)
def test_autoscalers_make_more_pods(preset: Map, most: int) -> None:
    """What is there at first, and at most."""
    spec = {"profile": "llm-d", "prefill": {"create": False}, "presets": [preset], **decode(modelCommand="vllmServe")}
    found = counts(*make(spec).objects)
    assert (found["total"], found["most"]) == (1, most)
    assert (found["usedBy"][0]["pods"], found["usedBy"][0]["mostPods"]) == (1, most)


@pytest.mark.parametrize(("match", "kind"), [("exactly", "nvidia"), ("firstAvailable", "amd")])
def test_device_classes_are_those_of_claims(match: str, kind: str) -> None:
    """Of each pod, by the template that it claims them through."""
    templates = {kind: {"name": "t", "class": f"gpu.{kind}.com", "match": match, "count": 2}}
    spec = {
        "profile": "llm-d",
        "accelerator": {"type": kind, "dra": True, "resourceClaimTemplates": templates},
        "decode": {"replicas": 3, "containers": [engine(modelCommand="vllmServe")]},
        "prefill": {"create": False},
    }
    (found,) = requirements(make(spec).objects)["deviceClasses"]
    assert (found["name"], found["total"]) == (f"gpu.{kind}.com", 6)
    assert found["usedBy"] == [{"object": "Deployment/llama-decode", "perPod": 2, "pods": 3, "mostPods": 3}]


def test_any_of_several_device_classes_and_a_claim_that_pods_share() -> None:
    """All classes of which one will do are named; a claim of its own is claimed once, however many pods use it."""
    requests = [{"name": "r", "firstAvailable": [{"deviceClassName": "large"}, {"deviceClassName": "small", "count": 2}]}]
    claim = {
        "apiVersion": "resource.k8s.io/v1",
        "kind": "ResourceClaim",
        "metadata": {"name": "c"},
        "spec": {"devices": {"requests": requests}},
    }
    using = workload(resourceClaims=[{"name": "x", "resourceClaimName": "c"}], spec={"replicas": 5})
    (found,) = requirements([claim, using])["deviceClasses"]
    assert (found["name"], found["total"]) == ("large or small", 1)
    assert [(one["kind"], one["name"]) for one in requirements([using])["objects"]] == [("ResourceClaim", "c")]


# Objects


POD: Map = {
    "serviceAccountName": "account",
    "priorityClassName": "high",
    "runtimeClassName": "gvisor",
    "imagePullSecrets": [{"name": "registry"}],
    "containers": [
        {
            "name": "a",
            "image": "a:1",
            "env": [
                {"name": "T", "valueFrom": {"secretKeyRef": {"name": "token", "key": "t"}}},
                {"name": "O", "valueFrom": {"secretKeyRef": {"name": "optional", "key": "t", "optional": True}}},
            ],
            "envFrom": [{"configMapRef": {"name": "settings"}}],
        }
    ],
    "volumes": [{"name": "m", "persistentVolumeClaim": {"claimName": "models"}}],
}
NEEDED = [
    ("ConfigMap", "settings"),
    ("PersistentVolumeClaim", "models"),
    ("PriorityClass", "high"),
    ("RuntimeClass", "gvisor"),
    ("Secret", "registry"),
    ("Secret", "token"),
    ("ServiceAccount", "account"),
]


def needed(*objects: Map) -> list[tuple[str, str]]:
    """Kinds and names of the objects that are needed."""
    return [(one["kind"], one["name"]) for one in requirements(objects)["objects"]]


def test_what_pods_refer_to() -> None:
    """All but what is optional; what every cluster has is not told."""
    assert needed(workload(**POD)) == NEEDED
    assert needed(workload(serviceAccountName="default", priorityClassName="system-node-critical")) == []


@pytest.mark.parametrize(("kind", "name"), NEEDED)
def test_what_is_among_the_objects_is_not_needed(kind: str, name: str) -> None:
    """In the namespace of the pods; kinds without namespaces are the same for all of them."""
    there = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}}
    elsewhere = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "elsewhere"}}
    assert needed(workload(**POD), there) == [one for one in NEEDED if one != (kind, name)]
    namespaced = workload(**POD)
    namespaced["metadata"]["namespace"] = "here"
    wanted = NEEDED if kind not in ("PriorityClass", "RuntimeClass") else [one for one in NEEDED if one != (kind, name)]
    assert needed(namespaced, there) == wanted
    assert needed(workload(**POD), elsewhere) == NEEDED


def test_each_object_says_which_fields_refer_to_it() -> None:
    """And its namespace, which a cluster-wide one has not."""
    named = workload(**POD)
    named["metadata"]["namespace"] = "llm"
    found = {one["name"]: one for one in requirements([named])["objects"]}
    assert (found["token"]["namespace"], found["high"]["namespace"]) == ("llm", None)
    field = "spec.template.spec.containers[0].env[0].valueFrom.secretKeyRef.name"
    assert found["token"]["usedBy"] == [{"object": "Deployment/web", "field": field}]
    assert found["account"]["usedBy"] == [{"object": "Deployment/web", "field": "spec.template.spec.serviceAccountName"}]


def test_what_requests_come_through() -> None:
    """The gateways of a route, in their namespace, and the endpoint picker of a pool."""
    route: Map = {"inferencePool": {"create": True}, "httpRoute": {"create": True}, "parentRefs": [{"name": "g", "namespace": "gateways"}]}
    found = {one["kind"]: one for one in requirements(make({"routing": route}).objects)["objects"]}
    assert (found["Gateway"]["name"], found["Gateway"]["namespace"]) == ("g", "gateways")
    assert (found["Service"]["name"], found["Service"]["usedBy"][0]["field"]) == ("llama-epp", "spec.endpointPickerRef.name")


def test_the_pod_that_a_requester_holds_as_text() -> None:
    """It is made all the same, so that what it refers to, and what is new in it, is needed."""
    spec = {"profile": "llm-d", "requester": {"enable": True}, "modelArtifacts": {"authSecretName": "hf"}, "prefill": {"create": False}}
    found = requirements(make({**spec, **decode(modelCommand="vllmServe")}).objects)
    (secret,) = found["objects"]
    assert secret["usedBy"][0]["field"].startswith(
        "spec.template.metadata.annotations.dual-pod.llm-d.ai/server-patch.spec.containers[0].env["
    )
    assert found["kubernetes"]["minimum"] == "1.29"
    held = "spec.template.metadata.annotations.dual-pod.llm-d.ai/server-patch.spec.initContainers[0].restartPolicy"
    assert [use["field"] for use in found["kubernetes"]["uses"]] == [held]


# Whatever there is


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_service_is_looked_through(sample: str) -> None:
    """Whatever it uses: the answer has one form, and the devices of its pods are counted."""
    found = requirements(make(SAMPLES[sample]).objects)
    assert [*found] == ["kubernetes", "customResources", "extendedResources", "deviceClasses", "objects"]
    assert found["kubernetes"]["minimum"] in known_versions()
    for one in (*found["extendedResources"], *found["deviceClasses"]):
        assert one["total"] == sum(use["perPod"] * use["pods"] for use in one["usedBy"])


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "spec", "names", "devices"]), inner, max_size=2),
    max_leaves=4,
)
BROKEN = (workload(**POD, resourceClaims=[{"name": "x", "resourceClaimName": "c"}]), *make(SAMPLES["requester"]).objects)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_objects_of_any_shape_raise_nothing(data: st.DataObject) -> None:
    """A field of an object is anything at all: what is no longer as Kubernetes has it is left out."""

    def broken(value: Any, depth: int) -> Any:
        if not isinstance(value, (dict, list)) or not value or (depth > 1 and data.draw(st.integers(0, 4)) == 0):
            return data.draw(ANYTHING)
        if isinstance(value, list):
            place = data.draw(st.integers(0, len(value) - 1))
            return [*value[:place], broken(value[place], depth + 1), *value[place + 1 :]]
        key = data.draw(st.sampled_from([*value]))
        return {**value, key: broken(value[key], depth + 1)}

    requirements([broken(obj, 0) for obj in data.draw(st.permutations(BROKEN))])
