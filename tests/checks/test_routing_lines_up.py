"""What is made for routing lines up by construction; whatever one port, label or name of it is changed, a check finds it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.checks.worlds import found_by_all
from tests.compose.made import engine, make

Map = dict[str, Any]
Path = tuple[str | int, ...]

SERVICES: dict[str, Map] = {
    "one role": {"prefill": {"create": False}, "routing": {"proxy": {"enabled": False}, "provider": "istio"}},
    "decode beside prefill": {
        "prefill": {"replicas": 2, "containers": [engine(modelCommand="vllmServe")]},
        "routing": {"provider": "gke", "epp": {"replicas": 2, "flags": {"grpc-port": 9100}}},
    },
    "multinode": {"multinode": True, "prefill": {"create": False}, "routing": {"inferencePool": {"endpointPicker": "mine"}}},
}
ROUTING: Map = {
    "parentRefs": [{"name": "gateway"}],
    "inferencePool": {"create": True},
    "httpRoute": {"create": True},
    "epp": {"create": True},
    "objectives": [{"name": "chat", "priority": 10}],
}
POD: Path = ("spec", "template", "spec", "containers", 0)
# kind -> the fields by which objects find one another; of a Deployment those of the endpoint picker
THREADS: dict[str, list[Path]] = {
    "InferencePool": [
        ("metadata", "name"),
        ("metadata", "namespace"),
        ("spec", "selector", "matchLabels", "llm-d.ai/model"),
        ("spec", "targetPorts", 0, "number"),
        ("spec", "endpointPickerRef", "name"),
        ("spec", "endpointPickerRef", "port", "number"),
    ],
    "HTTPRoute": [("spec", "rules", 0, "backendRefs", 0, "name"), ("metadata", "namespace")],
    "InferenceObjective": [("spec", "poolRef", "name"), ("metadata", "namespace")],
    "DestinationRule": [("spec", "host"), ("metadata", "namespace")],
    "HealthCheckPolicy": [("spec", "targetRef", "name"), ("spec", "default", "config", "httpHealthCheck", "port")],
    "GCPBackendPolicy": [("spec", "targetRef", "name")],
    "Service": [
        ("metadata", "name"),
        ("metadata", "namespace"),
        ("spec", "selector", "inferencepool"),
        ("spec", "ports", 0, "port"),
        ("spec", "ports", 0, "targetPort"),
        ("spec", "ports", 1, "targetPort"),
    ],
    "ConfigMap": [("metadata", "name"), ("metadata", "namespace"), ("data", "config.yaml")],
    "ServiceAccount": [("metadata", "name"), ("metadata", "namespace")],
    "Role": [("metadata", "name"), ("metadata", "namespace")],
    "RoleBinding": [("metadata", "namespace"), ("roleRef", "name"), ("subjects", 0, "name")],
    "ClusterRole": [("metadata", "name")],
    "ClusterRoleBinding": [("roleRef", "name"), ("subjects", 0, "name"), ("subjects", 0, "namespace")],
    "Deployment": [
        ("metadata", "namespace"),
        ("spec", "template", "metadata", "labels", "inferencepool"),
        ("spec", "template", "spec", "serviceAccountName"),
        ("spec", "template", "spec", "volumes", 0, "configMap", "name"),
        (*POD, "ports", 0, "name"),
        (*POD, "ports", 0, "containerPort"),
        (*POD, "ports", 2, "name"),
        (*POD, "livenessProbe", "grpc", "port"),
        (*POD, "readinessProbe", "grpc", "port"),
        (*POD, "args", "--pool-name"),
        (*POD, "args", "--config-file"),
        (*POD, "args", "--grpc-port"),
        (*POD, "args", "--grpc-health-port"),
        (*POD, "args", "--pool-namespace"),
    ],
}


def objects_of(name: str) -> list[Map]:
    """Return what a service becomes."""
    spec = SERVICES[name]
    own = spec.get("routing", {})
    routing = {**own, **{key: {**value, **own.get(key, {})} if isinstance(value, dict) else value for key, value in ROUTING.items()}}
    labels = {"llm-d.ai/model": "llama"}
    role = {"containers": [engine(modelCommand="vllmServe")]}
    made = make({"profile": "llm-d", "decode": role, **spec, "modelArtifacts": {"labels": labels}, "routing": routing}, namespace="serving")
    return made.objects


MADE = {name: objects_of(name) for name in SERVICES}


def threads(objects: list[Map]) -> Iterator[tuple[int, Path]]:
    """Each field by which something is found: the object's place, and the path."""
    for place, obj in enumerate(objects):
        is_pickers = obj["metadata"]["name"].endswith(("-epp", "mine"))
        if is_pickers or obj["kind"] not in ("Deployment", "ServiceAccount", "Role", "RoleBinding"):
            yield from ((place, path) for path in THREADS.get(obj["kind"], []))


def broken(objects: list[Map], place: int, path: Path, text: str, number: int) -> list[Map]:
    """Return the objects with another value in one place; of arguments, another value of a flag; of data, another key."""
    changed = copy.deepcopy(objects)
    holder: Any = changed[place]
    *steps, last = path
    for step in steps:
        holder = holder[step]
    if steps[-1] == "args":
        kept = [word for word in holder if not word.startswith(f"{last}=")]
        holder[:] = [*kept, f"{last}={'/config/' if last == '--config-file' else ''}{number if 'port' in str(last) else text}"]
    elif steps == ["data"]:
        holder[text] = holder.pop(last)
    else:
        holder[last] = number if isinstance(holder[last], int) else text
    return changed


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_found_in_what_is_made(name: str) -> None:
    """The objects of a service line up."""
    assert found_by_all(*MADE[name]) == {}


@pytest.mark.parametrize("name", SERVICES)
def test_each_thread_is_there(name: str) -> None:
    """The fields that are broken below are there, so that breaking them means something."""
    for place, path in threads(MADE[name]):
        assert broken(MADE[name], place, path, "other", 7777) != MADE[name], path


BROKEN = [(name, place, path) for name, objects in MADE.items() for place, path in threads(objects)]


@given(
    st.sampled_from(BROKEN),
    st.from_regex(r"[a-z]{3,9}-x", fullmatch=True),
    st.integers(1024, 65535).filter(lambda port: port not in (8000, 8200, 9002, 9003, 9090, 9100)),
)
def test_whatever_is_broken_is_found(where: tuple[str, int, Path], text: str, number: int) -> None:
    """One port, label or name changed, and a check tells it."""
    name, place, path = where
    assert found_by_all(*broken(MADE[name], place, path, text, number)) != {}, (name, MADE[name][place]["kind"], path)


@pytest.mark.parametrize(("name", "place", "path"), BROKEN, ids=str)
def test_breaking_any_one_reference_is_found(name: str, place: int, path: Path) -> None:
    """Of each pair of fields that must agree one is changed, and some check tells it."""
    assert found_by_all(*broken(MADE[name], place, path, "other", 7777)) != {}
