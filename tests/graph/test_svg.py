"""A graph as a picture."""

from __future__ import annotations

from xml.etree import ElementTree as ET  # what is parsed is our own

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.graph import Graph, Link, Node, svg

SVG = "{http://www.w3.org/2000/svg}"
Key = tuple[str, str, str]


def graph(*links: tuple[Key, Key, str], absent: tuple[Key, ...] = (), wrong: tuple[Key, ...] = ()) -> Graph:
    """Return a graph of links; those from what is wrong are wrong, too."""
    keys = dict.fromkeys(key for source, target, _ in links for key in (source, target))
    nodes = {key: Node(*key, is_there=key not in absent, problems=["spec.x: is <wrong>"] if key in wrong else []) for key in keys}
    return Graph(nodes, [Link(source, target, label, ["spec.x"], source in wrong) for source, target, label in links])


def parsed(text: str) -> ET.Element:
    """Return the one element of a picture."""
    return ET.fromstring(text)  # noqa: S314


def groups(text: str, kind: str) -> list[ET.Element]:
    """Return the nodes, or the links, of a picture."""
    return [group for group in parsed(text).iter(f"{SVG}g") if kind in group.get("class", "").split()]


ROUTE, POOL, SECRET = ("HTTPRoute", "n", "route"), ("InferencePool", "n", "pool"), ("Secret", "n", "token")
SMALL = graph((ROUTE, POOL, "sends to"), (POOL, SECRET, "uses"), absent=(SECRET,), wrong=(ROUTE,))


def test_every_node_and_link_is_there() -> None:
    """By its key, and with the classes that tell what is not there and what does not line up."""
    nodes = {group.get("data-key"): group for group in groups(svg(SMALL), "node")}
    assert {key: group.get("class") for key, group in nodes.items()} == {
        "HTTPRoute/n/route": "node wrong",
        "InferencePool/n/pool": "node",
        "Secret/n/token": "node absent",
    }
    assert all(group.get("tabindex") == "0" for group in nodes.values())
    links = {(group.get("data-from"), group.get("data-to"), group.get("class")) for group in groups(svg(SMALL), "link")}
    assert links == {
        ("HTTPRoute/n/route", "InferencePool/n/pool", "link wrong"),
        ("InferencePool/n/pool", "Secret/n/token", "link absent"),
    }


def test_what_stands_in_it() -> None:
    """Kind and name, what is wrong in the title; the picture has a title, a size and a role."""
    root = parsed(svg(SMALL))
    assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root[0].tag == f"{SVG}title"
    node = groups(svg(SMALL), "node")[0]
    assert [text.text for text in node.iter(f"{SVG}text")] == ["HTTPRoute", "route"]
    assert node[0].text == "HTTPRoute n/route\nspec.x: is <wrong>"
    assert [text.text for text in groups(svg(SMALL), "link")[0].iter(f"{SVG}text")] == ["uses"]
    assert "@media (prefers-color-scheme:dark)" in svg(SMALL)


def test_what_is_wrong_is_drawn_last() -> None:
    """So that no other line covers it."""
    assert groups(svg(SMALL), "link")[-1].get("class") == "link wrong"


def test_namespaces_stand_there_where_there_are_several() -> None:
    """Else the name is enough."""
    both = svg(graph((ROUTE, ("Gateway", "m", "gateway"), "is attached to")))
    names = [text.text for group in groups(both, "node") for text in group.iter(f"{SVG}text") if text.get("class") == "name"]
    assert names == ["n/route", "m/gateway"]


@pytest.mark.parametrize("length", [40, 41])
def test_long_names_are_cut(length: int) -> None:
    """In the middle, as names differ at their ends; the title has them whole."""
    name = f"model-{'x' * (length - 14)}-prefill"
    (node, *_) = groups(svg(graph((("Kind", "n", name), ROUTE, "finds"))), "node")
    shown = [text.text or "" for text in node.iter(f"{SVG}text")][1]
    assert node[0].text == f"Kind n/{name}"
    assert len(shown) == 40
    assert (shown == name) == (length == 40)
    assert shown.startswith("model-")
    assert shown.endswith("-prefill")


TEXTS = st.text(min_size=1, max_size=60) | st.sampled_from(['"><script>alert(1)</script>', "]]>", "&lt;", "'", "\x00", "\ud800", "\ufffe"])
KEYS = st.tuples(TEXTS, TEXTS, TEXTS)


@settings(deadline=None)
@given(st.lists(st.tuples(KEYS, KEYS, TEXTS), max_size=6))
def test_any_name_is_only_text(links: list[tuple[Key, Key, str]]) -> None:
    """Well-formed whatever they are, with no element of theirs; in UTF-8, and the same twice."""
    one = graph(*links, absent=tuple(target for _, target, _ in links[:1]), wrong=tuple(source for source, _, _ in links[1:2]))
    text = svg(one)
    text.encode()
    assert svg(one) == text
    assert {element.tag for element in parsed(text).iter()} <= {SVG + tag for tag in ("svg", "title", "style", "rect", "g", "path", "text")}
    assert len(groups(text, "node")) == len(one.nodes)
    assert len(groups(text, "link")) == len(one.links)


def test_nothing_is_a_picture_too() -> None:
    """Without objects there is an empty one."""
    assert groups(svg(Graph({}, [])), "node") == []
