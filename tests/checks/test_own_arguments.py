"""Arguments of one's own that say again, or otherwise, what the spec says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import custom, script, service
from tests.compose.made import Made, engine, make, overlay

Map = dict[str, Any]

ARGS = "spec.decode.containers[0].args"


def said(made: Made, field: str = ARGS) -> list[str]:
    """Return the messages of the check, which are all warnings at one field."""
    found = made.found("own-arguments")
    assert {(severity, where) for severity, where, _ in found} <= {("warning", field)}
    return [message for _, _, message in found]


@pytest.mark.parametrize(
    "container",
    [
        {},
        {"args": ["--max-model-len", "8192", "--enforce-eager"]},
        {"args": ["--tensor-parallel-size", "1"]},
        {"args": ["--lora-modules", "a=/a", "b=/b", "--middleware=x", "--middleware=y"]},
        {"args": ["--block-size=16", "--block-size", "16"]},
        {"args": ["--tensor-parallel-size", "$(TP_SIZE)"]},
        {"args": ["--port", "9000"]},  # told with the ports
        {"flags": {"served-model-name": "other", "max-model-len": 8192}},
        {"flags": {"block-size": 16}, "args": ["--block-size=32", "--block-size=64"]},
    ],
    ids=str,
)
def test_arguments_that_say_something_of_their_own(container: Map) -> None:
    """Flags that nobody generates, sizes that are the spec's, and flags that take the place of others are right."""
    assert said(service(**container)) == []


@pytest.mark.parametrize("args", [["--served-model-name", "meta/llama-8b"], ["--served_model_name=meta/llama-8b"], ["--port=8200"]])
def test_a_flag_of_ones_own_that_is_generated_already(args: list[str]) -> None:
    """It is told in whichever of its spellings it is written."""
    (message,) = said(service(args=args))
    assert "is generated already; leave it out" in message


def test_a_generated_flag_with_another_value() -> None:
    """The message says both values, that the last counts, and what to write."""
    (message,) = said(service(args=["--served-model-name", "chat"]))
    assert "--served-model-name chat comes after the generated --served-model-name meta/llama-8b" in message
    assert "write flags: {served-model-name: chat}" in message
    (message,) = said(service({"decode": {"parallelism": {"tensor": 2}}}, args=["--tensor-parallel-size=4"]))
    assert "write parallelism: {tensor: 4}" in message


@pytest.mark.parametrize(
    ("args", "mend"),
    [
        (["--tensor-parallel-size=4"], "{tensor: 4}"),
        (["-tp", "4"], "{tensor: 4}"),
        (["--data-parallel-size", "2"], "{data: 2}"),
        (["--data_parallel_size_local", "2"], "{dataLocal: 2}"),
    ],
)
def test_a_size_that_parallelism_does_not_have(args: list[str], mend: str) -> None:
    """Nothing generated says it, and the devices are for another one."""
    (message,) = said(service(args=args))
    assert f"write parallelism: {mend}" in message


def test_sizes_of_furiosa_llm() -> None:
    """The other engine has flags of its own."""
    role = {"containers": [engine(modelCommand="furiosaLLMServe", mountModelVolume=True, args=["--pipeline-parallel-size", "2"])]}
    (message,) = said(make({"decode": role}))
    assert "{pipeline: 2}" in message


def test_a_size_in_flags_is_told_where_it_is() -> None:
    """Of the container, and of an overlay."""
    (message,) = said(service(flags={"tensor-parallel-size": 4}), "spec.decode.containers[0].flags.tensor-parallel-size")
    assert "{tensor: 4}" in message
    brought = overlay({"target": "container", "flags": {"tensor-parallel-size": 4}})
    assert len(said(service({"overlays": [brought]}), "spec.overlays[0].spec.patches[0].flags")) == 1


def test_a_model_beside_the_generated_one() -> None:
    """Serve commands have the model without a flag; an image's own command has it behind one."""
    (message,) = said(service(args=["--model", "other/one"]))
    assert "--model other/one stands beside the model" in message
    assert "modelArtifacts.uri" in message
    image = {"containers": [engine(modelCommand="imageDefault", mountModelVolume=True, args=["--model", "other/one"])]}
    (message,) = said(service({"decode": image}))
    assert "comes after the generated --model meta/llama-8b" in message


def test_a_first_word_that_is_no_flag() -> None:
    """It would be taken for a value of the last generated flag."""
    (message,) = said(service(args=["other/one", "--enforce-eager"]))
    assert "other/one is no flag, and becomes one more value of --served-model-name" in message


def test_a_flag_twice_with_different_values() -> None:
    """In the user's own arguments, and in a command of the user's."""
    (message,) = said(service(args=["--block-size=16", "--block-size", "32"]))
    assert "--block-size is there twice, with 16 and with 32" in message
    (message,) = said(script("vllm serve a/b --port 8200 --block-size 16 \\\n --block-size 32"), "spec.decode.containers[0].command")
    assert "with 16 and with 32" in message


@pytest.mark.parametrize("text", ["vllm serve a/b --port 8200 --tensor-parallel-size 4", "vllm serve a/b --port=8200 -tp 2 -pp 2"])
def test_a_command_that_needs_more_devices(text: str) -> None:
    """The number is computed from parallelism, of which the command knows nothing."""
    (message,) = said(script(text), "spec.decode.containers[0].command")
    assert "needs 4 devices, and the container gets 1" in message


def test_devices_that_the_user_gives_are_the_users() -> None:
    """As are those of a group of pods, and of sizes that say what parallelism does."""
    text = "vllm serve a/b --port 8200 --tensor-parallel-size 4"
    given = {"resources": {"limits": {"nvidia.com/gpu": "4"}}}
    assert said(script(text, **given)) == []
    assert said(script(f"{text} --nnodes 4")) == []
    assert said(script(text, spec={"decode": {"parallelism": {"tensor": 4}}})) == []
    assert said(script("vllm serve a/b --port 8200 -tp $TP_SIZE")) == []
    assert said(script(text, spec={"accelerator": {"type": "cpu"}})) == []


def test_arguments_of_a_patch_that_takes_the_command_away() -> None:
    """Nothing is said of what no longer runs."""
    patch = {"target": {"role": "decode", "part": "container"}, "patch": {"command": ["sh", "-c", "sleep 1"]}}
    assert said(service({"patches": [patch]}, args=["--served-model-name", "x"])) == []
    assert said(custom("sleep", "1")) == []


def test_the_end_of_flags_is_no_word() -> None:
    """There is nothing in it to tell of; what comes behind it is a word."""
    assert said(service(args=["--"])) == []
    assert "x is no flag" in said(service(args=["--", "x"]))[0]
