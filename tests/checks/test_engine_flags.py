"""Flags that an engine refuses together."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import custom, script, service
from tests.compose.made import Made, engine, overlay

from modelservice import data
from modelservice.checks.engine_flags import COMPARISONS

Map = dict[str, Any]

MULTI, HYBRID, EXTERNAL = "data-parallel-multi-port-external-lb", "data-parallel-hybrid-lb", "data-parallel-external-lb"
LOCAL, RANK, START = "data-parallel-size-local", "data-parallel-rank", "data-parallel-start-rank"
GROUP = {"data-parallel-size": 16, LOCAL: 8, START: 0}
RULES = data.document("bases", "engines", "vllm.yaml")["refuses"]


def said(made: Made) -> list[str]:
    """Return the messages of the check."""
    return [message for _, _, message in made.found("engine-flags")]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ({"headless": True, "api-server-count": 4}, ["--headless with --api-server-count 4", "leave --api-server-count out"]),
        ({"headless": True, HYBRID: True, LOCAL: 1}, [f"--headless with --{HYBRID}"]),
        ({"headless": True, LOCAL: 0}, [f"--headless with --{LOCAL} 0"]),
        ({MULTI: True, EXTERNAL: True, RANK: 0, **GROUP}, [f"--{MULTI} with --{EXTERNAL}"]),
        ({MULTI: True, HYBRID: True, **GROUP}, [f"--{MULTI} with --{HYBRID}"]),
        ({EXTERNAL: True, RANK: 1, HYBRID: True, LOCAL: 1}, [f"--{EXTERNAL} with --{HYBRID}"]),
        ({RANK: 1, START: 1}, [f"--{RANK} 1 with --{START} 1"]),
        ({EXTERNAL: True}, [f"--{EXTERNAL} without --{RANK}"]),
        ({EXTERNAL: True, START: 1}, [f"--{EXTERNAL} with --{START} 1"]),
        ({EXTERNAL: True, RANK: 1, LOCAL: 2}, [f"--{EXTERNAL} with --{LOCAL} 2"]),
        ({RANK: 1, LOCAL: 2}, [f"--{RANK} 1 with --{LOCAL} 2"]),
        ({HYBRID: True}, [f"--{HYBRID} without --{LOCAL}"]),
        ({"data-parallel-size": 2, LOCAL: 4}, [f"--{LOCAL} 4"]),
        ({MULTI: True, **GROUP, RANK: 1}, [f"--{MULTI} with --{RANK} 1"]),
        ({MULTI: True, **GROUP, "grpc": True}, ["with --grpc"]),
        ({MULTI: True, **GROUP, "uds": "/run/x"}, ["with --uds"]),
        ({MULTI: True, **GROUP, "ssl-keyfile": "/k"}, ["with --ssl-keyfile without --ssl-certfile"]),
        ({MULTI: True, **GROUP, "ssl-certfile": "/c"}, ["with --ssl-certfile without --ssl-keyfile"]),
        ({MULTI: True, **GROUP, "api-server-count": 2}, ["with --api-server-count 2"]),
        ({MULTI: True, **GROUP, "api-server-count": 0}, ["with --api-server-count 0"]),
        ({MULTI: True, "data-parallel-size": 1, LOCAL: 1}, ["with --data-parallel-size 1"]),
        ({MULTI: True, LOCAL: 2}, ["without --data-parallel-size"]),
        ({MULTI: True, "data-parallel-size": 2}, [f"without --{LOCAL}"]),
        ({MULTI: True, "data-parallel-size": 8, LOCAL: 3}, ["all pods have the same number"]),
        ({MULTI: True, **GROUP, START: 9}, [f"with --{START} 9", "beyond"]),
        ({MULTI: True, **GROUP, "data-parallel-supervisor-port": 8207}, ["give the supervisor another port"]),
        ({MULTI: True, **GROUP, "port": 8000, "data-parallel-supervisor-port": 8000}, ["give the supervisor another port"]),
    ],
    ids=str,
)
def test_what_vllm_refuses(flags: Map, words: list[str]) -> None:
    """An error that says which flags, and the mend."""
    made = service(flags=flags)
    only_told = flags == {HYBRID: True}  # as values that the charts were tried with have it
    assert {severity for severity, _, _ in made.found("engine-flags")} == {"warning" if only_told else "error"}
    assert any(all(word in message for word in words) for message in said(made)), said(made)


@pytest.mark.parametrize(
    "flags",
    [
        {},
        {"headless": True},
        {"headless": True, "api-server-count": 0},
        {"headless": True, START: 8, LOCAL: 8, "data-parallel-size": 16},
        {"api-server-count": 4},
        {MULTI: True, **GROUP},
        {MULTI: True, **GROUP, START: 8, "api-server-count": 1, "data-parallel-supervisor-port": 8208},
        {MULTI: True, **GROUP, "ssl-keyfile": "/k", "ssl-certfile": "/c"},
        {HYBRID: True, **GROUP, "api-server-count": 4},
        {EXTERNAL: True, RANK: 3},
        {EXTERNAL: True, "nnodes": 2},
        {RANK: 3, LOCAL: 1},
        {"headless": True, "no-headless": True, "api-server-count": 4},
        {MULTI: True, "data-parallel-size": "$(SIZE)", LOCAL: 3, START: 9},
    ],
    ids=str,
)
def test_what_vllm_takes(flags: Map) -> None:
    """The topologies that people run, and numbers that nobody knows before."""
    assert said(service(flags=flags)) == []


def test_a_variable_that_does_not_go_with_a_flag() -> None:
    """Only one that is on."""
    flags = {"api-server-count": 2}
    for value, count in (("1", 1), ("True", 1), ("0", 0)):
        made = service(flags=flags, env=[{"name": "VLLM_ALLOW_RUNTIME_LORA_UPDATING", "value": value}])
        assert len(said(made)) == count
    assert said(service(env=[{"name": "VLLM_ALLOW_RUNTIME_LORA_UPDATING", "value": "1"}])) == []


def test_one_finding_for_the_same_flags() -> None:
    """Rules that speak of the same two flags do not all speak."""
    assert len(said(service(flags={MULTI: True, "data-parallel-size": 1, LOCAL: 1, EXTERNAL: True, RANK: 1}))) == 4
    assert len(said(service(flags={"data-parallel-size": 1, LOCAL: 8, MULTI: True}))) == 2


def test_where_the_flags_may_be_written() -> None:
    """Arguments, flags, commands, overlays; with their short names, too."""
    wanted = {"headless": True, "api-server-count": 4}
    words = ["--headless", "-asc", "4"]
    field = "spec.decode.containers[0]."
    assert service(args=words).found("engine-flags")[0][:2] == ("error", f"{field}args")
    assert service(flags=wanted).found("engine-flags")[0][:2] == ("error", f"{field}flags.headless")
    assert service(flags={"headless": True}, args=["-asc=4"]).found("engine-flags")[0][:2] == ("error", f"{field}flags.headless")
    assert custom("vllm", "serve", "a/b", *words).found("engine-flags")[0][:2] == ("error", f"{field}command")
    made = service({"overlays": [overlay({"target": "container", "flags": wanted})]})
    assert made.found("engine-flags")[0][:2] == ("error", "spec.overlays[0].spec.patches[0].flags")


def test_where_the_command_may_be_another_it_is_a_warning() -> None:
    """In a script, and in an image's own command; of another engine, nothing is known."""
    text = "vllm serve a/b --port 8200 --headless --api-server-count 4"
    assert script(text).found("engine-flags")[0][:2] == ("warning", "spec.decode.containers[0].command")
    image = {"containers": [engine(modelCommand="imageDefault", flags={"headless": True, "api-server-count": 4})]}
    assert service({"decode": image}).found("engine-flags")[0][0] == "warning"
    assert said(script("furiosa-llm serve a/b --port 8200 --headless --api-server-count 4")) == []
    assert said(script("other --headless --api-server-count 4")) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: " ".join(rule["flags"]))
def test_rules_have_one_form(rule: Map) -> None:
    """Flags by their long names, conditions that the check knows, and what would be right."""
    assert {"flags", "says"} <= set(rule) <= {"flags", "says", "env", "told"}
    assert rule["says"] == rule["says"].strip().rstrip(".")
    assert any(wanted is not False for wanted in rule["flags"].values())
    for key, wanted in rule["flags"].items():
        assert key == key.lower().replace("_", "-").lstrip("-")
        assert isinstance(wanted, bool) or (len(wanted) == 1 and set(wanted) <= set(COMPARISONS))
