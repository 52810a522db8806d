"""One ModelService config: validated, layered over its profile's defaults, templated text expanded."""

from __future__ import annotations

from functools import partial

from modelservice import data
from modelservice.config import layers, validation
from modelservice.config.forms import tidy
from modelservice.config.rules import BUILT_IN, DEFAULT_PROFILE, rules_of
from modelservice.krm import FirstOfEachPlace, Result
from modelservice.texts import cut, listed, shown
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from modelservice.config.engine import Engine
    from modelservice.config.presets import Preset

    Map = dict[str, Any]

NONE: Mapping[str, Map] = {}
ASKS = {"require", "exclude", "defaults"}  # of an Overlay: what has to be looked at where it is named as a preset


class ModelService:
    """A ModelService as it was meant.

    ``library`` are right Overlays that are presets beside the built-in ones, ``profiles`` right documents of kind Profile, by name.

    ``profile`` is the built-in one at the root, ``profiles`` are the brought ones above it, the service's own last. ``spec`` is their
    defaults, those of presets and the user's spec, each on top of the one before; ``own`` is the user's part of it, ``defaults`` what is
    below, ``inherited`` what is left of that. ``spec.presets`` holds names; ``presets`` has, by name, those of them that have parameters
    or defaults. ``engines`` has the engine container of each role of which `engine` says something; in ``spec`` it is the first of the
    role's containers. ``problems`` are the errors found so far; where there are any, ``spec`` leaves out what is wrong, so that the rest
    can be looked at.
    """

    __slots__ = (
        "defaults",
        "document",
        "engines",
        "inherited",
        "name",
        "namespace",
        "own",
        "presets",
        "problems",
        "profile",
        "profiles",
        "spec",
    )

    def __init__(self, document: Map, library: Sequence[Map] = (), profiles: Mapping[str, Map] = NONE) -> None:
        document, self.problems = validation.checked(document, "modelservice")
        metadata = document.get("metadata") or {}
        self.document = document
        self.name: str = metadata.get("name") or ""
        self.namespace: str | None = metadata.get("namespace") or None
        own: Map = tidy(document.get("spec") or {})
        if own.get("overlays"):
            from modelservice.config import overlay  # few services bring any  # noqa: PLC0415

            told = any(problem.field.startswith("spec.overlays[") for problem in self.problems)  # of what is an empty map now
            self.problems += overlay.all_problems(own["overlays"], with_empty=not told)
        self.profile, self.profiles = self._chain(own.get("profile") or DEFAULT_PROFILE, profiles)
        defaults = _defaults(self.profile, self.profiles, own)
        above = layers.behind(defaults, own) if self.profiles else own
        self.presets: dict[str, Preset] = {}
        if given := above["presets"] if "presets" in above else defaults.get("presets"):
            names, beneath = self._read_presets(given, library)
            if beneath:
                defaults = layers.merge(_defaults(self.profile, self.profiles, layers.merge(beneath, own)), beneath)
            above = {**above, "presets": names}
            if own.get("presets"):
                own["presets"] = names[-len(own["presets"]) :]
        self.own, self.defaults, self.inherited = own, defaults, layers.inherited(defaults, own)
        self.spec = layers.merge(defaults, above)
        self.engines: dict[str, Engine] = {}
        for role in ROLES:
            if isinstance(of_role := self.spec.get(role), dict):
                self._put_together(role, of_role, defaults)
        self._expand_templates()

    def _chain(self, name: str, brought: Mapping[str, Map]) -> tuple[str, list[Map]]:
        """The built-in profile at the root of the one called ``name``, and the brought ones above it."""
        if name in BUILT_IN:
            return name, []
        from modelservice.config import profile  # few services have one of their own  # noqa: PLC0415

        root, chain, why = profile.chain(name, brought)
        if why:
            self.problems.append(Result(why, field="spec.profile", current=name))
        return root, chain

    def _put_together(self, role: str, spec: Map, defaults: Map) -> None:
        """Put together what a role's containers, volumes and `engine` say, where one of them merges with what the profile says."""
        own, below = self.own.get(role) or {}, defaults.get(role) or {}
        if isinstance(own.get("volumes"), dict):
            from modelservice.config import engine  # few services have any  # noqa: PLC0415

            whole, mine, left = engine.volumes(below.get("volumes") or [], own["volumes"])
            spec = self.spec[role] = {**spec, "volumes": whole}
            own = self.own[role] = {**own, "volumes": mine}
            self.inherited = {**self.inherited, role: {**(self.inherited.get(role) or {}), "volumes": left}}
        if not (self.spec.get("engine") or spec.get("engine")):
            return
        from modelservice.config.engine import Engine  # noqa: PLC0415

        mine = [part for part in (self.own.get("engine"), own.get("engine")) if part]
        if own.get("containers"):
            found, first = Engine([], [own["containers"][0], *mine]), own["containers"]
        else:
            first = below.get("containers") or []
            inherited = [
                given.get("engine") for given, above in ((defaults, self.own), (below, own)) if above.get("engine", {}) is not None
            ]
            found = Engine([*first[:1], *filter(None, inherited)], mine)
        self.engines[role] = found
        self.spec[role] = {**spec, "containers": [found.whole, *first[1:]]}

    def _read_presets(self, given: list[str | Map], library: Sequence[Map]) -> tuple[list[str], Map]:
        """The names of the presets that are ``given``, and what they say of the spec where it says nothing."""
        brought = {overlay["metadata"]["name"]: overlay for overlay in library}
        names = [one if isinstance(one, str) else one.get("name") or "" for one in given]
        there = [*brought, *data.names("overlays", "presets")]  # of many, a message has the first
        self.problems += _preset_problems(given, there)
        named = {name: brought.get(name) or data.document("overlays", "presets", f"{name}.yaml") for name in names if name in there}
        if names == given and not any(_asks(overlay["spec"]) for overlay in named.values()):
            return names, {}
        from modelservice.config import presets  # few services have presets that ask for anything  # noqa: PLC0415

        self.presets, beneath, problems = presets.read(given, named)
        self.problems += problems
        return names, tidy(beneath)

    def _expand_templates(self) -> None:
        if not any("{{" in text for text in _texts(self.spec)):
            return
        from modelservice.config import templated_text  # only configs that have some need it  # noqa: PLC0415

        context = {"Values": self.spec, "Release": {"Name": self.name, "Namespace": self.namespace or ""}}
        self.spec, self.problems[len(self.problems) :] = templated_text.expand(self.spec, context)
        self.own, _ = templated_text.expand(self.own, context)
        self.inherited, _ = templated_text.expand(self.inherited, context)
        for engine in self.engines.values():
            engine.own, engine.inherited = (templated_text.expand_container(part, context) for part in (engine.own, engine.inherited))

    def written(self, field: str) -> tuple[str, Map | None]:
        """Where the user wrote, or should write, what ``field`` of ``spec`` says; and the Profile, where that is the profile's.

        A container's field may be `engine`'s, and presets, overlays and patches of profiles come before the user's.
        """
        if self.profiles:
            from modelservice.config import profile  # noqa: PLC0415

            return profile.written(self.profiles, self.document.get("spec") or {}, self.spec, field)
        if not field.startswith(tuple(f"spec.{role}." for role in ROLES)):
            return field, None
        from modelservice.config.written import find  # noqa: PLC0415

        return find(self.document.get("spec") or {}, self.spec, field)[0], None

    def own_containers(self, role: str) -> list[Map]:
        """The user's own list of a role's containers."""
        return (self.own.get(role) or {}).get("containers") or []


def _asks(spec: Map) -> bool:
    """Whether there is something to look at where an Overlay with this spec is named as a preset, and given nothing."""
    return not ASKS.isdisjoint(spec) or any("default" not in one for one in (spec.get("parameters") or {}).values())


def _preset_problems(presets: list[str | Map], there: list[str]) -> list[Result]:
    told = FirstOfEachPlace()
    for index, given in enumerate(presets):
        name = given if isinstance(given, str) else given.get("name")
        if name is not None and name not in there:
            field = f"spec.presets[{index}]" if name is given else f"spec.presets[{index}].name"
            told.add("presets", partial(_preset_problem, field, name, there))
    return told.told()


def _preset_problem(field: str, name: str, there: list[str]) -> Result:
    from difflib import get_close_matches  # only for a mistake  # noqa: PLC0415

    close = get_close_matches(cut(name), there, 1)
    meant = f"did you mean {close[0]}? There are: " if close else "there are: "
    return Result(f"there is no preset {shown(name)}; {meant}{listed(there)}", field=field, current=name)


def _defaults(profile: str, brought: Sequence[Map], own: Map) -> Map:
    """The defaults of the built-in profile, with those that depend on the model's name, and of the ``brought`` ones above it."""
    defaults: Map = data.document("bases", "profiles", f"{profile}.yaml")["spec"]
    name = (own.get("modelArtifacts") or {}).get("name")
    if name:
        artifacts = {**defaults["modelArtifacts"], "uri": f"hf://{name}"}
        if label := rules_of(profile).get("modelLabel"):
            artifacts["labels"] = {**artifacts["labels"], label: label_value(name)}
        defaults = {**defaults, "modelArtifacts": artifacts}
    if brought:
        from modelservice.config.profile import over  # noqa: PLC0415

        defaults = over(defaults, brought)
    return defaults


def label_value(name: str) -> str:
    """``name`` made a label value: other characters than ``[A-Za-z0-9._-]`` become ``_``, cut to 63, ends trimmed of ``-_.``."""
    text = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return text[:63].strip("-_.")


def _texts(spec: Map) -> list[str]:
    """The text in which templates are expanded, as one string a field."""
    fields = [(spec.get("modelArtifacts") or {}).get("uri"), spec.get("extraObjects"), spec.get("extraConfig")]
    for name in ROLES:
        role = spec.get(name) or {}
        fields.append(role.get("extraConfig"))
        for container in role.get("containers") or []:
            fields += [container.get(key) for key in ("env", "ports", "extraConfig")]
    return [field if isinstance(field, str) else str(field) for field in fields if field]
