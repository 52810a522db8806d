"""The engine processes that containers start, and what their flags say."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.checks.services import custom, script, service
from tests.compose.made import Made, document, engine, overlay

from modelservice import data
from modelservice.checks.engines import Engine, Run, engines_of, number
from modelservice.compose import Overlay, compose
from modelservice.config import ModelService
from modelservice.plan import Plan

Map = dict[str, Any]
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\n"), max_size=12).filter(lambda word: not word or word.strip(";|&"))


def engine_of(**container: Any) -> Engine:
    """Return the one engine container of a composed vLLM service."""
    return composed({"decode": {"containers": [engine(**{"modelCommand": "vllmServe", **container})]}})


def composed(spec: Map, *overlays: Map) -> Engine:
    """Return the first engine container of a composed service."""
    spec = {"profile": "llm-d", "prefill": {"create": False}, **spec}
    composition = compose(Plan(ModelService(document(spec))), [Overlay(one, "") for one in overlays])
    return engines_of(composition, composition.plan.roles[0])[0]


def flags_of(run: Run) -> list[tuple[str, list[str]]]:
    """Return the flags of a run that have a name."""
    return [flag for flag in run.flags if flag[0]]


def test_a_generated_command_without_a_word_of_the_users_is_plain() -> None:
    """There is nothing to look at in it; arguments, overlays and commands of one's own change that."""
    assert engine_of().plain
    assert not engine_of(args=["--a"]).plain
    assert not engine_of(flags={"a": 1}).plain
    assert not engine_of(modelCommand="custom", command=["x"]).plain
    added = overlay({"target": "container", "flags": {"a": 1}})
    assert not composed({"decode": {"containers": [engine(modelCommand="vllmServe")]}}, added).plain


@pytest.mark.parametrize(
    ("container", "certain", "port"),
    [
        ({"args": ["--a"]}, True, 8200),
        ({"modelCommand": "imageDefault", "args": ["--a"]}, False, 8200),
        ({"modelCommand": "furiosaLLMServe", "args": ["--a"]}, True, 8200),
        ({"modelCommand": "custom", "command": ["/opt/bin/vllm", "serve", "a/b"]}, True, 8000),
        ({"modelCommand": "custom", "command": ["furiosa-llm", "serve", "a/b"]}, True, 8000),
        ({"modelCommand": "custom", "command": ["python3", "-m", "sglang.launch_server"], "args": ["--model-path", "a/b"]}, True, 30000),
        ({"modelCommand": "custom", "command": ["python", "-m", "vllm.entrypoints.openai.api_server", "--port=7"]}, True, 7),
        ({"modelCommand": "custom", "command": ["sh", "-c", "exec vllm serve a/b"]}, False, 8000),
        ({"modelCommand": "custom", "command": ["/start", "--port", "7"]}, False, 7),
        ({"modelCommand": "custom", "command": ["/start"]}, False, None),
    ],
    ids=str,
)
def test_what_a_container_runs(container: Map, certain: bool, port: int | None) -> None:
    """The engine is known by the words that start it, and its port by --port, else by its file."""
    found = engine_of(**container)
    assert [run.certain for run in found.runs()] == [certain]
    assert found.port() == port


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("vllm serve a/b --port 1 --tp=2", [("port", ["1"]), ("tp", ["2"])]),
        ("a; vllm serve x --a 1 && b --a 2 | tee c --a 3", [("a", ["1"])]),
        ("a --b\nvllm serve x \\\n  --a 1 \\\n  --c\nd --e", [("a", ["1"]), ("c", [])]),
        ('# it\'s\n  # another --a\nvllm serve x --a \'{"b": "c; d"}\'', [("a", ['{"b": "c; d"}'])]),
        ("A=1 B=2 exec vllm serve x --a_b $C", [("a-b", ["$C"])]),
        ("vllm serve x --size $((A * B)) --c 1", [("size", ["$((A", "*", "B))"]), ("c", ["1"])]),
    ],
)
def test_a_script_is_read_command_by_command(text: str, flags: list[Any]) -> None:
    """Flags are those of the command that starts an engine, with line breaks, quotes and comments as a shell has them."""
    wanted = [("tensor-parallel-size" if key == "tp" else key, values) for key, values in flags]
    (run,) = engine_of(modelCommand="custom", command=["bash", "-ec", text]).runs()
    assert flags_of(run) == wanted


def test_a_script_that_starts_two_engines() -> None:
    """Each is a process of its own."""
    text = "vllm serve a --port 1 &\nvllm serve b --port 2"
    assert [run.port() for run in engine_of(modelCommand="custom", command=["sh", "-c", text]).runs()] == [1, 2]


@pytest.mark.parametrize("text", ["", "'", "vllm serve 'x", "echo", "\\", "vllm", "\0", "#", "a ; ; & | \n\n b"])
def test_a_script_without_an_engine(text: str) -> None:
    """Nothing is known of it, and nothing breaks."""
    assert engine_of(modelCommand="custom", command=["sh", "-c", text]).runs() == []


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, max_size=6))
def test_a_script_says_what_the_words_say(words: list[str]) -> None:
    """A command quoted for a shell has the flags that the same words have without one."""
    by_shell = engine_of(modelCommand="custom", command=["sh", "-c", shlex.join(["vllm", "serve", *words])]).runs()
    directly = engine_of(modelCommand="custom", command=["vllm", "serve", *words]).runs()
    assert [run.flags for run in by_shell] == [run.flags for run in directly]


@pytest.mark.parametrize("patched", [[1, "--port", 9000], "text", None, {"a": 1}])
def test_arguments_that_a_patch_made_anything(patched: Any) -> None:
    """What is no text is read as text, and what is no list is none."""
    made = service({"patches": [{"target": {"role": "decode", "part": "container"}, "patch": {"args": patched}}]})
    assert isinstance(made, Made)
    assert all("mistake" not in result.message for result in made.generated.results)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=12) | st.from_regex("[0-9]{1,12}", fullmatch=True))
def test_numbers_are_plain_digits(text: str) -> None:
    """Whatever else Python takes for a number, an engine's port is not."""
    assert number(text) == (int(text) if text.isascii() and text.isdigit() else None)


@pytest.mark.parametrize("name", data.names("bases", "engines"))
def test_files_of_engines(name: str) -> None:
    """Each says what starts the engine and where it listens; short flags stand for long ones."""
    known = data.document("bases", "engines", f"{name}.yaml")
    assert all(program.split() for program in known["programs"])
    assert 0 < known["port"] < 65536
    aliases = known.get("aliases") or {}
    assert all(isinstance(short, str) and long not in aliases for short, long in aliases.items())


def test_flags_are_told_where_they_were_written() -> None:
    """Of a script, where the script is."""
    args = custom("bash", "-c", args=["vllm serve a/b --port 9000"])
    assert args.found("ports")[0][1] == "spec.decode.containers[0].args"
    assert script("vllm serve a/b --port 9000").found("ports")[0][1] == "spec.decode.containers[0].command"
