"""Settings from outside a config: ``PATH=VALUE``, as --set has them."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import document

from modelservice.config.settings import SettingError, assign, read_presets, sets, with_settings

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


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("shm", ["shm"]),
        (" shm , probes,", ["shm", "probes"]),
        ("shm:sizeLimit=16Gi", [{"name": "shm", "sizeLimit": "16Gi"}]),
        (
            "probes, shm:sizeLimit=16Gi,medium=Memory, rollout-in-place",
            ["probes", {"name": "shm", "sizeLimit": "16Gi", "medium": "Memory"}, "rollout-in-place"],
        ),
        ("a:n=1,f=0.5,t=true,x=null", [{"name": "a", "n": 1, "f": 0.5, "t": True, "x": None}]),
        ("a:t='1',u=\"b, c=d\"", [{"name": "a", "t": "1", "u": "b, c=d"}]),
        ("a:l=[1, 2],m={b: c, d: [e]}, b", [{"name": "a", "l": [1, 2], "m": {"b": "c", "d": ["e"]}}, "b"]),
        ('keda:query=sum(x{a="b",c="d"}),n=2', [{"name": "keda", "query": 'sum(x{a="b",c="d"})', "n": 2}]),
        ("a:t=it's,u=1", [{"name": "a", "t": "it's", "u": 1}]),
        ("a:u=http://x:1/y", [{"name": "a", "u": "http://x:1/y"}]),
        ("a:, b", ["a", "b"]),
        ("a:t=", [{"name": "a", "t": None}]),
        ("a:n=1, a:m=2", [{"name": "a", "n": 1}, {"name": "a", "m": 2}]),
        ("", [""]),
    ],
)
def test_presets_are_named_with_parameters(text: str, items: list[Any]) -> None:
    """A piece with ``=`` goes on with the preset before it; values are YAML, whose brackets and quotes hold commas together."""
    assert read_presets(text) == items


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sizeLimit=16Gi", "'sizeLimit=16Gi' names no preset; write NAME:PARAMETER=VALUE"),
        (":a=1", "':a=1' names no preset; write NAME:PARAMETER=VALUE"),
        ("shm, :a=1", "':a=1' names no preset; write NAME:PARAMETER=VALUE"),
        ("shm:16Gi", "'shm:16Gi': '16Gi' is no PARAMETER=VALUE"),
        ("shm:size-limit=1", "'shm:size-limit=1': 'size-limit=1' is no PARAMETER=VALUE"),
        ("shm:name=x", "'shm:name=x': 'name=x' is no PARAMETER=VALUE"),
        ("shm:a=[1", "'shm:a=[1': the value is not YAML: "),
    ],
)
def test_presets_that_cannot_be_read_are_told(text: str, message: str) -> None:
    """With what was written, and what would be right."""
    with pytest.raises(SettingError) as error:
        spec(presets=(text,))
    assert str(error.value).startswith(message)


def test_a_preset_is_named_again_with_parameters() -> None:
    """It comes behind, where its values count more; one without says nothing new."""
    more = {"name": "shm", "sizeLimit": "1Gi"}
    assert spec(presets=("shm:sizeLimit=1Gi", "shm", "probes"))["presets"] == ["shm", more, "probes"]
    assert with_settings({**document(), "spec": {"presets": [more]}}, ["shm"], [])["spec"]["presets"] == [more]


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


@settings(max_examples=50, deadline=None)
@given(st.text("ab.[]0=\\ {}", max_size=12))
def test_no_setting_is_too_odd(assignment: str) -> None:
    """Any text is a setting or a SettingError; the config itself is never changed."""
    before = copy.deepcopy(SERVICE)
    with contextlib.suppress(SettingError):
        assert isinstance(with_settings(SERVICE, [], [assignment]), dict)
    with contextlib.suppress(SettingError):
        assert isinstance(with_settings(SERVICE, [assignment], []), dict)
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


def test_the_place_of_the_engine_among_containers() -> None:
    """Where a service has no list of containers, the first is the profile's, of which all else stays; with a list, it is the list's."""
    plain: Map = {"metadata": {"name": "a"}, "spec": {}}
    assert assign(plain, "decode.containers[0].image=x:1")["spec"] == {"decode": {"engine": {"image": "x:1"}}}
    listed: Map = {"metadata": {"name": "a"}, "spec": {"decode": {"containers": [{"name": "b"}]}}}
    assert assign(listed, "decode.containers[0].image=x:1")["spec"]["decode"] == {"containers": [{"name": "b", "image": "x:1"}]}
    for field in ("spec.decode.engine.image", "spec.decode.containers[0].image"):
        assert sets("decode.containers[0].image", field)
    assert not sets("decode.containers[1].image", "spec.decode.engine.image")


@pytest.mark.parametrize("spec", [{}, {"presets": 5}, {"presets": ["shm"]}, 5, None])
def test_what_names_no_preset_is_told_whatever_the_spec_is(spec: Any) -> None:
    """Also where the presets of the spec are no list, which is told, too."""
    with pytest.raises(SettingError, match="names no preset"):
        with_settings({"metadata": {"name": "a"}, "spec": spec}, [":,:"], [])
