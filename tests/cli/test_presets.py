"""modelservice presets: the list, one of them, and what several do together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.terminal import call, service, written
from tests.integration.folders import write

from modelservice import data

LLM_D = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: ModelService
metadata: {name: llama}
spec:
  profile: llm-d
  modelArtifacts: {name: org/model, size: 50Gi}
  routing: {proxy: {image: "proxy:v0.7.1"}}
  engine: {image: "e:v0.18.0", modelCommand: vllmServe, livenessProbe: {httpGet: {path: /own, port: 8200}}}
  prefill: {create: false}
"""
IDLE = """\
apiVersion: modelservice.llm-d.ai/v1alpha1
kind: Overlay
metadata: {name: idle}
spec: {patches: [{target: pod, when: {multinode: true}, patch: {spec: {hostPID: true}}}]}
"""


def on(folder: Path, *presets: str) -> dict[str, Any]:
    """Return what presets do to a ModelService of profile llm-d, as JSON has it."""
    said = call("presets", *presets, "--on", written(folder, "a.yaml", LLM_D), "--output", "json")
    assert said.stdout, said.stderr
    found: dict[str, Any] = json.loads(said.stdout)
    assert said.code == (1 if found["excluded"] else 0)
    return found


def effects(found: dict[str, Any], name: str) -> list[tuple[str, str, Any]]:
    """Return what one preset does: how, where in which object, and what it says."""
    (preset,) = [one for one in found["services"][0]["presets"] if one["name"] == name]
    return [(one["does"], f"{one['object']} {one['path']}".strip(), one["value"]) for one in preset["effects"]]


def test_the_list_has_all_of_them() -> None:
    """Each preset, with its description and the names of its parameters."""
    said = call("presets")
    for name in data.names("overlays", "presets"):
        assert f"\n{name} " in f"\n{said.stdout}"
    assert "parameters: minReplicas, maxReplicas (must be given), metric, target" in said.stdout
    assert max(map(len, said.stdout.splitlines())) <= 100
    listed = json.loads(call("presets", "--output", "json").stdout)
    assert [one["name"] for one in listed] == data.names("overlays", "presets")
    assert all(list(one) == ["name", "description", "parameters", "requires", "excludes", "for", "says"] for one in listed)


def test_one_preset_is_shown_whole() -> None:
    """Its parameters with types and defaults, what it is for, what it excludes, and its YAML as it is written."""
    text = call("presets", "hpa").stdout
    for words in (
        "minReplicas         integer, default 1. The fewest",
        "maxReplicas         integer, must be given.",
        "Goes not together with: keda",
    ):
        assert words in text
    assert "For services with autoscaling true and workload Deployment or LeaderWorkerSet" in text
    assert data.text("overlays", "presets", "hpa.yaml").splitlines()[10] in text
    (shown,) = json.loads(call("presets", "spread", "--output", "json").stdout)
    assert shown["parameters"]["whenUnsatisfiable"]["enum"] == ["ScheduleAnyway", "DoNotSchedule"]
    assert shown["overlay"] == data.document("overlays", "presets", "spread.yaml")


def test_what_presets_add(tmp_path: Path) -> None:
    """The outermost part of an object that is a preset's alone; whole objects; and what its defaults lead to."""
    found = on(tmp_path, "shm:sizeLimit=16Gi", "hpa:maxReplicas=4")
    engine = "Deployment/llama-decode spec.template.spec.containers[name=vllm]"
    assert effects(found, "shm") == [
        ("adds", f"{engine}.volumeMounts[mountPath=/dev/shm]", {"name": "shm", "mountPath": "/dev/shm"}),  # noqa: S108
        (
            "adds",
            "Deployment/llama-decode spec.template.spec.volumes[name=shm]",
            {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "16Gi"}},
        ),
    ]
    (made, replicas) = effects(found, "hpa")
    assert made[:2] == ("adds", "HorizontalPodAutoscaler/llama-decode")
    assert replicas == ("leads to", "Deployment/llama-decode spec.replicas", None)
    assert found["services"][0]["presets"][1]["says"] == {"decode": {"autoscaling": {"enabled": True}}}
    assert found["services"][0]["conflicts"] == []


def test_what_presets_fight_over(tmp_path: Path) -> None:
    """Two that say one field otherwise: the later one wins; what the ModelService says goes over both."""
    found = on(tmp_path, "nvidia-tolerations", "rngd-tolerations", "probes")
    (conflict,) = found["services"][0]["conflicts"]
    assert conflict["path"] == "spec.template.spec.tolerations[0].key"
    assert conflict["presets"] == [
        {"name": "nvidia-tolerations", "value": "nvidia.com/gpu"},
        {"name": "rngd-tolerations", "value": "furiosa.ai/rngd"},
    ]
    assert conflict["wins"]["name"] == "rngd-tolerations"
    over = {
        one["path"].rpartition("livenessProbe.")[2]: one["overruledBy"]["field"]
        for one in found["services"][0]["presets"][2]["effects"]
        if one["overruledBy"]
    }
    assert over["httpGet.path"] == "spec.engine.livenessProbe.httpGet.path"
    assert over["failureThreshold"] == "spec.engine.livenessProbe"
    said = call("presets", "nvidia-tolerations", "rngd-tolerations", "--on", written(tmp_path, "a.yaml", LLM_D))
    assert said.stdout.endswith("      nvidia-tolerations nvidia.com/gpu, rngd-tolerations furiosa.ai/rngd: rngd-tolerations wins\n")
    assert "[preset-tolerations]" in said.stderr


def test_the_answer_for_machines(tmp_path: Path) -> None:
    """The shape of the JSON: what is left out; for each service the presets with what they do, and their fights."""
    found = on(tmp_path, "nvidia-tolerations", "rngd-tolerations")
    (one,) = found["services"]
    assert (list(found), list(one)) == (["excluded", "services"], ["service", "presets", "conflicts"])
    assert [list(preset) for preset in one["presets"]] == [["name", "says", "effects"]] * 2
    (effect,) = one["presets"][1]["effects"]
    assert list(effect) == ["object", "path", "does", "value", "over", "overruledBy"]
    assert list(effect["over"]) == ["layer", "name", "place", "field", "through", "dependsOn", "value"]
    assert list(one["conflicts"][0]) == ["object", "path", "presets", "wins"]


def test_presets_that_exclude_each_other(tmp_path: Path) -> None:
    """The later one is left out, and that is told; the others are looked at."""
    found = on(tmp_path, "hpa:maxReplicas=4", "shm", "keda")
    assert found["excluded"] == [{"preset": "keda", "excludedBy": "hpa"}]
    assert [one["name"] for one in found["services"][0]["presets"]] == ["hpa", "shm"]


def test_a_preset_that_changes_nothing(tmp_path: Path) -> None:
    """One of the user's own, beside the ModelService, whose conditions do not hold."""
    folder = write(tmp_path / "package", {"a.yaml": LLM_D, "idle.yaml": IDLE})
    said = call("presets", "idle", "--on", str(folder))
    assert said.code == 0
    assert "\nidle changes nothing\n" in said.stdout


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["shmm"], 2, "there is no preset shmm; did you mean shm? There are: "),
        (["shm:x"], 2, "is no PARAMETER=VALUE"),
        (["shm, probes"], 2, "names 2 presets"),
        (["shm", "--set", "a=1"], 2, "go with --on FILE"),
        (["--on", "FILE"], 2, "name the presets"),
        (["shm", "--on", "none.yaml"], 2, "none.yaml: No such file"),
        (["shmm", "--on", "FILE"], 1, "there is no preset 'shmm'; did you mean shm?"),
        (["model-cache-pvc", "--on", "FILE"], 1, "preset model-cache-pvc needs it"),
        (["shm:sizeLimt=1Gi", "--on", "FILE"], 1, "did you mean sizeLimit?"),
    ],
)
def test_a_mistake_is_told_once(tmp_path: Path, given: list[str], code: int, words: str) -> None:
    """A wrong call is 2, what does not fit a ModelService is 1, and nothing is on stdout."""
    file = written(tmp_path, "a.yaml", service())
    said = call("presets", *(file if one == "FILE" else one for one in given))
    assert (said.code, said.stdout) == (code, "")
    assert words in said.stderr
