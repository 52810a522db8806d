"""Arguments merged by flag: the merge by itself, with its laws, and whose flags win over whose arguments (specification: Flags)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import decode, engine, make, overlay

from modelservice.compose import flags

Map = dict[str, Any]

VLLM = {"profile": "llm-d"}
GENERATED = ["meta/llama-8b", "--port", "8200", "--served-model-name", "meta/llama-8b"]

# args, flags, what they become
CASES: dict[str, tuple[list[str], Map, list[str]]] = {
    "two words": (["--a", "1", "--b", "2"], {"a": "3"}, ["--a", "3", "--b", "2"]),
    "one word": (["--a=1", "--b=2"], {"a": "3"}, ["--a=3", "--b=2"]),
    "named with its dashes": (["--a", "1"], {"--a": "3"}, ["--a", "3"]),
    "underscores in the arguments": (["--max_model_len=1"], {"max-model-len": 2}, ["--max_model_len=2"]),
    "underscores in the flags": (["--max-model-len", "1"], {"max_model_len": 2}, ["--max-model-len", "2"]),
    "a short flag": (["-tp", "1"], {"tp": 2}, ["-tp", "2"]),
    "a name that another begins with": (["--port-name", "x"], {"port": 1}, ["--port-name", "x", "--port", "1"]),
    "new ones in one order": (["m"], {"b": "1", "a": "2"}, ["m", "--a", "2", "--b", "1"]),
    "a new one with underscores": ([], {"max_len": 1}, ["--max_len", "1"]),
    "true over two words": (["--a", "1", "--b"], {"a": True}, ["--a", "--b"]),
    "true over one word": (["--a=1", "--b"], {"a": True}, ["--a", "--b"]),
    "true over a bare flag": (["--a", "--b"], {"a": True}, ["--a", "--b"]),
    "a value over a bare flag": (["--a", "--b"], {"a": "1"}, ["--a", "1", "--b"]),
    "null of two words": (["--a", "1", "--b", "2"], {"a": None}, ["--b", "2"]),
    "null of one word": (["--a=1", "--b"], {"a": None}, ["--b"]),
    "null of a bare flag": (["--b", "2", "--a", "--c"], {"a": None}, ["--b", "2", "--c"]),
    "null of each occurrence": (["--a=1", "m", "--a", "2", "--b"], {"a": None}, ["m", "--b"]),
    "null of what is not there": (["--b"], {"a": None}, ["--b"]),
    "a list repeats it": (["--a", "1", "--b"], {"a": ["x", 2]}, ["--a", "x", "--a", "2", "--b"]),
    "a list repeats it in one word": (["--a=1", "--b"], {"a": ["x", "y"]}, ["--a=x", "--a=y", "--b"]),
    "an empty list": (["--a", "1", "--b"], {"a": []}, ["--b"]),
    "several occurrences": (["--a", "1", "--b", "--a", "2"], {"a": "3"}, ["--a", "3", "--b"]),
    "several values": (["--a", "x", "y", "z", "--b"], {"a": "1"}, ["--a", "1", "--b"]),
    "several values of another": (["--a", "x", "y=z", "--b", "1"], {"b": "2"}, ["--a", "x", "y=z", "--b", "2"]),
    "a negative number is a value": (["--a", "-1", "-.5", "--b"], {"a": "2"}, ["--a", "2", "--b"]),
    "a negative number is given": (["--a", "1"], {"a": -2, "b": -0.5}, ["--a", "-2", "--b", "-0.5"]),
    "text that looks like a flag": (["--a", "1"], {"a": "-x", "b": "--y"}, ["--a=-x", "--b=--y"]),
    "a dash alone is a value": (["--a", "-", "--b"], {"a": "x"}, ["--a", "x", "--b"]),
    "empty text": (["--a", "1", "--b=2"], {"a": "", "b": ""}, ["--a=", "--b="]),
    "text stays text": ([], {"a": "true", "b": "08", "c": "1e3", "d": "null"}, ["--a", "true", "--b", "08", "--c", "1e3", "--d", "null"]),
    "whole numbers": ([], {"a": 8192, "b": 0, "c": 16777216}, ["--a", "8192", "--b", "0", "--c", "16777216"]),
    "JSON with an equals sign": (["--a", '{"x": "y=z"}', "--b"], {"b": "1"}, ["--a", '{"x": "y=z"}', "--b", "1"]),
    "only the first equals sign": (["--a=x=y", "--b=1"], {"a": "p=q"}, ["--a=p=q", "--b=1"]),
    "what follows one word is no value of it": (["--a=1", "m", "n", "--b"], {"a": "2"}, ["--a=2", "m", "n", "--b"]),
    "a map is JSON": ([], {"a": {"y": {"d": True, "c": [1, "x"]}, "x": "é"}}, ["--a", '{"x":"é","y":{"c":[1,"x"],"d":true}}']),
    "a map over JSON": (["--a", '{"y": 1, "x": {"z": 2}}'], {"a": {"x": {"w": 3}, "b": 4}}, ["--a", '{"y":1,"x":{"z":2,"w":3},"b":4}']),
    "a map over JSON in one word": (["--a={}", "--b"], {"a": {"x": 1}}, ['--a={"x":1}', "--b"]),
    "null in a map": (["--a", '{"y":1,"x":{"z":2}}'], {"a": {"x": {"z": None}, "y": None}}, ["--a", '{"x":{}}']),
    "null in a map over nothing": (["--b"], {"a": {"x": None, "y": {"z": None, "w": 1}}}, ["--b", "--a", '{"y":{"w":1}}']),
    "a map without anything": (["--b"], {"a": {}, "c": {"x": None}}, ["--b"]),
    "a map that takes all away": (["--a", '{"x":1}'], {"a": {"x": None}}, ["--a", "{}"]),
    "a map that changes nothing": (["--a", '{ "x": 1e3 }'], {"a": {"x": 1000.0, "y": None}}, ["--a", '{ "x": 1e3 }']),
    "a map over other text": (
        ["--a", "{x", "--b", "[1]", "--c"],
        {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1}},
        ["--a", '{"x":1}', "--b", '{"x":1}', "--c", '{"x":1}'],
    ),
    "a map over the last of several": (["--a", '{"x":1}', "--b", "--a", '{"x":2}'], {"a": {"y": 3}}, ["--a", '{"x":2,"y":3}', "--b"]),
    "a list of maps": (["--a", '{"x":1}'], {"a": [{"y": 1, "x": None}, "z", {}]}, ["--a", '{"y":1}', "--a", "z", "--a", "{}"]),
    "text over JSON": (["--a", '{"x":1}'], {"a": '{"y":2}'}, ["--a", '{"y":2}']),
    "what stands before": (["m", "n", "--a", "1"], {"a": None}, ["m", "n"]),
}


@pytest.mark.parametrize("case", CASES)
def test_flags_are_merged_into_arguments(case: str) -> None:
    """A flag is replaced where it stands, in the way it is written; nothing else moves, and new flags come last."""
    args, given_flags, expected = CASES[case]
    before = copy.deepcopy((args, given_flags))
    assert flags.merged(args, given_flags) == expected
    assert (args, given_flags) == before


@pytest.mark.parametrize(
    ("args", "kept", "expected"),
    [
        (["--a", "1", "--a", "2"], 2, ["--a", "1", "--max-b", "9", "--a", "2"]),
        (["--a", "1", "--max_b=2"], 1, ["--a", "9", "--max_b=2"]),
        (["--a", "1", "m", "--c"], 2, ["--a", "9", "--max-b", "9", "m", "--c"]),
        (["--a", "1"], 0, ["--a", "9", "--max-b", "9"]),
        (["--a", "1"], 2, ["--max-b", "9", "--a", "1"]),
    ],
)
def test_kept_arguments_stay(args: list[str], kept: int, expected: list[str]) -> None:
    """A flag among the last ``kept`` arguments is left alone everywhere; what is new goes in front of those."""
    assert flags.merged(args, {"a": "9", "max-b": "9"}, kept) == expected


# Laws. NAMES are told apart by flags.key; what a value is, and where it ends, the tests read by themselves.

NAMES = ("a", "b", "max-len", "c-d")
VALUES = st.sampled_from(["x", "1", "-1", "-.5", "y=z", "08", "true", "{}"])
FLAGS = st.dictionaries(
    st.sampled_from(["a", "b", "max-len", "max_len", "c-d", "new"]),
    st.one_of(st.just(True), st.none(), VALUES, st.integers(-9, 9), st.lists(VALUES, max_size=3)),
    max_size=4,
).filter(lambda wanted: len({name.replace("_", "-") for name in wanted}) == len(wanted))


@st.composite
def arguments(draw: st.DrawFn) -> list[str]:
    """Draw what may stand behind a command: words, then flags in all the ways they are written."""
    args = draw(st.lists(st.sampled_from(["model", "x"]), max_size=2))
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=5)):
        written = "--" + draw(st.sampled_from([name, name.replace("-", "_")]))
        if draw(st.booleans()):
            args.append(f"{written}={draw(VALUES)}")
        else:
            args += [written, *draw(st.lists(VALUES, max_size=3))]
    return args


def parsed(args: list[str]) -> list[tuple[str, str, list[str]]]:
    """Return each flag's name and own word, with the words behind it; what comes before any flag has no name."""
    found: list[tuple[str, str, list[str]]] = [("", "", [])]
    for word in args:
        if word.startswith("--"):
            found.append((word[2:].partition("=")[0].replace("_", "-"), word, []))
        else:
            found[-1][2].append(word)
    return found


def values(args: list[str], name: str) -> list[list[str]]:
    """Return the values of each occurrence of a flag."""
    return [[word.partition("=")[2]] if "=" in word else behind for own, word, behind in parsed(args) if own == name]


@settings(deadline=None)
@given(arguments())
def test_no_flags_change_nothing(args: list[str]) -> None:
    """Merging no flags gives the arguments."""
    assert flags.merged(args, {}) == args


@settings(deadline=None)
@given(arguments(), FLAGS)
def test_twice_is_once(args: list[str], wanted: Map) -> None:
    """Merged flags are there, so merging them again changes nothing."""
    once = flags.merged(args, wanted)
    assert flags.merged(once, wanted) == once


@settings(deadline=None)
@given(arguments(), FLAGS)
def test_other_flags_are_untouched(args: list[str], wanted: Map) -> None:
    """What no flag names comes out word by word, in its order."""
    named = {name.replace("_", "-") for name in wanted}
    before, after = ([one for one in parsed(words) if one[0] not in named] for words in (args, flags.merged(args, wanted)))
    assert after == before


@settings(deadline=None)
@given(arguments(), FLAGS)
def test_every_flag_is_as_wanted(args: list[str], wanted: Map) -> None:
    """Null is no occurrence, true one without a value, a list one for each entry, anything else one with its text."""
    result = flags.merged(args, wanted)
    for name, value in wanted.items():
        expected: list[list[str]] = [[str(one)] for one in (value if isinstance(value, list) else [value])]
        if value is None or value is True:
            expected = [] if value is None else [[]]
        assert values(result, name.replace("_", "-")) == expected


@settings(deadline=None)
@given(arguments(), FLAGS)
def test_a_flag_stays_where_it_stood_first(args: list[str], wanted: Map) -> None:
    """The order in which flags occur first is the old one, with new flags behind it, sorted, since kustomize changes the order of a map."""
    result = list(dict.fromkeys(name for name, _, _ in parsed(flags.merged(args, wanted))))
    gone = {name.replace("_", "-") for name, value in wanted.items() if value in (None, [])}
    old = [name for name in dict.fromkeys(name for name, _, _ in parsed(args)) if name not in gone]
    new = [name for name in (name.replace("_", "-") for name in sorted(wanted)) if name not in old and name not in gone]
    assert result == old + new


@settings(deadline=None)
@given(arguments(), arguments(), FLAGS)
def test_kept_arguments_end_the_list(args: list[str], own: list[str], wanted: Map) -> None:
    """Whatever is merged: the user's own arguments are the last ones, unchanged, and win."""
    result = flags.merged(args + own, wanted, len(own))
    assert result[len(result) - len(own) :] == own
    taken = {name for name, _, _ in parsed(own)}
    merged = {name: value for name, value in wanted.items() if name.replace("_", "-") not in taken}
    assert result == flags.merged(args, merged) + own


# Over generated arguments and over args; a user's flags, an overlay's, a preset's


def args_of(spec: Map, *overlays: Map) -> list[str]:
    """Return the arguments of the first container of decode."""
    args: list[str] = make({**VLLM, **spec}, overlays=overlays).container()["args"]
    return args


def flag_overlay(name: str = "own", **given_flags: Any) -> Map:
    """Return an overlay that gives flags to engine containers."""
    return overlay({"target": "container", "flags": given_flags}, name=name)


def test_users_flags_go_over_generated_arguments() -> None:
    """A container's flags change what modelCommand generates, at its place."""
    spec = decode(modelCommand="vllmServe", flags={"port": 9000, "served_model_name": ["a", "b"], "enforce-eager": True})
    assert args_of(spec) == [
        "meta/llama-8b",
        "--port",
        "9000",
        "--served-model-name",
        "a",
        "--served-model-name",
        "b",
        "--enforce-eager",
    ]


@pytest.mark.parametrize("command", ["vllmServe", "imageDefault", "custom"])
def test_users_flags_go_over_their_own_args(command: str) -> None:
    """A container's flags win over its args: both are the user's, and flags are the finer word."""
    fields: Map = {"modelCommand": command, "args": ["--x=1", "--y", "2", "--z"], "flags": {"x": 3, "y": None}}
    if command == "custom":
        fields["command"] = ["serve"]
    assert args_of(decode(**fields))[-2:] == ["--x=3", "--z"]


def test_the_profiles_container_takes_flags_of_overlays() -> None:
    """A container that is the profile's own, without args, takes the flags of an overlay."""
    assert args_of({}, flag_overlay(x=1))[-2:] == ["--x", "1"]


def test_flags_of_overlays_go_over_generated_arguments() -> None:
    """An overlay's flags change generated arguments, and stand in front of the user's args."""
    spec = decode(modelCommand="vllmServe", args=["--own", "1"])
    assert args_of(spec, flag_overlay(port=1, new=True)) == [
        "meta/llama-8b",
        "--port",
        "1",
        "--served-model-name",
        "meta/llama-8b",
        "--new",
        "--own",
        "1",
    ]


@pytest.mark.parametrize("own", [["--max_len=1"], ["--max-len", "1"]])
@pytest.mark.parametrize("value", ["9", None, True, ["8", "9"]])
def test_users_args_win_over_flags_of_overlays(own: list[str], value: Any) -> None:
    """No overlay overrides, removes or repeats what the user's args say."""
    assert args_of(decode(modelCommand="vllmServe", args=own), flag_overlay(**{"max-len": value})) == GENERATED + own


def test_users_args_also_win_over_a_generated_flag_that_an_overlay_changes() -> None:
    """A flag that is generated and among the user's args is left alone in both places."""
    spec = decode(modelCommand="vllmServe", args=["--port", "1"])
    assert args_of(spec, flag_overlay(port=2)) == [*GENERATED, "--port", "1"]


def test_users_flags_win_over_flags_of_overlays() -> None:
    """Of a flag that both name, the user's value stays; the overlay's other flags are there too."""
    spec = {"overlays": [flag_overlay("inline", a=1, b=1)], **decode(modelCommand="vllmServe", args=["--c=1"], flags={"a": 2, "c": 2})}
    assert args_of(spec, flag_overlay("given", a=3, d=3)) == [*GENERATED, "--a", "2", "--b", "1", "--d", "3", "--c=2"]


def test_later_overlays_win_and_null_of_one_takes_away() -> None:
    """Flags of overlays apply in the order of the overlays."""
    spec = decode(modelCommand="vllmServe")
    assert args_of(spec, flag_overlay("one", a=1, b=1), flag_overlay("two", a=2, b=None)) == [*GENERATED, "--a", "2"]


def test_a_preset_with_flags_never_touches_the_users_args() -> None:
    """Presets that a package brings are overlays as well: their flags go below the user's args, wherever args came from."""
    spec = {"overlays": [overlay({"target": "container", "patch": {"args": ["--a", "1"]}}, name="args"), flag_overlay(a=2)]}
    assert args_of({**spec, **decode(modelCommand="vllmServe", args=["--a=0"])}) == ["--a", "2"]
    assert args_of({"overlays": [flag_overlay(a=2)], **decode(modelCommand="vllmServe", args=["--a=0"])})[-1:] == ["--a=0"]


def test_flags_go_to_each_container_that_the_patch_fits() -> None:
    """An overlay's flags go to every engine container whose facts hold, a container's own to itself."""
    containers = [
        engine(modelCommand="vllmServe", flags={"mine": 1}),
        engine(name="side", modelCommand="custom", command=["run"], args=["--x"]),
    ]
    made = make(
        {**VLLM, "decode": {"containers": containers}},
        overlays=(overlay({"target": "container", "when": {"modelCommand": "vllmServe"}, "flags": {"theirs": True}}),),
    )
    assert made.container(index=0)["args"][-3:] == ["--theirs", "--mine", "1"]
    assert made.container(index=1)["args"] == ["--x"]


def test_flags_are_filled_with_parameters() -> None:
    """A reference in an overlay's flags becomes the parameter's text, and one that may be absent leaves its flag out."""
    given_overlay = overlay({"target": "container", "flags": {"listen": "${engine.port}", "name": "m-${name}", "gone": "${no.such?}"}})
    assert args_of(decode(modelCommand="vllmServe"), given_overlay)[-4:] == ["--listen", "8200", "--name", "m-llama"]


@pytest.mark.parametrize("multinode", [False, True])
def test_flags_reach_every_kind_of_workload(multinode: bool) -> None:
    """The same flags give the same arguments in a Deployment and in a LeaderWorkerSet."""
    assert args_of({"multinode": multinode, **decode(modelCommand="vllmServe", flags={"a": 1})}) == [*GENERATED, "--a", "1"]


@pytest.mark.parametrize(
    ("command", "args"),
    [
        (["sh", "-c"], ["vllm serve"]),
        (["/bin/bash", "-lc", "vllm serve"], None),
        (["bash"], ["-ec", "vllm serve"]),
        (["/bin/ash", "-c", "x"], ["--a"]),
    ],
)
@pytest.mark.parametrize("whose", ["user", "overlay"])
def test_a_shell_script_takes_no_flags(command: list[str], args: list[str] | None, whose: str) -> None:
    """Flags of a container that runs a script are an error, which names the field, or the overlay that brings them."""
    fields: Map = {"modelCommand": "custom", "command": command, **({"args": args} if args else {})}
    overlays = (flag_overlay("bringer", a=1),) if whose == "overlay" else ()
    made = make({**VLLM, **decode(**fields, **({} if overlays else {"flags": {"a": 1}}))}, overlays=overlays)
    (error,) = made.errors
    assert "script" in error
    assert ("bringer" in error) if overlays else error.startswith("spec.decode.containers[0].flags: ")


@pytest.mark.parametrize(
    ("command", "args"),
    [
        (["bash", "/serve.sh"], ["--a", "1"]),
        (["bash", "/serve.sh", "--sync"], None),
        (["python", "-c", "serve()"], None),
        (["/bin/shell-c"], None),
    ],
)
def test_what_is_no_script_takes_flags(command: list[str], args: list[str] | None) -> None:
    """A shell that runs a file passes arguments on, and other programs may have a -c of their own."""
    fields: Map = {"modelCommand": "custom", "command": command, **({"args": args} if args else {}), "flags": {"a": 2}}
    assert args_of(decode(**fields)) == ["--a", "2"]


@pytest.mark.parametrize("value", [False, [True], [None], [["a"]]])
def test_values_that_mean_no_argument_are_errors(value: Any) -> None:
    """False, and what is no text, number, true or null, is told with its field and what would be right."""
    (error,) = make(decode(flags={"a": value})).errors
    assert error.startswith("spec.decode.containers[0].flags.a")
    assert "null" in error


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
MAPS = st.dictionaries(st.text(max_size=2), JSON, max_size=3)


@given(MAPS, MAPS, MAPS)
def test_maps_merge_as_json_merge_patches_do(there: Map, one: Map, other: Map) -> None:
    """What comes out means what RFC 7396 says; a second time changes nothing, and the order of the keys that are given plays no part."""
    text = json.dumps(there)
    once = flags.merged(["--a", text], {"a": one})
    assert json.loads(once[1]) == merge_patch(there, one)
    assert flags.merged(once, {"a": one}) == once
    turned = {key: one[key] for key in reversed(one)}
    assert flags.merged(["--a", text], {"a": turned}) == once
    assert json.loads(flags.merged(once, {"a": other})[1]) == merge_patch(merge_patch(there, one), other)


def merge_patch(target: Any, patch: Any) -> Any:
    """Return what RFC 7396 says in its section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def test_maps_merge_through_all_layers() -> None:
    """From the arguments over a preset's overlay, the service's engine and the role's, each key by itself."""
    spec: Map = {
        **VLLM,
        "engine": {"modelCommand": "vllmServe", "args": ["--a", '{"z": 1}'], "flags": {"a": {"y": {"u": 1, "v": 2}}, "b": {"x": 1}}},
        "decode": {"engine": {"flags": {"a": {"y": {"u": 3}, "z": None}, "b": {"w": 1}}}},
    }
    args = make(spec, overlays=(flag_overlay(b={"v": 0, "w": 0}, a={"t": 1}),)).container()["args"]
    assert args[5:] == ["--b", '{"v":0,"w":1,"x":1}', "--a", '{"y":{"u":3,"v":2}}']


@settings(max_examples=30, deadline=None)
@given(arguments(), FLAGS, FLAGS)
def test_users_words_are_last_whatever_overlays_say(own: list[str], theirs: Map, wanted: Map) -> None:
    """Through the whole composition: own args end the list under any overlay, and own flags are as wanted under any overlay."""
    spec = decode(modelCommand="custom", command=["run"], args=own) if own else decode(modelCommand="custom", command=["run"])
    args = make({**VLLM, **spec}, overlays=(flag_overlay(**theirs),)).container().get("args", [])
    assert args[len(args) - len(own) :] == own
    spec["decode"]["containers"][0]["flags"] = wanted
    result = make({**VLLM, **spec}, overlays=(flag_overlay(**theirs),)).container().get("args", [])
    assert result == flags.merged(args, wanted)


def test_two_spellings_of_one_flag() -> None:
    """Of two keys that mean the same flag the later holds, where the flag stands, with its dashes."""
    assert flags.merged(["--a_b", "1", "x"], {"a-b": [], "a_b": 3}) == ["--a_b", "3"]
    assert flags.merged([], {"a-b": 1, "a_b": 2}) == ["--a-b", "2"]
    assert flags.merged(["--c"], {"a-b": 1, "a_b": None}) == ["--c"]


@pytest.mark.parametrize(
    ("args", "wanted"),
    [
        ([], []),
        (["a", "--b", "c", "d", "--e=f=g", "h", "--i"], [("", ["a"]), ("b", ["c", "d"]), ("e", ["f=g"]), ("", ["h"]), ("i", [])]),
        (["--max_model_len", "-1", "-x=", "--"], [("max-model-len", ["-1"]), ("x", [""]), ("", [])]),
    ],
)
def test_arguments_are_read_as_flags(args: list[str], wanted: list[Any]) -> None:
    """Each with its key and its values; what belongs to no flag has none."""
    assert flags.read(args) == wanted


@pytest.mark.parametrize(
    ("command", "args", "text"),
    [
        (["sh", "-c", "a b"], [], "a b"),
        (["/bin/bash", "-ec"], ["a b", "c"], "a b"),
        (["bash"], ["-x", "-c", "a"], "a"),
        (["sh", "-c"], [], ""),
        (["sh", "script.sh"], ["-x"], None),
        (["python3", "-c", "a"], [], None),
        ([], ["-c", "a"], None),
    ],
)
def test_the_script_of_a_container(command: list[str], args: list[str], text: str | None) -> None:
    """What a shell is given to run."""
    assert flags.script(command, args) == text
