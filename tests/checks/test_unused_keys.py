"""Keys that mean nothing as the service is set up (specification: Warnings)."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from tests.compose.made import decode, document, engine, make, overlay
from tests.test_generate import EFFECTS

from modelservice.config import layers
from modelservice.generate import Generated, generate

Map = dict[str, Any]


def fields(spec: Map) -> list[str]:
    """Return the fields of the warnings."""
    return [field for severity, field, _ in make(spec).found("unused-keys") if severity == "warning"]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"tracing": {"enabled": True}}, "spec.tracing"),
        ({"tracing": {"otlpEndpoint": "http://x"}}, "spec.tracing"),
        ({"requester": {"enable": True}}, "spec.requester"),
        ({"accelerator": {"dra": True}}, "spec.accelerator.dra"),
        ({"accelerator": {"resourceClaimTemplates": {"a": {"name": "n", "class": "c"}}}}, "spec.accelerator.resourceClaimTemplates"),
        ({"decode": {"accelerator": {"type": "amd"}}}, "spec.decode.accelerator"),
        ({"decode": {"parallelism": {"dataLocal": 2}}}, "spec.decode.parallelism.dataLocal"),
        ({"profile": "llm-d", "dra": {"enabled": True}}, "spec.dra"),
        ({"profile": "llm-d", "dra": {"type": "x"}}, "spec.dra"),
        ({"profile": "llm-d", "prefill": {"parallelism": {"pipeline": 2}}}, "spec.prefill.parallelism.pipeline"),
    ],
)
def test_a_key_of_the_other_profile_is_a_warning(spec: Map, field: str) -> None:
    """Tracing, requester and the like under furiosa, dra and pipeline under llm-d do nothing, which is told (specification: Warnings)."""
    assert fields(spec) == [field]


@pytest.mark.parametrize(
    "spec",
    [
        {"tracing": {"enabled": False, "otlpEndpoint": "http://x"}},
        {"requester": {"enable": False, "image": "x"}},
        {"accelerator": {"dra": False, "resourceClaimTemplates": {}}},
        {"tracing": {}, "requester": None},
        {"decode": {"accelerator": {}, "parallelism": {"dataLocal": None}}},
        {"prefill": {"accelerator": {"type": "amd"}}},
        {"profile": "llm-d", "dra": {"enabled": False, "claimTemplates": [{"name": "x"}]}},
        {"profile": "llm-d", "tracing": {"enabled": True}, "requester": {"enable": True}, "accelerator": {"dra": True}},
        {"dra": {"enabled": True}, "decode": {"parallelism": {"pipeline": 2}}},
    ],
)
def test_what_says_nothing_or_means_something_is_not_told(spec: Map) -> None:
    """Values files spell out switches that are off; and keys of the own profile count."""
    assert fields(spec) == []


def test_a_pipeline_is_used_by_furiosa_engines_under_llm_d() -> None:
    """FuriosaLLMServe is allowed there, and takes --pipeline-parallel-size (specification: Commands)."""
    role: Map = {"parallelism": {"pipeline": 2}, "containers": [engine(modelCommand="furiosaLLMServe")]}
    spec = {"profile": "llm-d", "prefill": {"create": False}, "decode": role}
    assert fields(spec) == []
    assert "--pipeline-parallel-size" in make(spec).container()["args"]


def test_what_furiosa_engines_do_not_use_either_is_told() -> None:
    """DataLocal means nothing under furiosa, whatever the container runs."""
    role: Map = {"parallelism": {"dataLocal": 2}, "containers": [engine(modelCommand="furiosaLLMServe")]}
    assert fields({"decode": role}) == ["spec.decode.parallelism.dataLocal"]


@pytest.mark.parametrize("command", ["furiosaLLMServe", "vllmServe", "imageDefault"])
def test_a_command_beside_a_generated_one_is_told(command: str) -> None:
    """Only a custom container runs the user's command; elsewhere it is dropped, and not in silence."""
    spec = {"decode": {"containers": [engine(), engine(name="b", modelCommand=command, command=["sh"])]}}
    assert fields(spec) == ["spec.decode.containers[1].command"]
    assert make(spec).container(index=1).get("command") != ["sh"]
    assert fields({"decode": {"containers": [engine(modelCommand="custom", command=["sh"])]}}) == []


# Every key, wherever it may stand


MOUNTED = decode(modelCommand="furiosaLLMServe", mountModelVolume=True)
CONTEXTS: dict[str, Map] = {
    "furiosa": {},
    "llm-d": {"profile": "llm-d"},
    "both roles": {"profile": "llm-d", "prefill": {"replicas": 1}},
    "groups": {"profile": "llm-d", "multinode": True},
    "requester": {"profile": "llm-d", "requester": {"enable": True}},
    "tracing": {"profile": "llm-d", "tracing": {"enabled": True}},
    "no proxy": {"profile": "llm-d", "routing": {"proxy": {"enabled": False}}},
    "autoscaling": {"decode": {"autoscaling": {"enabled": True}}},
    "pool": {"routing": {"inferencePool": {"create": True}}},
    "claim": {"modelArtifacts": {"uri": "pvc://c/p"}},
    "cache": {"modelArtifacts": {"uri": "pvc+hf://c/p/a/b"}},
    "artifact": {"modelArtifacts": {"uri": "oci://r/m:1"}},
    "DRA of llm-d": {"profile": "llm-d", "accelerator": {"dra": True}},
    "DRA of furiosa": {"dra": {"enabled": True}},
    "cpu": {"profile": "llm-d", "accelerator": {"type": "cpu"}},
    "custom": decode(command=["x"]),
    "no decode": {"decode": {"create": False}},
    "drained by a preset": {"presets": ["graceful-shutdown"]},
    "scaled by a preset": {"presets": [{"name": "hpa", "maxReplicas": 2}], "prefill": {"create": True}, "profile": "llm-d"},
    "cached by a preset": {"presets": [{"name": "model-cache-pvc", "claim": "models"}], **MOUNTED},
    "kept on the node": {"presets": ["host-cache"], "multinode": True, **MOUNTED},
    "monitored": {"decode": {"monitoring": {"podmonitor": {"enabled": True}}}},
}
# What says again what another key says already, or is needed whatever comes of it.
SAID_ALREADY = {("decode.accelerator.dra", "DRA of llm-d"), ("modelArtifacts.name", "no decode"), ("engine.mountModelVolume", "no decode")}
SAID_ALREADY |= {("engine.mountModelVolume", "custom"), ("decode.engine.mountModelVolume", "custom")}


def with_key(context: Map, path: str, value: Any) -> tuple[Map, Map, str]:
    """Return a spec without and with a key, and the field of the key."""
    scope, _, key = path.partition(".")
    if scope == "container":
        command = "vllmServe" if context.get("profile") == "llm-d" else "furiosaLLMServe"
        (container,) = (context.get("decode") or {}).get("containers") or [engine(modelCommand=command)]
        without = layers.merge(context, {"decode": {"containers": [container]}})
        return without, layers.merge(context, {"decode": {"containers": [{**container, key: value}]}}), "spec.decode.containers"
    own: Any = value
    for step in reversed(path.split(".")):
        own = {step: own}
    return context, layers.merge(context, own), f"spec.{path}"


@functools.cache
def _generated(spec: str) -> Generated:
    """Return what a spec becomes, which many keys are added to."""
    return generate([document(json.loads(spec))])[0]


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(("path", "value"), sorted({path: value for path, value, _ in EFFECTS}.items()), ids=lambda one: str(one)[:40])
def test_every_key_has_an_effect_or_is_told(path: str, value: Any, context: str) -> None:
    """Whatever the service is: a key changes what is generated, or something is said of it, or of what holds it."""
    without, with_it, field = with_key(CONTEXTS[context], path, value)
    if without == with_it or (path, context) in SAID_ALREADY or path in ("profile", "presets", "enabled"):
        return
    before, after = _generated(json.dumps(without)), generate([document(with_it)])[0]
    if before.objects != after.objects:
        return
    known = {(result.field, result.message) for result in before.results}
    fresh = [result for result in after.results if (result.field, result.message) not in known]
    if any(path in result.message for result in fresh):
        return
    told = [result.field for result in fresh] + [result.field for result in after.results if result.tags == {"check": "unused-keys"}]
    assert any(field.startswith(one) or one.startswith(field) for one in told if one), told


def test_a_patch_that_changes_nothing_is_told() -> None:
    """One of spec.patches that says what is so already, and not one that changes something."""
    patches = [{"target": {"kind": "Deployment"}, "patch": {"spec": {"replicas": count}}} for count in (3, 3, 4)]
    assert fields({"decode": {"replicas": 3}, "patches": patches}) == ["spec.patches[0]", "spec.patches[1]"]


def test_a_service_that_is_not_enabled_says_so() -> None:
    """Nothing that it says means anything, and one line tells that."""
    made = make({"enabled": False, "decode": {"replicas": 3}})
    assert [(severity, field) for severity, field, _ in made.found("unused-keys")] == [("info", "spec.enabled")]


@pytest.mark.parametrize(
    ("patches", "severity", "field", "words"),
    [
        ([{"target": {"kind": "HTTPRout"}, "patch": {"metadata": {"labels": {"a": "b"}}}}], "warning", "spec.patches[0]", "no HTTPRout is"),
        ([{"target": "pod", "patch": {}}], "warning", "spec.patches[0]", "changes nothing"),
        ([{"target": "pod", "when": {"artifact": "oci"}, "patch": {"spec": {"hostIPC": True}}}], "info", "spec.patches[0]", "when"),
        ([], "warning", "spec", "neither patches nor resources"),
    ],
)
def test_an_overlay_that_changes_nothing_is_told(patches: list[Map], severity: str, field: str, words: str) -> None:
    """Where it is written: in the spec, or in an Overlay of its own."""
    own = overlay(*patches)
    ((said, told, message),) = make({"overlays": [own]}).found("unused-keys")
    assert (said, told) == (severity, f"spec.overlays[0].{field}")
    assert words in message
    (result,) = [one for one in make({}, overlays=(own,)).generated.results if one.tags == {"check": "unused-keys"}]
    assert (result.field, result.resource.kind if result.resource else "") == (field, "Overlay")


def test_an_overlay_that_changes_something_is_not_told() -> None:
    """One role, one container or one object is enough."""
    own = overlay({"target": "pod", "when": {"role": "decode"}, "patch": {"spec": {"hostIPC": True}}})
    assert make({"profile": "llm-d", "overlays": [own]}).found("unused-keys") == []


def test_a_misspelt_key_of_metadata_is_told() -> None:
    """A misspelt `labels` would leave the labels out without a word."""
    spelt = document({})
    (made,) = generate([{**spelt, "metadata": {**spelt["metadata"], "lables": {"a": "b"}}}])
    assert [result.field for result in made.results if result.tags == {"check": "unused-keys"}] == ["metadata.lables"]


def test_a_type_without_devices_means_something() -> None:
    """`cpu` takes the devices away: that no container needs one is its effect."""
    cpu: Map = {"type": "cpu"}
    serves: Map = {"profile": "llm-d", "engine": {"image": "vllm/vllm-openai-cpu:v0.26.0", "modelCommand": "vllmServe"}}
    assert fields({**serves, "accelerator": cpu}) == fields({**serves, "decode": {"accelerator": cpu}}) == []
