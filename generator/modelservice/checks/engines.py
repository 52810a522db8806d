"""The engine processes that containers start, and what their flags say."""

from __future__ import annotations

from modelservice import data
from modelservice.checks.walk import origin_of
from modelservice.compose import flags
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.compose import Composition
    from modelservice.krm import ResourceRef
    from modelservice.plan import Scope
    from modelservice.plan.scopes import Container

    Map = dict[str, Any]

SEPARATORS = ";|&\n"  # between the commands of a shell script


class Run:
    """One process: what is known of its engine, and its flags, the key of each with its values.

    ``certain`` is false where it may not be as it is read: in a script, in an image's own command, of a program that is not known.
    """

    __slots__ = ("_by_key", "certain", "engine", "flags")

    def __init__(self, engine: Map, words: list[str], *, certain: bool = False) -> None:
        aliases = engine.get("aliases") or {}
        self.engine, self.certain = engine, certain
        self.flags = [(aliases.get(key, key), values) for key, values in flags.read(words)]
        self._by_key: dict[str, list[list[str]]] = {}
        for key, values in self.flags:
            self._by_key.setdefault(key, []).append(values)

    def values(self, key: str) -> list[str] | None:
        """The values of a flag where it stands last; None where it is not given."""
        given = self._by_key.get(key)
        return given[-1] if given else None

    def count(self, key: str) -> int:
        """How often a flag is there."""
        return len(self._by_key.get(key, ()))

    def number(self, key: str) -> int | None:
        """The number that a flag has; None where it has none that can be read."""
        values = self.values(key)
        return number(values[0]) if values else None

    def port(self) -> int | None:
        """The port that the process serves; None where that cannot be read, or it serves none."""
        if any(self.values(key) is not None for key in ("headless", "uds")):
            return None
        if self.values("port") is not None:
            return self.number("port")
        return None if self.may_have_more() else self.engine.get("port")

    def may_have_more(self) -> bool:
        """Whether there may be flags that cannot be read: of a file, or of a variable that is nobody's value."""
        spare = [value for key, values in self.flags for value in (values[1:] if key else values)]
        return self.values("config") is not None or any("$" in value for value in spare)


class Engine:
    """An engine container of a role, as composed.

    ``field`` is where the user wrote it. ``generated`` says that it runs the command of the plan, and ``plain`` that it does so with no
    word of the user's.
    """

    __slots__ = ("_runs", "composed", "container", "field", "generated", "place", "plain", "role", "service")

    def __init__(self, service: Composition, role: Scope, container: Container, composed: Map, place: int) -> None:
        self.service, self.role, self.container, self.composed, self.place = service, role, container, composed, place
        self.field = f"spec.{role.name}.containers[{role.containers.index(container)}]"
        planned = container.parameters["engine"]
        self.generated = container.facts["modelCommand"] != "custom" and composed.get("command") == planned.get("command")
        self.plain = self.generated and composed.get("args") == planned.get("args") and not self.own_args
        self._runs: list[Run] | None = None

    @property
    def own_args(self) -> list[str]:
        """The arguments that the user wrote."""
        return self.container.parameters["container"].get("args") or []

    def runs(self) -> list[Run]:
        """The processes that the container starts; none where none is known."""
        if self._runs is None:
            engine = self.container.facts["engine"] if self.generated else ""
            self._runs = list(_runs(texts(self.composed.get("command")), texts(self.composed.get("args")), engine))
        return self._runs

    def planned(self) -> Run | None:
        """The process that the plan starts, without a word of the user's; None where it starts none that is known."""
        planned = self.container.parameters["engine"]
        args = planned.get("args") or []
        return next(_runs(planned.get("command") or [], args[: len(args) - len(self.own_args)], self.container.facts["engine"]), None)

    def scripted(self) -> set[str]:
        """The flags that the script of a mode adds behind all others."""
        planned = self.container.parameters["engine"].get("command") or []
        if not self.generated or flags.script(planned, []) is None:
            return set()
        return {key for run in _runs(planned, [], "") for key, _ in run.flags if key}

    def port(self) -> int | None:
        """The port that the container serves; None where it cannot be read."""
        if self.plain:
            planned: int = self.role.parameters["port"]
            return planned
        return next((port for run in self.runs() if (port := run.port()) is not None), None)

    def written_at(self, key: str) -> tuple[str, ResourceRef | None]:
        """The field that gives a flag, and the overlay, where it is one's."""
        given = self.container.parameters["container"]
        name = next((name for name in given.get("flags") or {} if flags.key(name) == key), None)
        if name is not None:
            return f"{self.field}.flags.{name}", None
        if self.generated and self.own_args and any(one == key for one, _ in self._read(self.own_args)):
            return f"{self.field}.args", None
        if self.composed.get("args") == self.container.parameters["engine"].get("args"):
            return f"{self.field}.{'args' if self.own_args or not given.get('command') else 'command'}", None
        return origin_of(self.service, self.role, ["spec", "containers", self.place, "args"], f"{self.field}.args")

    def _read(self, args: list[str]) -> list[tuple[str, list[str]]]:
        return [flag for run in self.runs()[:1] for flag in Run(run.engine, args).flags]


def engines_of(service: Composition, role: Scope) -> list[Engine]:
    """The engine containers of a role that its pods still have."""
    if role.pod not in service.engines:
        places = {one["name"]: (place, one) for place, one in enumerate(service.pods[role.pod]["spec"]["containers"])}
        there = [(container, *places[container.name]) for container in role.containers if container.name in places]
        service.engines[role.pod] = [Engine(service, role, container, composed, place) for container, place, composed in there]
    return service.engines[role.pod]


def processes(container: Map) -> list[Run]:
    """The processes that a container of any pod starts, as far as its command and arguments say; of its image's own, only the flags."""
    return list(_runs(texts(container.get("command")), texts(container.get("args")), ""))


def number(text: str) -> int | None:
    """The whole number that ``text`` is, such as a port; None for anything else, a variable above all."""
    return whole_number(text)


def texts(words: Any) -> list[str]:
    """Words of a command as text; a patch may have put in anything."""
    return [str(word) for word in words] if isinstance(words, list) else []


def _runs(command: list[str], args: list[str], engine: str) -> Iterator[Run]:
    script = flags.script(command, args)
    if script is not None:
        given = flags.behind_script(command, args)
        for words in _commands(script):
            found, rest = _engine_in(words)
            if found:
                at = rest.index(flags.ARGUMENTS) if given and flags.ARGUMENTS in rest else None
                yield Run(found, rest if at is None else [*rest[:at], *given, *rest[at + 1 :]], certain=bool(engine))
        return
    if not command:
        yield Run(_engine(engine) if engine else {}, args)
        return
    found, rest = (_engine(engine), args) if command == [engine, "serve"] else _engine_in([*command, *args])
    yield Run(found, rest, certain=bool(found))


_PROGRAMS: list[tuple[Map, list[str]]] = []  # each engine, with the words that start it; read once


def _engine_in(words: list[str]) -> tuple[Map, list[str]]:
    """The engine that a command starts, with its arguments; all words where it is not known."""
    if not _PROGRAMS:
        engines = [_engine(name) for name in data.names("bases", "engines")]
        _PROGRAMS.extend((engine, program.split()) for engine in engines for program in engine["programs"])
    names = [word.rpartition("/")[2] for word in words]
    for engine, (first, *others) in _PROGRAMS:
        for place, name in enumerate(names):
            if name == first and words[place + 1 : place + 1 + len(others)] == others:
                return engine, words[place + 1 + len(others) :]
    return {}, words


def _engine(name: str) -> Map:
    engine: Map = data.document("bases", "engines", f"{name}.yaml")
    return engine


def _commands(script: str) -> list[list[str]]:
    """The words of each command of a shell script; none of one that cannot be read."""
    import shlex  # only scripts need it  # noqa: PLC0415

    joined = script.replace("\\\n", " ")
    lines = [line for line in joined.split("\n") if not line.lstrip().startswith("#")]
    words = shlex.shlex("\n".join(lines), posix=True, punctuation_chars=SEPARATORS)
    words.whitespace, words.whitespace_split, words.commenters = " \t\r", True, ""
    commands: list[list[str]] = [[]]
    try:
        for word in words:
            if word and not word.strip(SEPARATORS):
                commands.append([])
            else:
                commands[-1].append(word)
    except ValueError:  # a quote that does not end
        return []
    return commands
