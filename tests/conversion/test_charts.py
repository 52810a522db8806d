"""Whose values these are, and what the charts read of them."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice import data
from modelservice.config.validation import schema
from modelservice.conversion.charts import CHARTS, chart_of, ignored, read_keys
from modelservice.conversion.problems import ConversionError, written

Map = dict[str, Any]
VLLM = {"image": "x", "modelCommand": "vllmServe"}
FURIOSA = {"image": "x", "modelCommand": "furiosaLLMServe"}


def values(container: Map | None = None, **more: Any) -> Map:
    """Return values with one container."""
    return {"modelArtifacts": {"name": "a/b"}, **({"decode": {"containers": [container]}} if container else {}), **more}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (values(VLLM), "upstream"),
        (values(FURIOSA), "furiosa"),
        (values({"image": "furiosaai/furiosa-llm:1"}), "furiosa"),
        (values({"image": "vllm:1"}), "upstream"),
        (values(accelerator={"type": "furiosa"}), "furiosa"),
        (values(accelerator={"type": "intel-gaudi"}), "upstream"),
        (values(prefill={"accelerator": {"type": "cpu"}}), "upstream"),
        (values(decode={"parallelism": {"pipeline": 2}}), "furiosa"),
        (values(decode={"parallelism": {"dataLocal": 2}}), "upstream"),
        (values(requester={"enable": True}), "upstream"),
        ({"modelArtifacts": {"name": "furiosa-ai/Llama"}}, "furiosa"),
    ],
)
def test_values_tell_their_chart(given: Map, name: str) -> None:
    """By what only one of the charts has; the values of the two built-in profiles tell, too."""
    assert chart_of(given, "auto", "").name == name


@pytest.mark.parametrize("name", CHARTS)
def test_the_profiles_defaults_tell_their_chart(name: str) -> None:
    """All of a chart's own values, as people copy them."""
    profile = chart_of(values(), name, "").profile
    assert chart_of(data.document("bases", "profiles", f"{profile}.yaml")["spec"], "auto", "").name == name


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "these are values of neither chart: none of modelArtifacts, decode, prefill, routing, accelerator is there"),
        ({"replicas": 1, "llm": {"decode": {}}}, "is it what stands below llm, the values of a chart within another?"),
        ({"apiVersion": "v1", "kind": "Secret"}, "this is a Secret, and no values file of a Helm release"),
        (values(), "nothing in these values tells whose chart they are for; --chart furiosa or --chart upstream says it"),
        (
            values(VLLM, accelerator={"type": "furiosa"}),
            "these are values of both charts (furiosa: accelerator.type; upstream: decode.containers[0].modelCommand); --chart says which",
        ),
    ],
)
def test_values_of_neither_or_both_are_refused(given: Map, message: str) -> None:
    """With what would be right."""
    with pytest.raises(ConversionError) as caught:
        chart_of(given, "auto", "")
    (problem,) = caught.value.problems
    assert message in problem.message


@pytest.mark.parametrize(
    ("version", "name", "image"),
    [
        ("0.2.15", "upstream", "llm-d-routing-sidecar:v0.2.0"),
        ("v0.3.6", "upstream", "llm-d-routing-sidecar:v0.3.0"),
        ("0.4.11", "upstream", "llm-d-routing-sidecar:v0.4.0-rc.1"),
        ("0.4.12", "upstream", "llm-d-routing-sidecar:latest"),
        ("v0.4.16", "upstream", "llm-d-router-disagg-sidecar:latest"),
        ("2026.1.0", "furiosa", ""),
    ],
)
def test_a_version_has_its_defaults(version: str, name: str, image: str) -> None:
    """The chart is the one that has such versions, the defaults are those of the newest that is no newer."""
    chart = chart_of(values(), "auto", version)
    assert (chart.name, chart.version) == (name, version)
    found = chart.defaults.get("routing", {}).get("proxy", {}).get("image", "")
    assert found.rpartition("/")[2] == image
    assert chart.others == ()


@pytest.mark.parametrize("version", ["0.1.9", "latest", "", "2026"])
def test_a_version_that_is_not_known_is_refused(version: str) -> None:
    """Older than all that are known, or none at all; that none is said is no mistake."""
    if not version:
        assert chart_of(values(), "upstream", "").others
        return
    with pytest.raises(ConversionError, match="is no version of"):
        chart_of(values(), "auto" if version != "2026" else "furiosa", version)


def test_a_version_has_its_profile() -> None:
    """Furiosa's 2026.3 has one of its own."""
    assert chart_of(values(), "furiosa", "2026.3.0").profile == "furiosa-2026.3"
    assert chart_of(values(), "furiosa", "2026.1.0").profile == "furiosa"


@pytest.mark.parametrize(
    ("given", "profile", "told"),
    [
        (values(FURIOSA), "furiosa", False),
        (values({**FURIOSA, "image": "furiosaai/furiosa-llm:2026.3.1"}), "furiosa-2026.3", False),
        (values(FURIOSA, tracing={"enabled": True}), "furiosa-2026.3", True),
        (values(FURIOSA, accelerator={"dra": True}), "furiosa-2026.3", True),
        (values(FURIOSA, multinode=True), "furiosa", True),
        (values(FURIOSA, dra={"enabled": True}), "furiosa", True),
    ],
)
def test_values_of_furiosas_tell_their_version(given: Map, profile: str, *, told: bool) -> None:
    """By keys that only one has; an image is a hint, and without any it is the older one, which is told."""
    chart = chart_of(given, "auto", "")
    assert (chart.profile, chart.told) == (profile, told)


@pytest.mark.parametrize(
    ("version", "unread"),
    [
        ("0.3.6", {"decode.containers[0].lifecycle", "routing.proxy.resources", "routing.proxy.kvConnector"}),
        ("0.4.13", {"routing.proxy.debugLevel", "routing.proxy.resources", "routing.proxy.kvConnector"}),
        ("0.4.16", {"routing.proxy.debugLevel", "routing.proxy.kvConnector"}),
        ("", {"routing.proxy.kvConnector", "routing.proxy.debugLevel"}),
        ("2026.1.0", {"decode.containers[0].lifecycle", "routing.proxy.kvConnector"}),
        ("2026.3.0", {"decode.containers[0].lifecycle", "routing.proxy.kvConnector", "accelerator.env"}),
    ],
)
def test_what_a_version_does_not_read_is_ignored(version: str, unread: set[str]) -> None:
    """A key that came later, or went; of a version that is not known, what it is at least."""
    proxy = {"resources": {"limits": {"cpu": "1"}}, "kvConnector": "nixlv2", "debugLevel": 3}
    given = values({"image": "x", "lifecycle": {"preStop": {}}}, routing={"proxy": proxy}, accelerator={"env": {"furiosa": []}})
    known, changes = ignored(given, chart_of(given, "auto" if version else "upstream", version))
    assert {written(change.key) for change in changes} == unread
    assert ("lifecycle" in known["decode"]["containers"][0]) is ("decode.containers[0].lifecycle" not in unread)


def test_values_of_two_versions_are_refused() -> None:
    """What only the older one has beside what only the newer one has."""
    with pytest.raises(ConversionError, match=r"several versions of the furiosa chart .*from 2026\.1 on: dra; from 2026\.3 on: tracing"):
        chart_of(values(FURIOSA, dra={"type": "furiosa"}, tracing={"enabled": True}), "furiosa", "")


def test_what_no_chart_reads_is_left_out() -> None:
    """At the top, in a role, in a container; what Kubernetes knows stays as it is."""
    given = values(
        {"image": "x", "imagePullPolcy": "Always", "extraConfig": {"anything": 1}},
        common={},
        routing={"modelName": "x", "servicePort": 8000, "inferencePool": {"create": True}},
        presets=["probes"],
    )
    known, changes = ignored(given, chart_of(given, "upstream", ""))
    assert known == values({"image": "x", "extraConfig": {"anything": 1}}, routing={"servicePort": 8000})
    assert [written(change.key) for change in changes] == [
        "decode.containers[0].imagePullPolcy",
        "common",
        "routing.modelName",
        "routing.inferencePool",
        "presets",
    ]
    assert [change.why.partition(" ")[0] for change in changes] == ["the", "the", "the", "charts", "the"]  # the pool was made once


@pytest.mark.parametrize("key", ["epp", "httpRoute", "inferencePool", "inferenceModel", "parentRefs"])
def test_what_old_charts_made_for_routing_is_told_with_what_makes_it_now(key: str) -> None:
    """It is not taken over, since names and APIs are others now; the reason says which key makes a new one."""
    given = values(routing={"servicePort": 8000, key: {"create": True}})
    known, (change,) = ignored(given, chart_of(given, "upstream", ""))
    assert known["routing"] == {"servicePort": 8000}
    wanted = {"inferenceModel": "routing.objectives", "parentRefs": "routing.parentRefs"}.get(key, f"routing.{key}.create")
    assert wanted in change.why


def test_a_modelservice_has_every_key_that_the_charts_read() -> None:
    """The keys have the same names in both, so that values can be pasted."""
    root = schema("modelservice")
    missing: list[str] = []

    def look(known: Any, node: Any, path: str) -> None:
        node = root["$defs"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node
        if isinstance(known, list):
            look(known[0], node["items"], f"{path}[]")
        for key, below in known.items() if isinstance(known, dict) else ():
            if key in node["properties"]:
                look(below, node["properties"][key], f"{path}.{key}")
            else:
                missing.append(f"{path}.{key}")

    look(read_keys(), root["properties"]["spec"], "")
    assert missing == []
