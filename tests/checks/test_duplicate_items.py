"""Items with the same key in a list that the user wrote."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import service
from tests.compose.made import Made

Map = dict[str, Any]
CONTAINER = "spec.decode.containers[0]"
VARIABLES = [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}, {"name": "A", "value": "2"}]
VOLUME: Map = {"name": "v", "emptyDir": {}}


def found(made: Made) -> list[tuple[str, str]]:
    """Return how serious and where each finding of the check is."""
    return [(severity, field) for severity, field, _ in made.found("duplicate-items")]


def test_a_variable_that_is_there_twice() -> None:
    """The last one counts, whole, as in Kubernetes, and the message says so."""
    made = service(env=VARIABLES)
    assert found(made) == [("warning", f"{CONTAINER}.env[2]")]
    assert "name A of env[0], and the last one counts" in made.found("duplicate-items")[0][2]
    assert made.variables()["A"] == "2"
    source = {"fieldRef": {"fieldPath": "status.podIP"}}
    assert service(env=[VARIABLES[0], {"name": "A", "valueFrom": source}]).variables()["A"] == source


@pytest.mark.parametrize(
    ("name", "items", "severity"),
    [
        ("env", VARIABLES[::2], "warning"),
        ("ports", [{"containerPort": 8200}, {"containerPort": 8200, "protocol": "TCP"}], "warning"),
        ("volumeMounts", [{"name": "model-storage", "mountPath": "/x"}, {"name": "model-storage", "mountPath": "/x"}], "error"),
    ],
)
def test_lists_of_containers(name: str, items: list[Map], severity: str) -> None:
    """Where Kubernetes refuses them, and where it takes them; in the container, its extraConfig, and init containers."""
    given: Map = {name: items}
    assert found(service(**given)) == [(severity, f"{CONTAINER}.{name}[1]")]
    assert found(service(extraConfig={name: items})) == [(severity, f"{CONTAINER}.extraConfig.{name}[1]")]
    init = {"decode": {"initContainers": [{"name": "i", "image": "i:1", name: items}]}}
    assert found(service(init)) == [(severity, f"spec.decode.initContainers[0].{name}[1]")]


@pytest.mark.parametrize(
    ("name", "items", "severity"),
    [
        ("volumes", [VOLUME, {"name": "v", "hostPath": {"path": "/v"}}], "error"),
        ("initContainers", [{"name": "i", "image": "i:1"}, {"name": "i", "image": "i:2"}], "error"),
        ("imagePullSecrets", [{"name": "s"}, {"name": "s"}], "warning"),
    ],
)
def test_lists_of_pods(name: str, items: list[Map], severity: str) -> None:
    """Of the role, and of its extraConfig."""
    assert found(service({"decode": {name: items}})) == [(severity, f"spec.decode.{name}[1]")]
    assert found(service({"decode": {"extraConfig": {name: items}}})) == [(severity, f"spec.decode.extraConfig.{name}[1]")]


def test_variables_of_the_proxy() -> None:
    """They are a list of the user's, too."""
    assert found(service({"routing": {"proxy": {"env": VARIABLES}}})) == [("warning", "spec.routing.proxy.env[2]")]


def test_two_volumes_of_one_name_are_not_made_one() -> None:
    """A volume that is both would be told as well, of a mistake that nobody made."""
    both = {"decode": {"volumes": [VOLUME, {"name": "v", "hostPath": {"path": "/v"}}]}}
    assert {(result.tags or {})["check"] for result in service(both).generated.results} == {"duplicate-items"}


def test_lists_that_only_extra_config_has() -> None:
    """By the keys that Kubernetes has for each."""
    spread = {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}
    other = {**spread, "whenUnsatisfiable": "ScheduleAnyway"}
    assert found(service({"decode": {"extraConfig": {"topologySpreadConstraints": [spread, other]}}})) == []
    assert ("error", "spec.decode.extraConfig.topologySpreadConstraints[1]") in found(
        service({"decode": {"extraConfig": {"topologySpreadConstraints": [spread, spread]}}})
    )
    hosts = [{"ip": "10.0.0.1", "hostnames": ["a"]}, {"ip": "10.0.0.1", "hostnames": ["b"]}]
    assert ("warning", "spec.decode.extraConfig.hostAliases[1]") in found(service({"decode": {"extraConfig": {"hostAliases": hosts}}}))


@pytest.mark.parametrize(
    "container",
    [
        {"ports": [{"containerPort": 8200}, {"containerPort": 8200, "protocol": "UDP"}]},
        {"volumeMounts": [{"name": "model-storage", "mountPath": path} for path in ("/x", "/y")]},
        {"extraConfig": {"env": [{"name": "A", "$patch": "delete"}, {"name": "A", "value": "1"}]}},
        {"env": []},
        {"args": ["a", "a"]},
    ],
    ids=str,
)
def test_lists_without_such_items(container: Map) -> None:
    """What has another key, and directives of patches."""
    assert found(service(**container)) == []


def told(made: Made) -> list[tuple[str, str, str]]:
    """Return who told what is there twice, how seriously, and where."""
    return [(check, severity, field) for check in ("kubernetes-fields", "duplicate-items") for severity, field, _ in made.found(check)]


def test_ports_of_one_name() -> None:
    """Kubernetes takes a port twice, and never a name: the error is told, and what goes with it in that list is not told again."""
    ports = [{"name": "a", "containerPort": 1}, {"name": "a", "containerPort": 1}, {"name": "b", "containerPort": 2}]
    assert told(service(ports=ports)) == [("kubernetes-fields", "error", f"{CONTAINER}.ports[1].name")]


def test_ports_that_are_there_twice_in_a_leader_worker_set() -> None:
    """A custom resource takes no key of a list twice."""
    ports = [{"containerPort": 1}, {"containerPort": 1}]
    assert told(service({"multinode": True}, ports=ports)) == [("kubernetes-fields", "error", f"{CONTAINER}.ports[1]")]


def test_a_name_that_two_lists_have() -> None:
    """An init container is called as an engine is: each list is right alone."""
    made = service({"decode": {"initContainers": [{"name": "engine", "image": "i:1"}]}}, name="engine")
    assert [(check, severity) for check, severity, _ in told(made)] == [("kubernetes-fields", "error")]


@pytest.mark.parametrize(("off", "check"), [((), "duplicate-items"), (("duplicate-items",), "kubernetes-fields")])
def test_what_both_checks_see_is_told_once(off: tuple[str, ...], check: str) -> None:
    """By this one, unless it is off."""
    spread = {"topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule", "maxSkew": 1}
    checks = dict.fromkeys(off, "off")
    made = service({"checks": checks, "decode": {"extraConfig": {"topologySpreadConstraints": [spread, spread]}}})
    assert [(one, severity) for one, severity, _ in told(made)] == [(check, "error")]
