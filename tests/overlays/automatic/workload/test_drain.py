"""drain: a pod that is stopped leaves the endpoints first, then has time to finish its requests."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, engine, make

VLLM = {"image": "vllm/vllm-openai:v0.18.0", "modelCommand": "vllmServe"}
FLAG = "--shutdown-timeout"


def pods(spec: Map, **container: Any) -> Any:
    """Make a service of one vLLM container."""
    return make({"profile": "llm-d", **spec, "decode": {"containers": [engine(**{**VLLM, **container})], **spec.get("decode", {})}})


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_pods_have_time_and_engines_wait(profile: str) -> None:
    """120 seconds in all, of which every engine container sleeps the first 15."""
    made = make({"profile": profile, "drain": 90, "decode": {"containers": [engine(), engine(name="b")]}})
    assert made.pod()["terminationGracePeriodSeconds"] == 120
    for index in (0, 1):
        assert made.container(index=index)["lifecycle"] == {"preStop": {"sleep": {"seconds": 15}}}
    assert "lifecycle" not in made.proxy()


def test_without_drain_pods_stop_as_before() -> None:
    """Where `drain` is not said, no pod has a grace period or a hook."""
    assert "terminationGracePeriodSeconds" not in make({}).pod()
    assert "lifecycle" not in make({}).container()


def test_the_users_time_wins() -> None:
    """TerminationGracePeriodSeconds of the role is above it."""
    made = make({"drain": 90, "decode": {"terminationGracePeriodSeconds": 600}})
    assert made.pod()["terminationGracePeriodSeconds"] == 600


@pytest.mark.parametrize("spec", [{"drain": 40}, {"drain": 5, "decode": {"drain": 40}}, {"decode": {"drain": 40}}])
def test_drain_says_how_many_seconds(spec: Map) -> None:
    """Of the spec or the role: 15 s to leave, the seconds, 15 s to end; and vLLM is told."""
    made = pods(spec)
    assert made.pod()["terminationGracePeriodSeconds"] == 70
    args = made.container()["args"]
    assert args[args.index(FLAG) + 1] == "40"
    assert made.found("draining") == []


def test_a_role_may_drain_alone() -> None:
    """The other one is as it was; and null of a role is the spec's."""
    made = pods({"decode": {"drain": 40}})
    assert "terminationGracePeriodSeconds" in made.pod()
    assert "terminationGracePeriodSeconds" not in made.pod("prefill")
    assert pods({"drain": 10, "decode": {"drain": None}}).pod()["terminationGracePeriodSeconds"] == 40


TAGS = [
    ("v0.18.0", True),
    ("0.19", True),
    ("v1.0.0", True),
    ("v0.17.1", False),
    ("nightly", True),
    ("25.09-py3", True),
    ("v0.18.0-cu130", True),
]


@pytest.mark.parametrize(("tag", "given"), TAGS)
def test_a_version_that_has_no_flag_gets_none(tag: str, given: bool) -> None:
    """VLLM knows it from 0.18 on; one whose version nobody knows gets it."""
    assert (FLAG in pods({"drain": 40}, image=f"vllm/vllm-openai:{tag}").container()["args"]) is given


def test_only_what_runs_vllm_gets_the_flag() -> None:
    """Not another engine, a script, another program or the simulator; a command of one's own that is vLLM does, before its own args."""
    own: Map = {"modelCommand": "custom", "args": ["x", "--port", "8200"]}
    assert pods({"drain": 40}, **own, command=["vllm", "serve"]).container()["args"] == [FLAG, "40", *own["args"]]
    assert pods({"drain": 40}, **own, command=["sleep"]).container()["args"] == own["args"]
    script = pods({"drain": 40}, modelCommand="custom", command=["sh", "-c", "exec vllm serve"])
    assert "args" not in script.container()
    assert script.errors == []
    simulator = pods({"drain": 40}, image="ghcr.io/llm-d/llm-d-inference-sim:v0.3.0", modelCommand="imageDefault")
    assert FLAG not in simulator.container()["args"]
    assert FLAG not in make({"drain": 40}).container()["args"]


def test_a_flag_of_the_users_stays() -> None:
    """In args or in flags."""
    assert pods({"drain": 40}, args=[FLAG, "99"]).container()["args"].count(FLAG) == 1
    args = pods({"drain": 40}, flags={"shutdown-timeout": 99}).container()["args"]
    assert args[args.index(FLAG) + 1] == "99"


def test_a_hook_of_the_users_takes_its_place() -> None:
    """Two handlers in one hook would be refused."""
    hook = {"exec": {"command": ["sleep", "5"]}}
    assert pods({"drain": 40}, extraConfig={"lifecycle": {"preStop": hook}}).container()["lifecycle"] == {"preStop": hook}
