"""A graph as a picture: one element of SVG (https://www.w3.org/TR/SVG2/), for files and pages, in light and dark."""

from __future__ import annotations

import unicodedata
from html import escape
from itertools import pairwise

from modelservice.graph.layout import Box, Point, Route, Size, Tie, layout
from modelservice.graph.links import Graph, Key, Link, Node
from modelservice.texts import one_line

CLASS = "modelservice-graph"  # of the whole: the style of a picture inside a page is for that alone
MARGIN = 16.0
BOX = 44.0  # the height
LONGEST = 40  # characters of a name, or a label: what is longer is cut in the middle, as names differ at their ends
NAME, SMALL = 7.3, 6.3  # the width of a character of a name, and of a kind or a label
HEAD, CORNER = 7.0, 6.0  # the length of an arrow head, and the radius of a corner
FONT = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono","Liberation Mono",monospace'
# Ground, boxes, their edges, lines, names, what is small, and what does not line up. The ground makes a picture readable on a page of the
# other scheme. No variables, which not every viewer knows.
LIGHT = ("#fff", "#f6f8fa", "#57606a", "#6e7781", "#1f2328", "#59636e", "#cf222e")
DARK = ("#0d1117", "#161b22", "#8b949e", "#8b949e", "#e6edf3", "#9198a1", "#ff7b72")


def _colours(ground: str, box: str, edge: str, line: str, name: str, small: str, wrong: str) -> str:
    fills = {"ground": ground, "node rect": box, "head": line, "name": name, "kind": small, "label": small}
    return "\n".join(
        [
            *(f".{CLASS} .{what}{{fill:{colour}}}" for what, colour in fills.items()),
            f".{CLASS} .node rect{{stroke:{edge}}}",
            f".{CLASS} .line{{stroke:{line}}}",
            *(f".{CLASS} .wrong {what}{{stroke:{wrong}}}" for what in ("rect", ".line")),
            *(f".{CLASS} .wrong .{what}{{fill:{wrong}}}" for what in ("head", "kind", "label")),
        ]
    )


STYLE = f"""\
.{CLASS} text{{font:12px {FONT}}}
.{CLASS} .kind,.{CLASS} .label{{font-size:10px}}
.{CLASS} .line{{fill:none;stroke-width:1.2}}
.{CLASS} .absent rect,.{CLASS} .absent .line{{stroke-dasharray:4 3}}
.{CLASS} .wrong rect,.{CLASS} .wrong .line{{stroke-width:2}}
{_colours(*LIGHT)}
@media (prefers-color-scheme:dark){{
{_colours(*DARK)}
}}
"""


def svg(graph: Graph) -> str:
    """A standalone ``<svg>``.

    An object is a ``<g class="node" data-key="Kind/namespace/name">``, a link a ``<g class="link" data-from="…" data-to="…">`` with such
    keys. Both have the class ``absent``, and are dashed, for what is not there, and ``wrong``, and are red, for what does not line up. The
    same graph gives the same bytes. Control characters are written as their escapes.
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
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{CLASS}" role="img" viewBox="0 0 {_number(width)} {_number(height)}" {size}>',
        "<title>How the objects find one another</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="ground" {size} rx="6"/>',
        f'<g transform="translate({_number(MARGIN)} {_number(MARGIN)})">',
        *(_drawn_link(graph, *one) for one in sorted(zip(graph.links, plan.routes, ties, strict=True), key=lambda one: one[0].is_wrong)),
        *(_drawn_node(key, node, name, box) for (key, node), name, box in zip(graph.nodes.items(), names, plan.boxes, strict=True)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines)


def _drawn_node(key: Key, node: Node, name: str, box: Box) -> str:
    title = "\n".join([f"{_kind(node)} {node.namespace}/{node.name}", *node.problems])
    (x, y), size = box
    rect = f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(size.width)}" height="{_number(size.height)}" rx="6"/>'
    kind = f'<text class="kind" x="{_number(x + 10)}" y="{_number(y + 17)}">{_text(_short(_kind(node)))}</text>'
    named = f'<text class="name" x="{_number(x + 10)}" y="{_number(y + 33)}">{_text(_short(name))}</text>'
    attributes = f'class="{_classes("node", bool(node.problems), node.is_there)}" data-key="{_text("/".join(key))}" tabindex="0"'
    return f"<g {attributes}><title>{_lines(title)}</title>{rect}{kind}{named}</g>"


def _drawn_link(graph: Graph, link: Link, route: Route, tie: Tie) -> str:
    source, target = (_text("/".join(key)) for key in (link.source, link.target))
    title = "\n".join([f"{' '.join(link.source[::2])} {_label(link)} {' '.join(link.target[::2])}", *link.fields])
    words = f'<text class="label" x="{_number(route.label.x + HEAD)}" y="{_number(route.label.y + tie.label.height - 5)}">'
    classes = _classes("link", link.is_wrong, graph.nodes[link.target].is_there)
    line, head = _line(route)
    return (
        f'<g class="{classes}" data-from="{source}" data-to="{target}"><title>{_lines(title)}</title>'
        f'<path class="line" d="{line}"/><path class="head" d="{head}"/>{words}{_text(_short(_label(link)))}</text></g>'
    )


def _line(route: Route) -> tuple[str, str]:
    """The path of a line, and that of its arrow head."""
    *points, end = route.points
    back = HEAD if points[-1].x < end.x else -HEAD
    points.append(Point(end.x - back, end.y))
    steps = [f"M{_at(points[0])}"]
    for index, (one, other) in enumerate(pairwise(points)):
        trunk = None if index % 2 else route.trunks[index // 2]
        if index % 2:
            steps.append(f"H{_number(other.x)}")
        elif trunk is None or one.y == other.y:
            middle = (one.x + other.x) / 2
            steps.append(f"C{_number(middle)} {_number(one.y)} {_number(middle)} {_number(other.y)} {_at(other)}")
        else:
            radius = min(CORNER, abs(other.y - one.y) / 2) * (1 if other.y > one.y else -1)
            onwards = CORNER if other.x > one.x else -CORNER
            steps.append(f"H{_number(trunk - onwards)}Q{_number(trunk)} {_number(one.y)} {_number(trunk)} {_number(one.y + radius)}")
            steps.append(f"V{_number(other.y - radius)}Q{_number(trunk)} {_number(other.y)} {_number(trunk + onwards)} {_number(other.y)}")
            steps.append(f"H{_number(other.x)}")
    head = f"M{_at(end)}L{_at(Point(end.x - back, end.y - 3.5))}L{_at(Point(end.x - back, end.y + 3.5))}z"
    return "".join(steps), head


def _classes(kind: str, is_wrong: bool, is_there: bool) -> str:
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
