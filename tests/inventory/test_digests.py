"""Digests of images, and the layers that pin them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import decode, document, engine

from modelservice.compose import compose
from modelservice.config import ModelService
from modelservice.config.layers import patched
from modelservice.inventory.digests import Digests, layer, without_tag
from modelservice.inventory.images import images
from modelservice.plan import Plan

Map = dict[str, Any]

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"
PROXY = "ghcr.io/llm-d/llm-d-router-disagg-sidecar:latest"


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("a", "a"),
        ("a:1", "a"),
        ("registry:5000/a", "registry:5000/a"),
        ("registry:5000/a:1", "registry:5000/a"),
        (f"registry:5000/b/a:1@{A}", "registry:5000/b/a"),
    ],
)
def test_the_name_of_an_image_without_its_tag(image: str, name: str) -> None:
    """A colon before the last slash is a port's."""
    assert without_tag(image) == name


def test_the_digest_of_an_image() -> None:
    """By its whole name first; by the name without a tag where that means one image alone. The tag stays, for people."""
    digests = Digests({"a:1": A, "a": B, "b": B, "c": A, "gone": A}, ["a:1", "a:2", "b:1", "c:1", "c:2", f"d:1@{A}"])
    assert digests.pinned("a:1") == f"a:1@{A}"
    assert digests.pinned("b:1") == f"b:1@{B}"
    assert digests.pinned("a:2") is None
    assert digests.pinned("c:1") is None
    assert digests.pinned("x:1") is None
    assert Digests({"d": B}, [f"d:1@{A}"]).pinned(f"d:1@{A}") is None
    assert digests.unused() == ["gone"]


def plan(spec: Map) -> Plan:
    """A ModelService planned."""
    return Plan(ModelService(document(spec)))


@pytest.mark.parametrize(
    ("spec", "names", "pins"),
    [
        (
            {"profile": "llm-d", "engine": {"image": "e:1"}},
            ["e:1", PROXY],
            {
                "decode": {"engine": {"image": f"e:1@{A}"}},
                "prefill": {"engine": {"image": f"e:1@{A}"}},
                "routing": {"proxy": {"image": f"{PROXY}@{A}"}},
            },
        ),
        (decode(), ["registry.example/engine"], {"decode": {"engine": {"image": f"registry.example/engine:1.0@{A}"}}}),
        ({"routing": {"proxy": {"enabled": False, "image": "p:1"}}}, ["p:1"], {}),
        ({"routing": {"epp": {"create": True, "image": "p:1"}}}, ["p:1"], {"routing": {"epp": {"image": f"p:1@{A}"}}}),
        ({"routing": {"epp": {"image": "p:1"}}}, ["p:1"], {}),
        ({"profile": "llm-d", "requester": {"image": "r:1"}}, ["r:1"], {}),
        ({"profile": "llm-d", "requester": {"enable": True, "image": "r:1"}}, ["r:1"], {"requester": {"image": f"r:1@{A}"}}),
        (
            {"modelArtifacts": {"uri": "oci://registry.example/m:1"}},
            ["registry.example/m:1"],
            {"modelArtifacts": {"uri": f"oci://registry.example/m:1@{A}"}},
        ),
        (
            {"modelArtifacts": {"compiled": "oci://registry.example/fxb:1", "compiledPath": "m.fxb"}},
            ["registry.example/fxb:1"],
            {"modelArtifacts": {"compiled": f"oci://registry.example/fxb:1@{A}"}},
        ),
        (decode(), ["other:1"], {}),
    ],
)
def test_the_layer_says_only_what_is_used(spec: Map, names: list[str], pins: Map) -> None:
    """Of the roles that there are, of a proxy and a requester that there is."""
    planned = plan(spec)
    used = [use.image for use in images(compose(planned).objects)]
    assert layer(planned, Digests(dict.fromkeys(names, A), used)) == pins


IMAGES = st.sampled_from(["a:1", "a:2", "b", f"c:1@{B}"])
SPECS = st.fixed_dictionaries(
    {"profile": st.sampled_from(["llm-d", "furiosa"])},
    optional={
        "multinode": st.booleans(),
        "engine": st.fixed_dictionaries({"image": IMAGES}),
        "decode": st.fixed_dictionaries({}, optional={"containers": IMAGES.map(lambda image: [engine(image=image)])}),
        "routing": st.fixed_dictionaries({"proxy": st.fixed_dictionaries({"image": IMAGES, "enabled": st.booleans()})}),
        "requester": st.fixed_dictionaries({"enable": st.booleans(), "image": IMAGES}),
    },
)


@settings(max_examples=40, deadline=None)
@given(SPECS)
def test_with_the_layer_every_image_that_has_a_digest_has_it(spec: Map) -> None:
    """Nothing else changes: without the digests, the images are those that they were."""
    planned = plan(spec)
    before = [use.image for use in images(compose(planned).objects)]
    digests = Digests({image: A for image in before if "@" not in image}, before)
    pins = {"spec": layer(planned, digests)}
    after = [use.image for use in images(compose(Plan(ModelService(patched(document(spec), pins)))).objects)]
    assert after == [digests.pinned(image) or image for image in before]
    assert all("@" in image for image in after)
