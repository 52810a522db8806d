"""The compiled part of a model, mounted read-only beside the model and told to the engine."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import decode, make

Map = dict[str, Any]
SERVE: Map = {"modelCommand": "furiosaLLMServe", "mountModelVolume": True}


@pytest.mark.parametrize(
    ("compiled", "source", "file"),
    [
        ({"compiled": "pvc://built/llama/8b.fxb"}, {"persistentVolumeClaim": {"claimName": "built", "readOnly": True}}, "llama/8b.fxb"),
        (
            {"compiled": "oci://registry.example:5000/llama-fxb:1", "compiledPath": "/8b.fxb"},
            {"image": {"reference": "registry.example:5000/llama-fxb:1", "pullPolicy": "Always"}},
            "8b.fxb",
        ),
    ],
)
def test_it_is_beside_the_model(compiled: Map, source: Map, file: str) -> None:
    """A volume of its own at a path of its own, whatever the model's slash is, and the flag behind the sizes."""
    made = make({"modelArtifacts": {"mountPath": "/models/", **compiled}, **decode(**SERVE, args=["--max-model-len=8192"])})
    assert made.volume("model-compiled") == {"name": "model-compiled", **source}
    assert made.mounts()["/models-compiled"] == {"name": "model-compiled", "mountPath": "/models-compiled", "readOnly": True}
    args = made.container()["args"]
    assert args[args.index("--fxb") + 1] == f"/models-compiled/{file}"


def test_a_flag_of_ones_own_wins() -> None:
    """It takes the place of the generated one."""
    made = make({"modelArtifacts": {"compiled": "pvc://built/a.fxb"}, **decode(**SERVE, flags={"fxb": "/own.fxb"})})
    args = made.container()["args"]
    assert args.count("--fxb") == 1
    assert args[args.index("--fxb") + 1] == "/own.fxb"


@pytest.mark.parametrize("container", [{"modelCommand": "vllmServe"}, {"command": ["sh", "-c", "sleep 1"]}])
def test_other_commands_get_the_mount_alone(container: Map) -> None:
    """An engine without such a flag, or a command that nobody knows, finds the file at its path."""
    made = make({"modelArtifacts": {"compiled": "pvc://built/a.fxb"}, **decode(mountModelVolume=True, **container)})
    assert "/model-cache-compiled" in made.mounts()
    assert "--fxb" not in made.container().get("args", [])


def test_only_for_containers_that_mount_the_model() -> None:
    """Where no container does, the key is told."""
    made = make({"modelArtifacts": {"compiled": "pvc://built/a.fxb"}, **decode()})
    assert made.volume("model-compiled") is None
    assert ("warning", "spec.modelArtifacts.compiled", "no container has it: it is for those with mountModelVolume") in made.found(
        "unused-keys"
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"compiled": "hf://a/b"}, "compiled: is 'hf://a/b'; must be pvc://CLAIM/PATH or oci://REFERENCE"),
        ({"compiled": "/a.fxb"}, "compiled: is '/a.fxb'; must be"),
        ({"compiled": "pvc://"}, "compiled: names no claim; write pvc://CLAIM/PATH"),
        ({"compiled": "pvc:///a.fxb"}, "compiled: names no claim; write pvc://CLAIM/PATH"),
        ({"compiled": "pvc://claim/"}, "compiled: names no file; write pvc://CLAIM/PATH"),
        ({"compiled": "oci://", "compiledPath": "a"}, "compiled: names no artifact; write oci://REFERENCE"),
        ({"compiled": "oci://a"}, "compiledPath: missing; give the file inside the artifact"),
    ],
)
def test_what_is_wrong(given: Map, message: str) -> None:
    """One error, at the key that mends it."""
    (told,) = make({"modelArtifacts": given}).errors
    assert told.startswith(f"spec.modelArtifacts.{message}")
