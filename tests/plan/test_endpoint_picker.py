"""The endpoint picker's arguments and config, in the words of its version."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import document, engine, make

from modelservice import data
from modelservice.config import ModelService
from modelservice.krm import parse
from modelservice.plan import Plan

Map = dict[str, Any]
LLM_D, SCHEDULER = "ghcr.io/llm-d/llm-d-router-endpoint-picker", "ghcr.io/llm-d/llm-d-inference-scheduler"
EXTENSION = "registry.k8s.io/gateway-api-inference-extension/epp"
OLD, NEW = "inference.networking.x-k8s.io", "llm-d.ai"


def parameters(epp: Map | None = None, **spec: Any) -> Map:
    """Return what overlays are filled with."""
    routing = {"inferencePool": {"create": True}, "epp": {"create": True, **(epp or {})}}
    found: Map = Plan(ModelService(document({"routing": routing, **spec}))).service.parameters["epp"]
    return found


def vllm(**spec: Any) -> Map:
    """Return the spec of a service of vLLM."""
    return {"profile": "llm-d", "prefill": {"create": False}, **spec}


@pytest.mark.parametrize(
    ("image", "config", "objective", "watches"),
    [
        (f"{LLM_D}:v0.10.0", f"{NEW}/v1alpha1", f"{NEW}/v1alpha2", [NEW, OLD]),
        (f"{LLM_D}:v0.9.0", f"{NEW}/v1alpha1", f"{NEW}/v1alpha2", [NEW, OLD]),
        (f"{LLM_D}:main", f"{NEW}/v1alpha1", f"{NEW}/v1alpha2", [NEW, OLD]),
        (f"{SCHEDULER}:v0.8.0", f"{OLD}/v1alpha1", f"{OLD}/v1alpha2", [OLD]),
        (f"{SCHEDULER}:latest", f"{OLD}/v1alpha1", f"{OLD}/v1alpha2", [OLD]),
        (f"{SCHEDULER}:v0.3.2", f"{OLD}/v1alpha1", f"{OLD}/v1alpha2", [OLD]),
        (f"{EXTENSION}:v1.5.0", f"{OLD}/v1alpha1", f"{OLD}/v1alpha2", [OLD]),
        (f"{EXTENSION}:latest", f"{OLD}/v1alpha1", f"{OLD}/v1alpha2", [OLD]),
        ("registry.example/own:1.5", f"{NEW}/v1alpha1", f"{NEW}/v1alpha2", [NEW, OLD]),
    ],
)
def test_apis_by_version(image: str, config: str, objective: str, watches: list[str]) -> None:
    """Config and objectives are of the group that the version speaks: llm-d's own from 0.9 on."""
    found = parameters({"image": image}, **vllm())
    assert parse(found["config"])["apiVersion"] == config
    assert (found["objective"], found["watches"]) == (objective, watches)


@pytest.mark.parametrize("profile", data.names("bases", "profiles"))
def test_every_profile_has_a_picker(profile: str) -> None:
    """One switch is enough, with any profile: image, resources and a config are there."""
    made = make({"profile": profile, "routing": {"inferencePool": {"create": True}, "epp": {"create": True}}}, namespace="serving")
    assert made.errors == []
    (deployment,) = [obj for obj in made.objects if obj["metadata"]["name"] == "llama-epp" and obj["kind"] == "Deployment"]
    (own,) = deployment["spec"]["template"]["spec"]["containers"]
    assert own["image"].startswith(LLM_D)
    assert own["resources"]["requests"] == {"cpu": "4", "memory": "8Gi"}


def test_the_version_that_is_said_counts() -> None:
    """routing.epp.version goes over the tag."""
    assert parameters({"version": "0.8.0"})["objective"] == f"{OLD}/v1alpha2"


SGLANG = {
    "total-queued-requests-metric": "sglang:num_queue_reqs",
    "kv-cache-usage-percentage-metric": "sglang:token_usage",
    "lora-info-metric": "",
}
ALL = {**SGLANG, "total-running-requests-metric": "sglang:num_running_reqs", "cache-info-metric": "sglang:cache_config_info"}
COMMAND = {"decode": {"containers": [engine(command=["python3", "-m", "sglang.launch_server", "--port", "8000"])]}}


@pytest.mark.parametrize(
    ("image", "flags"),
    [
        (f"{SCHEDULER}:v0.3.0", SGLANG),
        (f"{SCHEDULER}:v0.7.0", ALL),
        (f"{SCHEDULER}:v0.8.0", {}),
        (f"{LLM_D}:v0.10.0", {}),
        (f"{EXTENSION}:v1.0.0", SGLANG),
        (f"{EXTENSION}:v1.5.0", ALL),
    ],
)
def test_metrics_as_flags(image: str, flags: Map) -> None:
    """Versions before 0.8 are told the metrics of an engine by flags, those that they have; vLLM's they know."""
    args = parameters({"image": image}, **vllm(**COMMAND))["args"]
    assert {name: value for name, _, value in (arg[2:].partition("=") for arg in args) if name.endswith("-metric")} == flags
    assert not any("-metric=" in arg for arg in parameters({"image": image}, **vllm())["args"])


def test_metrics_in_the_config() -> None:
    """From 0.8 on the config has them: those of SGLang by its name, those of Furiosa-LLM each."""
    sglang = parse(parameters(**vllm(**COMMAND))["config"])["plugins"]
    assert sglang[-1] == {"type": "core-metrics-extractor", "parameters": {"defaultEngine": "sglang"}}
    furiosa = parse(parameters()["config"])["plugins"]
    assert furiosa[-2] == {"type": "metrics-data-source"}
    assert furiosa[-1]["parameters"] == {
        "defaultEngine": "furiosa-llm",
        "engineConfigs": [
            {
                "name": "furiosa-llm",
                "queuedRequestsSpec": "furiosa_llm_num_requests_waiting",
                "runningRequestsSpec": "furiosa_llm_num_requests_running",
                "kvUsageSpec": "furiosa_llm_kv_cache_usage_percent",
                "cacheInfoSpec": "furiosa_llm_cache_config_info",
            }
        ],
    }
    assert [one["type"] for one in parse(parameters(**vllm())["config"])["plugins"]] == [
        "queue-scorer",
        "kv-cache-utilization-scorer",
        "prefix-cache-scorer",
    ]


@pytest.mark.parametrize(
    ("image", "first"),
    [
        (f"{LLM_D}:v0.10.0", "disagg-profile-handler"),
        (f"{LLM_D}:v0.9.0", "disagg-profile-handler"),
        (f"{SCHEDULER}:v0.8.0", "disagg-headers-handler"),
        (f"{SCHEDULER}:v0.7.0", "disagg-headers-handler"),
        (f"{SCHEDULER}:v0.6.0", "queue-scorer"),
        (f"{EXTENSION}:v1.5.0", "queue-scorer"),
    ],
)
def test_decode_beside_prefill(image: str, first: str) -> None:
    """Both roles are chosen from, each by its label, where the version has plugins for it; before 0.9 another one writes the header."""
    config = parse(parameters({"image": image}, profile="llm-d", prefill={"replicas": 2})["config"])
    assert config["plugins"][0]["type"] == first
    profiles = {one["name"]: [plugin["pluginRef"] for plugin in one["plugins"]] for one in config["schedulingProfiles"]}
    assert set(profiles) == ({"default"} if first == "queue-scorer" else {"prefill", "decode"})
    names = {plugin["type"] for plugin in config["plugins"]}
    assert {plugin for profile in profiles.values() for plugin in profile} <= names
    for name, plugins in profiles.items():
        assert name == "default" or plugins[0] == f"{name}-filter"


@pytest.mark.parametrize("prefill", [{"replicas": 0}, {"create": False}])
def test_one_role_is_not_two(prefill: Map) -> None:
    """Prefill without pods, as the profile has it, is none."""
    config = parse(parameters(profile="llm-d", prefill=prefill)["config"])
    assert [one["name"] for one in config["schedulingProfiles"]] == ["default"]


def test_tracing_is_only_said_to_who_knows_it() -> None:
    """A flag that a version does not have would end the process."""
    assert "--tracing=false" in parameters()["args"]
    assert not any("tracing" in arg for arg in parameters({"image": f"{SCHEDULER}:v0.4.0"})["args"])


def test_what_a_version_of_the_picker_refuses() -> None:
    """What a version refuses is an error where the version is certain, else a warning; an unknown one is told of."""
    config = {
        "apiVersion": "example.com/v1",
        "plugins": [{"type": "pd-profile-handler"}, {"type": "queue-scorer", "name": "queue"}],
        "schedulingProfiles": [{"name": "default", "plugins": [{"pluginRef": "queue-scorer"}, {"pluginRef": "queue"}]}],
    }
    flags = {"lora-info-metric": "", "anything-else": 1, "zap-encoder": None}
    for image, severity in ((f"{LLM_D}:v0.11.0", "error"), ("registry.example/own:main", "warning")):
        epp = {"create": True, "image": image, "plugins": config, "flags": flags}
        told = make({"routing": {"inferencePool": {"create": True}, "epp": epp}}, namespace="x").found("endpoint-picker")
        expected = [
            (severity, "spec.routing.epp.flags.lora-info-metric"),
            (severity, "spec.routing.epp.plugins.apiVersion"),
            ("error", "spec.routing.epp.plugins.schedulingProfiles[0].plugins[0].pluginRef"),
        ]
        if severity == "error":
            expected.insert(2, (severity, "spec.routing.epp.plugins.plugins[0].type"))
        else:
            expected.insert(0, ("info", "spec.routing.epp.image"))
        assert [(one[0], one[1]) for one in told] == expected


@pytest.mark.parametrize(("epp", "field"), [({"image": f"{SCHEDULER}:v0.2.1"}, "image"), ({"version": "0.2"}, "version")])
def test_versions_before_the_pool(epp: Map, field: str) -> None:
    """A version that does not know the pool would never serve it."""
    told = make({"routing": {"inferencePool": {"create": True}, "epp": {"create": True, **epp}}}, namespace="x").found("endpoint-picker")
    assert [(severity, where) for severity, where, _ in told] == [("error", f"spec.routing.epp.{field}")]
    assert "0.3 is the first" in told[0][2]


def test_no_plugins_for_two_roles() -> None:
    """A picker that cannot tell prefill from decode is told, unless the config is the user's."""
    routing: Map = {"inferencePool": {"create": True}, "epp": {"create": True, "image": f"{EXTENSION}:v1.5.0"}, "proxy": {"enabled": False}}
    spec: Map = {"profile": "llm-d", "prefill": {"replicas": 1}, "modelArtifacts": {"labels": {"llm-d.ai/model": "x"}}}
    told = make({**spec, "routing": routing}, namespace="x").found("endpoint-picker")
    assert [(severity, field) for severity, field, _ in told] == [("warning", "spec.routing.epp.image")]
    routing["epp"]["plugins"] = {"plugins": [{"type": "random-picker"}]}
    assert make({**spec, "routing": routing}, namespace="x").found("endpoint-picker") == []


def test_a_config_is_the_same_in_any_order() -> None:
    """Kustomize sorts the keys of a ModelService, and the digest of the config is in the pods: they must not restart for that."""
    plugins = [{"type": "token-producer", "parameters": {"modelName": "m", "backend": "vllm"}}]
    sources = {"sources": [{"pluginRef": "source", "extractors": [{"pluginRef": "producer"}]}]}
    one = parameters({"plugins": {"plugins": plugins, "dataLayer": sources}})
    other = parameters({"plugins": {"dataLayer": sources, "plugins": [dict(sorted(plugins[0].items()))]}})
    assert (one["config"], one["configDigest"]) == (other["config"], other["configDigest"])
    assert one["config"].index("type:") < one["config"].index("parameters:")
