"""How a model is split, and the devices that a pod then needs (specification: Parallelism)."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.compose.made import engine, make

from modelservice.plan.parallelism import sizes
from modelservice.plan.problems import Problems

Map = dict[str, Any]

COUNTS = st.integers(1, 64)
MAYBE = st.none() | COUNTS


def split(profile: str, **given_sizes: int | None) -> Map:
    """Return the sizes that a role's parallelism means; there must be no problem."""
    problems = Problems()
    found = sizes(given_sizes, profile, "spec.decode.parallelism", problems)
    assert [problem.message for problem in problems.results] == []
    return found


def wrong(**given_sizes: int | None) -> list[tuple[str, str, Any]]:
    """Return the problems of a role's parallelism under profile llm-d."""
    problems = Problems()
    sizes(given_sizes, "llm-d", "spec.decode.parallelism", problems)
    return [(problem.field, problem.message, problem.current) for problem in problems.results]


@pytest.mark.parametrize(
    ("given_sizes", "devices"),
    [
        ({}, 1),
        ({"tensor": 4}, 1),
        ({"tensor": 8}, 1),
        ({"tensor": 9}, 2),
        ({"tensor": 8, "data": 2}, 2),
        ({"tensor": 4, "data": 3}, 2),
        ({"tensor": 4, "pipeline": 4}, 2),
        ({"tensor": 8, "pipeline": 2, "data": 2}, 4),
        ({"tensor": 8, "workers": 5}, 1),
    ],
)
def test_rngd_devices_of_a_pod(given_sizes: Map, devices: int) -> None:
    """An RNGD has eight cores: data x pipeline x tensor of them, rounded up; workers are pods of their own (specification: Parallelism)."""
    assert split("furiosa", **given_sizes)["devices"] == devices


@settings(max_examples=50, deadline=None)
@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_rngd_devices_are_just_enough(tensor: int, data: int, pipeline: int, workers: int) -> None:
    """The devices hold all cores that are asked for, and one device fewer would not."""
    found = split("furiosa", tensor=tensor, data=data, pipeline=pipeline, workers=workers)
    cores = tensor * data * pipeline
    assert 8 * found["devices"] >= cores > 8 * (found["devices"] - 1)
    assert found["devices"] == math.ceil(cores / 8)
    assert (found["tensor"], found["data"], found["pipeline"], found["workers"]) == (tensor, data, pipeline, workers)


@pytest.mark.parametrize(
    ("given_sizes", "expected"),
    [
        ({}, {"data": 1, "dataLocal": 1, "workers": 1}),
        ({"data": 8}, {"data": 8, "dataLocal": 8, "workers": 1}),
        ({"data": 8, "dataLocal": 2}, {"data": 8, "dataLocal": 2, "workers": 4}),
        ({"data": 8, "workers": 2}, {"data": 8, "dataLocal": 4, "workers": 2}),
        ({"data": 8, "workers": 2, "dataLocal": 1}, {"data": 8, "dataLocal": 1, "workers": 2}),
        ({"dataLocal": 2}, {"data": 2, "dataLocal": 2, "workers": 1}),
        ({"dataLocal": 2, "workers": 3}, {"data": 6, "dataLocal": 2, "workers": 3}),
        ({"workers": 3}, {"data": 1, "dataLocal": 1, "workers": 3}),
    ],
)
def test_llm_d_sizes_follow_from_one_another(given_sizes: Map, expected: Map) -> None:
    """What is not given of data, dataLocal and workers follows from the rest, in the charts' order (specification: Parallelism)."""
    if given_sizes == {"workers": 3}:
        given_sizes = {"workers": 3, "data": None}
    found = split("llm-d", **given_sizes)
    assert {key: found[key] for key in expected} == expected


def restated(data: int | None, local: int | None, workers: int | None) -> tuple[int, int, int]:
    """The rules in the words and the order of the specification: data, dataLocal, workers (specification: Parallelism)."""
    if data:
        all_data = data
    elif local and workers:
        all_data = local * workers
    elif local:
        all_data = local
    else:
        all_data = 1
    if local:
        in_pod = local
    elif data and workers:
        in_pod = data // workers
    elif data:
        in_pod = data
    else:
        in_pod = 1
    if workers:
        pods = workers
    elif data and local:
        pods = data // local
    else:
        pods = 1
    return all_data, in_pod, pods


@settings(max_examples=100, deadline=None)
@given(MAYBE, MAYBE, MAYBE, MAYBE)
def test_llm_d_sizes_are_those_of_the_specification(tensor: int | None, data: int | None, local: int | None, workers: int | None) -> None:
    """For every choice of what is given: sizes as the specification words them, devices = dataLocal x tensor."""
    if data and not local and workers:
        assume(data % workers == 0)
    if data and local and not workers:
        assume(data % local == 0)
    found = split("llm-d", tensor=tensor, data=data, dataLocal=local, workers=workers)
    assert (found["data"], found["dataLocal"], found["workers"]) == restated(data, local, workers)
    assert found["tensor"] == (tensor or 1)
    assert found["devices"] == found["dataLocal"] * found["tensor"]


@settings(max_examples=50, deadline=None)
@given(COUNTS, st.integers(2, 64))
def test_data_that_does_not_divide_is_an_error(data: int, by: int) -> None:
    """Data must go evenly over workers, or over dataLocal; the message names the divisor (specification: Parallelism)."""
    assume(data % by)
    field = "spec.decode.parallelism.data"
    assert wrong(data=data, workers=by) == [(field, f"parallelism.data must be a multiple of parallelism.workers ({by})", data)]
    assert wrong(data=data, dataLocal=by) == [(field, f"parallelism.data must be a multiple of parallelism.dataLocal ({by})", data)]
    assert wrong(data=data, dataLocal=by, workers=by) == []


def test_the_defaults_are_layered_first() -> None:
    """``dataLocal: 1`` and ``workers: 1`` are there unless the user sets them to null (specification: Parallelism)."""
    spec: Map = {"profile": "llm-d", "prefill": {"create": False}, "decode": {"containers": [engine()], "parallelism": {"data": 8}}}
    limits = make(spec).container()["resources"]["limits"]
    assert limits == {"nvidia.com/gpu": "1"}
    spec["decode"]["parallelism"] = {"data": 8, "dataLocal": None, "workers": None}
    assert make(spec).container()["resources"]["limits"] == {"nvidia.com/gpu": "8"}
    spec["decode"]["parallelism"] = {"data": 8, "dataLocal": None, "workers": 3}
    assert make(spec).errors == ["spec.decode.parallelism.data: parallelism.data must be a multiple of parallelism.workers (3)"]


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_a_size_of_nothing_is_one(profile: str) -> None:
    """Zero, as an empty value in the charts, means that nothing is said; null, that the default is deleted."""
    found = split(profile, tensor=0, data=0, pipeline=0, workers=0, dataLocal=None)
    assert {found[key] for key in ("tensor", "data", "pipeline", "dataLocal", "workers", "devices")} == {1}


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_workers_are_the_size_of_a_leader_worker_set(profile: str) -> None:
    """A LeaderWorkerSet replica has as many pods as workers, and a Deployment does not care (specification: Parallelism)."""
    spec: Map = {"profile": profile, "multinode": True, "prefill": {"create": False}, "decode": {"parallelism": {"workers": 3}}}
    assert make(spec).one("LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]["size"] == 3
    assert make({**spec, "decode": {}}).one("LeaderWorkerSet")["spec"]["leaderWorkerTemplate"]["size"] == 1


def test_sizes_in_the_environment() -> None:
    """DP_SIZE, TP_SIZE and PP_SIZE (furiosa) or DP_SIZE_LOCAL (llm-d) tell containers the sizes, as text (specification: Environment)."""
    furiosa = make({"decode": {"parallelism": {"tensor": 8, "data": 2, "pipeline": 3}}}).variables()
    assert {key: furiosa.get(key) for key in ("DP_SIZE", "TP_SIZE", "PP_SIZE", "DP_SIZE_LOCAL")} == {
        "DP_SIZE": "2",
        "TP_SIZE": "8",
        "PP_SIZE": "3",
        "DP_SIZE_LOCAL": None,
    }
    spec = {"profile": "llm-d", "decode": {"parallelism": {"tensor": 2, "data": 8, "dataLocal": 4}}, "prefill": {"create": False}}
    llm_d = make(spec).variables()
    assert {key: llm_d.get(key) for key in ("DP_SIZE", "TP_SIZE", "PP_SIZE", "DP_SIZE_LOCAL")} == {
        "DP_SIZE": "8",
        "TP_SIZE": "2",
        "PP_SIZE": None,
        "DP_SIZE_LOCAL": "4",
    }


def test_each_role_has_its_own_parallelism() -> None:
    """Decode and prefill are split by their own sizes."""
    made = make(
        {
            "profile": "llm-d",
            "decode": {"containers": [engine()], "parallelism": {"tensor": 4}},
            "prefill": {"containers": [engine()], "parallelism": {"tensor": 2}},
        }
    )
    assert [made.variables(role)["TP_SIZE"] for role in ("decode", "prefill")] == ["4", "2"]
    assert [made.container(role)["resources"]["limits"]["nvidia.com/gpu"] for role in ("decode", "prefill")] == ["4", "2"]
