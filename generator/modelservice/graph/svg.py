"""A graph as a picture: one element of SVG (https://www.w3.org/TR/SVG2/), for files and pages, in light and dark."""

from __future__ import annotations

import unicodedata
from html import escape

from modelservice.graph.layout import Layout, Point, Route, Size, Tie, layout
from modelservice.graph.links import Graph, Key, Link, Node
from modelservice.texts import one_line

MARGIN = 16.0
BOX = 44.0  # the height
LONGEST = 36  # characters of a name, or a label: what is longer is cut in the middle, as names differ at their ends
NAME, SMALL = 7.3, 6.3  # the width of a character of a name, and of a kind or a label
HEAD = 7.0  # the length of an arrow head
# Colours are variables so that a page may set its own; the ground makes the picture readable on any page.
STYLE = """
.graph{--ground:#fff;--box:#f6f8fa;--edge:#57606a;--line:#6e7781;--text:#1f2328;--faint:#59636e;--wrong:#cf222e;\
font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace}
@media(prefers-color-scheme:dark){.graph{--ground:#0d1117;--box:#161b22;--edge:#8b949e;--line:#8b949e;--text:#e6edf3;--faint:#9198a1;\
--wrong:#ff7b72}}
.graph .ground{fill:var(--ground)}
.graph .node rect{fill:var(--box);stroke:var(--edge)}
.graph text{fill:var(--text);font-size:12px}
.graph .kind,.graph .label{fill:var(--faint);font-size:10px}
.graph .line{fill:none;stroke:var(--line);stroke-width:1.2}
.graph .head{fill:var(--line)}
.graph .absent rect,.graph .absent .line{stroke-dasharray:4 3}
.graph .wrong rect,.graph .wrong .line{stroke:var(--wrong);stroke-width:2}
.graph .wrong .head,.graph .wrong .label,.graph .wrong .kind{fill:var(--wrong)}
"""


def svg(graph: Graph) -> str:
    """A standalone ``<svg>``: a ``<g class="node" data-key="Kind/namespace/name">`` an object, ``<g class="link" data-from data-to>`` a link.

    ``absent``, which is dashed, is what is not there, ``wrong``, which is red, what does not line up: more classes of both. The same graph
    gives the same bytes. Control characters in names are written as their escapes.
    """
    with_namespace = len({node.namespace for node in graph.nodes.values()}) > 1
    names = [f"{node.namespace}/{node.name}" if with_namespace else node.name for node in graph.nodes.values()]
    numbers = {key: index for index, key in enumerate(graph.nodes)}
    boxes = [
        Size(max(_width(_short(name)) * NAME, _width(_short(_kind(node))) * SMALL) + 20, BOX)
        for name, node in zip(names, graph.nodes.values(), strict=True)
    ]
    ties = [
        Tie(numbers[link.source], numbers[link.target], Size(_width(_short(_label(link))) * SMALL + 2 * HEAD, 16)) for link in graph.links
    ]
    plan = layout(boxes, ties)
    width, height = plan.size.width + 2 * MARGIN, plan.size.height + 2 * MARGIN
    size = f'width="{_number(width)}" height="{_number(height)}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="graph" role="img" viewBox="0 0 {_number(width)} {_number(height)}" {size}>',
        "<title>How the objects find one another</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" {size} rx="6"/>',
        f'<g transform="translate({_number(MARGIN)} {_number(MARGIN)})">',
        *(_drawn_link(graph, link, route, tie.label) for link, route, tie in zip(graph.links, plan.routes, ties, strict=True)),
        *_drawn_nodes(graph, plan, boxes, names),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines)


def _drawn_nodes(graph: Graph, plan: Layout, boxes: list[Size], names: list[str]) -> list[str]:
    return [
        _drawn_node(key, node, name, corner, size)
        for (key, node), name, corner, size in zip(graph.nodes.items(), names, plan.corners, boxes, strict=True)
    ]


def _drawn_node(key: Key, node: Node, name: str, corner: Point, size: Size) -> str:
    title = "\n".join([f"{_kind(node)} {node.namespace}/{node.name}", *node.problems])
    x, y = corner
    rect = f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(size.width)}" height="{_number(size.height)}" rx="6"/>'
    kind = f'<text class="kind" x="{_number(x + 10)}" y="{_number(y + 17)}">{_text(_short(_kind(node)))}</text>'
    named = f'<text class="name" x="{_number(x + 10)}" y="{_number(y + 33)}">{_text(_short(name))}</text>'
    attributes = f'class="{_classes("node", bool(node.problems), node.is_there)}" data-key="{_text("/".join(key))}" tabindex="0"'
    return f"<g {attributes}><title>{_lines(title)}</title>{rect}{kind}{named}</g>"


def _drawn_link(graph: Graph, link: Link, route: Route, label: Size) -> str:
    source, target = (_text("/".join(key)) for key in (link.source, link.target))
    title = "\n".join([f"{' '.join(link.source[::2])} {_label(link)} {' '.join(link.target[::2])}", *link.fields])
    words = f'<text class="label" x="{_number(route.label.x + HEAD)}" y="{_number(route.label.y + label.height - 5)}">'
    classes = _classes("link", link.is_wrong, graph.nodes[link.target].is_there)
    line, head = _line(route.points)
    return (
        f'<g class="{classes}" data-from="{source}" data-to="{target}"><title>{_lines(title)}</title>'
        f'<path class="line" d="{line}"/><path class="head" d="{head}"/>{words}{_text(_short(_label(link)))}</text></g>'
    )


def _line(points: list[Point]) -> tuple[str, str]:
    """The path of a line, bent between layers and straight within them, and that of its arrow head."""
    end = points[-1]
    back = HEAD if points[-2].x < end.x else -HEAD
    *rest, last = points
    stop = Point(last.x - back, last.y)
    steps = [f"M{_at(points[0])}"]
    for one, other in zip([*rest], [*rest[1:], stop], strict=True):
        middle = (one.x + other.x) / 2
        steps.append(f"C{_number(middle)} {_number(one.y)} {_number(middle)} {_number(other.y)} {_at(other)}")
    head = f"M{_at(end)}L{_at(Point(end.x - back, end.y - 3.5))}L{_at(Point(end.x - back, end.y + 3.5))}z"
    return "".join(steps), head


def _classes(kind: str, is_wrong: bool, is_there: bool) -> str:  # noqa: FBT001
    return " ".join([kind, *(["wrong"] if is_wrong else []), *([] if is_there else ["absent"])])


def _kind(node: Node) -> str:
    return node.kind if node.is_there else f"{node.kind} (not here)"


def _label(link: Link) -> str:
    return link.label.replace("->", "→")


def _short(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[1 - LONGEST // 2 :]}"


def _width(text: str) -> int:
    """How many columns a text takes: wide characters two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def _text(text: str) -> str:
    return escape(one_line(text))


def _lines(text: str) -> str:
    return "\n".join(_text(line) for line in text.split("\n"))


def _at(point: Point) -> str:
    return f"{_number(point.x)} {_number(point.y)}"


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
