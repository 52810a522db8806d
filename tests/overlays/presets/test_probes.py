"""Preset probes: startup, liveness and readiness of the engine at hand."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import Made, engine, make

Map = dict[str, Any]
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")


def probed(profile: str, *containers: Map, **spec: Any) -> Made:
    """Make a service with the preset and a decode role of these containers."""
    return make({"profile": profile, "presets": ["probes"], "decode": {"containers": list(containers)}, **spec})


@pytest.mark.parametrize(
    ("profile", "command", "name"),
    [
        ("furiosa", "furiosaLLMServe", "furiosa-llm"),
        ("furiosa", "imageDefault", "furiosa-llm"),
        ("furiosa", "vllmServe", "vllm"),
        ("llm-d", "vllmServe", "vllm"),
        ("llm-d", "imageDefault", "vllm"),
        ("llm-d", "furiosaLLMServe", "furiosa-llm"),
    ],
)
def test_each_engine_is_probed_as_it_answers(profile: str, command: str, name: str) -> None:
    """VLLM has /health, Furiosa-LLM does not; both list their models when they serve; the port is the engine's."""
    container = probed(profile, engine(modelCommand=command)).container()
    models = {"path": "/v1/models", "port": 8200}
    assert container["readinessProbe"]["httpGet"] == models
    if name == "vllm":
        assert container["livenessProbe"]["httpGet"] == {"path": "/health", "port": 8200}
        assert container["startupProbe"]["httpGet"] == {"path": "/health", "port": 8200}
    else:
        assert container["livenessProbe"]["tcpSocket"] == {"port": 8200}
        assert container["startupProbe"]["httpGet"] == models
    for probe in PROBES:
        assert len({"httpGet", "tcpSocket", "exec"} & container[probe].keys()) == 1


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_a_model_has_an_hour_to_load(profile: str) -> None:
    """Startup may take 60 minutes; liveness begins after that."""
    startup = probed(profile, engine()).container()["startupProbe"]
    assert startup["periodSeconds"] * startup["failureThreshold"] == 3600


def test_prefill_is_probed_at_its_own_port() -> None:
    """Prefill has no proxy and listens on servicePort."""
    made = make({"profile": "llm-d", "presets": ["probes"], "routing": {"servicePort": 9000}})
    assert made.container("prefill")["livenessProbe"]["httpGet"]["port"] == 9000
    assert made.container("decode")["livenessProbe"]["httpGet"]["port"] == 8200


def test_sidecars_are_not_probed() -> None:
    """A custom container beside an engine serves something else; a custom one that is alone is the engine."""
    side = engine(name="side", modelCommand="custom", command=["sleep"])
    made = probed("llm-d", engine(), side)
    assert all(probe in made.container() for probe in PROBES)
    assert not any(probe in made.container(index=1) for probe in PROBES)
    assert all(probe in probed("llm-d", side).container() for probe in PROBES)


@pytest.mark.parametrize("probe", PROBES)
def test_the_users_probe_wins_whole(probe: str) -> None:
    """A user's probe has nothing of the preset's in it; the other two stay."""
    own = {"exec": {"command": ["true"]}, "periodSeconds": 1}
    container = probed("furiosa", engine(**{probe: own})).container()
    assert container[probe] == own
    assert all(other in container for other in PROBES)


def test_without_the_preset_nothing_is_probed() -> None:
    """The preset is applied only where it is named."""
    assert not any(probe in make({}).container() for probe in PROBES)
