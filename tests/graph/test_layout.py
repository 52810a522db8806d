"""Where boxes and lines go."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.graph.layout import Box, Layout, Point, Size, Tie, layout

BOXES = st.lists(st.builds(Size, st.sampled_from([40.0, 90.0, 200.0]), st.just(44.0)), min_size=1, max_size=12)
LABEL = Size(60, 16)


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[Size], list[Tie]]:
    """Give any boxes and lines between them, cycles, loops and several between the same two among them."""
    boxes = draw(BOXES)
    ends = st.integers(0, len(boxes) - 1)
    return boxes, draw(st.lists(st.builds(Tie, ends, ends, st.builds(Size, st.sampled_from([20.0, 120.0]), st.just(16.0))), max_size=24))


def boxes_of(found: Layout, ties: list[Tie]) -> list[Box]:
    """Return what takes room: boxes, and labels."""
    return [*found.boxes, *(Box(route.label, tie.label) for route, tie in zip(found.routes, ties, strict=True))]


def overlap(one: Box, other: Box) -> bool:
    """Whether two share room."""
    (x, y), (width, height) = one
    (left, top), (wide, high) = other
    return x < left + wide and left < x + width and y < top + high and top < y + height


@settings(deadline=None)
@given(drawn())
def test_nothing_is_on_top_of_another(graph: tuple[list[Size], list[Tie]]) -> None:
    """No box on another or on a label, no label on another; each at least as large as asked for, and all within the picture."""
    sizes, ties = graph
    found = layout(sizes, ties)
    rooms = boxes_of(found, ties)
    assert not [pair for pair in combinations(rooms, 2) if overlap(*pair)]
    assert all(box.size.width >= size.width - 0.1 and box.size.height == size.height for box, size in zip(found.boxes, sizes, strict=True))
    for (x, y), (width, height) in rooms:
        assert 0 <= x <= x + width <= found.size.width + 0.2
        assert 0 <= y <= y + height <= found.size.height + 0.2


@settings(deadline=None)
@given(drawn())
def test_lines_lead_from_box_to_box(graph: tuple[list[Size], list[Tie]]) -> None:
    """From an edge of the source to an edge of the target; a straight piece goes through no box and no other label."""
    sizes, ties = graph
    found = layout(sizes, ties)
    rooms = boxes_of(found, ties)
    for index, (tie, route) in enumerate(zip(ties, found.routes, strict=True)):
        for end, box in ((route.points[0], found.boxes[tie.source]), (route.points[-1], found.boxes[tie.target])):
            edges = (box.corner.x, round(box.corner.x + box.size.width, 1))
            assert min(abs(end.x - edge) for edge in edges) < 0.2
            assert box.corner.y < end.y < box.corner.y + box.size.height
        if tie.source == tie.target:
            continue
        assert len(route.trunks) == len(route.points) // 2
        for one, other in list(pairwise(route.points))[1::2]:
            assert one.y == other.y
            line = Box(Point(min(one.x, other.x), one.y), Size(abs(other.x - one.x), 0.1))
            assert not [room for number, room in enumerate(rooms) if number != len(sizes) + index and overlap(line, room)]


@settings(deadline=None)
@given(drawn())
def test_the_same_twice(graph: tuple[list[Size], list[Tie]]) -> None:
    """The same input gives the same places."""
    assert layout(*graph) == layout(*graph)


def columns(count: int, *ends: tuple[int, int]) -> list[int]:
    """Return in which column, of those that there are, each box is."""
    found = layout([Size(50, 44)] * count, [Tie(*end, LABEL) for end in ends])
    lefts = sorted({box.corner.x for box in found.boxes})
    return [lefts.index(box.corner.x) for box in found.boxes]


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([(0, 1), (1, 2)], [0, 1, 2]),
        ([(0, 1), (1, 2), (0, 2)], [0, 1, 2]),
        ([(0, 1), (2, 1)], [0, 1, 0]),
        ([(0, 1), (1, 2), (2, 0)], [0, 1, 2]),
        ([(0, 1), (1, 3), (2, 3)], [0, 1, 1, 2]),
    ],
    ids=["a chain", "a line over a layer", "two to one", "a cycle is cut where it closes", "near to what it leads to"],
)
def test_columns(ends: list[tuple[int, int]], expected: list[int]) -> None:
    """A box is behind all that lead to it, and no farther before what it leads to than it must be."""
    assert columns(len(expected), *ends) == expected


def test_lines_do_not_cross_where_they_need_not() -> None:
    """Two pairs that come crosswise are put right."""
    found = layout([Size(50, 44)] * 5, [Tie(0, 1, LABEL), Tie(0, 2, LABEL), Tie(1, 4, LABEL), Tie(2, 3, LABEL)])
    one, other, last, first = (found.boxes[index].corner.y for index in (1, 2, 3, 4))
    assert (one < other) == (first < last)


def services(count: int, *, shared: bool) -> tuple[list[Size], list[Tie]]:
    """Return chains of three boxes, that all lead to one more when they share it."""
    ends = [end for first in range(0, 3 * count, 3) for end in ((first, first + 1), (first + 1, first + 2))]
    ends += [(first + 1, 3 * count) for first in range(0, 3 * count, 3) if shared]
    return [Size(50, 44)] * (3 * count + shared), [Tie(*end, LABEL) for end in ends]


def test_what_is_shared_does_not_mix_the_services() -> None:
    """Each stays in a band of its own, in their order, and the lines to what they share run up and down together."""
    boxes, ties = services(6, shared=True)
    found = layout(boxes, ties)
    for place in range(3):
        ys = [found.boxes[index].corner.y for index in range(place, 18, 3)]
        assert ys == sorted(ys)
    trunks = {route.trunks[-1] for route, tie in zip(found.routes, ties, strict=True) if tie.target == 18}
    assert len(trunks) == 1
    assert trunks != {None}


def test_parts_are_packed() -> None:
    """What does not hang together goes one below the other, and many in columns, so that the picture is neither a tower nor a band."""
    few, many = layout(*services(2, shared=False)), layout(*services(40, shared=False))
    assert few.boxes[0].corner.x == few.boxes[3].corner.x
    assert 0.5 < many.size.width / many.size.height < 3
    assert layout([], []).size == Size(0, 0)
