"""README.md says only what is true, on one screen; its commands are run with those of the other pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from modelservice.generate import generate
from modelservice.krm import parse

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
(SERVICE,) = [parse(block) for block in re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)]


def test_it_is_one_screen() -> None:
    """What is longer belongs into docs/."""
    assert len(README.splitlines()) <= 80


def container(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the engine container of the one Deployment."""
    (deployment,) = [obj for obj in objects if obj["kind"] == "Deployment"]
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]["containers"][0]
    return found


def test_the_ten_lines_become_what_is_said_of_them() -> None:
    """The first ModelService gives the resources that the text below it lists."""
    (generated,) = generate([SERVICE])
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
    (generated,) = generate([{**SERVICE, "spec": {**SERVICE["spec"], "profile": "llm-d"}}])
    assert [obj["metadata"]["name"] for obj in generated.objects] == ["llama", "llama-decode", "llama-prefill"]


def test_the_lengths_that_are_compared_are_those_of_the_examples() -> None:
    """What docs/explanation/compared.md says of a guide is what docs/examples.md counts."""
    compared, counted = ((ROOT / "docs" / page).read_text(encoding="utf-8") for page in ("explanation/compared.md", "examples.md"))
    rows = re.findall(r"^\| \[([\w-]+)\]\(\S+\) \| (\d+) lines \| (\d+) lines \|$", compared, re.MULTILINE)
    assert len(rows) == 3
    for guide, here, there in rows:
        assert re.search(rf"^\| \[{guide}\]\(\S+\) \| {here} \| {there} lines of llm-d's guide \|$", counted, re.MULTILINE)
