"""Break any one port, label, name or count of what an example becomes: the checks tell of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Build
from tests.integration.folders import Map, stream

from modelservice import checks
from modelservice.checks.world import World

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/**/README.md"))
Steps = tuple[Any, ...]

# What others refer to, by the end of its path.
PORTS = re.compile(r"(containerPort|targetPort|number|(?:httpGet|tcpSocket|grpc|podMetricsEndpoints\.[0-9]+)\.port)$")
LABELS = re.compile(r"(^spec\.selector|matchLabels)\.")
NAMES = re.compile(
    r"(serviceAccountName|claimName|secretName|resourceClaimTemplateName|(?:configMap|secretKeyRef|roleRef|endpointPickerRef)\.name"
    r"|(?:subjects|backendRefs|parentRefs|volumeMounts|volumes)\.[0-9]+\.(?:name|namespace))$"
)
NAMED = ("ServiceAccount", "ConfigMap", "InferencePool", "Role", "ClusterRole", "ResourceClaimTemplate", "Service")
FLAGS = re.compile(
    r"--(port|vllm-port|model-server-port|data-parallel-supervisor-port|disaggregation-bootstrap-port|tensor-parallel-size"
    r"|pipeline-parallel-size|data-parallel-size|data-parallel-size-local|nnodes|pool-name|config-file)(?:=(.+))?$"
)
RANK = re.compile(r"LWS_WORKER_INDEX \* ([0-9]+)")


class Place(NamedTuple):
    """Where something stands that others refer to: the object's place, and the path in it."""

    at: int
    path: Steps
    kind: str

    def broken(self, objects: list[Map], by: int) -> list[Map]:
        """The objects with this one thing changed."""
        changed = [*objects]
        changed[self.at] = deepcopy(objects[self.at])
        holder: Any = changed[self.at]
        for step in self.path[:-1]:
            holder = holder[step]
        holder[self.path[-1]] = _other(holder[self.path[-1]], by)
        return changed


def _other(value: Any, by: int) -> Any:
    """Another value of the same form: a number is larger, text has more behind it."""
    if isinstance(value, int):
        return value + by
    text = str(value)
    if text.isdigit():
        return str(int(text) + by)
    found = FLAGS.match(text)
    if found and found[2]:
        return f"--{found[1]}={_other(found[2], by)}"
    rank = RANK.search(text)
    if rank:
        return text[: rank.start(1)] + str(int(rank[1]) + by) + text[rank.end(1) :]
    return f"{text}-{by}"


def _walk(value: Any, path: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _walk(item, (*path, key))
    else:
        yield path, value


def _places(objects: list[Map]) -> Iterator[Place]:
    selecting = {(path[-1], value) for obj in objects for path, value in _walk(obj) if LABELS.search(_text(path))}
    for index, obj in enumerate(objects):
        for path, value in _walk(obj):
            text, last = _text(path), path[-1]
            if PORTS.search(text):
                yield Place(index, path, "port")
            elif LABELS.search(text) or ("labels" in path and "emplate" in text and (last, value) in selecting):
                yield Place(index, path, "label")
            elif NAMES.search(text) or (text == "metadata.name" and obj["kind"] in NAMED):
                yield Place(index, path, "name")
            elif path[-2:] == ("leaderWorkerTemplate", "size") or ("limits" in path and "/" in str(last) and last != "rdma/ib"):
                yield Place(index, path, "count")
            elif isinstance(value, str) and "args" in path and (found := FLAGS.match(value)):
                yield Place(index, path if found[2] else (*path[:-1], last + 1), "flag")
            elif isinstance(value, str) and "command" in path and RANK.search(value):
                yield Place(index, path, "flag")


def _text(path: Steps) -> str:
    return ".".join(map(str, path))


def _told(objects: list[Map], external: list[str]) -> set[tuple[str, ...]]:
    """What the checks of a Validation say, where nothing else is there than is declared."""
    results = checks.check_world(World(objects, complete=True, external=external), {})
    return {(str(result.tags), result.resource.name if result.resource else "", result.field, result.message) for result in results}


def _refers(objects: list[Map], external: list[str], place: Place) -> bool:
    """Whether anything that is here, or is declared, has to do with a place."""
    obj, text = objects[place.at], _text(place.path)
    if obj["kind"] == "HTTPRoute" and "parentRefs" in place.path:
        return any(name.startswith("Gateway/") for name in external)
    services = {one["metadata"]["name"] for one in objects if one["kind"] == "Service"}
    if obj["kind"] == "InferencePool" and text == "metadata.name":
        return any(one["kind"] == "HTTPRoute" for one in objects) or obj["spec"]["endpointPickerRef"]["name"] in services
    if text == "spec.endpointPickerRef.port.number":
        return obj["spec"]["endpointPickerRef"]["name"] in services
    if obj["kind"] == "Deployment" and "args" in place.path and place.kind == "flag":  # a port that nobody declares, asks or calls
        container: Any = obj
        for step in place.path[: place.path.index("args")]:
            container = container[step]
        said = str(container["args"][place.path[-1] - 1])
        return said != "--port" or any(key in container for key in ("ports", "readinessProbe", "startupProbe"))
    return True


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: str(path.name))
def test_whatever_is_broken_is_told(example: Path, kustomize_build: Build) -> None:
    """Every place of every example, each with some numbers: a check says something that it did not say before."""
    objects = stream(kustomize_build(example).stdout)
    services = [
        one for path in example.rglob("*.yaml") for one in stream(path.read_text(encoding="utf-8")) if one["kind"] == "ModelService"
    ]
    external = [name for one in services for name in one["spec"].get("external") or []]
    places = [place for place in _places(objects) if _refers(objects, external, place)]
    before = _told(objects, external)
    assert len(places) > 10

    @given(by=st.integers(1, 60))
    @settings(max_examples=4, deadline=None)
    def breaks(by: int) -> None:
        for place in places:
            told = _told(place.broken(objects, by), external) - before
            assert told, f"{objects[place.at]['kind']} {_text(place.path)}, changed by {by}: nobody says a word"

    breaks()


def test_nothing_is_told_of_what_is_whole(kustomize_build: Build) -> None:
    """The guides as they are: no finding by the checks of a Validation."""
    for example in EXAMPLES:
        if example.parent.name == "guides":
            (service,) = stream((example / "modelservice.yaml").read_text(encoding="utf-8"))
            assert _told(stream(kustomize_build(example).stdout), service["spec"]["external"]) == set()
