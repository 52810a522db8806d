"""Where the boxes and lines of a graph go: in layers from left to right, as Sugiyama, Tagawa and Toda have it.

Each part that hangs together is laid out by itself: cycles are cut, a box is a layer behind all that lead to it, lines that are longer than
a layer, and labels, take their place in the layers between, the order in the layers is the one with the fewest crossings among some tries,
and every place is the nearest to its neighbours' that leaves a gap. What only hangs together by what it shares, as services do by a Secret,
stays in a band of its own. Then the parts are packed in columns.

This is written here because no library fits: of those on PyPI, grandalf and igraph are under the GPL, fast-sugiyama draws differently each
time and ends the process at a cycle, others call Graphviz; and none knows labels, or boxes of different sizes.
"""

from __future__ import annotations

from bisect import bisect, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import fsum  # which every Python rounds alike, unlike sum
from statistics import fmean
from typing import NamedTuple

LEVEL_GAP, NEAREST, FARTHEST = 12.0, 24.0, 72.0  # between boxes of a layer, and the room between layers that lines bend in
LINE_GAP, PORT_GAP, LOOP = 8.0, 8.0, 3.0  # between lines in a layer, where they leave a box, and half that of one that comes back
TRUNK_GAP, PART_GAP = 10.0, 32.0
SHAPE = 1.4  # how many times as wide as high a picture of many parts may become
TRIES, ROUNDS, LAST = 12, 12, 4  # of orders and of places, the last with a view to both sides; more of them change little
MOST = 4_000  # places that are tried again as often; of more, as only a tangle has, the fewer tries the more they are


class Size(NamedTuple):
    """How much room something takes."""

    width: float
    height: float


class Tie(NamedTuple):
    """That a line leads from one box to another, and the size of its label."""

    source: int
    target: int
    label: Size


class Point(NamedTuple):
    """A place in the picture, from its upper left corner."""

    x: float
    y: float


class Route(NamedTuple):
    """A line: its points, between which it is bent and straight by turns, and the upper left corner of its label.

    ``trunks``: of each bend where the line runs up or down that it shares with others; None where it has a bend of its own.
    """

    points: list[Point]
    trunks: list[float | None]
    label: Point


class Box(NamedTuple):
    """The upper left corner of a box, and its size: as wide as the widest of its column."""

    corner: Point
    size: Size


class Layout(NamedTuple):
    """The boxes and the routes, both in the order in which they were asked for, and the size of the whole."""

    boxes: list[Box]
    routes: list[Route]
    size: Size


@dataclass
class _Stop:
    """What takes a place in a layer: a box, a label, or a line that goes through.

    ``line``: how far below the top a line passes; the ports are the same for lines that begin or end here.
    """

    layer: int
    size: Size
    line: float
    gap: float
    y: float = 0.0
    band: float = 0.0
    before: list[int] = field(default_factory=list)
    after: list[int] = field(default_factory=list)


def layout(boxes: Sequence[Size], ties: Sequence[Tie]) -> Layout:
    """Places for boxes and the lines between them, such that no two boxes or labels share any; the same for the same input."""
    placed = [Box(Point(0, 0), size) for size in boxes]
    routes = [Route([], [], Point(0, 0))] * len(ties)
    parts = [_Part(boxes, ties, *members) for members in _parts(len(boxes), ties)]
    places, size = _packed([part.size for part in parts])
    for part, place in zip(parts, places, strict=True):
        for index, box in part.boxes():
            placed[index] = Box(_moved(box.corner, place), box.size)
        for tie, route in part.routes():
            trunks = [None if x is None else round(x + place.x, 1) for x in route.trunks]
            routes[tie] = Route([_moved(point, place) for point in route.points], trunks, _moved(route.label, place))
    return Layout(placed, routes, size)


def _moved(point: Point, by: Point) -> Point:
    return Point(round(point.x + by.x, 1), round(point.y + by.y, 1))


def _parts(boxes: int, ties: Sequence[Tie]) -> list[tuple[list[int], list[int]]]:
    """The boxes, and the ties, of each part that hangs together."""
    first = list(range(boxes))

    def root(box: int) -> int:
        while first[box] != box:
            first[box] = box = first[first[box]]
        return box

    for tie in ties:
        one, other = sorted((root(tie.source), root(tie.target)))
        first[other] = one
    parts: dict[int, tuple[list[int], list[int]]] = {}
    for box in range(boxes):
        parts.setdefault(root(box), ([], []))[0].append(box)
    for index, tie in enumerate(ties):
        parts[root(tie.source)][1].append(index)
    return list(parts.values())


def _packed(sizes: list[Size]) -> tuple[list[Point], Size]:
    """Where parts go, one below the other, in as many columns as keep the whole in shape, all about as high; and its size."""
    area = fsum((size.width + PART_GAP) * (size.height + PART_GAP) for size in sizes)
    tallest = max((size.height for size in sizes), default=0.0)
    columns = _columns(sizes, max(tallest, (area / SHAPE) ** 0.5))
    limit = max(tallest, fsum(size.height + PART_GAP for size in sizes) / max(len(columns), 1))
    while len(even := _columns(sizes, limit)) > len(columns):
        limit *= 1.02
    places: list[Point] = []
    x, height = 0.0, 0.0
    for column in even:
        y = 0.0
        for size in column:
            places.append(Point(x, y))
            height = max(height, y + size.height)
            y += size.height + PART_GAP
        x += max(size.width for size in column) + PART_GAP
    return places, Size(round(max(x - PART_GAP, 0), 1), round(height, 1))


def _columns(sizes: list[Size], limit: float) -> list[list[Size]]:
    """The sizes, in their order, in columns that are no higher than a limit."""
    columns: list[list[Size]] = []
    y = 0.0
    for size in sizes:
        if not columns or y + size.height > limit:
            columns.append([])
            y = 0.0
        columns[-1].append(size)
        y += size.height + PART_GAP
    return columns


class _Part:
    """The layout of boxes that hang together."""

    def __init__(self, boxes: Sequence[Size], ties: Sequence[Tie], members: list[int], tied: list[int]) -> None:
        ranks = _ranks(members, [(ties[index].source, ties[index].target) for index in tied])
        self.members, self.tied = members, tied
        self.stops = [_Stop(2 * ranks[box], boxes[box], boxes[box].height / 2, LEVEL_GAP) for box in members]
        number = {box: index for index, box in enumerate(members)}
        ends = [(number[ties[index].source], number[ties[index].target]) for index in tied]
        self.joints = self._band(ends)
        self.chains = [self._chain(*end, ties[index].label) for end, index in zip(ends, tied, strict=True)]
        share = min(MOST / len(self.stops), 1.0)
        self.layers = self._ordered(max(int(TRIES * share), 2))
        self.ports = self._ports()
        self._place(max(int(ROUNDS * share), LAST + 2))
        self.columns, width = self._columns()
        self.size = Size(width, max(stop.y + stop.size.height for stop in self.stops))

    def boxes(self) -> Iterable[tuple[int, Box]]:
        """Each box, which fills its column: no line that leaves it has to go round a wider one."""
        for index, stop in zip(self.members, self.stops, strict=False):
            left, right = self.columns[stop.layer]
            yield index, Box(Point(left, stop.y), Size(right - left, stop.size.height))

    def routes(self) -> Iterable[tuple[int, Route]]:
        """Each tie, with its way from its source to its target."""
        for tie, (stops, label, is_back) in zip(self.tied, self.chains, strict=True):
            points = [point for index in range(len(stops)) for point in self._through(stops, index)]
            trunks = [self._trunk(one, other) for one, other in pairwise(stops)]
            stop = self.stops[label]
            left, right = self.columns[stop.layer]
            corner = Point((left + right - stop.size.width) / 2, stop.y)
            yield tie, Route(points[::-1], trunks[::-1], corner) if is_back else Route(points, trunks, corner)

    def _trunk(self, one: int, other: int) -> float | None:
        """Where the lines of a box that joins bands run up and down together, else there would be as many beside one another."""
        if one not in self.joints and other not in self.joints:
            return None
        joint, side = (other, 0) if other in self.joints else (one, 1)
        layer = self.stops[joint].layer
        place = [index for index in self.layers[layer] if index in self.joints].index(joint)
        return self.columns[layer][side] + (1, -1)[1 - side] * TRUNK_GAP * (place + 1.5)

    def _through(self, stops: list[int], index: int) -> list[Point]:
        """The points of a line at one of its stops: where it leaves or reaches a box, or both ends of the column that it goes through.

        A line that leads to its own box turns round before its label.
        """
        stop, is_loop = self.stops[stops[index]], stops[0] == stops[-1]
        left, right = self.columns[stop.layer]
        if index == 0:
            return [Point(right, stop.y + self.ports[stops[0], stops[1]] - (LOOP if is_loop else 0))]
        if index == len(stops) - 1 and is_loop:
            return [Point(right, stop.y + self.ports[stops[0], stops[1]] + LOOP)]
        if index == len(stops) - 1:
            return [Point(left, stop.y + self.ports[stops[index], stops[index - 1]])]
        return [Point(left, stop.y + stop.line), *([] if is_loop else [Point(right, stop.y + stop.line)])]

    def _band(self, ends: list[tuple[int, int]]) -> set[int]:
        """Give each box its band: what hangs together also without the joints, which are returned, and go amid the bands that they join."""
        beside: list[set[int]] = [set() for _ in self.stops]
        for source, target in ends:
            beside[source].add(target)
            beside[target].add(source)
        joints = self._shared(ends, beside)
        bands = _parts(len(self.stops), [Tie(*end, Size(0, 0)) for end in ends if joints.isdisjoint(end)])
        for band, (members, _) in enumerate(bands):
            for index in members:
                self.stops[index].band = band
        for joint in sorted(joints):
            others = sorted({self.stops[other].band for other in beside[joint] - joints})
            self.stops[joint].band = fmean(others) if others else 0.0
        return joints

    def _shared(self, ends: list[tuple[int, int]], beside: list[set[int]]) -> set[int]:
        """The boxes that lines only lead to, or only come from, and that join several groups of boxes."""
        sources, targets = ({end[side] for end in ends} for side in (0, 1))
        ending = {index for index in sources ^ targets if len(beside[index]) > 1}
        groups = _parts(len(self.stops), [Tie(*end, Size(0, 0)) for end in ends if ending.isdisjoint(end)])
        group_of = {index: group for group, (members, _) in enumerate(groups) for index in members if index not in ending}
        for index in sorted(ending):  # who is beside one group alone belongs to it
            if len(own := {group_of[other] for other in beside[index] - ending}) == 1:
                group_of[index] = own.pop()
        sizes = Counter(group_of.values())
        joined = {index: {group_of[other] for other in beside[index] if other in group_of} for index in ending}
        return {index for index, others in joined.items() if sum(sizes[group] > 1 for group in others) > 1}

    def _chain(self, source: int, target: int, label: Size) -> tuple[list[int], int, bool]:
        """The stops of a line from left to right, the one of its label, which is the first after the box, and whether it runs backwards."""
        is_back = self.stops[source].layer > self.stops[target].layer
        if is_back:
            source, target = target, source
        start, end = self.stops[source].layer, self.stops[target].layer
        chain = [source]
        for layer in range(start + 1, max(end, start + 2)):
            size = label if layer == start + 1 else Size(0, 0)
            self.stops.append(_Stop(layer, size, size.height, LINE_GAP, band=self.stops[target if source in self.joints else source].band))
            chain.append(len(self.stops) - 1)
        if source != target:
            chain.append(target)
        for one, other in pairwise(chain):
            self.stops[one].after.append(other)
            self.stops[other].before.append(one)
        return (chain if source != target else [*chain, source]), chain[1], is_back

    # The order in each layer

    def _ordered(self, tries: int) -> list[list[int]]:
        """The stops of each layer from top to bottom, where few lines cross."""
        best: list[list[int]] = []
        fewest = None
        for turned in (False, True):
            layers = self._first_order(turned=turned)
            for attempt in range(tries):
                crossings = self._crossings(layers)
                if fewest is None or crossings < fewest:
                    best, fewest = [layer[:] for layer in layers], crossings
                onwards = attempt % 2 == 0
                for layer, beside in pairwise(layers if onwards else layers[::-1]):
                    self._sort(beside, layer, onwards=onwards, turned=attempt % 4 > 1)
        return best

    def _first_order(self, *, turned: bool) -> list[list[int]]:
        """The order in which one comes by the stops who follows the lines, so that what hangs together stays together."""
        layers: list[list[int]] = [[] for _ in range(max(stop.layer for stop in self.stops) + 1)]
        seen: set[int] = set()
        for start in range(len(self.members)):
            waiting = [start]
            while waiting:
                index = waiting.pop()
                if index not in seen:
                    seen.add(index)
                    stop = self.stops[index]
                    layers[stop.layer].append(index)
                    others = [*stop.after, *stop.before]
                    waiting += others if turned else others[::-1]
        for layer in layers:
            layer.sort(key=lambda index: self.stops[index].band)
        return layers

    def _sort(self, layer: list[int], beside: list[int], *, onwards: bool, turned: bool) -> None:
        """Order a layer by the mean place of each stop's neighbours in the layer beside; who has none stays by the one above.

        ``turned``: those of the same mean change places.
        """
        places = {index: place for place, index in enumerate(beside)}
        keys: dict[int, float] = {}
        last = -1.0
        for index in layer:
            neighbours = self.stops[index].before if onwards else self.stops[index].after
            keys[index] = last = fmean(places[other] for other in neighbours) if neighbours else last
        if turned:
            layer.reverse()
        layer.sort(key=lambda index: (self.stops[index].band, keys[index]))

    def _crossings(self, layers: list[list[int]]) -> int:
        crossings = 0
        for layer, following in pairwise(layers):
            places = {index: place for place, index in enumerate(following)}
            ends: list[int] = []
            for index in layer:
                new = sorted(places[other] for other in self.stops[index].after)
                crossings += sum(len(ends) - bisect(ends, end) for end in new)
                for end in new:
                    insort(ends, end)
        return crossings

    def _ports(self) -> dict[tuple[int, int], float]:
        """How far below the top of a stop its line from or to another leaves it: at a box in the order of the others."""
        places = {index: place for layer in self.layers for place, index in enumerate(layer)}
        ports: dict[tuple[int, int], float] = {}
        for index, stop in enumerate(self.stops):
            for others in (stop.before, stop.after):
                if index >= len(self.members):
                    ports.update(((index, other), stop.line) for other in others)
                    continue
                gap = 0.0 if index in self.joints else min(PORT_GAP, (stop.size.height - 16) / max(len(others), 1))
                for place, other in enumerate(sorted(others, key=lambda one: places[one])):
                    ports[index, other] = stop.line + gap * (place - (len(others) - 1) / 2)
        return ports

    # The places

    def _place(self, rounds: int) -> None:
        """Give each stop its height: as near to those of its neighbours as the gaps allow."""
        for layer in self.layers:
            y = 0.0
            for index in layer:
                self.stops[index].y = y
                y += self.stops[index].size.height + self.stops[index].gap
        sides: list[Callable[[_Stop], list[int]]] = [lambda stop: stop.before, lambda stop: stop.after]
        for attempt in range(rounds):
            both = attempt >= rounds - LAST
            for layer in self.layers if attempt % 2 == 0 else self.layers[::-1]:
                self._settle(layer, [*sides] if both else [sides[attempt % 2]])
        top = min(stop.y for stop in self.stops)
        for stop in self.stops:
            stop.y -= top

    def _settle(self, layer: list[int], sides: list[Callable[[_Stop], list[int]]]) -> None:
        """Move the stops of a layer to the places nearest to where their neighbours on these sides would have them.

        Nearest by the squares of the distances, which pooling adjacent violators finds: stops that would overlap become a block, which goes
        to the mean of their wishes.
        """
        blocks: list[tuple[float, float, int]] = []  # the mean wish, its weight, how many stops
        offsets = []
        offset = 0.0
        for place, index in enumerate(layer):
            stop = self.stops[index]
            if place:
                above = self.stops[layer[place - 1]]
                offset += above.size.height + max(above.gap, stop.gap)
            offsets.append(offset)
            wish, weight = self._wish(index, [other for side in sides for other in side(stop)])
            block = (wish - offset, weight, 1)
            while blocks and blocks[-1][0] >= block[0]:
                mean, heavy, count = blocks.pop()
                whole = heavy + block[1]
                block = ((mean * heavy + block[0] * block[1]) / whole, whole, count + block[2])
            blocks.append(block)
        settled = [mean for mean, _, count in blocks for _ in range(count)]
        for index, offset, mean in zip(layer, offsets, settled, strict=True):
            self.stops[index].y = mean + offset

    def _wish(self, index: int, others: list[int]) -> tuple[float, float]:
        """Where a stop would have straight lines to others, and how much that counts: long lines more, shared boxes little."""
        if not others:
            return self.stops[index].y, 0.01
        boxes = len(self.members)
        weights = [
            0.05 if index in self.joints or other in self.joints else 4.0 if index >= boxes and other >= boxes else 1.0 for other in others
        ]
        wishes = [self.stops[other].y + self.ports[other, index] - self.ports[index, other] for other in others]
        whole = fsum(weights)
        return fsum(wish * weight for wish, weight in zip(wishes, weights, strict=True)) / whole, whole

    def _columns(self) -> tuple[list[tuple[float, float]], float]:
        """Where the column of each layer begins and ends: the steeper the lines between two, the farther apart; and the width of all."""
        columns: list[tuple[float, float]] = []
        x = 0.0
        for layer, following in zip(self.layers, [*self.layers[1:], []], strict=True):
            width = max((self.stops[index].size.width for index in layer), default=0.0)
            columns.append((x, x + width))
            heights = [
                abs(self._climb(index, other))
                for index in layer
                for other in self.stops[index].after
                if index not in self.joints and other not in self.joints
            ]
            trunks = sum(index in self.joints for index in (*layer, *following))
            x += width + min(max(NEAREST, max(heights, default=0.0) / 6), FARTHEST) + TRUNK_GAP * trunks
        return columns, columns[-1][1]

    def _climb(self, one: int, other: int) -> float:
        return self.stops[one].y + self.ports[one, other] - self.stops[other].y - self.ports[other, one]


def _ranks(members: list[int], lines: list[tuple[int, int]]) -> dict[int, int]:
    """In which layer each box goes: behind all that lead to it, except where a line closes a cycle."""
    after: dict[int, list[int]] = {box: [] for box in members}
    before: dict[int, list[int]] = {box: [] for box in members}
    for source, target in dict.fromkeys(lines):
        if source != target:
            after[source].append(target)
    order = _without_cycles(members, after)
    place = {box: index for index, box in enumerate(order)}
    for box in members:
        after[box] = [other for other in after[box] if place[other] > place[box]]
        for other in after[box]:
            before[other].append(box)
    ranks = dict.fromkeys(members, 0)
    for box in order:
        for other in after[box]:
            ranks[other] = max(ranks[other], ranks[box] + 1)
    for box in reversed(order):  # nearer to what it leads to, where more lines become shorter than longer
        if len(after[box]) > len(before[box]):
            ranks[box] = min(ranks[other] for other in after[box]) - 1
    return ranks


def _without_cycles(members: list[int], after: dict[int, list[int]]) -> list[int]:
    """The boxes, each before those that it leads to; of a cycle, that it was entered at decides which line runs back."""
    finished: list[int] = []
    seen: set[int] = set()
    for start in members:
        waiting = [(start, False)]
        while waiting:
            box, is_left = waiting.pop()
            if is_left:
                finished.append(box)
            elif box not in seen:
                seen.add(box)
                waiting.append((box, True))
                waiting += [(other, False) for other in reversed(after[box])]
    return finished[::-1]
