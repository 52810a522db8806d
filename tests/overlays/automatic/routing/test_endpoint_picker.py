"""The endpoint picker of the InferencePool."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Made, make

from modelservice.krm import parse

Map = dict[str, Any]
POOL: Map = {"inferencePool": {"create": True}}


def picker(epp: Map | None = None, *, namespace: str | None = "serving", **spec: Any) -> Made:
    """Return a service with a pool and its picker."""
    return make({"routing": {**POOL, "epp": {"create": True, **(epp or {})}, **spec.pop("routing", {})}, **spec}, namespace=namespace)


def named(made: Made, kind: str, name: str = "llama-epp") -> Map:
    """Return the object of this kind and name."""
    (found,) = [obj for obj in made.objects if obj["kind"] == kind and obj["metadata"]["name"] == name]
    return found


def container(made: Made, name: str = "llama-epp") -> Map:
    """Return the picker's container."""
    (only,) = named(made, "Deployment", name)["spec"]["template"]["spec"]["containers"]
    return dict(only)


KINDS = ["ServiceAccount", "Role", "RoleBinding", "ConfigMap", "Service", "Deployment"]


def test_what_there_is() -> None:
    """The picker comes with all that it needs, in an order in which it may be applied."""
    made = picker()
    of_picker = [obj for obj in made.objects if obj["metadata"]["name"] in ("llama-epp", "serving-llama-epp")]
    assert sorted(obj["kind"] for obj in of_picker) == sorted([*KINDS, "ClusterRole", "ClusterRoleBinding"])
    assert all(obj["metadata"]["labels"]["app.kubernetes.io/instance"] == "llama" for obj in of_picker)
    assert all(("namespace" in obj["metadata"]) != obj["kind"].startswith("Cluster") for obj in of_picker)
    assert made.errors == []
    assert made.found("endpoint-picker") == []


def test_no_picker_unasked() -> None:
    """Without create there is none, whatever else is said."""
    for epp in ({}, {"create": False, "replicas": 3}, {"create": None}, None):
        made = make({"routing": {**POOL, "epp": epp}})
        assert [obj for obj in made.objects if obj["metadata"]["name"].endswith("-epp")] == []


@pytest.mark.parametrize(("pool", "name"), [({}, "llama-epp"), ({"endpointPicker": "mine"}, "mine")])
def test_names_agree(pool: Map, name: str) -> None:
    """Pool, Service, Deployment, account, binding and config have the one name, which the user may choose."""
    made = make({"routing": {"inferencePool": {"create": True, **pool}, "epp": {"create": True}}}, namespace="serving")
    assert made.one("InferencePool")["spec"]["endpointPickerRef"]["name"] == name
    pod = named(made, "Deployment", name)["spec"]["template"]
    labels = {"inferencepool": name}
    assert named(made, "Service", name)["spec"]["selector"] == labels
    assert named(made, "Deployment", name)["spec"]["selector"]["matchLabels"] == labels
    assert pod["metadata"]["labels"] == labels
    assert pod["spec"]["serviceAccountName"] == name
    assert pod["spec"]["volumes"] == [{"name": "config", "configMap": {"name": name, "defaultMode": 420}}] or pod["spec"]["volumes"] == [
        {"name": "config", "configMap": {"name": name}}
    ]
    binding = named(made, "RoleBinding", name)
    assert (binding["roleRef"]["name"], binding["subjects"]) == (name, [{"kind": "ServiceAccount", "name": name}])
    assert [obj["kind"] for obj in made.objects if obj["metadata"]["name"] == name and obj["kind"] in KINDS] == [
        *KINDS[:5],
        KINDS[5],
    ]


def test_ports_agree() -> None:
    """The pool calls the Service's 9002, which leads to the picker's port by name, also where a flag moves it."""
    for flags, ports in (
        ({}, [9002, 9003, 9090]),
        ({"grpc-port": 9100, "grpc-health-port": 9101, "--metrics-port": 9102}, [9100, 9101, 9102]),
    ):
        made = picker({"flags": flags})
        service = named(made, "Service")["spec"]["ports"]
        assert [(port["port"], port["targetPort"]) for port in service] == [(9002, "grpc"), (9090, "metrics")]
        assert made.one("InferencePool")["spec"]["endpointPickerRef"]["port"]["number"] == 9002
        own = container(made)
        assert [(port["name"], port["containerPort"]) for port in own["ports"]] == [
            *zip(("grpc", "grpc-health", "metrics"), ports, strict=True)
        ]
        assert {own[probe]["grpc"]["port"] for probe in ("livenessProbe", "readinessProbe")} == {ports[1]}


def test_what_it_runs_as() -> None:
    """One replica that is replaced whole, with time to end, and nothing that a restricted namespace refuses."""
    deployment = named(picker(), "Deployment")["spec"]
    pod = deployment["template"]["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})
    assert pod["terminationGracePeriodSeconds"] == 130
    assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    assert pod["containers"][0]["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def test_the_namespace_is_the_pods() -> None:
    """The pool's namespace is that of the pod, so that it is right where kustomize moves the objects."""
    own = container(picker(namespace=None))
    assert "--pool-namespace=$(NAMESPACE)" in own["args"]
    assert own["env"][0] == {"name": "NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}}


def test_what_the_user_says() -> None:
    """Image, resources, flags by name and variables by name are the user's; null takes a flag away."""
    env = [{"name": "POD_NAME", "value": "me"}, {"name": "HF_HOME", "value": "/models"}]
    epp = {"image": "registry.example/llm-d-router-endpoint-picker:v0.10.2", "resources": {"limits": None, "requests": {"cpu": "1"}}}
    own = container(picker({**epp, "imagePullPolicy": "Always", "env": env, "flags": {"v": 4, "zap-encoder": None, "pool-group": "other"}}))
    assert (own["image"], own["imagePullPolicy"]) == (epp["image"], "Always")
    assert own["resources"] == {"requests": {"cpu": "1", "memory": "8Gi"}}
    assert own["args"] == [
        "--pool-name=llama",
        "--pool-namespace=$(NAMESPACE)",
        "--pool-group=other",
        "--config-file=/config/config.yaml",
        "--tracing=false",
        "-v=4",
    ]
    assert [one["name"] for one in own["env"]] == ["NAMESPACE", "POD_NAME", "HF_HOME"]
    assert own["env"][1] == {"name": "POD_NAME", "value": "me"}


def test_an_inline_config() -> None:
    """The user's config takes the place of ours; its API version and kind go without saying. A new config is a new pod."""
    plugins = {
        "plugins": [{"type": "random-picker"}],
        "schedulingProfiles": [{"name": "default", "plugins": [{"pluginRef": "random-picker"}]}],
    }
    made, other = picker({"plugins": plugins}), picker()
    (text,) = named(made, "ConfigMap")["data"].values()
    assert parse(text) == {"apiVersion": "llm-d.ai/v1alpha1", "kind": "EndpointPickerConfig", **plugins}
    digests = [
        named(one, "Deployment")["spec"]["template"]["metadata"]["annotations"]["modelservice.llm-d.ai/config"] for one in (made, other)
    ]
    assert digests[0] != digests[1]


def test_tracing() -> None:
    """Where the service is traced, the picker is, too."""
    made = picker(profile="llm-d", tracing={"enabled": True, "otlpEndpoint": "http://c:4317"}, prefill={"create": False})
    own = container(made)
    variables = {one["name"]: one.get("value") for one in own["env"]}
    assert "--tracing=true" in own["args"]
    assert variables["OTEL_SERVICE_NAME"] == "llama-epp"
    assert variables["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://c:4317"
    assert variables["OTEL_TRACES_SAMPLER_ARG"] == "1.0"


def test_an_overlay_of_the_users() -> None:
    """What has no key is patched in the Deployment by an overlay of the service's own objects."""
    own = {
        "apiVersion": "modelservice.llm-d.ai/v1alpha1",
        "kind": "Overlay",
        "metadata": {"name": "own"},
        "spec": {
            "scope": "service",
            "patches": [{"target": {"kind": "Deployment"}, "patch": {"spec": {"template": {"spec": {"nodeSelector": {"pool": "cpu"}}}}}}],
        },
    }
    made = picker(overlays=[own])
    assert named(made, "Deployment")["spec"]["template"]["spec"]["nodeSelector"] == {"pool": "cpu"}
    assert "nodeSelector" not in made.pod()
