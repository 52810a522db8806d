"""README.md says only what is true: its examples are run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from modelservice import function
from modelservice.generate import generate
from modelservice.krm import Item, ResourceList, parse, parse_all

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
SERVICE: dict[str, Any] = {
    "apiVersion": "modelservice.llm-d.ai/v1alpha1",
    "kind": "ModelService",
    "metadata": {"name": "llama"},
    "spec": {"profile": "llm-d", "modelArtifacts": {"name": "a/b"}, "prefill": {"create": False}},
}


def block(word: str) -> Any:
    """Return the one YAML example that contains `word`."""
    (found,) = [text for text in BLOCKS if word in text]
    return parse(found)


def container(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the engine container of the one Deployment."""
    (deployment,) = [obj for obj in objects if obj["kind"] == "Deployment"]
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return found


def test_every_example_is_yaml() -> None:
    """Every YAML block of README.md can be read."""
    assert len(BLOCKS) >= 7
    for text in BLOCKS:
        assert parse_all(text.replace("spec: …", "spec: {}"))


def test_the_ten_lines_become_what_is_said_of_them() -> None:
    """The first ModelService gives the resources that the text below it lists."""
    document = block("presets: [rngd-tolerations, probes]")
    (generated,) = generate([document])
    assert not generated.failed
    assert [(obj["kind"], obj["metadata"]["name"]) for obj in generated.objects] == [
        ("ServiceAccount", "llama"),
        ("Deployment", "llama-decode"),
    ]
    deployment = generated.objects[1]
    pod = deployment["spec"]["template"]["spec"]
    engine = container(generated.objects)
    assert deployment["spec"]["replicas"] == 2
    assert pod["initContainers"][0]["ports"] == [{"containerPort": 8000}]
    said = "furiosa-llm serve furiosa-ai/Llama-3.1-8B-Instruct --port 8200 --tensor-parallel-size 4 --max-model-len 32768"
    assert " ".join(engine["command"] + engine["args"]) == said
    assert engine["resources"]["limits"] == {"furiosa.ai/rngd": "1"}
    assert {"name": "model-storage", "emptyDir": {"sizeLimit": "50Gi"}} in pod["volumes"]
    assert {"name": "HF_TOKEN", "valueFrom": {"secretKeyRef": {"name": "hf-token", "key": "HF_TOKEN"}}} in engine["env"]
    assert pod["tolerations"] == [{"key": "furiosa.ai/rngd", "operator": "Exists", "effect": "NoSchedule"}]
    assert {"startupProbe", "livenessProbe", "readinessProbe"} <= engine.keys()


def test_with_the_other_profile_it_is_vllm_with_prefill() -> None:
    """With `profile: llm-d` the same file means vLLM on NVIDIA GPUs, with prefill pods."""
    document = block("presets: [rngd-tolerations, probes]")
    (generated,) = generate([{**document, "spec": {**document["spec"], "profile": "llm-d"}}])
    assert [obj["metadata"]["name"] for obj in generated.objects] == ["llama", "llama-decode", "llama-prefill"]


def test_the_overlay_applies() -> None:
    """The overlay of the README puts the model on a local disk."""
    (generated,) = generate([SERVICE], [block("name: local-nvme")])
    (deployment,) = [obj for obj in generated.objects if obj["kind"] == "Deployment"]
    volumes = deployment["spec"]["template"]["spec"]["volumes"]
    assert {"name": "model-storage", "hostPath": {"path": "/mnt/nvme/llama", "type": "DirectoryOrCreate"}} in volumes
    assert {"name": "SERVED_ON", "value": "8200"} in container(generated.objects)["env"]


def test_the_presets_take_their_parameters() -> None:
    """The presets of the README do what they are given for."""
    spec = {**SERVICE["spec"], **block("maxReplicaCount: 4")}
    (generated,) = generate([{**SERVICE, "spec": spec}])
    assert not generated.failed
    assert "16Gi" in str(generated.objects)
    assert [obj["kind"] for obj in generated.objects] == ["ServiceAccount", "Deployment", "ScaledObject"]


def test_a_preset_of_ones_own_has_parameters_and_defaults() -> None:
    """That of the README, named by a service."""
    presets = ["probes", {"name": "team-defaults", "pool": "h100", "tier": "gold"}]
    (generated,) = generate([{**SERVICE, "spec": {**SERVICE["spec"], "presets": presets}}], library=[block("name: team-defaults")])
    (deployment,) = [obj for obj in generated.objects if obj["kind"] == "Deployment"]
    template = deployment["spec"]["template"]
    assert template["metadata"]["labels"]["tier"] == "gold"
    assert template["spec"]["nodeSelector"] == {"pool": "h100"}
    assert template["spec"]["terminationGracePeriodSeconds"] == 90
    (alone,) = generate([{**SERVICE, "spec": {**SERVICE["spec"], "presets": presets[1:]}}], library=[block("name: team-defaults")])
    assert [result.field for result in alone.results if result.severity == "error"] == ["spec.presets[0]"]


def test_the_flags_merge() -> None:
    """The flags of the README end up in the arguments, sorted."""
    engine = {"image": "vllm:1", "modelCommand": "vllmServe", "args": ["--enforce-eager"], **block("enforce-eager: null")}
    (generated,) = generate([{**SERVICE, "spec": {**SERVICE["spec"], "decode": {"containers": [engine]}}}])
    said = ["--enable-prefix-caching", "--max-model-len", "8192", "--middleware", "a.Log", "--middleware", "b.Auth"]
    assert container(generated.objects)["args"][-len(said) :] == said


@pytest.mark.parametrize("multinode", [False, True])
def test_the_patches_apply_whatever_the_workload(multinode: bool) -> None:
    """The patches of the README find their targets in a Deployment and in a LeaderWorkerSet."""
    decode = {"monitoring": {"podmonitor": {"enabled": True}}}
    spec = {**SERVICE["spec"], "multinode": multinode, "decode": decode, **block("target: {role: decode, part: container}")}
    (generated,) = generate([{**SERVICE, "spec": spec}])
    assert not generated.failed
    (monitor,) = [obj for obj in generated.objects if obj["kind"] == "PodMonitor"]
    assert monitor["spec"]["podMetricsEndpoints"][0]["interval"] == "10s"
    assert "NCCL_DEBUG" in str(generated.objects)


def test_the_patches_of_anything_apply() -> None:
    """The Patches of the README patches a Deployment and a resource of another kind."""
    cache = {"apiVersion": "example.com/v1", "kind": "Cache", "metadata": {"name": "kv"}, "spec": {"shards": [{"name": "cold"}]}}
    (service,) = generate([SERVICE])
    resources = ResourceList([Item(obj) for obj in [*service.objects, cache]], block("kind: Patches"))
    function.run(resources)
    assert resources.results == []
    by_kind = {item.value["kind"]: item.value for item in resources.items}
    assert by_kind["Deployment"]["metadata"]["labels"]["team"] == "inference"
    assert by_kind["Cache"]["spec"]["shards"] == [{"name": "hot", "size": "4Gi"}, {"name": "cold"}]


def test_the_presets_are_listed() -> None:
    """The table of presets has exactly the built-in ones."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| preset | what it does |")[2].partition("<!--")[0]
    named = {name for line in table.splitlines()[2:] for name in re.findall(r"`([a-z-]+)`", line.split("|")[1])}
    assert named == {path.stem for path in (ROOT / "overlays/presets").glob("*.yaml")}
