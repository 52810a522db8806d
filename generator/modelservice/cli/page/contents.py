"""What a page tells, as data for JSON: objects line by line, the story of each value, graphs, results and differences.

Of 50 services that are tens of thousands of lines, so whatever is said again and again (the text of a line, a path, a layer, a story) is
there once, in a table, and elsewhere by its number there.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from modelservice import data
from modelservice.checks.world import key_of
from modelservice.cli.diff_text import difference, summary, title_of
from modelservice.cli.findings import check_of
from modelservice.cli.messages import Message
from modelservice.cli.origins import Layer, Origins, by_places
from modelservice.cli.page.sources import Sources
from modelservice.cli.services import Generated, is_service
from modelservice.comparison import Change, ObjectChange, compare
from modelservice.graph import Graph, graph_of
from modelservice.graph.svg import STYLE, svg
from modelservice.krm import write_lines
from modelservice.krm.results import CONFIG
from modelservice.kubernetes.apply_order import apply_rank
from modelservice.kubernetes.names import identity
from modelservice.origin import paths
from modelservice.origin.paths import PathError, resolved, written
from modelservice.package.secrecy import MARK, Concealed, conceal, secrets_in
from modelservice.patch.three_way import ABSENT, same
from modelservice.texts import listed

if TYPE_CHECKING:
    from rich.text import Text

    from modelservice.krm import ResourceRef

Map = dict[str, Any]
Path = tuple[str | int, ...]

IN_BRACKETS = re.compile(r"\[([^\]=]*[^\]=\d][^\]=]*)\]")
LAST_STEP = re.compile(r"(?:\.[^.\[\]]*|\[[^\]]*\]|^[^.\[\]]+)$")
SHORTEST = 8  # characters of a secret that is looked for everywhere: a shorter one may be part of any word
ANOTHER = f"{MARK}, another"


@dataclass(frozen=True)
class Against:
    """What the objects are compared with: the ``objects`` as they were, and how that side and this one are called."""

    objects: Sequence[Map]
    old: str
    new: str


class _Table:
    """Things that are said again and again, each once, by number."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def all(self) -> list[Any]:
        return [*self._numbers]


class _Shown:
    """An object as the page shows it: its number, and the paths that its lines hold."""

    def __init__(self, number: int, obj: Map, held: list[Path | None]) -> None:
        self.number, self.obj, self._held = number, obj, held

    def line(self, field: str) -> tuple[int | None, bool]:
        """The first line of a field or, where it is not there, of what holds it (None for the whole object); and whether it is there."""
        rest = field
        while rest:
            steps = _steps_to(self.obj, rest)
            if steps is not None:
                found = (line for line, held in enumerate(self._held) if held is not None and held[: len(steps)] == steps)
                return next(found, None), rest == field
            rest = LAST_STEP.sub("", rest)
        return None, False


def _steps_to(obj: Map, field: str) -> Path | None:
    """The fields and places of a path as messages have it, with a key of a map in brackets, too; None where it leads nowhere."""
    for path in (field, IN_BRACKETS.sub(r".\1", field)):
        try:
            return tuple(resolved(obj, path))
        except PathError:
            continue
    return None


def contents(generated: Generated, against: Against | None = None) -> Map:
    """What a page tells of what was ``generated``, and of the difference to what it is compared with.

    What is secret in an object, a file or a difference is not in there. Where ModelServices are wrong and nothing was generated, the
    objects are those that can be composed of them nevertheless, so that what is wrong can be looked at.
    """
    return _Contents(generated).told(against)


class _Contents:
    def __init__(self, generated: Generated) -> None:
        self._generated = generated
        self._messages = sorted([*generated.told, *generated.results()], key=lambda one: one.position)
        self._sources = Sources([*generated.places.documents, *(layer.document for layer in generated.places.layers)])
        self._texts, self._paths, self._layers, self._stories = _Table(), _Table(), _Table(), _Table()
        self._shown: list[_Shown] = []
        self._by_identity: dict[tuple[str, str], list[_Shown]] = {}

    def told(self, against: Against | None) -> Map:
        """All of it."""
        origins = _origins(self._generated)
        objects = _objects(self._generated, origins)
        services = [_service(one.value) for one in self._generated.places.documents if is_service(one.value)]
        owners = [origins.services.index(owner) if origins and (owner := origins.owner(obj)) is not None else None for obj in objects]
        told: Map = {
            "title": listed([one["name"] for one in services] or self._files(), most=3),
            "failed": any(one.result.severity == "error" for one in self._messages),
            "services": services,
            "objects": [self._object(origins, obj, owner) for obj, owner in zip(objects, owners, strict=True)],
            "graphs": [*_graphs(objects, owners)],
            "results": [self._result(message) for message in self._messages],
            "checks": {name: _page_of(name) for name in sorted(set(map(check_of, self._messages)) - {CONFIG, "yaml"})},
            "difference": self._difference(against, objects) if against is not None else None,
        }
        tables = {"texts": self._texts.all(), "paths": self._paths.all(), "layers": self._layers.all(), "stories": self._stories.all()}
        secrets = {one for obj in self._secretive(against) for one in secrets_in(conceal(obj)) if isinstance(one, str)}
        scrubbed: Map = _scrubbed({**told, **tables, "files": self._sources.files}, [one for one in secrets if len(one) >= SHORTEST])
        return scrubbed

    def _secretive(self, against: Against | None) -> Iterator[Any]:
        """What there may be secrets in."""
        yield from (shown.obj for shown in self._shown)
        yield from (document.value for document in self._sources.documents)
        yield from against.objects if against is not None else ()

    def _files(self) -> list[str]:
        return [*dict.fromkeys(document.name.rpartition("/")[2] for document in self._generated.sources)]

    def _object(self, origins: Origins | None, obj: Map, owner: int | None) -> Map:
        """An object: of each line the text, the path and the story; -1 where there is none."""
        concealed = conceal(obj)
        layers = by_places(obj, origins.values(obj)) if origins is not None else {}
        lines: list[int] = []
        lines_held: list[Path | None] = []
        for text, held in write_lines(concealed):
            path = self._paths.number(written(held).removeprefix(".")) if held is not None else -1
            is_secret = held is not None and isinstance(paths.at(concealed, held), Concealed)
            story = self._story(layers[held], is_secret=is_secret) if held in layers else -1
            lines += [self._texts.number(text), path, story]
            lines_held.append(held)
        shown = _Shown(len(self._shown), obj, lines_held)
        self._shown.append(shown)
        self._by_identity.setdefault((str(obj.get("kind")), _name(obj)), []).append(shown)
        head = {"kind": obj.get("kind"), "apiVersion": obj.get("apiVersion"), "namespace": _namespace(obj), "name": _name(obj)}
        return {**head, "key": _key(obj), "service": owner, "lines": lines}

    def _story(self, layers: Sequence[Layer], *, is_secret: bool) -> int:
        """The layers that say a value, the first one lowest, each with what it says; of the last that is the line."""
        steps = []
        for layer in layers:
            layer.value = Concealed(layer.value) if is_secret and layer.value is not ABSENT else conceal(layer.value)
            if layer.kind == "set":
                layer.place = f"{layer.place.partition('=')[0]}={MARK}" if is_secret else str(conceal(layer.place))
            found = self._sources.at(layer.place, layer.field) if layer.kind != "file" else None
            told = (layer.kind, layer.text(), layer.name, layer.place, layer.field, layer.through, tuple(layer.depends), found)
            steps += [self._layers.number(told), self._texts.number(layer.said()) if layer is not layers[-1] else -1]
        return self._stories.number(tuple(steps))

    def _result(self, message: Message) -> Map:
        result = message.result
        shown = self._referred(result.resource)
        return {
            "severity": result.severity,
            "check": check_of(message),
            "message": str(conceal(result.message)),
            "field": result.field,
            "about": f"{result.resource.kind} {result.resource.name}".strip() if result.resource else "",
            "place": str(conceal(message.place)),
            "at": self._sources.at(message.place),
            "object": shown.number if shown else None,
            "line": shown.line(result.field)[0] if shown else None,
        }

    def _referred(self, resource: ResourceRef | None) -> _Shown | None:
        there = self._by_identity.get((resource.kind, resource.name), []) if resource else []
        return next((one for one in there if resource and _namespace(one.obj) == resource.namespace), there[0] if there else None)

    def _difference(self, against: Against, objects: Sequence[Map]) -> Map:
        found = compare(against.objects, objects)
        by_identity = {identity(shown.obj): shown for shown in self._shown}
        told = [self._changed(one, by_identity.get(identity(one.new)) if one.new is not None else None) for one in found]
        return {"old": against.old, "new": against.new, "summary": summary(found) if found else "", "objects": told}

    def _changed(self, one: ObjectChange, shown: _Shown | None) -> Map:
        return {
            "way": one.way,
            "title": title_of(one),
            "object": shown.number if shown else None,
            "fields": [self._field(_without_secrets(change, one), shown) for change in one.fields],
            "impact": [{"effect": impact.effect, "message": impact.message, "paths": impact.paths} for impact in one.impact],
        }

    def _field(self, change: Change, shown: _Shown | None) -> Map:
        line, is_there = shown.line(change.path) if shown else (None, False)
        return {"path": change.path, "line": line, "isThere": is_there, "said": [*_segments(difference(change))]}


def _origins(generated: Generated) -> Origins | None:
    """Where the values are from; None where the ModelServices are so wrong that this cannot be told."""
    if not generated.failed:
        return Origins(generated)
    try:
        return Origins(generated)
    except Exception:  # over what is left of a wrong config, composing may stumble, as in generate
        return None


def _objects(generated: Generated, origins: Origins | None) -> list[Map]:
    """The objects, in the order in which they may be applied; where nothing was generated those that are composed nevertheless."""
    objects = {identity(obj): obj for obj in _one_by_one(generated.objects) if isinstance(obj.get("metadata"), dict)}
    if generated.failed and origins is not None:
        objects |= {identity(obj): obj for service in origins.services for obj in service.objects}
    return sorted(objects.values(), key=apply_rank)


def _one_by_one(objects: Sequence[Map]) -> Iterator[Map]:
    """The objects, those of a List, as `kubectl get` prints one, each for itself."""
    for obj in objects:
        items = obj.get("items") if str(obj.get("kind")).endswith("List") else None
        yield from [one for one in items if isinstance(one, dict)] if isinstance(items, list) else [obj]


def _service(document: Map) -> Map:
    return {"name": _name(document), "namespace": _namespace(document)}


def _graphs(objects: Sequence[Map], owners: Sequence[int | None]) -> Iterator[Map]:
    """The graph of each service, and of what is of none: its objects, and those that they lead to or that lead to them."""
    whole = graph_of(objects)
    of = {key_of(obj): owner for obj, owner in zip(objects, owners, strict=True)}
    for owner in sorted(set(owners), key=lambda one: (one is None, one)):
        links = [link for link in whole.links if owner in (of.get(link.source, ABSENT), of.get(link.target, ABSENT))]
        keys = {key for key in whole.nodes if of.get(key, ABSENT) == owner}.union(*({link.source, link.target} for link in links))
        part = Graph({key: node for key, node in whole.nodes.items() if key in keys}, links)
        problems = [problem for node in part.nodes.values() for problem in node.problems]
        yield {"service": owner, "svg": svg(part).replace(f"<style>{STYLE}</style>\n", ""), "problems": problems}


def _key(obj: Map) -> str:
    """How the picture of the graph calls an object."""
    return "/".join(key_of(obj))


def _page_of(check: str) -> str:
    """What a check is for, as its page says it first."""
    text = data.text("docs", "checks", f"{check}.md") if check in data.names("docs", "checks", ending=".md") else ""
    paragraphs = text.split("\n\n")
    return paragraphs[1].replace("\n", " ") if len(paragraphs) > 1 else ""


def _without_secrets(change: Change, one: ObjectChange) -> Change:
    """A change of an object with what may be shown of both values."""
    old, new = (_as_shown(obj, change.path, value) for obj, value in ((one.old, change.old), (one.new, change.new)))
    if new is not change.new and same(old, new):
        new = ANOTHER
    return Change(**{**vars(change), "old": old, "new": new})


def _as_shown(obj: Map | None, path: str, value: Any) -> Any:
    """A value as it may be shown where it stands."""
    concealed = conceal(obj)
    if concealed is obj or value is ABSENT:
        return value
    steps = _steps_to(obj, path) if obj is not None else None
    if steps is None:
        return conceal(value)
    shown = paths.at(concealed, steps)
    return shown if isinstance(shown, dict | list | Concealed) else value


def _scrubbed(value: Any, secrets: Sequence[str]) -> Any:
    """``value`` without what is known to be secret, wherever else it was said: in a message, in the text of an option."""
    if not secrets:
        return value
    if isinstance(value, str):
        for one in secrets:
            value = value.replace(one, MARK)
        return value
    if isinstance(value, dict):
        return {key: _scrubbed(below, secrets) for key, below in value.items()}
    return [_scrubbed(one, secrets) for one in value] if isinstance(value, list | tuple) else value


def _segments(text: Text) -> Iterator[tuple[str, str]]:
    """A text as pieces, each with its style, which is empty for none."""
    text.rstrip()
    plain, done = text.plain, 0
    for span in text.spans:
        if span.start > done:
            yield "", plain[done : span.start]
        yield str(span.style), plain[span.start : span.end]
        done = span.end
    if plain[done:]:
        yield "", plain[done:]


def _name(obj: Map) -> str:
    return str((obj.get("metadata") or {}).get("name") or "")


def _namespace(obj: Map) -> str:
    return str((obj.get("metadata") or {}).get("namespace") or "")
