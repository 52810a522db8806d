"""Where the fields of generated objects come from."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import document, engine, overlay
from tests.compose.samples import SAMPLES

from modelservice.compose import Composition, Overlay, compose
from modelservice.config import ModelService
from modelservice.origin import Origin, Trace
from modelservice.origin.history import History
from modelservice.plan import Plan

Map = dict[str, Any]

SPEC: Map = {
    "profile": "llm-d",
    "presets": ["shm", "probes"],
    "modelArtifacts": {"size": "10Gi", "labels": {"team": "a"}, "authSecretName": "token"},
    "schedulerName": "gang",
    "accelerator": {"env": {"nvidia": [{"name": "NCCL_DEBUG", "value": "INFO"}]}},
    "routing": {
        "inferencePool": {"create": True, "endpointPicker": "picker"},
        "httpRoute": {"create": True},
        "parentRefs": [{"name": "g"}],
    },
    "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": "1"}}],
    "overlays": [
        overlay({"target": "pod", "patch": {"spec": {"hostNetwork": True, "schedulerName": None}}}, name="net"),
        overlay({"target": "container", "patch": {"env": [{"name": "OWN", "value": "${engine.port}"}]}, "flags": {"seed": 1}}, name="env"),
    ],
    "patches": [
        {"target": {"role": "decode", "part": "container"}, "patch": {"env": [{"name": "LAST", "value": "1"}]}},
        {"target": {"kind": "ServiceAccount"}, "patch": [{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]},
    ],
    "decode": {
        "replicas": 3,
        "parallelism": {"tensor": 2},
        "nodeSelector": {"pool": "gpu"},
        "volumes": [{"name": "cache", "emptyDir": {}}, {"name": "more", "emptyDir": {"sizeLimit": "1Gi"}}],
        "extraConfig": {"priority": 5},
        "monitoring": {"podmonitor": {"enabled": True, "portName": "http"}},
        "containers": [
            engine(name="vllm", modelCommand="vllmServe", mountModelVolume=True, ports=[{"name": "http", "containerPort": 8200}]),
            engine(
                name="side",
                command=["x"],
                env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                volumeMounts=[{"name": "more", "mountPath": "/more"}],
                extraConfig={"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}},
            ),
        ],
    },
    "prefill": {"create": False},
}


def composed(spec: Map, *overlays: Map) -> Composition:
    """Return a service composed, with overlays that were brought beside it."""
    return compose(Plan(ModelService(document(spec))), [Overlay(one, "") for one in overlays])


def origin(kind: str, *path: str | int, spec: Map | None = None, overlays: tuple[Map, ...] = ()) -> Origin | None:
    """Return what set a field of the first object of a kind."""
    service = composed(SPEC if spec is None else spec, *overlays)
    obj = next(obj for obj in service.objects if obj["kind"] == kind)
    return Trace(service).origin(obj, path)


def field(kind: str, *path: str | int) -> str | None:
    """Return the field of SPEC that set a field of an object."""
    found = origin(kind, *path)
    return found.field if found is not None else None


POD = ("spec", "template", "spec")
CONTAINERS = (*POD, "containers")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("spec", "replicas"), "spec.decode.replicas"),
        (("metadata", "name"), "metadata.name"),
        (("spec", "selector", "matchLabels", "team"), "spec.modelArtifacts.labels.team"),
        (("spec", "template", "metadata", "labels", "llm-d.ai/role"), "spec.modelArtifacts.labels"),
        ((*POD, "nodeSelector", "pool"), "spec.decode.nodeSelector.pool"),
        ((*POD, "priority"), "spec.decode.extraConfig.priority"),
        ((*POD, "hostNetwork"), "spec.overlays[0].spec.patches[0].patch.spec.hostNetwork"),
        ((*POD, "volumes", 0, "emptyDir", "sizeLimit"), "spec.decode.volumes[0].emptyDir.sizeLimit"),
        ((*POD, "volumes", 2, "emptyDir", "sizeLimit"), "spec.modelArtifacts.size"),
        ((*CONTAINERS, 1, "image"), "spec.decode.containers[1].image"),
        ((*CONTAINERS, 0, "ports", 0, "containerPort"), "spec.decode.containers[0].ports[0].containerPort"),
        (
            (*CONTAINERS, 1, "lifecycle", "preStop", "sleep", "seconds"),
            "spec.decode.containers[1].extraConfig.lifecycle.preStop.sleep.seconds",
        ),
        ((*CONTAINERS, 0, "startupProbe", "failureThreshold"), "spec.presets[1]"),
        ((*CONTAINERS, 0, "startupProbe", "httpGet", "port"), "spec.routing.proxy.targetPort"),
        ((*CONTAINERS, 1, "args"), "spec.overlays[1].spec.patches[0].flags"),
    ],
)
def test_a_field_of_a_workload_is_set_by(path: tuple[str | int, ...], expected: str) -> None:
    """The field that a user wrote, by whatever layer it came; where a preset says it, the preset."""
    assert field("Deployment", *path) == expected


def item_of(kind: str, path: tuple[str | int, ...], key: str, value: str) -> int:
    """Return the place of an item in a list of an object."""
    found: Any = next(obj for obj in composed(SPEC).objects if obj["kind"] == kind)
    for step in path:
        found = found[step]
    return next(place for place, item in enumerate(found) if item[key] == value)


@pytest.mark.parametrize(
    ("path", "key", "value", "below", "expected"),
    [
        ((*CONTAINERS, 1, "env"), "name", "B", "value", "spec.decode.containers[1].env[1].value"),
        ((*CONTAINERS, 0, "env"), "name", "NCCL_DEBUG", "value", "spec.accelerator.env.nvidia[0].value"),
        ((*CONTAINERS, 0, "env"), "name", "TP_SIZE", "value", "spec.decode.parallelism.tensor"),
        ((*CONTAINERS, 0, "env"), "name", "OWN", "value", "spec.overlays[1].spec.patches[0].patch.env[0].value"),
        ((*CONTAINERS, 0, "env"), "name", "LAST", "value", "spec.patches[0].patch.env[0].value"),
        ((*CONTAINERS, 1, "volumeMounts"), "mountPath", "/more", "name", "spec.decode.containers[1].volumeMounts[0].name"),
        ((*POD, "volumes"), "name", "more", "emptyDir", "spec.decode.volumes[1].emptyDir"),
        ((*POD, "volumes"), "name", "shm", "emptyDir", "spec.presets[0]"),
    ],
)
def test_an_item_of_a_list_is_found_by_its_key(path: tuple[str | int, ...], key: str, value: str, below: str, expected: str) -> None:
    """Where an item stands in the list that it is merged into says nothing of where it was written."""
    assert field("Deployment", *path, item_of("Deployment", path, key, value), below) == expected


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("InferencePool", ("spec", "endpointPickerRef", "name"), "spec.routing.inferencePool.endpointPicker"),
        ("InferencePool", ("spec", "targetPorts", 0, "number"), "spec.routing.servicePort"),
        ("HTTPRoute", ("spec", "parentRefs", 0, "name"), "spec.routing.parentRefs[0].name"),
        ("PodMonitor", ("spec", "podMetricsEndpoints", 0, "port"), "spec.decode.monitoring.podmonitor.portName"),
        ("ConfigMap", ("data", "a"), "spec.extraObjects[0].data.a"),
        ("ServiceAccount", ("metadata", "annotations", "a"), "spec.patches[1].patch[0]"),
        ("HTTPRoute", ("spec", "rules", 0, "matches"), "spec.routing.httpRoute"),
        ("InferencePool", ("spec", "endpointPickerRef", "port", "number"), None),
    ],
)
def test_a_field_of_other_objects_is_set_by(kind: str, path: tuple[str | int, ...], expected: str | None) -> None:
    """Objects that are ours, the user's own, and changed by patches; what only a base says is nobody's."""
    assert field(kind, *path) == expected


def test_what_is_missing_is_told_of_what_should_hold_it() -> None:
    """A field that is not there belongs to who made what it belongs to."""
    spec = {**SPEC, "decode": {**SPEC["decode"], "initContainers": [{"name": "warm"}]}}
    found = origin("Deployment", *POD, "initContainers", 1, "image", spec=spec)
    assert found is not None
    assert found.field == "spec.decode.initContainers[0].image"


def test_an_overlay_that_was_brought_is_named() -> None:
    """The field is the Overlay's own, and the resource says which."""
    brought = overlay({"target": "pod", "patch": {"spec": {"hostPID": True}}}, name="theirs")
    found = origin("Deployment", *POD, "hostPID", overlays=(brought,))
    assert found is not None
    assert found.field == "spec.patches[0].patch.spec.hostPID"
    assert found.resource is not None
    assert (found.resource.kind, found.resource.name) == ("Overlay", "theirs")


PRESETS: Map = {
    "presets": [
        "graceful-shutdown",
        {"name": "shm", "sizeLimit": "1Gi"},
        {"name": "spread", "whenUnsatisfiable": "DoNotSchedule"},
        {"name": "network-policy", "rule": {"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}},
        {"name": "shm", "sizeLimit": "2Gi"},
        "disruption-budget",
        {"name": "hpa", "maxReplicas": 4},
    ]
}
CONSTRAINT = (*POD, "topologySpreadConstraints", 1)


@pytest.mark.parametrize(
    ("kind", "path", "expected"),
    [
        ("Deployment", (*POD, "terminationGracePeriodSeconds"), "spec.presets[0]"),
        ("Deployment", (*POD, "volumes", 2, "emptyDir", "medium"), "spec.presets[1]"),
        ("Deployment", (*POD, "volumes", 2, "emptyDir", "sizeLimit"), "spec.presets[4].sizeLimit"),
        ("Deployment", (*CONSTRAINT, "whenUnsatisfiable"), "spec.presets[2].whenUnsatisfiable"),
        ("Deployment", (*CONSTRAINT, "maxSkew"), "spec.presets[2]"),
        ("Deployment", (*CONSTRAINT, "labelSelector", "matchLabels", "llm-d.ai/role"), "spec.modelArtifacts.labels"),
        ("NetworkPolicy", ("spec", "ingress", 3, "from", 0, "ipBlock", "cidr"), "spec.presets[3].rule.from[0].ipBlock.cidr"),
        ("NetworkPolicy", ("spec", "ingress", 3, "ports"), "spec.presets[3].rule.ports"),
        ("NetworkPolicy", ("spec", "policyTypes", 0), "spec.presets[3]"),
        ("PodDisruptionBudget", ("spec", "maxUnavailable"), "spec.presets[5]"),
        ("HorizontalPodAutoscaler", ("spec", "maxReplicas"), "spec.presets[6].maxReplicas"),
        ("HorizontalPodAutoscaler", ("spec", "metrics", 0, "pods", "metric", "name"), "spec.presets[6]"),
    ],
)
def test_what_a_preset_is_given_is_named(kind: str, path: tuple[str | int, ...], expected: str) -> None:
    """The value, in the item that gave it; a default, and what the preset says itself or of the spec, where the preset is named."""
    found = origin(kind, *path, spec=PRESETS)
    assert found is not None
    assert found.field == expected


def test_a_value_for_a_preset_of_ones_own_is_the_services() -> None:
    """And what the overlay says itself is the overlay's."""
    patch = {"target": "pod", "patch": {"spec": {"schedulerName": "${preset.who}", "hostPID": True}}}
    own = Overlay(overlay(patch, name="own", parameters={"who": {"type": "string", "default": "x"}}), "")
    for item, expected in (({"name": "own", "who": "y"}, "spec.presets[0].who"), ("own", "spec.patches[0].patch.spec.schedulerName")):
        service = compose(Plan(ModelService(document({"presets": [item]}), [own.document])), library=[own])
        deployment = next(obj for obj in service.objects if obj["kind"] == "Deployment")
        trace = Trace(service)
        found = [trace.origin(deployment, (*POD, field)) for field in ("schedulerName", "hostPID")]
        assert [one and one.field for one in found] == [expected, "spec.patches[0].patch.spec.hostPID"]


def test_the_scheduler_of_all_pods_is_the_services() -> None:
    """A role without its own scheduler takes the spec's."""
    found = origin("Deployment", *POD, "schedulerName", spec={**SPEC, "overlays": [], "patches": []})
    assert found is not None
    assert found.field == "spec.schedulerName"


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_leaf_of_every_sample_can_be_asked_for(sample: str) -> None:
    """Whatever is composed, asking raises nothing, and an answer is a field of the ModelService that stands there or may."""
    service = composed(SAMPLES[sample])
    trace = Trace(service)
    for obj in service.objects:
        for path in leaves(obj, ()):
            found = trace.origin(obj, path)
            assert found is None or found.field.startswith(("spec.", "metadata."))


def leaves(value: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """Return the paths of all leaves."""
    pairs: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for key, inner in pairs for leaf in leaves(inner, (*path, key))]
    return below or [path]


def test_an_overlay_that_is_only_called_as_a_preset_is_none() -> None:
    """A built-in overlay of the same name keeps what it says, and one that stands in the spec is an overlay there."""
    patch = {"target": "pod", "patch": {"spec": {"hostPID": True}}}
    own = Overlay(overlay(patch, name="routing-proxy"), "")
    inline = overlay({"target": "pod", "patch": {"spec": {"hostIPC": True}}}, name="routing-proxy")
    spec = {"presets": ["routing-proxy"], "overlays": [inline]}
    service = compose(Plan(ModelService(document(spec), [own.document])), library=[own])
    deployment = next(obj for obj in service.objects if obj["kind"] == "Deployment")
    fields = {
        "initContainers": ("overlay", "overlays/automatic/4-routing/proxy.yaml", None),
        "hostIPC": ("overlay", "", "spec.overlays[0].spec.patches[0].patch.spec.hostIPC"),
        "hostPID": ("preset", "", "spec.patches[0].patch.spec.hostPID"),
    }
    for name, (layer, file, expected) in fields.items():
        path = (*POD, name, 0, "restartPolicy") if name == "initContainers" else (*POD, name)
        found = Trace(service).origin(deployment, path)
        (value,) = History(service).values(deployment, path)
        assert (found and found.field, value.set_by.layer, value.set_by.file) == (expected, layer, file)


def test_an_extra_object_that_a_patch_renames_is_still_one() -> None:
    """What it says stands in extraObjects, and its new name in the patch."""
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "old"}, "data": {"a": "b"}}
    patch = {"target": {"kind": "ConfigMap"}, "patch": {"metadata": {"name": "new"}}, "options": {"allowNameChange": True}}
    service = composed({"extraObjects": [extra], "patches": [patch]})
    obj = next(obj for obj in service.objects if obj["kind"] == "ConfigMap")
    for path, expected in ((("data", "a"), "spec.extraObjects[0].data.a"), (("metadata", "name"), "spec.patches[0].patch.metadata.name")):
        found = Trace(service).origin(obj, path)
        (value,) = History(service).values(obj, path)
        assert (found and found.field, value.set_by.field) == (expected, expected)
