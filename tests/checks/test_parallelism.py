"""Parallelism that does not add up."""

from __future__ import annotations

from typing import Any

import pytest
from tests.checks.services import script, service
from tests.compose.made import Made, engine, make

Map = dict[str, Any]
FIELD = "spec.decode.parallelism"


def found(made: Made) -> list[tuple[str, str]]:
    """Return how serious and where each finding of the check is."""
    return [(severity, field) for severity, field, _ in made.found("parallelism")]


def sized(multinode: bool = False, spec: Map | None = None, container: Map | None = None, **sizes: Any) -> Made:
    """Make a service with this parallelism."""
    return service({**(spec or {}), "multinode": multinode, "decode": {"parallelism": sizes}}, **(container or {}))


@pytest.mark.parametrize(
    ("multinode", "sizes"),
    [
        (False, {}),
        (False, {"tensor": 8}),
        (False, {"data": 4, "dataLocal": 4}),
        (False, {"data": 4, "dataLocal": None, "workers": None}),
        (True, {"tensor": 8}),
        (True, {"tensor": None, "data": None, "dataLocal": None, "workers": None}),
    ],
)
def test_sizes_that_add_up(multinode: bool, sizes: Map) -> None:
    """Nothing is said of one pod that has its devices."""
    assert found(sized(multinode, **sizes)) == []


def test_no_part_at_all() -> None:
    """0 is refused where there are devices; tools write it where there are none, and it means nothing."""
    assert found(sized(tensor=0)) == [("error", f"{FIELD}.tensor")]
    assert found(sized(spec={"accelerator": {"type": "cpu"}}, tensor=0)) == [("warning", f"{FIELD}.tensor")]
    assert found(sized(container={"image": "x/llm-d-inference-sim:v0.7.1"}, tensor=0)) == [("warning", f"{FIELD}.tensor")]
    assert found(make({"decode": {"parallelism": {"tensor": 0}}})) == [("error", f"{FIELD}.tensor")]


@pytest.mark.parametrize("size", ["data", "dataLocal", "workers", "pipeline"])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_sizes_below_one_are_refused(profile: str, size: str) -> None:
    """By the schema, with the field; null is no size at all."""
    assert make({"profile": profile, "decode": {"parallelism": {size: 0}}}).errors == [f"{FIELD}.{size}: is 0; must be at least 1"]
    assert make({"profile": profile, "decode": {"parallelism": {size: -1}}}).errors != []
    assert make({"profile": profile, "decode": {"parallelism": {size: None}}}).errors == []


def test_more_ranks_than_devices() -> None:
    """One pod gets devices for its own ranks, and there is no other pod."""
    made = sized(data=2)
    assert found(made) == [("warning", f"{FIELD}.data")]
    assert "dataLocal: 2" in made.found("parallelism")[0][2]
    assert found(sized(data=16, dataLocal=8)) == [("warning", f"{FIELD}.data")]
    assert found(sized(spec={"accelerator": {"dra": True}}, data=2)) == [("warning", f"{FIELD}.data")]
    assert found(sized(spec={"accelerator": {"type": "cpu"}}, data=2)) == []


@pytest.mark.parametrize(
    ("sizes", "place", "mend"),
    [
        ({"data": 16, "dataLocal": 8}, "", "workers: 2"),
        ({"data": 16, "dataLocal": 8, "workers": 4}, ".workers", "workers: 2"),
        ({"data": 4}, "", "workers: 4"),
        ({"data": 3, "dataLocal": 2}, "", "data: 2"),
        ({"data": 2, "dataLocal": 4, "workers": 2}, ".workers", "data: 8"),
    ],
)
def test_groups_of_another_size(sizes: Map, place: str, mend: str) -> None:
    """The message says what would add up."""
    made = sized(multinode=True, **sizes)
    assert found(made) == [("warning", f"{FIELD}{place}")]
    assert f"write {mend}" in made.found("parallelism")[0][2]
    assert found(sized(multinode=True, container={"modelCommand": "custom", "command": ["x"]}, **sizes)) == found(made)


@pytest.mark.parametrize("sizes", [{"data": 16, "dataLocal": 8, "workers": 2}, {"tensor": 16, "workers": 2}])
def test_pods_that_never_hear_of_one_another(sizes: Map) -> None:
    """Generated arguments say nothing of other pods."""
    made = sized(multinode=True, **sizes)
    assert found(made) == [("warning", FIELD)]
    assert "nothing tells the 2 pods" in made.found("parallelism")[0][2]
    assert "warning" in dict(found(sized(multinode=True, container={"modelCommand": "imageDefault"}, **sizes)))


@pytest.mark.parametrize(
    "container",
    [
        {"flags": {"data-parallel-address": "$(LWS_LEADER_ADDRESS)"}},
        {"args": ["--nnodes", "2", "--node-rank", "$(LWS_WORKER_INDEX)"]},
        {"args": ["--distributed-executor-backend=ray"]},
        {"modelCommand": "custom", "command": ["serve"]},
        {"extraConfig": {"command": ["serve"]}},
    ],
    ids=str,
)
def test_flags_or_a_command_that_tell_them(container: Map) -> None:
    """Who brings them knows what the pods do."""
    assert found(sized(multinode=True, container=container, tensor=16, workers=2)) == []


def test_scripts_have_no_sizes_to_add_up() -> None:
    """Pipelines over several pods have one data rank."""
    assert found(script("vllm serve a/b", spec={"multinode": True, "decode": {"parallelism": {"data": 1, "workers": 2}}})) == []


def test_sizes_of_the_profile_are_not_looked_at() -> None:
    """Nor those of furiosa-llm, whose pods are each for themselves."""
    assert found(service({"multinode": True})) == []
    role = {"parallelism": {"data": 2, "workers": 2}, "containers": [engine(modelCommand="furiosaLLMServe")]}
    assert found(make({"multinode": True, "decode": role})) == []
