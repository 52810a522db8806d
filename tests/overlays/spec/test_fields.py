"""What the spec says of pods, containers and workloads, field by field (specification: Pods)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make

Map = dict[str, Any]

POD_FIELDS: list[tuple[str, Any, str]] = [  # key of the role, value, field of the pod
    ("nodeSelector", {"a": "b"}, "nodeSelector"),
    ("tolerations", [{"key": "k", "operator": "Exists"}], "tolerations"),
    ("enableServiceLinks", False, "enableServiceLinks"),
    ("enableServiceLinks", True, "enableServiceLinks"),
    ("terminationGracePeriodSeconds", 0, "terminationGracePeriodSeconds"),
    ("terminationGracePeriodSeconds", 30, "terminationGracePeriodSeconds"),
    ("imagePullSecrets", [{"name": "s"}], "imagePullSecrets"),
    ("schedulerName", "s", "schedulerName"),
    ("priorityClassName", "high", "priorityClassName"),
    ("podSecurityContext", {"fsGroup": 1}, "securityContext"),
    ("hostIPC", True, "hostIPC"),
    ("hostPID", True, "hostPID"),
]
CONTAINER_FIELDS: list[tuple[str, Any]] = [
    ("imagePullPolicy", "IfNotPresent"),
    ("ports", [{"containerPort": 1, "name": "x"}]),
    ("securityContext", {"runAsUser": 1}),
    ("livenessProbe", {"tcpSocket": {"port": 1}}),
    ("readinessProbe", {"tcpSocket": {"port": 1}}),
    ("startupProbe", {"tcpSocket": {"port": 1}}),
    ("workingDir", "/srv"),
    ("stdin", True),
    ("stdin", False),
    ("tty", True),
]


@pytest.mark.parametrize("multinode", [False, True])
@pytest.mark.parametrize(("key", "value", "field"), POD_FIELDS)
def test_fields_of_pods(key: str, value: Any, field: str, multinode: bool) -> None:
    """Each is on the role's pods, in Deployments and LeaderWorkerSets alike, and on no other role's (specification: Pods)."""
    made = make({"profile": "llm-d", "multinode": multinode, "decode": {key: value}})
    assert made.pod("decode")[field] == value
    assert field not in made.pod("prefill")
    assert field not in make({"profile": "llm-d", "multinode": multinode}).pod()


@pytest.mark.parametrize(("key", "value"), CONTAINER_FIELDS)
def test_fields_of_containers(key: str, value: Any) -> None:
    """Each is on its container, and on no other (specification: Containers)."""
    made = make({"decode": {"containers": [engine(**{key: value}), engine(name="b")]}})
    assert made.container()[key] == value
    assert key not in made.container(index=1)


def test_name_and_image() -> None:
    """A container has the name and image that it is given (specification: Containers)."""
    container = make({"decode": {"containers": [engine(name="mine", image="mine:1")]}}).container()
    assert (container["name"], container["image"]) == ("mine", "mine:1")


@pytest.mark.parametrize("multinode", [False, True])
def test_annotations_are_the_workloads_and_pod_annotations_the_pods(multinode: bool) -> None:
    """Two keys for two objects (specification: Pods)."""
    made = make({"multinode": multinode, "decode": {"annotations": {"a": "1"}, "podAnnotations": {"b": "2"}}})
    assert made.workload()["metadata"]["annotations"] == {"a": "1"}
    assert made.template()["metadata"]["annotations"] == {"b": "2"}


def test_a_strategy_is_the_deployments() -> None:
    """Strategy is a field of the Deployment (specification: Deployments)."""
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0}}
    assert make({"decode": {"strategy": strategy}}).workload()["spec"]["strategy"] == strategy
    assert "strategy" not in make({}).workload()["spec"]


def test_volumes_and_mounts() -> None:
    """Volumes of the user are added to the generated ones, in place of the default's (specification: Order of items)."""
    volume, mount = {"name": "own", "emptyDir": {}}, {"name": "own", "mountPath": "/own"}
    made = make({"decode": {"volumes": [volume], "containers": [engine(volumeMounts=[mount], mountModelVolume=True)]}})
    assert made.volume("own") == volume
    assert made.volume("metrics-volume") is None
    assert made.volume("model-storage") is not None
    assert made.mounts()["/own"] == mount


def test_args_are_the_users_last_and_env_is_the_users_first() -> None:
    """Generated arguments come before the user's, generated variables behind them, as in the charts."""
    container = make({"decode": {"containers": [engine(args=["--own"], env=[{"name": "OWN", "value": "1"}])]}}).container()
    assert container["args"][-1] == "--own"
    assert container["env"][0] == {"name": "OWN", "value": "1"}


@pytest.mark.parametrize("name", ["none", "None", "NONE", ""])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_priority_class_none_is_no_priority_class(profile: str, name: str) -> None:
    """``none`` in any case, or empty, means unset, under furiosa too (specification: Pods)."""
    assert "priorityClassName" not in make({"profile": profile, "decode": {"priorityClassName": name}}).pod()


@pytest.mark.parametrize(
    "fields",
    [
        {"tolerations": [], "nodeSelector": {}, "podSecurityContext": {}, "volumes": [], "initContainers": [], "extraConfig": {}},
        {"annotations": {}, "podAnnotations": {}, "imagePullSecrets": [], "strategy": {}, "resourceClaims": [], "subGroupPolicy": {}},
        {"tolerations": None, "nodeSelector": None, "schedulerName": None, "enableServiceLinks": None, "extraConfig": None},
    ],
)
def test_what_is_empty_adds_nothing(fields: Map) -> None:
    """Values files spell out empty lists and maps: they are as good as absent, so that no field is left empty."""
    role = {"containers": [engine()]}
    assert make({"decode": {**role, "volumes": [], **fields}}).objects == make({"decode": {**role, "volumes": []}}).objects


@pytest.mark.parametrize(
    "fields",
    [
        {"args": [], "env": [], "ports": [], "volumeMounts": [], "command": [], "resources": {}, "securityContext": {}},
        {"imagePullPolicy": "", "livenessProbe": {}, "extraConfig": {}, "resources": {"limits": {}, "requests": {}, "claims": {}}},
        {"args": None, "env": None, "ports": None, "volumeMounts": None, "modelCommand": None, "tty": None},
    ],
)
def test_what_is_empty_in_a_container_adds_nothing(fields: Map) -> None:
    """The same holds for containers."""
    assert make({"decode": {"containers": [engine(**fields)]}}).objects == make({"decode": {"containers": [engine()]}}).objects
