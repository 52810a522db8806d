"""Keys that the charts call deprecated (specification: Warnings)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize(
    ("key", "value", "there"),
    [
        ("imagePullSecrets", [{"name": "s"}], "imagePullSecrets"),
        ("schedulerName", "s", "schedulerName"),
        ("podSecurityContext", {"fsGroup": 1}, "securityContext"),
    ],
)
def test_deprecated_keys_of_a_role(key: str, value: Any, there: str) -> None:
    """A role's deprecated key is told that says what it is called under extraConfig."""
    ((severity, field, message),) = make({"decode": {key: value}}).found("deprecated-keys")
    assert (severity, field) == ("info", "spec.decode")
    assert key in message
    assert there in message
    assert "extraConfig" in message
    assert ("(there" in message) is (key != there)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("securityContext", {"runAsUser": 1}),
        ("imagePullPolicy", "Always"),
        ("livenessProbe", {"tcpSocket": {"port": 1}}),
        ("readinessProbe", {"tcpSocket": {"port": 1}}),
        ("startupProbe", {"tcpSocket": {"port": 1}}),
        ("workingDir", "/x"),
        ("stdin", True),
        ("tty", True),
    ],
)
def test_deprecated_keys_of_a_container(key: str, value: Any) -> None:
    """A container's deprecated key is told at that container; under extraConfig it is none."""
    made = make({"decode": {"containers": [engine(name="a"), engine(**{key: value})]}})
    ((severity, field, message),) = made.found("deprecated-keys")
    assert (severity, field) == ("info", "spec.decode.containers[1]")
    assert key in message
    assert make({"decode": {"containers": [engine(extraConfig={key: value})]}}).found("deprecated-keys") == []


@pytest.mark.parametrize("role", [{"imagePullSecrets": []}, {"schedulerName": ""}, {"podSecurityContext": {}}, {"schedulerName": None}])
def test_empty_values_say_nothing(role: dict[str, Any]) -> None:
    """Values files spell out what is empty."""
    assert make({"decode": role}).found("deprecated-keys") == []


def test_several_keys_of_one_place_are_one_finding() -> None:
    """One message for each role or container, however many keys it has."""
    made = make({"decode": {"schedulerName": "s", "containers": [engine(tty=True, stdin=True)]}})
    assert [field for _, field, _ in made.found("deprecated-keys")] == ["spec.decode", "spec.decode.containers[0]"]


def test_only_what_the_user_wrote_is_told() -> None:
    """Neither defaults, nor a role that is not created, nor keys that are not deprecated."""
    assert make({"profile": "llm-d"}).found("deprecated-keys") == []
    assert make({"prefill": {"schedulerName": "s"}, "schedulerName": "s"}).found("deprecated-keys") == []
    assert make({"decode": {"nodeSelector": {"a": "b"}, "containers": [engine(env=[{"name": "A"}])]}}).found("deprecated-keys") == []
