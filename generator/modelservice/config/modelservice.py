"""One ModelService config: validated, layered over its profile's defaults, templated text expanded."""

from __future__ import annotations

from functools import partial

from modelservice import data
from modelservice.config import layers, validation
from modelservice.krm import FirstOfEachPlace, Result
from modelservice.texts import cut, listed, shown, whole_number
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.config.presets import Preset

    Map = dict[str, Any]

API_VERSION = "modelservice.llm-d.ai/v1alpha1"
DEFAULT_PROFILE = "furiosa"
ASKS = {"require", "exclude", "defaults"}  # of an Overlay: what has to be looked at where it is named as a preset


class ModelService:
    """A ModelService as it was meant.

    ``library`` are right Overlays that are presets beside the built-in ones.
    ``spec`` is the profile's defaults, those of presets and the user's spec, each on top of the one before; ``own`` is the user's part of
    it, ``inherited`` the rest. ``spec.presets`` holds names; ``presets`` has, by name, those of them that have parameters or defaults.
    ``problems`` are the errors found so far; where there are any, ``spec`` leaves out what is wrong, so that the rest can be looked at.
    """

    __slots__ = ("document", "inherited", "name", "namespace", "own", "presets", "problems", "profile", "spec")

    def __init__(self, document: Map, library: Sequence[Map] = ()) -> None:
        document, self.problems = validation.checked(document, "modelservice")
        metadata = document.get("metadata") or {}
        self.document = document
        self.name: str = metadata.get("name") or ""
        self.namespace: str | None = metadata.get("namespace") or None
        own: Map = tidy(document.get("spec") or {})
        self.presets: dict[str, Preset] = {}
        beneath = self._read_presets(own, library) if own.get("presets") else {}
        if own.get("overlays"):
            from modelservice.config import overlay  # few services bring any  # noqa: PLC0415

            told = any(problem.field.startswith("spec.overlays[") for problem in self.problems)  # of what is an empty map now
            self.problems += overlay.all_problems(own["overlays"], with_empty=not told)
        self.profile: str = own.get("profile") or DEFAULT_PROFILE
        defaults = _defaults(self.profile, layers.merge(beneath, own) if beneath else own)
        if beneath:
            defaults = layers.merge(defaults, beneath)
        self.own, self.inherited, self.spec = own, layers.inherited(defaults, own), layers.merge(defaults, own)
        self._expand_templates()

    def _read_presets(self, own: Map, library: Sequence[Map]) -> Map:
        """Leave the names of the presets in ``own``, and return what they say of the spec where it says nothing."""
        given, brought = own["presets"], {overlay["metadata"]["name"]: overlay for overlay in library}
        own["presets"] = [one if isinstance(one, str) else one.get("name") or "" for one in given]
        there = [*data.names("overlays", "presets"), *brought]
        self.problems += _preset_problems(given, there)
        named = {
            name: brought.get(name) or data.document("overlays", "presets", f"{name}.yaml") for name in own["presets"] if name in there
        }
        if own["presets"] == given and not any(_asks(overlay["spec"]) for overlay in named.values()):
            return {}
        from modelservice.config import presets  # few services have presets that ask for anything  # noqa: PLC0415

        self.presets, beneath, problems = presets.read(given, named)
        self.problems += problems
        return tidy(beneath)

    def _expand_templates(self) -> None:
        if not any("{{" in text for text in _texts(self.spec)):
            return
        from modelservice.config import templated_text  # only configs that have some need it  # noqa: PLC0415

        context = {"Values": self.spec, "Release": {"Name": self.name, "Namespace": self.namespace or ""}}
        self.spec, self.problems[len(self.problems) :] = templated_text.expand(self.spec, context)
        self.own, _ = templated_text.expand(self.own, context)


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


def tidy(spec: Map) -> Map:
    """``spec`` with what it says in another form brought into the one form; ``spec`` itself is not changed.

    An empty imagePullPolicy or modelCommand and a priorityClassName ``none`` are unset; a port written as text becomes a number; labelValue
    becomes labelValues; routing.proxy.parentRefs becomes routing.parentRefs.
    """
    spec = dict(spec)
    for name, tidied in (
        ("decode", _tidy_role),
        ("prefill", _tidy_role),
        ("routing", _tidy_routing),
        ("requester", _tidy_requester),
    ):
        if isinstance(spec.get(name), dict):
            spec[name] = tidied(spec[name])
    return spec


def _tidy_routing(routing: Map) -> Map:
    routing = _with_numbers(routing, "servicePort")
    proxy = routing.get("proxy")
    if isinstance(proxy, dict):
        routing["proxy"] = _with_numbers(_without_empty(proxy, "imagePullPolicy"), "targetPort")
        if proxy.get("parentRefs") and not routing.get("parentRefs"):
            routing["parentRefs"] = proxy["parentRefs"]
    return routing


def _tidy_requester(requester: Map) -> Map:
    requester = _with_numbers(requester, "adminPort")
    if isinstance(requester.get("port"), dict):
        requester["port"] = _with_numbers(requester["port"], "probes", "spi")
    return requester


def _with_numbers(fields: Map, *ports: str) -> Map:
    return {key: whole_number(value.strip()) if key in ports and isinstance(value, str) else value for key, value in fields.items()}


def _tidy_role(role: Map) -> Map:
    role = dict(role)
    if str(role.get("priorityClassName") or "none").lower() == "none":
        role.pop("priorityClassName", None)
    types = role.get("acceleratorTypes")
    if isinstance(types, dict) and types.get("labelValue"):
        values = types["labelValue"]
        listed = list(values) if isinstance(values, list) else [values]
        role["acceleratorTypes"] = {**types, "labelValues": types.get("labelValues") or listed}
    if role.get("containers"):
        role["containers"] = [_without_empty(container, "imagePullPolicy", "modelCommand") for container in role["containers"]]
    return role


def _without_empty(fields: Map, *keys: str) -> Map:
    return {key: value for key, value in fields.items() if key not in keys or value != ""}


def _defaults(profile: str, own: Map) -> Map:
    """The profile's defaults, with those that depend on the model's name."""
    defaults: Map = data.document("bases", "profiles", f"{profile}.yaml")["spec"]
    name = (own.get("modelArtifacts") or {}).get("name")
    if not name:
        return defaults
    artifacts = {**defaults["modelArtifacts"], "uri": f"hf://{name}"}
    if profile == "furiosa":
        artifacts["labels"] = {**artifacts["labels"], "llm-d.ai/model": label_value(name)}
    return {**defaults, "modelArtifacts": artifacts}


def label_value(name: str) -> str:
    """``name`` made a label value: other characters than ``[A-Za-z0-9._-]`` become ``_``, cut to 63, ends trimmed of ``-_.``."""
    text = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
    return text[:63].strip("-_.")


def _texts(spec: Map) -> list[str]:
    """The text in which templates are expanded, as one string a field."""
    fields = [(spec.get("modelArtifacts") or {}).get("uri"), spec.get("extraObjects")]
    for name in ROLES:
        role = spec.get(name) or {}
        fields.append(role.get("extraConfig"))
        for container in role.get("containers") or []:
            fields += [container.get(key) for key in ("env", "ports", "extraConfig")]
    return [field if isinstance(field, str) else str(field) for field in fields if field]
