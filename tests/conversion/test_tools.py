"""What tools write that is no values file: a scenario of llm-d-benchmark, and the patches of aiconfigurator's kustomize overlay."""

from __future__ import annotations

from typing import Any

import pytest
from tests.cli.terminal import call, written

from modelservice.conversion import Conversion, ConversionError, convert
from modelservice.conversion import problems as told
from modelservice.conversion.tools import as_values
from modelservice.conversion.values import together
from modelservice.generate import generate
from modelservice.krm import parse

Map = dict[str, Any]

SERVE = """\
vllm serve /model-cache/models/org/chat \\
--host 0.0.0.0 \\
--served-model-name org/chat \\
--port 8000 \\
--block-size $VLLM_BLOCK_SIZE \\
--tensor-parallel-size 2 \\
--max-model-len=4096
"""
TRANSFER = '{"kv_connector":"NixlConnector","kv_role":"kv_both"}'


def scenario(**more: Any) -> Map:
    """Return a scenario of one stack."""
    stack = {
        "name": "pd",
        "model": {
            "name": "org/chat",
            "shortName": "chat",
            "path": "models/org/chat",
            "size": "1Ti",
            "maxModelLen": 16000,
            "blockSize": 128,
        },
        "storage": {"modelPvc": {"name": "models", "size": "1Ti"}},
        "images": {"vllm": {"repository": "ghcr.io/llm-d/llm-d-cuda", "tag": "v0.6.0"}},
        "decode": {"replicas": 2, "parallelism": {"tensor": 2, "data": 1, "dataLocal": 1, "workers": 1}},
        "vllmCommon": {"flags": {"noPrefixCaching": True, "enforceEager": False}},
        "harness": {"name": "inference-perf"},
        **more,
    }
    return {"scenario": [stack]}


def patch(role: str, *args: str, replicas: int = 1) -> Map:
    """Return a patch of the overlay: a Deployment with a whole command."""
    resources = {"limits": {"nvidia.com/gpu": "2"}}
    container = {
        "name": "modelserver",
        "image": "vllm/vllm-openai:v0.19.0",
        "command": ["vllm", "serve"],
        "args": [*args],
        "resources": resources,
    }
    spec = {"replicas": replicas, "template": {"spec": {"containers": [container]}}}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": role}, "spec": spec}


def converted(*documents: Map) -> Conversion:
    """Return what documents are converted to; it renders."""
    given, before = as_values(documents)
    found = convert(together(given, ()), before=before)
    (generated,) = generate([found.document])
    assert not generated.failed
    return found


def changes(found: Conversion, what: str) -> list[str]:
    """Return the keys that became something."""
    return [told.written(change.key) for change in found.changes if change.what == what]


def test_a_scenario_without_a_command() -> None:
    """Is the serve command with what the model and the flags say; what is only the benchmark's is told."""
    found = converted(scenario())
    assert found.document == {
        "apiVersion": "modelservice.llm-d.ai/v1alpha1",
        "kind": "ModelService",
        "metadata": {"name": "chat"},
        "spec": {
            "profile": "llm-d",
            "modelArtifacts": {"name": "org/chat", "uri": "pvc://models/models/org/chat"},
            "engine": {
                "image": "ghcr.io/llm-d/llm-d-cuda:v0.6.0",
                "modelCommand": "vllmServe",
                "args": ["--max-model-len", "16000", "--block-size", "128", "--no-enable-prefix-caching"],
            },
            "decode": {"replicas": 2, "parallelism": {"tensor": 2}},
            "prefill": {"create": False},
        },
    }
    assert changes(found, "ignored") == [
        "scenario[0].model.shortName",
        "scenario[0].storage.modelPvc.size",
        "scenario[0].harness.name",
    ]
    assert "modelArtifacts.size" in changes(found, "removed")
    assert changes(found, "assumed") == []


def test_a_command_that_is_the_serve_command_becomes_its_flags() -> None:
    """Variables are filled in; the model, port, name and sizes are generated, and the transfer of the cache comes last."""
    stack = {"vllm": {"customCommand": SERVE}, "replicas": 1, "enabled": True, "parallelism": {"tensor": 2}}
    found = converted(
        scenario(prefill=stack, vllmCommon={"kvTransfer": {"enabled": True, "connector": "NixlConnector", "role": "kv_both"}})
    )
    engine = found.document["spec"]["prefill"]["engine"]
    assert engine["args"] == ["--block-size", "128", "--max-model-len=4096", "--kv-transfer-config", TRANSFER]
    assert "scenario[0].prefill.vllm.customCommand" in changes(found, "mended")


@pytest.mark.parametrize(
    "script",
    [
        "export A=$(hostname)\nvllm serve /m --max-model-len $VLLM_MAX_MODEL_LEN",
        "vllm serve /m --seed ${SEED} --max-model-len ${VLLM_MAX_MODEL_LEN}",
        "vllm serve /m --max-model-len $VLLM_MAX_MODEL_LEN | tee log",
        "vllm serve '/m --max-model-len $VLLM_MAX_MODEL_LEN",
    ],
)
def test_a_command_that_is_more_stays_a_script(script: str) -> None:
    """With the variables that it reads."""
    found = converted(scenario(decode={"replicas": 1, "parallelism": {"tensor": 1}, "vllm": {"customCommand": script}}))
    engine = found.document["spec"]["engine"]
    assert (engine["modelCommand"], engine["args"]) == ("custom", [script])
    assert engine["env"] == {"VLLM_MAX_MODEL_LEN": "16000"}


def test_containers_have_what_the_benchmark_gives_them() -> None:
    """Variables, ports out of the container's more fields, volumes without their type; its own preparation goes."""
    role = {
        "replicas": 1,
        "parallelism": {"tensor": 1},
        "extraEnvVars": [{"name": "NVSHMEM_DEBUG", "value": "INFO"}],
        "extraContainerConfig": {"tty": True, "ports": [{"containerPort": 8200, "name": "metrics"}]},
        "additionalVolumeMounts": [{"name": "dshm", "mountPath": "/dev/shm"}],  # noqa: S108
        "initContainers": [{"name": "preprocess", "image": "ghcr.io/llm-d/llm-d-benchmark:auto"}, {"name": "own", "image": "busybox:1.37"}],
    }
    volumes = [{"name": "dshm", "type": "emptyDir", "emptyDir": {"medium": "Memory"}}]
    labels = {"affinity": {"enabled": True, "nodeSelector": {"gpu": "h100"}}}
    found = converted(scenario(decode=role, vllmCommon={"volumes": volumes}, images=None, **labels))
    pod = next(obj for obj in found.objects if obj["kind"] == "Deployment")["spec"]["template"]["spec"]
    container = pod["containers"][0]
    assert {"name": "NVSHMEM_DEBUG", "value": "INFO"} in container["env"]
    assert (container["ports"], container["tty"]) == ([{"containerPort": 8200, "name": "metrics"}], True)
    assert [one["name"] for one in pod["initContainers"]] == ["routing-proxy", "own"]
    assert pod["volumes"][1] == {"name": "dshm", "emptyDir": {"medium": "Memory"}}
    assert pod["nodeSelector"] == {"gpu": "h100"}
    assert container["image"] == "ghcr.io/llm-d/llm-d-cuda:latest"
    assert [change.why.partition(":")[0] for change in found.changes if change.what == "assumed"] == [
        "the image is ghcr.io/llm-d/llm-d-cuda"
    ]


@pytest.mark.parametrize(("stacks", "words"), [([], "has 0 stacks (none)"), ([{"name": "a"}, {"name": "b"}], "has 2 stacks (a, b)")])
def test_a_scenario_has_one_stack(stacks: list[Map], words: str) -> None:
    """A scenario of several stacks would be several ModelServices, and is refused."""
    with pytest.raises(ConversionError) as caught:
        as_values([{"scenario": stacks}])
    assert words in caught.value.problems[0].message


def test_patches_of_an_overlay_are_roles() -> None:
    """In whatever order they come; the model, the port and the sizes of their commands are generated."""
    decode = patch("decode", "org/chat", "--port=8200", "--tensor-parallel-size", "2", "--max-num-seqs", "512", replicas=9)
    prefill = patch("prefill", "org/chat", "--port=8000", "--tensor-parallel-size=2", replicas=14)
    both = converted(decode, prefill)
    assert both.document["spec"] == {
        "profile": "llm-d",
        "modelArtifacts": {"name": "org/chat"},
        "engine": {"image": "vllm/vllm-openai:v0.19.0", "modelCommand": "vllmServe"},
        "decode": {"replicas": 9, "parallelism": {"tensor": 2}, "engine": {"flags": {"max-num-seqs": 512}}},
        "prefill": {"replicas": 14, "parallelism": {"tensor": 2}},
    }
    assert converted(prefill, decode).objects == both.objects
    assert converted(decode).document["spec"]["prefill"] == {"create": False}


def test_the_command_line_takes_them(tmp_path: Any) -> None:
    """With the places of their keys; a Deployment that is no such patch, and what is no values file, is one clear error."""
    file = written(tmp_path, "scenario.yaml", "scenario:\n- name: x\n  model: {name: org/chat}\n  decode: {replicas: 1}\n  workDir: a\n")
    said = call("convert", file)
    assert parse(said.stdout)["spec"]["modelArtifacts"] == {"name": "org/chat"}
    assert f"{file}:5:3: ignored: scenario[0].workDir: is the benchmark's own" in said.lines
    for name, text, words in (
        ("other.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n", "this is a Deployment, and no values file"),
        ("two.yaml", "scenario: [{name: a}, {name: b}]\n", "has 2 stacks (a, b), and a ModelService is one"),
        ("none.yaml", "replicas: 1\n", "these are values of neither chart"),
    ):
        said = call("convert", written(tmp_path, name, text))
        assert (said.code, said.stdout, len(said.lines)) == (1, "", 1)
        assert words in said.lines[0]
