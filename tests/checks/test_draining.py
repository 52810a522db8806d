"""Pods that stop before their requests have ended."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Map, engine, make

VLLM = {"image": "vllm/vllm-openai:v0.18.0", "modelCommand": "vllmServe"}


def told(spec: Map | None = None, role: Map | None = None, **container: Any) -> list[tuple[str, str]]:
    """Return the severity and field of what is told of a service that runs one vLLM container."""
    body = {"containers": [engine(**{**VLLM, **container})], **(role or {})}
    made = make({"profile": "llm-d", "prefill": {"create": False}, "decode": body, **(spec or {})})
    return [(severity, field) for severity, field, _ in made.found("draining")]


SHELL = "spec.decode.containers[0].command"
SCRIPTS = [
    ("vllm serve x", False),
    ("export A=exec; vllm serve x", False),
    ("exec vllm serve x", True),
    ("ulimit -l unlimited && exec vllm serve x", True),
    ("set -e\nexec vllm serve x", True),
    ("trap 'kill $!' TERM; vllm serve x & wait", True),
    ("if true; then exec vllm serve x; fi", True),
]


@pytest.mark.parametrize(("script", "right"), SCRIPTS)
@pytest.mark.parametrize("split", [True, False])
def test_a_shell_hands_the_signal_on(script: str, right: bool, split: bool) -> None:
    """A script without exec keeps SIGTERM for itself, whether or not pods shall drain."""
    script += " --shutdown-timeout 90"
    given = {"modelCommand": "custom", "command": ["/bin/bash", "-ec"], "args": [script]}
    given = given if split else {"modelCommand": "custom", "command": ["sh", "-c", script]}
    role = {"terminationGracePeriodSeconds": 200}
    assert told({}, role, **given) == ([] if right else [("warning", SHELL)])
    assert told({"drain": 90}, role, **given) == ([] if right else [("warning", SHELL)])


def test_no_shell_no_finding() -> None:
    """A command of one's own that is the engine itself, or a script in a file, gets the signal."""
    assert told(modelCommand="custom", command=["vllm", "serve", "x"]) == []
    assert told(modelCommand="custom", command=["sh", "/start.sh"]) == []


def test_an_engine_that_is_too_old_or_unknown_is_told() -> None:
    """Before 0.18 there is no flag; where the tag says no version it is given, with an info."""
    field = "spec.decode.containers[0].image"
    assert told({"drain": 60}) == []
    assert told({"drain": 60}, image="vllm:v0.17.1") == [("info", field)]
    assert told({"drain": 60}, image="vllm:nightly") == [("info", field)]
    assert told({"presets": ["graceful-shutdown"]}, image="vllm:nightly") == [("info", field)]
    assert told({"drain": 60}, image="ghcr.io/llm-d/llm-d-inference-sim:v0.3.0", modelCommand="imageDefault") == []


def test_the_version_may_be_said_beside_the_image() -> None:
    """Where the tag says none, or one of the vendor's: it decides on the flag."""
    field = "spec.decode.containers[0].version"
    assert told({"drain": 60}, image="vllm:nightly", version="0.19") == []
    assert told({"drain": 60}, image="vllm:v0.19.1", version="0.17.2") == [("info", field)]
    for version, given in (("0.19", True), ("0.17.2", False)):
        body = {"containers": [engine(**{**VLLM, "image": "vllm:nightly", "version": version})]}
        made = make({"profile": "llm-d", "prefill": {"create": False}, "drain": 60, "decode": body})
        assert ("--shutdown-timeout" in made.container()["args"]) is given
        assert "version" not in made.container()


def test_a_command_of_ones_own_has_to_tell_the_engine() -> None:
    """Nothing can be added to a script: the finding says what to add. One that says it, or runs something else, is left alone."""
    own: Map = {"modelCommand": "custom", "command": ["sh", "-c", "exec vllm serve x"]}
    assert told({"drain": 60}, **own) == [("warning", SHELL)]
    own["command"] = ["sh", "-c", "exec vllm serve x --shutdown-timeout 60"]
    assert told({"drain": 60}, **own) == []
    assert told({"drain": 60}, modelCommand="custom", command=["sleep", "inf"]) == []
    module = ["python3", "-m", "vllm.entrypoints.openai.api_server"]
    assert told({"drain": 60}, modelCommand="custom", command=module) == [("warning", SHELL)]


GRACE = "spec.decode.terminationGracePeriodSeconds"
SLEEPS = {"sleep": {"seconds": 40}}


@pytest.mark.parametrize(("grace", "right"), [(14, False), (74, False), (75, True), (600, True)])
def test_the_grace_period_holds_the_hook_and_the_draining(grace: int, right: bool) -> None:
    """15 s to leave the endpoints, then what the engine was told; a grace period below ends both."""
    assert told({"drain": 60}, {"terminationGracePeriodSeconds": grace}) == ([] if right else [("warning", GRACE)])


def test_hooks_of_ones_own_count() -> None:
    """Whatever the hook is, and without drain; Kubernetes gives 30 s where nobody says."""
    for hook in (SLEEPS, {"exec": {"command": ["sh", "-c", "sleep 40"]}}, {"exec": {"command": ["sleep", "40"]}}):
        assert told(extraConfig={"lifecycle": {"preStop": hook}}) == [("warning", GRACE)]
        assert told(role={"terminationGracePeriodSeconds": 41}, extraConfig={"lifecycle": {"preStop": hook}}) == []
    low = {"extraConfig": {"terminationGracePeriodSeconds": 5}}
    assert told({"drain": 60}, low) == [("warning", "spec.decode.extraConfig.terminationGracePeriodSeconds")]
    assert told(extraConfig={"lifecycle": {"preStop": {"httpGet": {"port": 1}}}}) == []


def test_the_engines_own_timeout_counts() -> None:
    """A flag of the user's stays, and needs its time."""
    assert told({"drain": 60}, args=["--shutdown-timeout", "80"]) == [("warning", "spec.drain")]
    assert told(modelCommand="custom", command=["vllm", "serve", "x", "--shutdown-timeout=40"]) == [("warning", GRACE)]
    assert told({"drain": 60}, args=["--shutdown-timeout=40"]) == []


def test_autoscaling_without_draining_is_an_info() -> None:
    """Scaling down stops pods that serve."""
    scaled: Map = {"autoscaling": {"enabled": True}}
    assert told(role=scaled) == [("info", "spec.decode.autoscaling.enabled")]
    assert told({"drain": 30}, scaled) == []
    assert told(role={**scaled, "drain": 30}) == []


def test_furiosa_has_no_flag() -> None:
    """Its engine is given the time, and nothing is told."""
    made = make({"drain": 60, "decode": {"containers": [engine(modelCommand="furiosaLLMServe")]}})
    assert made.found("draining") == []
