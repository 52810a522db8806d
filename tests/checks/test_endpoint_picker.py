"""An InferencePool and its endpoint picker's Service."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.worlds import Map, deployment, found, thing
from tests.compose.made import make


def pool(picker: Map, namespace: str | None = None) -> Map:
    """Return an InferencePool with this reference to its picker."""
    return thing("InferencePool", "pool", "inference.networking.k8s.io/v1", namespace, spec={"endpointPickerRef": picker})


def service(*ports: int, namespace: str | None = None) -> Map:
    """Return the picker's Service."""
    return thing("Service", "epp", namespace=namespace, spec={"ports": [{"port": port} for port in ports]})


PICKER: Map = {"name": "epp", "port": {"number": 9002}}


def test_a_port_that_the_service_lacks() -> None:
    """The pool would call a port that nobody answers: an error with both numbers."""
    assert found("endpoint-picker", pool(PICKER), service(9003, 80)) == [
        ("error", "InferencePool/pool", "spec.endpointPickerRef.port.number", "is 9002, and Service epp has 9003, 80", 9002)
    ]
    (one,) = found("endpoint-picker", pool(PICKER), service(), complete=False)
    assert one.message == "is 9002, and Service epp has none"


def test_a_service_that_is_not_there() -> None:
    """A picker that nobody deploys here is a warning, unless it is external or not all resources can be seen."""
    for others in ((), (service(9002, namespace="other"),)):
        assert found("endpoint-picker", pool(PICKER), *others) == [
            ("warning", "InferencePool/pool", "spec.endpointPickerRef.name", "there is no Service epp in namespace default", "epp")
        ]
    assert found("endpoint-picker", pool(PICKER), complete=False) == []
    assert found("endpoint-picker", pool(PICKER), external=("Service/epp",)) == []
    assert found("endpoint-picker", pool(PICKER), external=("Service/*",)) == []
    assert found("endpoint-picker", pool(PICKER), external=("Service/other", "ConfigMap/*")) != []


@pytest.mark.parametrize(
    "picker",
    [PICKER, {"name": "epp"}, {**PICKER, "kind": "Service"}, {"name": "none", "kind": "Picker", "port": {"number": 1}}, {}],
)
def test_what_fits_or_cannot_be_told(picker: Map) -> None:
    """A port that the Service has, no port, a picker of another kind: nothing to tell."""
    assert found("endpoint-picker", pool(picker), service(80, 9002)) == []
    assert found("endpoint-picker", pool(picker, "ml"), service(80, 9002, namespace="ml")) == []


ARGS = ["--pool-name=pool", "--config-file=/config/c.yaml"]
CONTAINER: Map = {"name": "epp", "image": "epp:1", "args": ARGS, "volumeMounts": [{"name": "c", "mountPath": "/config"}]}


def picker(*, namespace: str | None = None, volumes: list[Map] | None = None, **fields: Any) -> Map:
    """Return the Deployment of an endpoint picker; its container has these fields."""
    spec = {"containers": [{**CONTAINER, **fields}], "volumes": volumes or [{"name": "c", "configMap": {"name": "c"}}]}
    return deployment("epp", {"app": "epp"}, namespace, template={"metadata": {"labels": {"app": "epp"}}, "spec": spec})


CONFIG = thing("ConfigMap", "c", data={"c.yaml": "x"})


def told(*objects: Map, **more: Any) -> list[tuple[str, str, str]]:
    """Return what is found: severity, resource and message."""
    return [(one.severity, one.resource, one.message) for one in found("endpoint-picker", *objects, **more)]


def test_a_pool_that_is_not_there() -> None:
    """The picker asks for its pool by name, in the namespace that it says or its own."""
    missing = ("warning", "Deployment/epp", "there is no InferencePool pool in namespace default (--pool-name)")
    assert told(picker(), CONFIG) == [missing]
    assert told(picker(args=["--pool-name", "pool", "--pool-namespace=$(NAMESPACE)"]), CONFIG) == [missing]
    assert told(picker(args=["--pool-name=$(POOL)"]), CONFIG) == []
    assert told(picker(), CONFIG, complete=False) == told(picker(), CONFIG, external=("InferencePool/pool",)) == []
    assert told(picker(), CONFIG, pool({})) == []
    elsewhere = picker(args=["--pool-name=pool", "--pool-namespace=ml"])
    assert told(elsewhere, CONFIG, pool({}, "ml")) == []
    assert len(told(elsewhere, CONFIG, pool({}))) == 1


def test_a_pool_that_kustomize_renamed() -> None:
    """Kustomize follows no arguments: a prefix for the pool leaves the picker without."""
    renamed = thing("InferencePool", "dev-pool", spec={})
    renamed["metadata"]["annotations"] = {
        "internal.config.kubernetes.io/previousNames": "pool",
        "internal.config.kubernetes.io/previousNamespaces": "default",
    }
    (one,) = told(picker(), CONFIG, renamed)
    assert one[0] == "error"
    assert "is called dev-pool now" in one[2]


def test_the_port_behind_the_service() -> None:
    """What the Service leads to must be what the picker listens on; one that is told nowhere is left alone."""
    ports = [{"name": "grpc", "containerPort": 9005}]
    behind = thing("Service", "epp", spec={"selector": {"app": "epp"}, "ports": [{"port": 9002, "targetPort": "grpc"}]})
    wrong = ("error", "Service/epp", "leads to port 9005, and the endpoint picker listens on 9002")
    assert told(pool(PICKER), behind, CONFIG, picker(ports=ports)) == [wrong]
    for args in ([*ARGS, "--grpc-port=9005"], [*ARGS, "--grpc-port=$(PORT)"], ["serve"]):
        assert told(pool(PICKER), behind, CONFIG, picker(ports=ports, args=args)) == []
    number = thing("Service", "epp", spec={"selector": {"app": "epp"}, "ports": [{"port": 9002}]})
    assert told(pool(PICKER), number, CONFIG, picker(args=[*ARGS, "--grpc-port=9005"])) == [
        ("error", "Service/epp", "leads to port 9002, and the endpoint picker listens on 9005")
    ]


def test_probes_of_the_picker_ask_its_health_port() -> None:
    """The picker answers health checks on another port than requests."""
    wrong = picker(readinessProbe={"grpc": {"port": 9002}})
    (one,) = found("endpoint-picker", wrong, CONFIG, pool({}))
    assert one.field == "spec.template.spec.containers[0].readinessProbe.grpc.port"
    assert one.message == "is 9002, and the endpoint picker tells its health on 9003"
    for right in ({"grpc": {"port": 9003}}, {"httpGet": {"port": 80}}, {}):
        assert found("endpoint-picker", picker(livenessProbe=right), CONFIG, pool({})) == []


def test_the_config_that_is_mounted() -> None:
    """The file must be in the ConfigMap at that path; what is mounted in another way is left alone."""
    other = thing("ConfigMap", "c", data={"other.yaml": "x"})
    assert told(picker(), other, pool({})) == [("error", "Deployment/epp", "ConfigMap c has other.yaml, and no c.yaml (--config-file)")]
    assert told(picker(volumeMounts=[]), CONFIG, pool({})) == [
        ("error", "Deployment/epp", "no volume is mounted where /config/c.yaml would be (--config-file)")
    ]
    items = [{"name": "c", "configMap": {"name": "c", "items": [{"key": "other.yaml", "path": "c.yaml"}]}}]
    assert told(picker(volumes=items), other, pool({})) == []
    assert told(picker(volumes=[{"name": "c", "emptyDir": {}}]), other, pool({})) == []


def test_the_account_of_the_picker_has_the_rights_it_needs() -> None:
    """The account needs to read pools, and to ask who reads the metrics unless anybody may; a role that cannot be seen may give it."""
    workload = picker()
    workload["spec"]["template"]["spec"]["serviceAccountName"] = "epp"
    account, open_to_all = thing("ServiceAccount", "epp"), [*ARGS, "--metrics-endpoint-auth=false"]
    base = (CONFIG, pool({}), account)
    assert len(told(*base, workload)) == 3
    assert told(*base, workload, complete=False) == []
    workload["spec"]["template"]["spec"]["containers"][0]["args"] = open_to_all
    (one,) = told(*base, workload)
    assert "inferencepools" in one[2]
    subject = {"kind": "ServiceAccount", "name": "epp"}
    role = thing("Role", "r", rules=[{"apiGroups": ["inference.networking.k8s.io"], "resources": ["inferencepools"], "verbs": ["get"]}])
    binding = thing("RoleBinding", "b", roleRef={"kind": "Role", "name": "r"}, subjects=[subject])
    assert told(*base, workload, role, binding) == []
    assert len(told(*base, workload, {**role, "rules": []}, binding)) == 1
    assert len(told(*base, workload, binding)) == 1
    assert told(*base, workload, binding, external=("Role/r",)) == []
    everything = thing("ClusterRole", "all", rules=[{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
    wide = thing("ClusterRoleBinding", "b", roleRef={"kind": "ClusterRole", "name": "all"}, subjects=[{**subject, "namespace": "default"}])
    workload["spec"]["template"]["spec"]["containers"][0]["args"] = ARGS
    assert told(*base, workload, everything, wide) == []
    assert len(told(CONFIG, pool({}), workload, everything, wide)) == 1


@pytest.mark.parametrize(
    ("host", "right"),
    [
        ("epp", True),
        ("epp.default.svc.cluster.local", True),
        ("*.default.svc.cluster.local", True),
        ("www.example.com", True),
        ("example.com", True),
        ("other", False),
        ("epp.ml.svc", False),
    ],
)
def test_the_host_of_a_rule(host: str, right: bool) -> None:
    """A DestinationRule is for a Service, by a short name or a long one; other hosts are not the cluster's."""
    rule = thing("DestinationRule", "r", "networking.istio.io/v1", spec={"host": host})
    assert (told(rule, service(9002)) == []) is right


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        (
            {"modelArtifacts": {"labels": {"llm-d.ai/model": None, "llm-d.ai/inferenceServing": None, "inferencepool": "llama-epp"}}},
            "modelArtifacts.labels",
        ),
        ({"routing": {"selector": {"inferencepool": "llama-epp"}}}, "routing.inferencePool.selector"),
    ],
)
def test_a_picker_in_its_own_pool(spec: Map, field: str) -> None:
    """Labels that the picker's pods have, too, would send it the requests."""
    routing = {"inferencePool": {"create": True, **spec.get("routing", {})}, "epp": {"create": True}}
    told = make({**spec, "routing": routing}, namespace="x").found("endpoint-picker")
    assert [(severity, where) for severity, where, _ in told] == [("error", f"spec.{field}")]


def test_a_picker_without_its_pool() -> None:
    """A picker whose pool is not made is told, as is one without a namespace; neither is an error."""
    told = make({"routing": {"epp": {"create": True}}}).found("endpoint-picker")
    assert [(severity, where) for severity, where, _ in told] == [("warning", "spec.routing.epp.create"), ("info", "metadata.namespace")]


@pytest.mark.parametrize(
    ("url", "severity"),
    [
        ("http://render:8000", ""),
        ("http://render:8000/v1", ""),
        ("http://render:9000", "error"),
        ("http://other:8000", "warning"),
        ("http://localhost:8000", ""),
        ("http://render.tools:9000", ""),
        ("https://example.com", ""),
    ],
)
def test_services_that_a_config_asks(url: str, severity: str) -> None:
    """Those of its namespace are looked for, by the addresses in its text."""
    config = thing("ConfigMap", "epp", data={"config.yaml": f'plugins: [{{type: token-producer, parameters: {{vllm: {{url: "{url}"}}}}}}]'})
    volumes = [{"name": "config", "configMap": {"name": "epp"}}]
    args = ["--pool-name=p", "--config-file=/config/config.yaml"]
    container = {"name": "epp", "image": "epp:1", "args": args, "volumeMounts": [{"name": "config", "mountPath": "/config"}]}
    pods = deployment("epp", template={"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [container], "volumes": volumes}})
    render = thing("Service", "render", spec={"ports": [{"port": 8000}]})
    told = [one.severity for one in found("endpoint-picker", pods, config, render) if one.resource == "ConfigMap/epp"]
    assert told == ([severity] if severity else [])
