"""What may be said in several forms, brought into one (specification: Keys)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.compose.made import engine, make

from modelservice.config.forms import tidy

Map = dict[str, Any]


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", None])
def test_priority_class_none_is_unset(name: str | None) -> None:
    """``none`` in any case, or nothing, means that there is no priority class (specification: Pods)."""
    assert "priorityClassName" not in tidy({"decode": {"priorityClassName": name}})["decode"]


def test_another_priority_class_stays() -> None:
    """Only ``none`` is special, not what begins with it."""
    assert tidy({"prefill": {"priorityClassName": "nonesuch"}})["prefill"] == {"priorityClassName": "nonesuch"}


@pytest.mark.parametrize(
    ("given_types", "values"),
    [
        ({"labelValue": "H100"}, ["H100"]),
        ({"labelValue": ["H100", "A100"]}, ["H100", "A100"]),
        ({"labelValues": ["L4"]}, ["L4"]),
        ({"labelValues": ["L4"], "labelValue": "H100"}, ["L4"]),
        ({"labelValues": [], "labelValue": "H100"}, ["H100"]),
    ],
)
def test_label_value_is_label_values(given_types: Map, values: list[str]) -> None:
    """acceleratorTypes.labelValue, one value or a list, is accepted as the README documents it (specification: Node affinity)."""
    assert tidy({"decode": {"acceleratorTypes": given_types}})["decode"]["acceleratorTypes"]["labelValues"] == values


def test_an_empty_pull_policy_is_unset() -> None:
    """``imagePullPolicy: ""`` of a container or the proxy counts as absent (specification: Keys)."""
    spec = tidy(
        {
            "decode": {"containers": [{"name": "a", "imagePullPolicy": ""}, {"name": "b", "imagePullPolicy": "Never"}]},
            "routing": {"proxy": {"imagePullPolicy": ""}},
        }
    )
    assert spec["decode"]["containers"] == [{"name": "a"}, {"name": "b", "imagePullPolicy": "Never"}]
    assert spec["routing"]["proxy"] == {}


def test_an_empty_model_command_is_unset() -> None:
    """``modelCommand: ""`` counts as absent: a container with a command runs that, another what its image has."""
    spec = tidy({"decode": {"containers": [{"name": "a", "modelCommand": ""}, {"name": "b", "modelCommand": "custom"}]}})
    assert spec["decode"]["containers"] == [{"name": "a"}, {"name": "b", "modelCommand": "custom"}]
    assert make({"decode": {"containers": [engine(modelCommand="", command=["x"])]}}).container()["command"] == ["x"]
    assert make({"decode": {"containers": [engine(modelCommand="")]}}).container()["args"][0] == "--model"


@pytest.mark.parametrize(
    ("routing", "refs"),
    [
        ({"proxy": {"parentRefs": [{"name": "g"}]}}, [{"name": "g"}]),
        ({"parentRefs": [{"name": "own"}], "proxy": {"parentRefs": [{"name": "g"}]}}, [{"name": "own"}]),
        ({"parentRefs": [], "proxy": {"parentRefs": [{"name": "g"}]}}, [{"name": "g"}]),
    ],
)
def test_parent_refs_may_stand_where_the_readme_has_them(routing: Map, refs: list[Map]) -> None:
    """routing.proxy.parentRefs is read where routing.parentRefs says nothing (specification: HTTPRoutes)."""
    assert tidy({"routing": routing})["routing"]["parentRefs"] == refs


def test_ports_written_as_text_become_numbers() -> None:
    """A port may be a number or text (README: targetPort is a string); Kubernetes takes only the number."""
    spec = tidy(
        {
            "routing": {"servicePort": "8000", "modelName": "1", "proxy": {"targetPort": "8200", "connector": "2"}},
            "requester": {"adminPort": "1", "port": {"probes": "2", "spi": "3"}},
        }
    )
    assert spec["routing"] == {"servicePort": 8000, "modelName": "1", "proxy": {"targetPort": 8200, "connector": "2"}}
    assert spec["requester"] == {"adminPort": 1, "port": {"probes": 2, "spi": 3}}
