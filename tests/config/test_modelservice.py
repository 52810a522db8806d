"""One ModelService as it was meant: profile, defaults, layers, problems (specification: Layers, Defaults)."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import document, overlay

from modelservice.config.modelservice import ModelService, label_value

Map = dict[str, Any]

LABEL_VALUE = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")  # as Kubernetes checks it


def value_at(spec: Map, path: str) -> Any:
    """Return the value at a path of keys and places, with ``:`` between them because keys have dots."""
    value: Any = spec
    for step in path.split(":"):
        value = value[int(step)] if step.isdigit() else value.get(step)
        if value is None:
            return None
    return value


DEFAULTS: list[tuple[str, Any, Any]] = [  # path, with furiosa, with llm-d (specification: Defaults); None: there is none
    ("enabled", True, True),
    ("multinode", False, False),
    ("modelArtifacts:uri", "hf://meta/llama-8b", "hf://meta/llama-8b"),
    ("modelArtifacts:size", "5Mi", "5Mi"),
    ("modelArtifacts:mountPath", "/model-cache", "/model-cache"),
    ("modelArtifacts:authSecretName", None, None),
    ("modelArtifacts:readOnly", True, True),
    (
        "modelArtifacts:labels",
        {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "meta_llama-8b"},
        {"llm-d.ai/inference-serving": "true"},
    ),
    ("accelerator:type", "furiosa", "nvidia"),
    (
        "accelerator:resources",
        {"furiosa": "furiosa.ai/rngd"},
        {
            "nvidia": "nvidia.com/gpu",
            "intel-i915": "gpu.intel.com/i915",
            "intel-xe": "gpu.intel.com/xe",
            "intel-gaudi": "habana.ai/gaudi",
            "amd": "amd.com/gpu",
            "google": "google.com/tpu",
            "rebellions-atom": "rebellions.ai/ATOM",
        },
    ),
    (
        "accelerator:env",
        None,
        {
            "intel-i915": [
                {"name": "VLLM_USE_V1", "value": "1"},
                {"name": "TORCH_LLM_ALLREDUCE", "value": "1"},
                {"name": "VLLM_WORKER_MULTIPROC_METHOD", "value": "spawn"},
            ],
            "intel-xe": [{"name": "VLLM_WORKER_MULTIPROC_METHOD", "value": "spawn"}],
        },
    ),
    (
        "accelerator:resourceClaimTemplates",
        None,
        {
            "nvidia": {"name": "nvidia-claim-template", "class": "gpu.nvidia.com", "match": "exactly"},
            "intel": {"name": "intel-claim-template", "class": "gpu.intel.com", "match": "exactly"},
            "intel-i915": {"name": "intel-claim-template", "class": "gpu.intel.com", "match": "exactly"},
            "intel-xe": {"name": "intel-claim-template", "class": "gpu.intel.com", "match": "exactly"},
            "intel-gaudi": {"name": "intel-gaudi-claim-template", "class": "gaudi.intel.com", "match": "exactly"},
            "amd": {"name": "amd-claim-template", "class": "gpu.amd.com", "match": "exactly"},
            "google": {"name": "google-claim-template", "class": "tpu.google.com", "match": "exactly"},
        },
    ),
    (
        "dra",
        {
            "enabled": False,
            "type": "furiosa",
            "claimTemplates": [{"name": "furiosa", "class": "npu.furiosa.ai", "match": "exactly", "count": 1}],
        },
        None,
    ),
    ("routing:servicePort", 8000, 8000),
    ("routing:proxy:enabled", True, True),
    (
        "routing:proxy:image",
        "ghcr.io/llm-d/llm-d-routing-sidecar:v0.4.0-rc.1",
        "ghcr.io/llm-d/llm-d-router-disagg-sidecar:latest",
    ),
    ("routing:proxy:imagePullPolicy", "Always", "Always"),
    ("routing:proxy:targetPort", 8200, 8200),
    ("routing:proxy:connector", "nixlv2", "nixlv2"),
    ("routing:proxy:secure", False, False),
    ("routing:proxy:zapEncoder", "json", "json"),
    ("routing:proxy:zapLogLevel", "debug", "debug"),
    ("routing:proxy:zapDevel", None, None),
    ("routing:proxy:debugLevel", None, None),
    ("decode:create", True, True),
    ("decode:replicas", 1, 1),
    ("prefill:create", False, True),
    ("prefill:replicas", 0, 0),
    *(
        (f"{role}:{path}", furiosa, llm_d)
        for role in ("decode", "prefill")
        for path, furiosa, llm_d in (
            (
                "parallelism",
                {"tensor": 4, "data": 1, "pipeline": 1, "workers": 1},
                {"tensor": 1, "data": 1, "dataLocal": 1, "workers": 1},
            ),
            ("containers:0:name", "furiosa-llm", "vllm"),
            ("containers:0:image", "furiosaai/furiosa-llm:latest", "ghcr.io/llm-d/llm-d-inference-sim:latest"),
            ("containers:0:modelCommand", "furiosaLLMServe", "imageDefault"),
            ("containers:0:mountModelVolume", True, True),
            ("containers:0:volumeMounts", *[[{"name": "metrics-volume", "mountPath": "/.config"}]] * 2),
            ("volumes", *[[{"name": "metrics-volume", "emptyDir": {}}]] * 2),
            ("monitoring:podmonitor", *[{"enabled": False, "portName": "metrics", "path": "/metrics", "interval": "30s"}] * 2),
        )
    ),
    ("tracing:enabled", None, False),
    ("tracing:otlpEndpoint", None, "http://otel-collector:4317"),
    ("tracing:sampling", None, {"sampler": "parentbased_traceidratio", "samplerArg": "1.0"}),
    (
        "tracing:serviceNames",
        None,
        {"vllmDecode": "vllm-decode", "vllmPrefill": "vllm-prefill", "vllmEncode": "vllm-encode", "routingProxy": "routing-proxy"},
    ),
    ("tracing:vllm:collectDetailedTraces", None, "all"),
    (
        "requester",
        None,
        {
            "enable": False,
            "image": "ghcr.io/llm-d-incubation/llm-d-fast-model-actuation/requester:latest",
            "adminPort": 8081,
            "port": {"probes": 8080, "spi": 8081},
            "readinessProbe": {"initialDelaySeconds": 2, "periodSeconds": 5},
            "resources": {"limits": {"gpus": 1, "cpus": 1, "memory": "250Mi"}},
        },
    ),
]


@pytest.mark.parametrize(("path", "furiosa", "llm_d"), DEFAULTS, ids=[path for path, _, _ in DEFAULTS])
def test_defaults_are_the_charts(path: str, furiosa: Any, llm_d: Any) -> None:
    """Each key that matters has its default, under either profile (specification: Defaults)."""
    assert value_at(ModelService(document()).spec, path) == furiosa
    assert value_at(ModelService(document({"profile": "llm-d"})).spec, path) == llm_d


@pytest.mark.parametrize("spec", [{}, {"profile": None}])
def test_the_profile_is_furiosa_unless_said_otherwise(spec: Map) -> None:
    """A ModelService that names no profile has the defaults of furiosa (specification: Built-in profiles)."""
    assert ModelService(document(spec)).profile == "furiosa"


def test_the_users_spec_lies_over_the_profiles() -> None:
    """Maps merge with the defaults, lists replace them, null deletes them (specification: Layers)."""
    own = {"routing": {"servicePort": 9000, "proxy": {"zapLogLevel": None}}, "decode": {"volumes": []}}
    spec = ModelService(document(own)).spec
    assert spec["routing"]["servicePort"] == 9000
    assert spec["routing"]["proxy"]["targetPort"] == 8200
    assert "zapLogLevel" not in spec["routing"]["proxy"]
    assert spec["decode"]["volumes"] == []
    assert spec["decode"]["replicas"] == 1


def test_own_and_inherited_tell_who_wrote_what() -> None:
    """The user's part of the spec and the profile's are kept apart."""
    config = ModelService(document({"routing": {"servicePort": 9000}}))
    assert config.own["routing"] == {"servicePort": 9000}
    assert config.inherited["routing"]["proxy"]["targetPort"] == 8200
    assert "servicePort" not in config.inherited["routing"]


def test_labels_that_are_set_keep_the_defaults_beside_them() -> None:
    """modelArtifacts.labels is a map and merges; the model's label is the name made a label value (specification: Labels and selectors)."""
    labels = ModelService(document({"modelArtifacts": {"name": "meta/Llama 3", "labels": {"team": "a"}}})).spec["modelArtifacts"]["labels"]
    assert labels == {"llm-d.ai/inferenceServing": "true", "llm-d.ai/model": "meta_Llama_3", "team": "a"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("meta/llama", "meta_llama"),
        ("llama-3.1_8B", "llama-3.1_8B"),
        ("a/b:c d", "a_b_c_d"),
        ("größe", "gr__e"),
        ("/llama/", "llama"),
        ("-._llama_.-", "llama"),
        ("x" * 70, "x" * 63),
        ("x" * 62 + "/y", "x" * 62),
        ("///", ""),
    ],
)
def test_a_model_name_becomes_a_label_value(name: str, value: str) -> None:
    """Other characters become ``_``, then it is cut to 63, then the ends are trimmed (specification: Labels and selectors)."""
    assert label_value(name) == value


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_every_model_name_becomes_a_label_value_that_kubernetes_takes(name: str) -> None:
    """Whatever a model is called, its label is valid, and a name that is one already stays as it is."""
    value = label_value(name)
    assert LABEL_VALUE.fullmatch(value)
    assert label_value(value) == value
    if LABEL_VALUE.fullmatch(name):
        assert value == name


def test_a_document_is_read_only() -> None:
    """Neither tidying nor layering nor templates change what was read: it passes through to the output."""
    spec: Map = {
        "routing": {"servicePort": "8000", "proxy": {"imagePullPolicy": "", "parentRefs": [{"name": "g"}]}},
        "decode": {
            "priorityClassName": "none",
            "acceleratorTypes": {"labelKey": "k", "labelValue": "v"},
            "containers": [{"imagePullPolicy": "", "env": [{"name": "A", "value": "{{ .Release.Name }}"}]}],
        },
    }
    given_document = document(spec)
    before = copy.deepcopy(given_document)
    ModelService(given_document)
    assert given_document == before


@pytest.mark.parametrize("spec", [None, {}])
def test_a_spec_may_be_empty(spec: Map | None) -> None:
    """``spec:`` with nothing below it is a spec of defaults, and no mistake of form."""
    config = ModelService({**document(), "spec": spec})
    assert config.problems == []
    assert config.spec["routing"]["servicePort"] == 8000


def test_an_unknown_preset_is_an_error_that_lists_the_known() -> None:
    """A preset that is not there is told with its place, and with what there is."""
    problems = ModelService(document({"presets": ["shm", "shn"]})).problems
    assert [problem.field for problem in problems] == ["spec.presets[1]"]
    assert "'shn'" in problems[0].message
    assert "shm" in problems[0].message
    assert "rngd-tolerations" in problems[0].message


def test_inline_overlays_are_checked_where_they_stand() -> None:
    """A mistake in spec.overlays is told with its path from the top of the ModelService."""
    problems = ModelService(document({"overlays": [overlay(), {**overlay(), "kind": "Overlai"}]})).problems
    assert [problem.field for problem in problems] == ["spec.overlays[1].kind"]


def test_name_and_namespace_are_those_of_metadata() -> None:
    """Metadata gives the base name and, when it is set, the namespace (specification: The object)."""
    config = ModelService(document(name="llama", namespace="serving"))
    assert (config.name, config.namespace) == ("llama", "serving")
    assert ModelService(document()).namespace is None


@pytest.mark.parametrize(
    "spec",
    [
        {"modelArtifacts": {"uri": "hf://{{ .Release.Name }}"}},
        {"extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "{{ .Release.Name }}"}}]},
        {"decode": {"extraConfig": {"hostname": "{{ .Release.Name }}"}}},
        {"decode": {"containers": [{"env": [{"name": "A", "value": "{{ .Release.Name }}"}]}]}},
        {"prefill": {"containers": [{"ports": [{"name": "{{ .Release.Name }}"}]}]}},
        {"prefill": {"containers": [{}, {"extraConfig": {"workingDir": "{{ .Release.Name }}"}}]}},
    ],
)
def test_one_template_anywhere_is_expanded(spec: Map) -> None:
    """A config with a single template has it expanded, in the merged spec and in the user's part of it."""
    config = ModelService(document(spec))
    assert config.problems == []
    assert "{{" not in str(config.spec)
    assert "{{" not in str(config.own)


def test_mistakes_of_all_sorts_are_told_together() -> None:
    """Schema, presets and templates are looked at in one run, whatever the other says (specification: Refusals)."""
    spec = {
        "nonsense": 1,
        "presets": ["nope"],
        "decode": {"containers": [{"env": [{"name": "A", "value": "{{ .Values.nothing.there }}"}]}]},
    }
    fields = [problem.field for problem in ModelService(document(spec)).problems]
    assert sorted(fields) == ["spec.decode.containers[0].env[0].value", "spec.nonsense", "spec.presets[0]"]
