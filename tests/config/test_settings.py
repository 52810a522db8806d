"""Settings from outside a config: ``PATH=VALUE`` (issue 3: --set)."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import document

from modelservice.config.settings import SettingError, with_settings

Map = dict[str, Any]

SERVICE: Map = {**document(), "spec": {"decode": {"replicas": 1, "containers": [{"name": "a"}, {"name": "b"}]}, "presets": ["shm"]}}


def spec(*assignments: str, presets: tuple[str, ...] = ()) -> Any:
    """Return the spec of the service with these settings."""
    return with_settings(SERVICE, list(presets), list(assignments))["spec"]


@pytest.mark.parametrize(
    ("assignment", "path", "value"),
    [
        ("decode.replicas=2", ("decode", "replicas"), 2),
        ("spec.decode.replicas=2", ("decode", "replicas"), 2),
        ("multinode=true", ("multinode",), True),
        ('profile="llm-d"', ("profile",), "llm-d"),
        ("profile=llm-d", ("profile",), "llm-d"),
        ('decode.nodeSelector.pool="2"', ("decode", "nodeSelector", "pool"), "2"),
        ("modelArtifacts.size=null", ("modelArtifacts", "size"), None),
        ("modelArtifacts.size=", ("modelArtifacts", "size"), None),
        ("decode.containers[1].image=x:1", ("decode", "containers", 1, "image"), "x:1"),
        ("decode.containers[2].name=c", ("decode", "containers", 2, "name"), "c"),
        ("decode.containers[0].args=[--a, b=c]", ("decode", "containers", 0, "args"), ["--a", "b=c"]),
        ("decode.tolerations[0].key=k", ("decode", "tolerations", 0, "key"), "k"),
        ("modelArtifacts.labels.a\\.b/c=d", ("modelArtifacts", "labels", "a.b/c"), "d"),
        (" decode.replicas =2", ("decode", "replicas"), 2),
        ("decode.annotations={a: b}", ("decode", "annotations"), {"a": "b"}),
    ],
)
def test_a_setting_sets_one_field(assignment: str, path: tuple[str | int, ...], value: Any) -> None:
    """The path leads through keys and places, and begins in spec; the value is YAML, with its types."""
    found = spec(assignment)
    for step in path:
        found = found[step]
    assert found == value
    assert type(found) is type(value)


def test_metadata_can_be_set_too() -> None:
    """A path that begins with metadata begins at the top."""
    made = with_settings(SERVICE, [], ["metadata.name=other", "metadata.namespace=serving"])
    assert made["metadata"] == {"name": "other", "namespace": "serving"}


def test_settings_apply_in_their_order() -> None:
    """The later setting of one field wins, and the rest of the config stays."""
    made = spec("decode.replicas=2", "decode.replicas=3")
    assert made["decode"] == {"replicas": 3, "containers": [{"name": "a"}, {"name": "b"}]}


def test_presets_come_after_those_of_the_config() -> None:
    """Presets from outside are added to those that the spec names, each once."""
    assert spec(presets=("probes", "shm"))["presets"] == ["shm", "probes"]
    assert with_settings(document(), ["shm"], [])["spec"]["presets"] == ["shm"]


@pytest.mark.parametrize("presets", [5, "text", {"a": 1}])
def test_presets_that_are_no_list_are_left_to_validation(presets: Any) -> None:
    """A config whose presets are wrong is told so later, with its field."""
    wrong = {**document(), "spec": {"presets": presets}}
    assert with_settings(wrong, ["shm"], [])["spec"]["presets"] == presets


@pytest.mark.parametrize(
    "assignment",
    [
        "",
        "decode.replicas",
        "=1",
        " =1",
        "decode..replicas=1",
        "decode.containers[=1",
        "decode.containers[x]=1",
        "decode.containers[-1]=1",
        "decode.containers[\u00b2]=1",
        "decode.containers[3].name=x",
        "decode.containers.name=x",
        "decode.replicas.deeper=1",
        "decode.replicas[0]=1",
        "decode.annotations={a: b",
        "[0]=1",
    ],
)
def test_what_does_not_fit_is_an_error_that_has_the_setting(assignment: str) -> None:
    """A path or value that cannot be is told, and nothing is set."""
    with pytest.raises(SettingError) as error:
        spec(assignment)
    assert assignment.partition("=")[0].strip() in str(error.value)


@settings(max_examples=150, deadline=None)
@given(st.text("ab.[]0=\\ {}", max_size=12))
def test_no_setting_is_too_odd(assignment: str) -> None:
    """Any text is a setting or a SettingError; the config itself is never changed."""
    before = copy.deepcopy(SERVICE)
    with contextlib.suppress(SettingError):
        assert isinstance(with_settings(SERVICE, [], [assignment]), dict)
    assert before == SERVICE


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("decode.containers[" + "9" * 5000 + "].image=x", "is no path: [9999"),
        ("decode.containers[²].image=x", "is no path: [²] is no index"),
        ("decode.containers[999999].image=x", "there is no list with 999999 items"),
        ("a." * 5000 + "a=1", "has more than 100 steps"),
        ("x" * 5000, "is no PATH=VALUE"),
    ],
)
def test_paths_that_nobody_can_follow(assignment: str, message: str) -> None:
    """Huge places, other digits and thousands of steps are errors, which quote no more than one can read."""
    with pytest.raises(SettingError) as caught:
        spec(assignment)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 400
