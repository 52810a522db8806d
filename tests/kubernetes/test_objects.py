"""What is told of an object as a whole: order, one message a cause, what else may stand where an object should."""

from __future__ import annotations

import copy
from typing import Any

import kubernetes_validate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kubernetes.samples import changed, good, written

from modelservice.kubernetes import known_versions, problems
from modelservice.kubernetes.objects import SUGGESTED
from modelservice.kubernetes.problem import Problem
from modelservice.kubernetes.types import table

Map = dict[str, Any]

BUILT_IN = [
    kind
    for kind in good()
    if kind
    not in (
        "HTTPRoute",
        "ServiceMonitor",
        "PodMonitor",
        "InferencePool",
        "InferenceObjective",
        "LeaderWorkerSet",
        "DisaggregatedSet",
        "ScaledObject",
        "List",
    )
]


def told(obj: Any, version: str | None = None) -> dict[str, str]:
    """Return what is told of an object, by field."""
    return {written(one.path): one.message for one in problems(obj, version)}


def deployment(**container: Any) -> Map:
    """Return a Deployment whose container has these fields."""
    pod = {"containers": [{"name": "a", "image": "a:1", **container}]}
    template = {"metadata": {"labels": {"a": "b"}}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a"},
        "spec": {"selector": {"matchLabels": {"a": "b"}}, "template": template},
    }


# One object


def test_a_problem_says_where_what_and_which_value() -> None:
    """The path has indexes as numbers; the value is the one that stands there."""
    (one,) = problems(deployment(env=[{"name": "PORT", "value": 8080}]))
    assert isinstance(one, Problem)
    assert one.path == ("spec", "template", "spec", "containers", 0, "env", 0, "value")
    assert (one.message, one.current, one.kind, one.severity) == ('is 8080; must be text, as in "8080"', 8080, "field", "error")
    assert "env.0.value" in repr(one)


def test_problems_come_in_the_order_of_the_object() -> None:
    """Whoever reads them goes through the file once; what is missing comes after what is there beside it."""
    obj = deployment(port=[], env=[{"value": 1}], imagePullPolicy="never")
    assert list(told(obj)) == [
        *(f"spec.template.spec.containers[0].{field}" for field in ("port", "env[0].value", "env[0].name", "imagePullPolicy")),
    ]
    backwards = {key: obj[key] for key in reversed(obj)}
    backwards["metadata"] = {"labels": {"a": 1}, "name": "A"}
    assert list(told(backwards)) == ["spec.template.spec.containers[0].port", *list(told(obj))[1:], "metadata.labels.a", "metadata.name"]


@pytest.mark.parametrize("order", [("imge", "name"), ("name", "imge")])
def test_a_misspelt_field_is_not_missing_as_well(order: tuple[str, str]) -> None:
    """What was meant is not told a second time, whatever comes first."""
    fields = {"imge": "a:1", "name": "a"}
    obj = deployment()
    obj["spec"]["template"]["spec"]["containers"] = [{key: fields[key] for key in order}]
    assert told(obj) == {"spec.template.spec.containers[0].imge": "is no field of Container; did you mean image?"}


def test_what_follows_from_a_wrong_type_is_not_told() -> None:
    """A list of which an item is wrong is looked at all the same, and every other mistake is told."""
    obj = deployment(ports=["80", {"containerPort": 99999, "name": "a"}, {"containerPort": 1, "name": "a"}], resources="x")
    at = "spec.template.spec.containers[0]"
    assert told(obj) == {
        f"{at}.ports[0]": "is '80'; must be a map",
        f"{at}.ports[1].containerPort": "is 99999; must be from 1 to 65535",
        f"{at}.ports[2].name": "is 'a', as that of item 1; must be there once",
        f"{at}.resources": "is 'x'; must be a map",
    }


@pytest.mark.parametrize("kind", ["Deployment", "LeaderWorkerSet"])
def test_a_null_field_is_as_good_as_none(kind: str) -> None:
    """Null is what is not there: fine where nothing is needed, missing where something is."""
    spec = copy.deepcopy(good()[kind]["spec"])
    template = spec.get("template") or spec["leaderWorkerTemplate"]["workerTemplate"]
    template["spec"] |= {"nodeSelector": None, "tolerations": None}
    template["spec"]["containers"][0] |= {"env": None, "image": None}
    (field,) = told({**good()[kind], "spec": spec})
    assert field.endswith("containers[0].image")


def test_a_null_item() -> None:
    """Go reads a null in a list as an empty item; the schema of a custom resource refuses it."""
    assert told(deployment(args=["a", None])) == {}
    assert list(told(deployment(ports=[None]))) == ["spec.template.spec.containers[0].ports[0].containerPort"]
    at = "spec.leaderWorkerTemplate.workerTemplate.spec.containers[0].args"
    assert told(changed("LeaderWorkerSet", at, ["a", None])) == {f"{at}[1]": "is null; must be text"}


@pytest.mark.parametrize(("value", "right"), [(2.0, True), (2, True), (2.5, False), ("2", False), (True, False)])
def test_a_whole_number_may_be_written_with_a_point(value: Any, right: bool) -> None:
    """YAML has numbers, and 2.0 is 2."""
    assert (told(changed("Deployment", "spec.replicas", value)) == {}) is right


def test_many_unknown_fields_take_no_time() -> None:
    """Something nearer is looked for only a hundred times."""
    obj = deployment(**{f"imag{index}": "x" for index in range(3000)})
    messages = list(told(obj).values())
    assert len(messages) == 3000
    assert sum("did you mean" in message for message in messages) == SUGGESTED


# Kinds

NO_VERSIONS = ["example.com/v1/v1", "example.a\n\tb/v1", "example.com/", "example.com/V 1"]


@pytest.mark.parametrize(
    ("api_version", "kind", "expected"),
    [
        (None, "Deployment", {"apiVersion": "is missing; every object has one"}),
        ("apps/v1", None, {"kind": "is missing; every object has one"}),
        ("apps/v1", ["x"], {"kind": "must be text"}),
        ("apps/v1", "Deploymnt", {"kind": "Kubernetes has no Deploymnt of apps/v1; did you mean Deployment?"}),
        ("apps/v1", "Whatever", {"kind": "Kubernetes has no Whatever of apps/v1; must be a kind of this API"}),
        ("v1", "Deployment", {"apiVersion": "Kubernetes has no Deployment of v1; must be apps/v1"}),
        ("apps/v1beta1", "Deployment", {"apiVersion": "Kubernetes has no Deployment of apps/v1beta1; must be apps/v1"}),
        ("autoscaling/v2beta2", "HorizontalPodAutoscaler", {"apiVersion": "is gone from Kubernetes 1.26 on; use autoscaling/v2"}),
        ("aps/v1", "Deployment", {"apiVersion": "Kubernetes has no API group aps, and those of others have a dot; did you mean apps?"}),
        ("example/v1", "Whatever", {"apiVersion": "Kubernetes has no API group example, and those of others have a dot"}),
        *((text, "Whatever", {"apiVersion": "must be a version or a group and a version, as in v1 or apps/v1"}) for text in NO_VERSIONS),
        ("example.com/v1", "A b", {"kind": "must be letters and digits, as in ConfigMap"}),
        ("example.com/v1", "Deployment", {}),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", {}),
    ],
)
def test_which_kinds_are_known(api_version: Any, kind: Any, expected: dict[str, str]) -> None:
    """Kubernetes' own groups have the kinds that they have; of other groups nothing is known."""
    assert told({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}) == expected


@pytest.mark.parametrize(("api_version", "severity"), [("aps/v1", "error"), ("skaffold/v4beta13", "warning")])
def test_groups_without_a_dot(api_version: str, severity: str) -> None:
    """A misspelt group of Kubernetes' own is a mistake; another may be of a tool's file that lies beside the resources."""
    (one,) = problems({"apiVersion": api_version, "kind": "Config", "metadata": {"name": "a"}})
    assert one.severity == severity


@pytest.mark.parametrize(
    ("api_version", "kind", "meant"),
    [
        ("resource.k8s.im/v1", "ResourceClaim", "resource.k8s.io"),
        ("networking.k8sio/v1", "Ingress", "networking.k8s.io"),
        ("storage.k8s.io/v1", "StorageClass", None),
        ("snapshot.storage.k8s.io/v1", "VolumeSnapshot", None),
        ("scheduling.x-k8s.io/v1alpha1", "PriorityClass", None),
        ("resource.k8s.im/v1", "Model", None),
    ],
)
def test_a_group_but_for_a_character(api_version: str, kind: str, meant: str | None) -> None:
    """A kind of Kubernetes' own whose group is misspelt was meant for that group; anybody may have another group, or another kind."""
    words = [problem.message for problem in problems({"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}})]
    assert [word for word in words if "API group" in word] == (
        [f"Kubernetes has no API group {api_version.partition('/')[0]}; did you mean {meant}?"] if meant else []
    )


def test_of_an_unknown_kind_only_the_metadata_is_looked_at() -> None:
    """Names and labels have the same rules in every kind, known or not."""
    obj = {"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject", "metadata": {"name": "a", "label": {}, "labels": {"a": 1}}, "spec": 5}
    assert told(obj) == {
        "metadata.label": "is no field of ObjectMeta; did you mean labels?",
        "metadata.labels.a": 'is 1; must be text, as in "1"',
    }
    assert told({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization"}) == {}


def test_the_items_of_a_list() -> None:
    """A List is looked at item by item."""
    obj = {"apiVersion": "v1", "kind": "List", "items": [good()["ConfigMap"], changed("ConfigMap", "data.a", 1)]}
    assert told(obj) == {"items[1].data.a": 'is 1; must be text, as in "1"'}


# Versions


def test_known_versions() -> None:
    """Those of the data, oldest first."""
    assert known_versions()[0] == "1.25"
    assert known_versions()[-1] == "1.37"


IMAGE = {"volumes": [{"name": "m", "image": {"reference": "a:1"}}]}
SIDECAR = {"initContainers": [{"name": "s", "image": "s:1", "restartPolicy": "Always"}]}
SLEEP = {"lifecycle": {"preStop": {"sleep": {"seconds": 5}}}}
RULES = {"restartPolicy": "Always"}
SIGNAL = {"lifecycle": {"stopSignal": "SIGINT"}}
EVICTION: Map = {"evictionResponders": []}
NOT_YET = "needs Kubernetes {} (from {} on with the feature gate {})"
OFF = "needs Kubernetes {}, or the feature gate {}"


@pytest.mark.parametrize(
    ("pod", "container", "version", "field", "needs"),
    [
        (IMAGE, {}, "1.30", "volumes[0].image", NOT_YET.format("1.35", "1.31", "ImageVolume")),
        (IMAGE, {}, "1.33", "volumes[0].image", OFF.format("1.35", "ImageVolume")),
        (IMAGE, {}, "1.35", "", ""),
        (SIDECAR, {}, "1.27", "initContainers[0].restartPolicy", NOT_YET.format("1.29", "1.28", "SidecarContainers")),
        (SIDECAR, {}, "1.28", "initContainers[0].restartPolicy", OFF.format("1.29", "SidecarContainers")),
        (SIDECAR, {}, "1.29", "", ""),
        ({}, RULES, "1.33", "containers[0].restartPolicy", NOT_YET.format("1.35", "1.34", "ContainerRestartRules")),
        ({}, SLEEP, "1.28", "containers[0].lifecycle.preStop.sleep", NOT_YET.format("1.30", "1.29", "PodLifecycleSleepAction")),
        ({}, SLEEP, "v1.30.2", "", ""),
        ({}, SIGNAL, "1.36", "containers[0].lifecycle.stopSignal", "needs the feature gate ContainerStopSignals"),
        (EVICTION, {}, "1.36", "evictionResponders", "needs Kubernetes 1.37"),
        (EVICTION, {}, "1.37", "", ""),
        (EVICTION, {}, "nonsense", "", ""),
        ({"resourceClaims": []}, {}, "1.25", "resourceClaims", NOT_YET.format("1.34", "1.26", "DynamicResourceAllocation")),
    ],
)
def test_what_is_newer_than_the_cluster(pod: Map, container: Map, version: str, field: str, needs: str) -> None:
    """A field that the cluster does not have is an error, one that it has and leaves off a warning."""
    obj = deployment(**container)
    obj["spec"]["template"]["spec"] |= pod
    gated = "feature gate" in needs and "(from" not in needs
    message = f"{needs}; the cluster is {version}{', which has it off unless told otherwise' if gated else ''}"
    found = [(written(one.path[3:]), one.message, one.severity, one.kind) for one in problems(obj, version)]
    assert found == ([(field, message, "warning" if gated else "error", "newer")] if field else [])
    assert problems(obj) == []


def test_a_path_into_an_image_volume_came_later() -> None:
    """Image volumes are from 1.31 on, their subPath from 1.33."""
    mount = {"volumeMounts": [{"name": "m", "mountPath": "/m", "subPath": "x"}]}
    obj = deployment(**mount)
    obj["spec"]["template"]["spec"] |= IMAGE
    messages = {written(one.path[3:]): one.severity for one in problems(obj, "1.32")}
    assert messages == {"containers[0].volumeMounts[0].subPath": "error", "volumes[0].image": "warning"}


@pytest.mark.parametrize(
    ("api_version", "version", "message", "severity"),
    [
        ("resource.k8s.io/v1", "1.33", "resource.k8s.io/v1 ResourceClaimTemplate needs Kubernetes 1.34; the cluster is 1.33", "error"),
        ("resource.k8s.io/v1", "1.34", None, ""),
        (
            "resource.k8s.io/v1beta1",
            "1.33",
            "resource.k8s.io/v1beta1 ResourceClaimTemplate is off in Kubernetes 1.33 unless the API server is told to serve "
            "resource.k8s.io/v1beta1 (--runtime-config)",
            "warning",
        ),
        ("resource.k8s.io/v1alpha3", "1.32", None, ""),
        ("resource.k8s.io/v1alpha3", "1.34", "is gone from Kubernetes 1.34 on; use resource.k8s.io/v1beta2", "error"),
    ],
)
def test_kinds_that_are_newer_or_older_than_the_cluster(api_version: str, version: str, message: str | None, severity: str) -> None:
    """API versions come and go; those that are not stable are off."""
    obj = {"apiVersion": api_version, "kind": "ResourceClaimTemplate", "metadata": {"name": "a"}, "spec": {"spec": {}}}
    assert [(one.message, one.severity) for one in problems(obj, version)] == ([(message, severity)] if message else [])


# Anything at all


KEYS = st.sampled_from(
    [
        "apiVersion",
        "kind",
        "metadata",
        "spec",
        "template",
        "containers",
        "name",
        "labels",
        "items",
        "env",
        "data",
        "selector",
        "matchLabels",
    ]
)
SCALARS = st.sampled_from([None, True, 0, -1, 1.5, 3_000_000_000, 10**30, "", "x", "é", "a/b", "apps/v1", "Deployment", "v1", "10 Gi"])
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS | st.text(max_size=2), below, max_size=4), max_leaves=12
)


@settings(max_examples=100, deadline=None)
@given(VALUES, st.none() | st.sampled_from(["1.30", "1", "x", "1.30.2"]))
def test_nothing_is_raised_whatever_it_is(value: Any, version: str | None) -> None:
    """Not even an object needs to be one; and what is looked at stays as it is."""
    before = copy.deepcopy(value)
    assert isinstance(problems(value, version), list)
    assert value == before


def test_what_is_very_deep() -> None:
    """A type that holds itself ends somewhere."""
    schema: Map = {}
    for _ in range(900):
        schema = {"properties": {"a": schema}}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    names = {"plural": "as", "kind": "A"}
    spec = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]}
    obj = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "as.example.com"},
        "spec": spec,
    }
    assert problems(obj) == []


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all parts of a value."""
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, item in below for deeper in paths(item, (*path, key)))]


@st.composite
def damaged(draw: st.DrawFn, kinds: list[str], what: st.SearchStrategy[Any]) -> tuple[Map, tuple[str | int, ...]]:
    """Draw a good object with something at one place replaced, renamed or taken out."""
    obj: Any = copy.deepcopy(good()[draw(st.sampled_from(kinds))])
    path = draw(st.sampled_from([one for one in paths(obj) if len(one) > 1]))
    holder: Any = obj
    last: Any = path[-1]
    for step in path[:-1]:
        holder = holder[step]
    how = draw(st.sampled_from(["value", "gone", "key"]))
    if how == "value" or not isinstance(holder, dict):
        holder[last] = draw(what)
    elif how == "gone":
        del holder[last]
    else:
        holder[f"{last}X"] = holder.pop(last)
    return obj, path


@settings(max_examples=130, deadline=None)
@given(damaged(list(good()), VALUES))
def test_no_damaged_object_brings_it_down(drawn: tuple[Map, tuple[str | int, ...]]) -> None:
    """An object that is almost right raises nothing either; each path leads to something, or to what is missing in something."""
    obj, _ = drawn
    for one in problems(obj, "1.34"):
        value: Any = obj
        for step in one.path[:-1]:
            value = value.get(step) if isinstance(value, dict) else value[int(step)] if isinstance(value, list) else None
        assert one.current is None or value is not None


SHAPES = ("is no field of", "; must be text", "; must be true or false", "; must be a list", "; must be a map")
OPTIONAL = {field for fields in table("limits.json")["optional"].values() for field in fields}


@settings(max_examples=40, deadline=None)
@given(damaged(BUILT_IN, st.sampled_from(["x", 5, True, {}, ["x"], {"x": "y"}, 1.5])))
def test_kubernetes_own_schemas_say_the_same(drawn: tuple[Map, tuple[str | int, ...]]) -> None:
    """Unknown fields, wrong types and what is missing: where the schemas refuse an object, so do we, and the other way round."""
    obj, _ = drawn
    found, refused = told(obj), _refused_by_schemas(obj)
    if refused and not any(f"'{field}' is a required property" in refused for field in OPTIONAL):  # which the server does without
        assert found != {}, refused
    if not refused:
        shapes = [message for message in found.values() if any(shape in message for shape in SHAPES) and "in base64" not in message]
        assert shapes == []


def _refused_by_schemas(obj: Map) -> str:
    """Return what Kubernetes' own schemas have against an object, or nothing."""
    try:
        kubernetes_validate.validate(obj, "1.37", strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", [[], {}, None, 1])
def test_an_image_volume_whose_name_is_none(name: Any) -> None:
    """It is told, with a version too, and brings nothing down."""
    container = {"name": "a", "image": "a:1", "volumeMounts": [{"name": name, "mountPath": "/a", "subPath": "b"}]}
    spec = {"containers": [container], "volumes": [{"name": name, "image": {"reference": "a:1"}}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": spec}
    assert ("spec", "volumes", 0, "name") in [one.path for one in problems(pod, "1.34")]
