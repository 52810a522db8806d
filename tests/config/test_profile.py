"""Profiles of one's own: chained, with presets and overlays that come first, and with mistakes that are told in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compose.made import API_VERSION, Made, document, engine, overlay

from modelservice.config.profile import chain, over, problems
from modelservice.generate import generate
from modelservice.krm import Result

Map = dict[str, Any]


def profile(defaults: Map | None = None, name: str = "ours", extends: str | None = "furiosa") -> Map:
    """Return a Profile."""
    spec = {**({"extends": extends} if extends else {}), **({"defaults": defaults} if defaults is not None else {})}
    return {"apiVersion": API_VERSION, "kind": "Profile", "metadata": {"name": name}, "spec": spec}


def made(spec: Map, *profiles: Map) -> Made:
    """Generate a ModelService with profiles beside it."""
    return Made(generate([document(spec)], profiles=profiles)[0])


def told(results: list[Result]) -> list[str]:
    """Return results as ``name: field: message``."""
    return [f"{result.resource.name if result.resource else ''}: {result.field}: {result.message}" for result in results]


# Layers


def test_a_profile_is_defaults() -> None:
    """Maps merge, lists replace, null deletes; the user's spec goes over all of it."""
    ours = profile({"schedulerName": "ours", "decode": {"nodeSelector": {"a": "1", "b": "1"}, "tolerations": [{"operator": "Exists"}]}})
    spec: Map = {"profile": "ours", "decode": {"nodeSelector": {"b": "2"}, "containers": [engine()]}}
    pod = made(spec, ours).pod()
    assert pod["schedulerName"] == "ours"
    assert pod["nodeSelector"] == {"a": "1", "b": "2"}
    assert pod["tolerations"] == [{"operator": "Exists"}]
    assert "schedulerName" not in made({**spec, "schedulerName": None}, ours).pod()


def test_profiles_are_chained() -> None:
    """The built-in below, then each that extends it; what rules call the profile is the built-in one."""
    org = profile({"decode": {"nodeSelector": {"org": "1", "both": "org"}}}, "org", "llm-d")
    team = profile({"decode": {"nodeSelector": {"both": "team"}}, "prefill": {"create": False}}, "team", "org")
    one = made({"profile": "team"}, team, org)
    assert one.pod()["nodeSelector"] == {"org": "1", "both": "team"}
    assert one.container()["name"] == "vllm"
    assert [obj["kind"] for obj in one.objects] == ["ServiceAccount", "Deployment"]


def test_a_profile_without_extends_is_over_the_default() -> None:
    """As a ModelService without a profile is."""
    assert made({"profile": "ours"}, profile({}, extends=None)).container()["name"] == "furiosa-llm"


def test_presets_and_overlays_of_a_profile_come_first() -> None:
    """And patches: the service's own are added, and go over them; null leaves the profile's out."""
    ours = profile(
        {
            "presets": ["rngd-tolerations"],
            "overlays": [overlay({"target": "pod", "patch": {"spec": {"hostname": "profile", "subdomain": "profile"}}}, name="ours")],
            "patches": [{"target": {"role": "decode"}, "patch": {"spec": {"minReadySeconds": 1, "revisionHistoryLimit": 1}}}],
        }
    )
    own = {
        "presets": ["shm"],
        "overlays": [overlay({"target": "pod", "patch": {"spec": {"hostname": "own"}}})],
        "patches": [{"target": {"role": "decode"}, "patch": {"spec": {"minReadySeconds": 2}}}],
    }
    one = made({"profile": "ours", **own}, ours)
    assert (one.pod()["hostname"], one.pod()["subdomain"]) == ("own", "profile")
    assert one.pod()["tolerations"][0]["key"] == "furiosa.ai/rngd"
    assert one.volume("shm") is not None
    assert (one.workload()["spec"]["minReadySeconds"], one.workload()["spec"]["revisionHistoryLimit"]) == (2, 1)
    assert "tolerations" not in made({"profile": "ours", "presets": None}, ours).pod()


def test_extra_config_of_a_profile() -> None:
    """It goes below presets and the user's own, for pods and for containers."""
    ours = profile(
        {"extraConfig": {"hostNetwork": True}, "decode": {"extraConfig": {"priority": 1}}, "engine": {"extraConfig": {"tty": True}}}
    )
    one = made({"profile": "ours", "decode": {"extraConfig": {"priority": 2}}}, ours)
    assert (one.pod()["hostNetwork"], one.pod()["priority"], one.container()["tty"]) == (True, 2, True)


def test_engine_of_a_profile_merges_along_the_chain() -> None:
    """Maps and lists of variables by their names."""
    org = profile({"engine": {"image": "org:1", "env": {"A": "1", "B": "1"}, "flags": {"x": 1}}}, "org")
    team = profile(
        {"engine": {"env": [{"name": "B", "value": "2"}], "flags": {"y": 2}}, "decode": {"volumes": {"v": {"emptyDir": {}}}}}, "team", "org"
    )
    one = made({"profile": "team", "engine": {"env": {"C": "3"}}}, org, team)
    assert {name: value for name, value in one.variables().items() if name in "ABC"} == {"A": "1", "B": "2", "C": "3"}
    assert one.container()["image"] == "org:1"
    assert one.container()["args"][-4:] == ["--x", "1", "--y", "2"]
    assert [volume["name"] for volume in one.pod()["volumes"]] == ["metrics-volume", "v", "model-storage"]


KEYS = st.sampled_from(["replicas", "nodeSelector", "presets", "schedulerName"])
PARTS = st.fixed_dictionaries(
    {},
    optional={
        "schedulerName": st.sampled_from(["a", "b"]),
        "presets": st.lists(st.sampled_from(["shm", "probes"]), max_size=2, unique=True),
        "decode": st.fixed_dictionaries(
            {}, optional={"replicas": st.integers(0, 3), "nodeSelector": st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"))}
        ),
        "engine": st.fixed_dictionaries(
            {}, optional={"image": st.sampled_from(["a:1", "b:1"]), "env": st.dictionaries(st.sampled_from("AB"), st.sampled_from("xy"))}
        ),
    },
)


@given(PARTS, PARTS, PARTS)
def test_two_profiles_are_one_that_says_both(first: Map, second: Map, third: Map) -> None:
    """Layers merge associatively: it does not matter which two are put together first."""
    one, two, three = (profile(part, name) for name, part in (("a", first), ("b", second), ("c", third)))
    together = profile(over(over({}, [one]), [two]), "ab")
    behind = profile(over(over({}, [two]), [three]), "bc")
    assert over({}, [together, three]) == over({}, [one, two, three]) == over({}, [one, behind])


# Mistakes


def test_an_unknown_profile() -> None:
    """The message has those that there are, and the one that may be meant."""
    (error,) = made({"profile": "ourz"}, profile({})).errors
    assert error == "spec.profile: is 'ourz'; must be one of furiosa, furiosa-2026.3, llm-d, ours; did you mean ours?"


@pytest.mark.parametrize(
    ("profiles", "words"),
    [
        ([profile({}, extends="nowhere")], ["ours: spec.extends: is 'nowhere'; must be one of furiosa, furiosa-2026.3, llm-d, ours"]),
        ([profile({}, extends="ours")], ["ours: spec.extends: is a circle of profiles: ours extends ours"]),
        (
            [profile({}, "a", "b"), profile({}, "b", "a")],
            ["a: spec.extends: is a circle of profiles: a extends b extends a"],
        ),
        (
            [profile({}, "c", "b"), profile({}, "b", "a"), profile({}, "a", "b")],
            ["b: spec.extends: is a circle of profiles: b extends a extends b"],
        ),
        (
            [profile({}, "a", "b"), profile({}, "b", "nowhere")],
            ["b: spec.extends: is 'nowhere'; must be one of furiosa, furiosa-2026.3, llm-d, a, b"],
        ),
        ([profile({}), profile({})], ["ours: metadata.name: another Profile is called so, too; spec.profile asks for one by its name"]),
        ([profile({}, "llm-d")], ["llm-d: metadata.name: a built-in profile is called so, too; spec.profile asks for one by its name"]),
        ([profile({"decode": {"replicsa": 1}})], ["ours: spec.defaults.decode.replicsa: unknown key; did you mean replicas?"]),
        (
            [profile({"decode": {"replicas": "1"}})],
            ["ours: spec.defaults.decode.replicas: is '1'; must be a whole number, as in 1 without quotes"],
        ),
        ([profile({"profile": "llm-d"})], ["ours: spec.defaults.profile: is a ModelService's; here spec.extends names the profile below"]),
        ([{**profile({}), "spec": {"default": {}}}], ["ours: spec.default: unknown key; did you mean defaults?"]),
        (
            [profile({"overlays": [overlay({"target": "pods", "patch": {}})]})],
            ["ours: spec.defaults.overlays[0].spec.patches[0].target: is 'pods'"],
        ),
    ],
)
def test_mistakes_of_profiles(profiles: list[Map], words: list[str]) -> None:
    """Each with the Profile and the field; what only extends a wrong one is not told."""
    found = told(problems(profiles))
    assert len(found) == len(words)
    assert all(one.startswith(start) for one, start in zip(found, words, strict=True)), found


@pytest.mark.parametrize(
    ("defaults", "field", "words"),
    [
        ({"decode": {"tolerations": [{"operater": "Exists"}]}}, "spec.defaults.decode.tolerations[0].operater", "did you mean operator?"),
        ({"engine": {"env": {"A": {"valu": "x"}}}}, "spec.defaults.engine.env.A.valu", "did you mean value?"),
        ({"presets": ["shn"]}, "spec.defaults.presets[0]", "there is no preset 'shn'"),
        ({"patches": [{"target": {"kind": "Nothing"}, "patch": {}}]}, "spec.defaults.patches[0].target", "no object fits"),
        (
            {"overlays": [overlay({"target": "pod", "patch": {"spec": {"hostNetwrk": True}}})]},
            "spec.defaults.overlays[0].spec.patches[0].patch.spec.hostNetwrk",
            "did you mean hostNetwork?",
        ),
        ({"extraConfig": {"hostNetwrk": True}}, "spec.defaults.extraConfig.hostNetwrk", "did you mean hostNetwork?"),
    ],
)
def test_what_a_profile_makes_of_a_service_is_told_of_the_profile(defaults: Map, field: str, words: str) -> None:
    """Also where it shows only in what is composed; a mistake of the service beside it is the service's."""
    own = {"presets": ["nome"], "patches": [{"target": {"kind": "None"}, "patch": {}}]}
    for spec, count in (({"profile": "ours"}, 1), ({"profile": "ours", **{key: own[key] for key in own if key in defaults}}, 2)):
        (one,) = generate([document(spec)], profiles=[profile(defaults)])
        errors = [result for result in one.results if result.severity == "error"]
        of_profile = [result for result in errors if result.resource and result.resource.kind == "Profile"]
        assert [result.field for result in of_profile] == [field]
        assert words in of_profile[0].message
        assert len(errors) <= count
        assert all(result.field.startswith(("spec.presets[0]", "spec.patches[0]")) for result in errors if result not in of_profile)


def test_a_chain_of_profiles() -> None:
    """The built-in profile at the root is found, and the brought ones from there up."""
    one, two = profile({}, "one", "llm-d"), profile({}, "two", "one")
    assert chain("two", {"one": one, "two": two}) == ("llm-d", [one, two], "")
    assert chain("furiosa", {}) == ("furiosa", [], "")


def test_long_chains() -> None:
    """Right ones, circles, and ones that begin nowhere; of many mistakes the first are told, each in a line that can be read."""
    count = 1500
    for first, told_of in (("furiosa", 0), (f"p{count - 1}", 1), ("nowhere", 1)):
        brought = [profile({}, f"p{number}", f"p{number - 1}" if number else first) for number in range(count)]
        found = problems(brought)
        assert len(found) == told_of
        assert all(len(result.message) < 500 for result in found)
    assert len(problems([profile({}, f"p{number}", f"q{number}") for number in range(count)])) == 20
