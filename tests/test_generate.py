"""From ModelServices to objects: every row of the README's Values table, every key, and what holds for all of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import kubernetes_validate
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.compose.made import MODEL, Made, decode, document, engine, make, overlay
from tests.compose.samples import SAMPLES

from modelservice.config import ModelService
from modelservice.config.layers import merge
from modelservice.generate import generate

Map = dict[str, Any]
Look = Callable[[Made], Any]

GATEWAYS_OWN = ("DestinationRule", "HealthCheckPolicy", "GCPBackendPolicy")
NETWORKS = ("InferencePool", "InferenceObjective", "HTTPRoute", *GATEWAYS_OWN)
CUSTOM_KINDS = ("LeaderWorkerSet", "DisaggregatedSet", "PodMonitor", "ScaledObject", "ComputeDomain", *NETWORKS)
GATEWAY = [{"name": "inference-gateway"}]


def argument(made: Made, flag: str, role: str = "decode") -> str | None:
    """Return the value after a flag of the engine."""
    args: list[str] = made.container(role)["args"]
    return args[args.index(flag) + 1] if flag in args else None


def proxy_flag(made: Made, flag: str) -> list[str]:
    """Return the values of a flag of the proxy."""
    return [arg.partition("=")[2] for arg in made.proxy()["args"] if arg.partition("=")[0] == flag]


# Row of the README's Values table: key, a spec that says something of it, where that shows, what shows there
ROWS: list[tuple[str, Map, Look, Any]] = [
    ("modelArtifacts.name", {"modelArtifacts": {"name": "ns/m"}}, lambda made: made.container()["args"][0], "ns/m"),
    ("modelArtifacts.uri", {"modelArtifacts": {"uri": "hf://o/m"}}, lambda made: made.container()["args"][0], "o/m"),
    (
        "modelArtifacts.uri",
        {"modelArtifacts": {"uri": "pvc://c/p"}},
        lambda made: made.volume("model-storage"),
        {"name": "model-storage", "persistentVolumeClaim": {"claimName": "c", "readOnly": True}},
    ),
    (
        "modelArtifacts.uri",
        {"modelArtifacts": {"uri": "oci://r/m:1"}},
        lambda made: made.volume("model-storage"),
        {"name": "model-storage", "image": {"reference": "r/m:1", "pullPolicy": "Always"}},
    ),
    (
        "modelArtifacts.size",
        {"modelArtifacts": {"size": "9Gi"}},
        lambda made: made.volume("model-storage"),
        {"name": "model-storage", "emptyDir": {"sizeLimit": "9Gi"}},
    ),
    (
        "modelArtifacts.authSecretName",
        {"modelArtifacts": {"authSecretName": "s"}},
        lambda made: made.variables()["HF_TOKEN"],
        {"secretKeyRef": {"name": "s", "key": "HF_TOKEN"}},
    ),
    ("modelArtifacts.mountPath", {"modelArtifacts": {"mountPath": "/m"}}, lambda made: "/m" in made.mounts(), True),
    ("modelArtifacts.mountPath", {}, lambda made: "/model-cache" in made.mounts(), True),
    ("multinode", {"multinode": True}, lambda made: made.workload()["kind"], "LeaderWorkerSet"),
    ("multinode", {}, lambda made: made.workload()["kind"], "Deployment"),
    ("routing.servicePort", {"routing": {"servicePort": 81}}, lambda made: made.proxy()["ports"], [{"containerPort": 81}]),
    ("routing.servicePort", {"routing": {"servicePort": 81, "proxy": {"enabled": False}}}, lambda made: argument(made, "--port"), "81"),
    ("routing.proxy.image", {"routing": {"proxy": {"image": "p:1"}}}, lambda made: made.proxy()["image"], "p:1"),
    ("routing.proxy.targetPort", {"routing": {"proxy": {"targetPort": "82"}}}, lambda made: argument(made, "--port"), "82"),
    ("routing.proxy.targetPort", {"routing": {"proxy": {"targetPort": 82}}}, lambda made: proxy_flag(made, "--vllm-port"), ["82"]),
    ("routing.proxy.debugLevel", {"routing": {"proxy": {"version": "0.3", "debugLevel": 3}}}, lambda made: proxy_flag(made, "-v"), ["3"]),
    (
        "routing.proxy.parentRefs[*].name",
        {"routing": {"httpRoute": {"create": True}, "proxy": {"parentRefs": GATEWAY}}},
        lambda made: [{"name": one["name"]} for one in made.one("HTTPRoute")["spec"]["parentRefs"]],
        GATEWAY,
    ),
    ("decode.create", {"decode": {"create": False}}, lambda made: made.kinds(), ["ServiceAccount"]),
    ("decode.create", {}, lambda made: made.kinds(), ["ServiceAccount", "Deployment"]),
    ("decode.annotations", {"decode": {"annotations": {"a": "b"}}}, lambda made: made.workload()["metadata"]["annotations"], {"a": "b"}),
    (
        "decode.annotations",
        {"multinode": True, "decode": {"annotations": {"a": "b"}}},
        lambda made: made.workload()["metadata"]["annotations"],
        {"a": "b"},
    ),
    ("decode.tolerations", {"decode": {"tolerations": [{"key": "k"}]}}, lambda made: made.pod()["tolerations"], [{"key": "k"}]),
    ("decode.replicas", {"decode": {"replicas": 3}}, lambda made: made.workload()["spec"]["replicas"], 3),
    ("decode.replicas", {}, lambda made: made.workload()["spec"]["replicas"], 1),
    ("decode.extraConfig", {"decode": {"extraConfig": {"hostNetwork": True}}}, lambda made: made.pod()["hostNetwork"], True),
    ("decode.containers[*].name", decode(name="n"), lambda made: made.container()["name"], "n"),
    ("decode.containers[*].image", decode(image="i:1"), lambda made: made.container()["image"], "i:1"),
    ("decode.containers[*].args", decode(args=["--a", "b"]), lambda made: made.container()["args"][-2:], ["--a", "b"]),
    (
        "decode.containers[*].modelCommand",
        decode(modelCommand="furiosaLLMServe"),
        lambda made: made.container()["command"],
        ["furiosa-llm", "serve"],
    ),
    (
        "decode.containers[*].modelCommand",
        decode(modelCommand="imageDefault"),
        lambda made: made.container()["args"][:2],
        ["--model", MODEL],
    ),
    ("decode.containers[*].modelCommand", decode(), lambda made: argument(made, "--model"), MODEL),
    (
        "decode.containers[*].modelCommand",
        decode(modelCommand="custom", command=["sh"], args=["x"]),
        lambda made: (made.container()["command"], made.container()["args"]),
        (["sh"], ["x"]),
    ),
    ("decode.containers[*].command", decode(command=["sh"]), lambda made: made.container()["command"], ["sh"]),
    ("decode.containers[*].ports", decode(ports=[{"containerPort": 1}]), lambda made: made.container()["ports"], [{"containerPort": 1}]),
    ("decode.containers[*].extraConfig", decode(extraConfig={"tty": True}), lambda made: made.container()["tty"], True),
    (
        "decode.initContainers",
        {"decode": {"initContainers": [{"name": "i", "image": "i:1"}]}},
        lambda made: [one["name"] for one in made.pod()["initContainers"]],
        ["routing-proxy", "i"],
    ),
    (
        "decode.parallelism.tensor",
        {"decode": {"parallelism": {"tensor": 8}}},
        lambda made: (argument(made, "--tensor-parallel-size"), made.variables()["TP_SIZE"]),
        ("8", "8"),
    ),
    ("decode.parallelism.tensor", {}, lambda made: argument(made, "--tensor-parallel-size"), "4"),
    (
        "decode.parallelism.data",
        {"decode": {"parallelism": {"data": 2}}},
        lambda made: (argument(made, "--data-parallel-size"), made.variables()["DP_SIZE"]),
        ("2", "2"),
    ),
    ("decode.parallelism.data", {}, lambda made: argument(made, "--data-parallel-size"), None),
    (
        "decode.parallelism.workers",
        {"multinode": True, "decode": {"parallelism": {"workers": 2}}},
        lambda made: made.workload()["spec"]["leaderWorkerTemplate"]["size"],
        2,
    ),
    ("decode.parallelism.workers", {"multinode": True}, lambda made: made.workload()["spec"]["leaderWorkerTemplate"]["size"], 1),
    (
        "decode.acceleratorTypes.labelKey",
        {"decode": {"acceleratorTypes": {"labelKey": "k", "labelValue": "v"}}},
        lambda made: re.findall(r"'key': '(\w+)'", str(made.pod()["affinity"])),
        ["k"],
    ),
    (
        "decode.acceleratorTypes.labelValue",
        {"decode": {"acceleratorTypes": {"labelKey": "k", "labelValue": "v"}}},
        lambda made: re.findall(r"'values': (\[.*?\])", str(made.pod()["affinity"])),
        ["['v']"],
    ),
    (
        "prefill",
        {"profile": "llm-d", "prefill": {"replicas": 2, "annotations": {"a": "b"}, "containers": [engine(args=["--p"])]}},
        lambda made: (made.workload("prefill")["spec"]["replicas"], made.container("prefill")["args"][-1]),
        (2, "--p"),
    ),
    (
        "extraObjects",
        {"extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}]},
        lambda made: made.one("ConfigMap"),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}},
    ),
]


@pytest.mark.parametrize(("key", "spec", "look", "shows"), ROWS, ids=[row[0] for row in ROWS])
def test_every_row_of_the_readme_works(key: str, spec: Map, look: Look, shows: Any) -> None:
    """What the furiosa chart's README promises of a value is so (README: Values)."""
    assert look(make(spec)) == shows, key


FURIOSA_CLAIMS: Map = {"dra": {"enabled": True}}
CLAIMS: Map = {"profile": "llm-d", "accelerator": {"dra": True}}
TRACING: Map = {"profile": "llm-d", "tracing": {"enabled": True}}
REQUESTER: Map = {"profile": "llm-d", "requester": {"enable": True}}
ROUTE: Map = {"routing": {"httpRoute": {"create": True}, "parentRefs": GATEWAY}}
POOL: Map = {"routing": {"inferencePool": {"create": True}}}
MONITOR: Map = {"decode": {"monitoring": {"podmonitor": {"enabled": True}}}}
SETS: Map = {"profile": "llm-d", "multinode": True}
OCI: Map = {"modelArtifacts": {"uri": "oci://r/m:1"}}
PVC: Map = {"modelArtifacts": {"uri": "pvc://c/p"}}
TYPES: Map = {"decode": {"acceleratorTypes": {"labelKey": "k", "labelValues": ["v"]}}}
LLM_D: Map = {"profile": "llm-d"}
REQUESTED = {"limits": {"cpu": "1"}}
# Every key of the charts as a path, a value that is not its default, and a config in which it counts.
CUSTOM: list[tuple[str, Map]] = [
    ("engine", {"modelCommand": "custom", "command": ["x"]}),
    ("decode.engine", {"engine": {"modelCommand": "custom", "command": ["x"]}}),
]
EFFECTS: list[tuple[str, Any, Map]] = [
    ("enabled", False, {}),
    ("fullnameOverride", "other", {}),
    ("serviceAccountOverride", "other", {}),
    ("multinode", True, {}),
    ("schedulerName", "other", {}),
    ("profile", "llm-d", {}),
    ("presets", ["shm"], {}),
    ("overlays", [overlay({"target": "pod", "patch": {"spec": {"hostNetwork": True}}})], {}),
    ("extraObjects", [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}], {}),
    ("modelArtifacts.name", "other/model", {}),
    ("modelArtifacts.uri", "hf://other/model", {}),
    ("modelArtifacts.size", "9Gi", {}),
    ("modelArtifacts.mountPath", "/m", {}),
    ("modelArtifacts.authSecretName", "s", {}),
    ("modelArtifacts.readOnly", False, PVC),
    ("modelArtifacts.labels", {"a": "b"}, {}),
    ("modelArtifacts.imagePullPolicy", "Never", OCI),
    ("modelArtifacts.path", "p", OCI),
    ("modelArtifacts.compiled", "pvc://built/a.fxb", {}),
    ("accelerator.type", "cpu", {}),
    ("accelerator.dra", True, LLM_D),
    ("accelerator.resources", {"furiosa": "x/y"}, {}),
    ("accelerator.env", {"furiosa": [{"name": "A", "value": "1"}]}, {}),
    ("accelerator.resourceClaimTemplates", {"nvidia": {"name": "other"}}, CLAIMS),
    ("accelerator.resourceClaimTemplates", {"nvidia": {"class": "other"}}, CLAIMS),
    ("accelerator.resourceClaimTemplates", {"nvidia": {"match": "firstAvailable"}}, CLAIMS),
    ("accelerator.resourceClaimTemplates", {"nvidia": {"count": 2}}, CLAIMS),
    ("accelerator.resourceClaimTemplates", {"nvidia": {"selectors": [{"cel": {"expression": "true"}}]}}, CLAIMS),
    ("dra.enabled", True, {}),
    ("dra.type", "big", {"dra": {"enabled": True, "claimTemplates": [{"name": name, "class": name} for name in ("furiosa", "big")]}}),
    ("dra.claimTemplates", [{"name": "furiosa", "class": "npu.furiosa.ai", "count": 2}], FURIOSA_CLAIMS),
    ("dra.claimTemplates", [{"name": "furiosa", "class": "npu.furiosa.ai", "count": 1, "match": "firstAvailable"}], FURIOSA_CLAIMS),
    ("routing.servicePort", 81, {}),
    ("routing.parentRefs", [{"name": "other"}], ROUTE),
    ("routing.inferencePool.create", True, {}),
    ("routing.inferencePool.endpointPicker", "other", POOL),
    ("routing.httpRoute.create", True, {"routing": {"parentRefs": GATEWAY}}),
    ("routing.proxy.enabled", False, {}),
    ("routing.proxy.image", "p:1", {}),
    ("routing.proxy.imagePullPolicy", "Never", {}),
    ("routing.proxy.targetPort", 82, {}),
    ("routing.proxy.connector", "sglang", {}),
    ("routing.proxy.kvConnector", "sglang", {}),
    ("routing.proxy.ecConnector", "ec-example", {"routing": {"proxy": {"version": "0.7"}}}),
    ("routing.proxy.version", "0.3", {}),
    ("routing.proxy.flags", {"pool-group": "x"}, {"routing": {"proxy": {"version": "0.7"}}}),
    ("routing.proxy.resources", REQUESTED, {}),
    ("routing.proxy.env", [{"name": "A", "value": "b"}], {}),
    ("drain", 30, {}),
    ("decode.drain", 30, {}),
    ("routing.proxy.secure", True, {}),
    ("routing.proxy.zapDevel", True, {}),
    ("routing.proxy.zapEncoder", "console", {}),
    ("routing.proxy.zapLogLevel", "info", {}),
    ("routing.proxy.zapStacktraceLevel", "error", {}),
    ("routing.proxy.zapTimeEncoding", "iso8601", {}),
    ("routing.proxy.prefillerUseTLS", True, {}),
    ("routing.proxy.certPath", "/c", {}),
    ("routing.proxy.debugLevel", 5, {"routing": {"proxy": {"version": "0.3"}}}),
    ("routing.proxy.parentRefs", GATEWAY, {"routing": {"httpRoute": {"create": True}}}),
    ("tracing.enabled", True, LLM_D),
    ("tracing.otlpEndpoint", "http://o:1", TRACING),
    ("tracing.sampling.sampler", "always_on", TRACING),
    ("tracing.sampling.samplerArg", 0.5, TRACING),
    ("tracing.serviceNames.vllmDecode", "other", TRACING),
    ("tracing.serviceNames.vllmPrefill", "other", TRACING),
    ("tracing.serviceNames.routingProxy", "other", TRACING),
    ("tracing.vllm.collectDetailedTraces", "model", TRACING),
    ("requester.enable", True, LLM_D),
    ("requester.image", "r:1", REQUESTER),
    ("requester.adminPort", 1, REQUESTER),
    ("requester.port.probes", 1, REQUESTER),
    ("requester.port.spi", 1, REQUESTER),
    ("requester.readinessProbe.initialDelaySeconds", 9, REQUESTER),
    ("requester.readinessProbe.periodSeconds", 9, REQUESTER),
    ("requester.resources.limits.gpus", 9, REQUESTER),
    ("requester.resources.limits.cpus", 9, REQUESTER),
    ("requester.resources.limits.memory", "9Gi", REQUESTER),
    ("decode.create", False, {}),
    ("decode.replicas", 9, {}),
    ("decode.annotations", {"a": "b"}, {}),
    ("decode.podAnnotations", {"a": "b"}, {}),
    ("decode.tolerations", [{"key": "k"}], {}),
    ("decode.nodeSelector", {"a": "b"}, {}),
    ("decode.enableServiceLinks", False, {}),
    ("decode.terminationGracePeriodSeconds", 9, {}),
    ("decode.imagePullSecrets", [{"name": "s"}], {}),
    ("decode.schedulerName", "s", {}),
    ("decode.priorityClassName", "p", {}),
    ("decode.podSecurityContext", {"fsGroup": 1}, {}),
    ("decode.volumes", [{"name": "v", "emptyDir": {}}], {"checks": {"volume-mounts": "off"}}),
    ("decode.initContainers", [{"name": "i", "image": "i:1"}], {}),
    ("decode.hostIPC", True, {}),
    ("decode.hostPID", True, {}),
    ("decode.strategy", {"type": "Recreate"}, {}),
    ("decode.extraConfig", {"hostNetwork": True}, {}),
    ("decode.resourceClaims", [{"name": "c", "resourceClaimName": "c"}], {}),
    ("decode.subGroupPolicy", {"subGroupSize": 2}, SETS),
    ("decode.subGroupExclusiveTopology", True, {**SETS, "decode": {"subGroupPolicy": {"subGroupSize": 1}}}),
    ("decode.containers", [engine()], {}),
    ("decode.parallelism.tensor", 8, {}),
    ("decode.parallelism.data", 2, {}),
    ("decode.parallelism.pipeline", 2, {}),
    ("decode.parallelism.workers", 2, SETS),
    ("decode.parallelism.dataLocal", 2, LLM_D),
    ("decode.acceleratorTypes", {"labelKey": "k", "labelValues": ["v"]}, {}),
    ("decode.acceleratorTypes", {"labelKey": "k", "labelValue": "v"}, {}),
    ("decode.acceleratorTypes.labelKey", "other", TYPES),
    ("decode.acceleratorTypes.labelValues", ["other"], TYPES),
    ("decode.accelerator.type", "amd", {"profile": "llm-d", **decode()}),
    ("decode.accelerator.dra", True, LLM_D),
    ("decode.autoscaling.enabled", True, {}),
    ("decode.monitoring.podmonitor.enabled", True, {}),
    ("decode.monitoring.podmonitor.portName", "http", MONITOR),
    ("decode.monitoring.podmonitor.path", "/m", MONITOR),
    ("decode.monitoring.podmonitor.interval", "9s", MONITOR),
    ("decode.monitoring.podmonitor.scrapeTimeout", "9s", MONITOR),
    ("decode.monitoring.podmonitor.relabelings", [{"action": "drop"}], MONITOR),
    ("decode.monitoring.podmonitor.metricRelabelings", [{"action": "drop"}], MONITOR),
    ("decode.monitoring.podmonitor.namespaceSelector", {"any": True}, MONITOR),
    ("decode.monitoring.podmonitor.annotations", {"a": "b"}, MONITOR),
    ("decode.monitoring.podmonitor.labels", {"a": "b"}, MONITOR),
    ("container.name", "other", {}),
    ("container.image", "other:1", {}),
    ("container.imagePullPolicy", "Never", {}),
    ("container.modelCommand", "vllmServe", {}),
    ("container.mountModelVolume", True, {}),
    ("container.command", ["sh"], {}),
    ("container.lifecycle", {"preStop": {"sleep": {"seconds": 5}}}, {}),
    ("container.args", ["--a"], {}),
    ("container.env", [{"name": "A", "value": "1"}], {}),
    ("container.ports", [{"containerPort": 1}], {}),
    ("container.securityContext", {"runAsUser": 1}, {}),
    ("container.livenessProbe", {"tcpSocket": {"port": 1}}, {}),
    ("container.readinessProbe", {"tcpSocket": {"port": 1}}, {}),
    ("container.startupProbe", {"tcpSocket": {"port": 1}}, {}),
    ("container.resources", REQUESTED, {}),
    ("container.volumeMounts", [{"name": "metrics-volume", "mountPath": "/x"}], {}),
    ("container.workingDir", "/x", {}),
    ("container.stdin", True, {}),
    ("container.tty", True, {}),
    ("container.extraConfig", {"lifecycle": {"preStop": {"sleep": {"seconds": 1}}}}, {}),
    ("extraConfig", {"hostNetwork": True}, {}),
]
EFFECTS += [
    (f"{place}.{key.partition('.')[2]}", value, context)
    for place in ("engine", "decode.engine")
    for key, value, context in EFFECTS
    if key.startswith("container.") and key not in ("container.command", "container.mountModelVolume")
]
EFFECTS += [(f"{place}.mountModelVolume", False, {}) for place in ("engine", "decode.engine")]
EFFECTS += [(f"{place}.command", ["sh"], {place.split(".")[0]: at_custom}) for place, at_custom in CUSTOM]


def at(path: str, value: Any) -> Map:
    """Return a spec with a value at a dotted path; ``container`` is the one engine of decode."""
    if path.startswith("container."):
        return decode(**{path.removeprefix("container."): value})
    first, _, rest = path.partition(".")
    return {first: at(rest, value) if rest else value}


@pytest.mark.parametrize(("path", "value", "context"), EFFECTS, ids=[effect[0] for effect in EFFECTS])
def test_every_key_shows_in_the_output(path: str, value: Any, context: Map) -> None:
    """A key that the schema accepts does something: the objects are other ones with it (specification: Keys)."""
    base = merge(context, decode()) if path.startswith("container.") else context
    assert make(merge(base, at(path, value))).objects != make(base).generated.objects


@pytest.mark.parametrize(("path", "context"), [(path, context) for path, _, context in EFFECTS], ids=[effect[0] for effect in EFFECTS])
def test_every_key_may_be_null(path: str, context: Map) -> None:
    """Null deletes a default; where one is needed, the error names the key (specification: Missing values)."""
    base = merge(context, decode()) if path.startswith("container.") else context
    made, without = make(merge(base, at(path, None))), make(base)
    key = path.rpartition(".")[2]
    if made.generated.failed:
        assert any(key in error.partition(": ")[0] for error in made.errors), made.errors
    elif not has(base, path) and not has(ModelService(document(base)).inherited, path):
        assert made.objects == without.generated.objects


def has(spec: Map, path: str) -> bool:
    """Say whether a spec has a value at a dotted path."""
    value: Any = spec
    if "engine" in path and "containers" in (spec.get("decode") or {}):  # what engine goes over
        path = f"container.{path.rpartition('.')[2]}"
    for key in path.replace("container.", "decode.containers.0.").split("."):
        value = value[0] if isinstance(value, list) else value.get(key) if isinstance(value, dict) else None
    return value is not None


MAPS = [
    *("modelArtifacts", "accelerator", "accelerator.resources", "accelerator.env", "accelerator.resourceClaimTemplates"),
    *("dra", "dra.claimTemplates", "dra.type", "routing", "routing.proxy", "routing.inferencePool", "routing.httpRoute"),
    *("tracing", "tracing.sampling", "tracing.serviceNames", "tracing.vllm"),
    *("requester", "requester.port", "requester.readinessProbe", "requester.resources", "requester.resources.limits"),
    *("decode", "decode.parallelism", "decode.monitoring", "decode.monitoring.podmonitor", "decode.acceleratorTypes", "decode.accelerator"),
    *("decode.autoscaling", "decode.containers", "prefill", "checks", "presets", "overlays", "extraObjects"),
]


@pytest.mark.parametrize("path", MAPS)
def test_any_map_may_be_null(path: str) -> None:
    """Null deletes a map of defaults: what is missing is told, and nothing else is wrong (specification: Missing values).

    Save for a preset that is for what was deleted, a map that a profile has no more, and a topology that is for several roles.
    """
    around = ("spec.presets[", "spec.topology", f"spec.{path.partition('.')[0]}")
    saying = [spec for spec in SAMPLES.values() if has(spec, path)]
    for context in [*saying, *[spec for spec in SAMPLES.values() if spec not in saying][:: len(SAMPLES) // 5]]:
        spec = merge(context, at(path, None))
        for one in (make(spec), make({**context, **at(path, None)})):
            elsewhere = [result for result in one.generated.results if not result.field.startswith(around)]
            assert [result.field for result in elsewhere if result.severity == "error" and not result.tags] == []
    alone = make(at(path, None))
    assert alone.errors or alone.generated.objects


@pytest.mark.parametrize(
    "spec",
    [
        {"common": {"a": 1}},
        {"global": {"imageRegistry": "x"}},
        {"nameOverride": "other"},
        {"routing": {"modelName": "other"}},
    ],
)
def test_what_is_accepted_and_ignored_changes_nothing(spec: Map) -> None:
    """Keys that values files have and nobody reads are no mistake (specification: Keys)."""
    sized: Map = {"modelArtifacts": {"size": "10Gi"}}
    made = make({**sized, **spec})
    assert made.objects == make(sized).objects
    assert made.warnings == []


# Laws that hold for every config


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("namespace", [None, "serving"])
def test_every_generated_object_has_labels_and_the_namespace(sample: str, namespace: str | None) -> None:
    """The four labels are on every object but extraObjects; the namespace is, when there is one (specification: Labels and selectors)."""
    expected = {"name": "modelservice", "instance": "llama", "part-of": "llm-d", "managed-by": "modelservice"}
    for obj in make(SAMPLES[sample], namespace=namespace).objects:
        if obj["metadata"]["name"].endswith("-extra"):
            assert set(obj["metadata"]) == {"name"}
            continue
        assert obj["metadata"].get("namespace") == (None if obj["kind"].startswith("Cluster") else namespace)
        for key, value in expected.items():
            assert obj["metadata"]["labels"][f"app.kubernetes.io/{key}"] == value


@pytest.mark.parametrize("sample", SAMPLES)
def test_output_is_plain_data_without_leftovers(sample: str) -> None:
    """Nothing of ours is left in the objects: no nulls, no directives, no references, nothing that is not JSON."""

    def look(value: Any, path: str) -> None:
        if isinstance(value, dict):
            for key, below in value.items():
                assert isinstance(key, str)
                assert not key.startswith("$"), path
                look(below, f"{path}.{key}")
        elif isinstance(value, list):
            for index, below in enumerate(value):
                look(below, f"{path}[{index}]")
        else:
            assert isinstance(value, (str, int, float, bool)), path
            assert "${" not in str(value), path

    objects = make(SAMPLES[sample]).objects
    for obj in objects:
        look(obj, obj["kind"])
    assert json.loads(json.dumps(objects)) == objects


@pytest.mark.parametrize("version", ["1.34", "1.37"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_output_is_what_kubernetes_takes(sample: str, version: str) -> None:
    """Every object of a built-in kind conforms to Kubernetes' own schema, strictly."""
    for obj in make(SAMPLES[sample], namespace="serving").objects:
        if obj["kind"] not in CUSTOM_KINDS:
            kubernetes_validate.validate(obj, version, strict=True)


@pytest.mark.parametrize("sample", SAMPLES)
def test_selectors_select_the_pods_of_their_workload(sample: str) -> None:
    """Whatever selects pods, of a Deployment or a PodMonitor, selects the role's pods, and no labels but these are selected by."""
    made = make(SAMPLES[sample])
    for obj in made.objects:
        selector = obj.get("spec", {}).get("selector", {}).get("matchLabels")
        if obj["kind"] == "Deployment":
            assert selector == obj["spec"]["template"]["metadata"]["labels"]
        if obj["kind"] == "PodMonitor" and made.workload(selector["llm-d.ai/role"])["kind"] != "ReplicaSet":
            labels = made.template(selector["llm-d.ai/role"])["metadata"]["labels"]
            assert selector.items() <= labels.items()


@pytest.mark.parametrize("sample", SAMPLES)
def test_claims_and_mounts_lead_somewhere(sample: str) -> None:
    """Containers use claims that their pod has, pods claims whose template is emitted, and mounts have volumes."""
    made = make(SAMPLES[sample])
    templates = {obj["metadata"]["name"] for obj in made.objects if obj["kind"] == "ResourceClaimTemplate"}
    domains = [obj["spec"]["channel"] for obj in made.objects if obj["kind"] == "ComputeDomain"]  # their controller makes one
    templates |= {channel["resourceClaimTemplate"]["name"] for channel in domains}
    for obj in made.objects:
        if obj["kind"] not in ("Deployment", "LeaderWorkerSet"):
            continue
        pod = made.pod(obj["metadata"]["name"].rpartition("-")[2])
        claims = {claim["name"] for claim in pod.get("resourceClaims", [])}
        volumes = {volume["name"] for volume in pod.get("volumes", [])}
        assert {claim.get("resourceClaimTemplateName") for claim in pod.get("resourceClaims", [])} <= {*templates, None}
        for container in pod["containers"]:
            assert {claim["name"] for claim in container.get("resources", {}).get("claims", [])} <= claims
            assert {mount["name"] for mount in container.get("volumeMounts", [])} <= volumes


# Several services, and errors


def test_services_come_out_in_their_order_each_by_itself() -> None:
    """A service that is wrong has no objects, and the others have all of theirs."""
    specs: list[Map] = [{}, {"nonsense": 1}, {"profile": "llm-d"}]
    made = generate([document(spec, name=name) for spec, name in zip(specs, "abc", strict=True)])
    assert [one.document["metadata"]["name"] for one in made] == ["a", "b", "c"]
    assert [one.failed for one in made] == [False, True, False]
    assert [len(one.objects) for one in made] == [2, 0, 3]


def test_a_service_does_not_depend_on_its_company() -> None:
    """Bases, overlays and defaults are shared, and what one service makes of them does not show in another."""
    documents = [document(spec, name=f"s{index}", namespace=f"n{index}") for index, spec in enumerate(SAMPLES.values())]
    together = generate(documents)
    assert [one.objects for one in together] == [generate([one])[0].objects for one in documents]


def test_results_name_the_config() -> None:
    """Every result says which ModelService it is about."""
    made = generate([document({"nonsense": 1, "multinode": "x"}, name="wrong", namespace="serving")])[0]
    assert len(made.results) == 2
    for result in made.results:
        assert result.resource is not None
        assert (result.resource.kind, result.resource.name, result.resource.namespace) == ("ModelService", "wrong", "serving")


def test_a_result_about_an_object_names_the_object() -> None:
    """What is wrong with an object that users add is told of that object."""
    extra = {"apiVersion": "inference.networking.k8s.io/v1", "kind": "InferencePool", "metadata": {"name": "x" * 64}}
    (result,) = [one for one in make({"extraObjects": [extra]}).generated.results if one.tags == {"check": "name-length"}]
    assert result.resource is not None
    assert (result.resource.kind, result.resource.name) == ("InferencePool", "x" * 64)


def test_five_mistakes_are_five_messages() -> None:
    """Mistakes of form, of presets, of templates and of meaning are told in one run, each with its field (specification: Refusals)."""
    spec = {
        "decode": {"replica": 2, "containers": [{"name": "x", "env": [{"name": "A", "value": "{{ .Values.nope }}"}]}]},
        "presets": ["nope"],
        "modelArtifacts": {"uri": "s3://x"},
        "multinode": "yes",
    }
    assert sorted(error.partition(": ")[0] for error in make(spec).errors) == [
        "spec.decode.containers[0].env[0].value",
        "spec.decode.containers[0].image",
        "spec.decode.replica",
        "spec.modelArtifacts.uri",
        "spec.multinode",
        "spec.presets[0]",
    ]


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        ({"decode": {"containers": [5]}}, ["spec.decode.containers[0]"]),
        ({"decode": {"containers": []}}, ["spec.decode.containers"]),
        ({"modelArtifacts": {"name": 5}}, ["spec.modelArtifacts.name"]),
        ({"modelArtifacts": {"labels": 5}}, ["spec.modelArtifacts.labels"]),
        ({"routing": {"servicePort": "x"}}, ["spec.routing.servicePort"]),
        ({"presets": [5]}, ["spec.presets[0]"]),
        ({"modelArtifacts": {"nam": "x", "name": None}}, ["spec.modelArtifacts.nam", "spec.modelArtifacts.name"]),
        ({"decode": {"containers": [{"imag": "x"}]}}, ["spec.decode.containers[0].imag", "spec.decode.containers[0].image"]),
        ({"profile": "x", "prefill": {"create": True}}, ["spec.profile", "spec.prefill.create"]),
    ],
)
def test_one_mistake_is_told_once(spec: Map, fields: list[str]) -> None:
    """What is wrong in form is not told a second time as missing."""
    assert [error.partition(": ")[0] for error in make(spec).errors] == fields


def test_overlays_of_a_run_apply_to_all_its_services() -> None:
    """Overlays that are given apply to every service, after its own presets."""
    given_overlay = overlay({"target": "pod", "patch": {"spec": {"hostNetwork": True}}})
    made = generate([document({}, name="a", namespace="x"), document({}, name="b", namespace="y")], [given_overlay])
    assert [one.objects[1]["spec"]["template"]["spec"]["hostNetwork"] for one in made] == [True, True]


def test_a_library_of_overlays_is_there_to_be_asked_for() -> None:
    """Of a library those overlays apply that say when, and those that a service names as presets."""
    network = overlay({"target": "pod", "patch": {"spec": {"hostNetwork": True}}}, name="network")
    llm_d = overlay({"target": "pod", "patch": {"spec": {"hostPID": True}}}, name="of-llm-d", when={"profile": "llm-d"})
    documents = [
        document({}, name="a", namespace="a"),
        document({"presets": ["network"]}, name="b", namespace="b"),
        document({"profile": "llm-d", "prefill": {"create": False}}, name="c", namespace="c"),
    ]
    pods = [one.objects[1]["spec"]["template"]["spec"] for one in generate(documents, library=[network, llm_d])]
    assert [pod.get("hostNetwork") for pod in pods] == [None, True, None]
    assert [pod.get("hostPID") for pod in pods] == [None, None, True]


def test_a_library_may_have_its_own_preset_of_a_built_in_name() -> None:
    """What users bring wins over what is built in: nothing that a built-in overlay can do is closed to them (specification: Overlays)."""
    own = overlay({"target": "pod", "patch": {"spec": {"hostNetwork": True}}}, name="shm")
    (made,) = generate([document({"presets": ["shm"]})], library=[own])
    pod = made.objects[1]["spec"]["template"]["spec"]
    assert pod["hostNetwork"] is True
    assert "shm" not in [volume["name"] for volume in pod["volumes"]]


def test_extra_objects_are_emitted_as_they_are() -> None:
    """ExtraObjects get no labels and no namespace, only their templates are expanded (specification: Templated text)."""
    extra = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "{{ .Release.Name }}-s"}, "stringData": {"a": "${x}"}}
    made = make({"extraObjects": [extra]}, namespace="serving")
    assert made.one("Secret") == {**extra, "metadata": {"name": "llama-s"}}


# No input is too odd

WORDS = ["name", "mountPath", "limits", "requests", "claims", "kind", "apiVersion", "metadata", "spec", "value", "env", "image"]
WORDS += ["$patch", "labels", "ports", "containerPort", "target", "patch", "containers", "resources", "volumes", "nvidia.com/gpu"]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-1, 9),
    st.just(0.5),
    st.sampled_from(["", "x", "engine", "delete", "replace", "{{ .Values.x }}", "${name}", "model-storage", "Deployment", "pod"]),
)
ANYTHING = st.recursive(
    ODD, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(WORDS), below, max_size=3), max_leaves=5
)
START: list[Map] = [
    *SAMPLES.values(),
    {
        "overlays": [
            overlay(
                {"target": "container", "when": {"serves": True}, "patch": {"env": [{"name": "A", "value": "1"}]}},
                {"target": "workload", "patch": {"metadata": {"labels": {"a": "b"}}}},
                {"target": {"kind": "ConfigMap"}, "patch": {"metadata": {"labels": {"a": "b"}}}},
                resources=[{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}],
            )
        ]
    },
    {
        "patches": [
            {"patch": {"spec": {"replicas": 3}}, "target": {"kind": "Deployment"}, "options": {"allowNameChange": True}},
            {"patch": [{"op": "replace", "path": "/spec/replicas", "value": 2}], "target": {"role": "decode"}},
            {"patch": "tty: true", "target": {"role": "decode", "part": "container"}},
            {"patch": {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "llama", "labels": {"a": "b"}}}},
        ],
        "mergeKeys": {"example.com/Cache": {"spec.shards": ["name"]}},
        **decode(flags={"max-model-len": 8192}, args=["--max-model-len=1", "--x"]),
    },
]


@st.composite
def odd(draw: st.DrawFn, value: Any) -> Any:
    """Draw ``value`` with something else somewhere in it."""
    if isinstance(value, dict) and len(value) > 0 and draw(st.integers(0, 6)):
        key = draw(st.sampled_from(list(value)))
        return {**value, key: draw(odd(value[key]))}
    if isinstance(value, list) and len(value) > 0 and draw(st.integers(0, 3)):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(odd(value[index])), *value[index + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        return {**value, draw(st.sampled_from(WORDS)): draw(ANYTHING)}
    return draw(ANYTHING)


@st.composite
def odd_documents(draw: st.DrawFn) -> Map:
    """Draw a ModelService that is right but for a few places."""
    spec = draw(st.sampled_from(START))
    for _ in range(draw(st.integers(1, 3))):
        key = draw(st.sampled_from([*spec, "decode"]))
        spec = {**spec, key: draw(odd(spec.get(key)))}
    return document(spec)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(odd_documents(), odd_documents())
def test_no_spec_raises_anything(first: Map, second: Map) -> None:
    """Any JSON in any place gives objects, or errors with messages, and never an exception."""
    for one in generate([first, second]):
        assert not (one.failed and one.objects)
        assert all(result.message for result in one.results)
        assert json.loads(json.dumps(one.objects)) == one.objects


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.recursive(ODD, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=4), below, max_size=3), max_leaves=6))
def test_no_document_raises_anything(value: Any) -> None:
    """Nor does a ModelService whose metadata or spec can be anything at all."""
    for wrong in ({**document(), "spec": value}, {**document(), "metadata": value}, {**document(), "other": value}):
        made = generate([wrong])[0]
        assert made.failed or made.objects


def test_many_problems_of_one_place_are_told_once() -> None:
    """Of hundreds of mistakes about items of one list the first 20 are told, whoever finds them, and how many more there are."""
    for spec in (
        {"patches": [{"target": {"kind": "No"}, "patch": {"a": 1}}] * 300},
        {"presets": [f"no-{index}" for index in range(300)]},
        {"decode": {"containers": [{"name": "e", "image": "e:1", "env": [{"name": f"A{n}", "value": "{{ x }}"} for n in range(300)]}]}},
    ):
        errors = make(spec).errors
        assert len(errors) == 20
        assert errors[-1].endswith("; and 280 more like this")


def test_overlays_that_are_none() -> None:
    """Of thousands of overlays that are no maps, or are wrong, 20 are told; an empty one is told as one that lacks everything."""
    assert len(make({"overlays": [5] * 3000}).errors) == 20
    assert len({error.partition("]")[0] for error in make({"overlays": [{"a": 1}] * 3000}).errors}) <= 20
    assert "spec.overlays[0].kind: missing" in make({"overlays": [{}]}).errors


@pytest.mark.parametrize("key", ["args", "command"])
def test_what_is_left_of_a_wrong_list_is_looked_at(key: str) -> None:
    """A wrong item of a list of texts is told as that, and nothing stumbles over what stands in its place."""
    container = {"name": "e", "image": "e:1", key: [5, {"a": 1}, "--port", None], "flags": {"port": 1}}
    fields = [error.partition(": ")[0] for error in make({"decode": {"containers": [container]}}).errors]
    assert fields == [f"spec.decode.containers[0].{key}[{index}]" for index in (0, 1, 3)]


def test_composing_what_is_left_of_a_wrong_config(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should composing stumble over what is left of a wrong config, its mistakes are told; of a right one that is a mistake of ours."""

    def stumbling(*_: Any) -> None:
        raise KeyError("x")

    monkeypatch.setattr("modelservice.generate.compose", stumbling)
    assert make({"decode": {"replicas": "x"}}).errors == ["spec.decode.replicas: is 'x'; must be a whole number"]
    with pytest.raises(KeyError):
        make({})


@pytest.mark.parametrize(("levels", "told"), [(60, False), (95, True)])
@pytest.mark.parametrize("where", ["engine", "extraObjects"])
def test_objects_that_nobody_could_read_are_an_error(levels: int, told: bool, where: str) -> None:
    """What is put deeper into an object than it stood in the config, and into a list of others, is still read by the next run."""
    value: Any = "x"
    for _ in range(levels):
        value = {"a": value}
    metadata = {"name": "c", "namespace": "default"}
    own = {"apiVersion": "example.com/v1", "kind": "Deep", "metadata": metadata, "spec": value}
    spec: Map = {"extraObjects": [own]} if where == "extraObjects" else {"engine": {"extraConfig": {"deep": value}}}
    errors = [error for error in make({"checks": {"kubernetes-fields": "off"}, **spec}).errors if "levels of maps and lists" in error]
    assert bool(errors) is told
