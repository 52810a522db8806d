"""The steps of composing: each a change of an object, with the template that made it."""

from __future__ import annotations

from modelservice import data
from modelservice.origin import paths
from modelservice.patch.three_way import ABSENT, same
from modelservice.template import REFERENCE, CannotComputeError, MissingParameterError, compile_template, look_up

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from modelservice.compose import Overlay
    from modelservice.config import ModelService
    from modelservice.origin.paths import Step as PathStep
    from modelservice.plan import Scope
    from modelservice.plan.scopes import Container

    Map = dict[str, Any]


class Step:
    """One change of an object: by which part of which overlay, found at ``root`` of the object; a base has no overlay."""

    __slots__ = ("after", "before", "container", "layer", "overlay", "place", "root", "scope", "template")

    def __init__(
        self,
        scope: Scope,
        before: Any,
        after: Any,
        template: Any,
        *,
        overlay: Overlay | None = None,
        place: str = "",
        root: Sequence[PathStep] = (),
        container: Container | None = None,
        layer: str = "",
    ) -> None:
        self.scope, self.before, self.after, self.template, self.overlay = scope, before, after, template, overlay
        self.place, self.root, self.container, self.layer = place, list(root), container, layer

    def preset_in(self, config: ModelService) -> int | None:
        """Which of ``spec.presets`` the step is of; None for a base, and for an overlay that is only called as a preset is."""
        overlay, named = self.overlay, config.spec.get("presets") or []
        if overlay is None or overlay.name not in named or overlay.written_at:
            return None
        if overlay.written_at is None and overlay.document is not _built_in(overlay.name):
            return None
        return [*named].index(overlay.name)

    def changes(self, path: Sequence[PathStep]) -> bool:
        """Whether the step changes what stands at ``path``."""
        before, after = self.before, self.after
        for step in path:
            if before is after:  # a merge copies only what it changes
                return False
            before, after = paths.child(before, step), paths.child(after, step)
        return not same(before, after)

    def makes(self, path: Sequence[PathStep]) -> bool:
        """Whether what stands at ``path`` was not there before."""
        return paths.at(self.before, path) is ABSENT and paths.at(self.after, path) is not ABSENT

    def says(self, path: Sequence[PathStep]) -> bool:
        """Whether the step changes what stands at ``path``, or says the same again; a key that tells which item is meant does not."""
        if self.changes(path):
            return True
        if len(path) > 1 and isinstance(path[-2], tuple) and path[-1] in dict(path[-2]):
            return False
        if self.root and list(path[: len(self.root)]) != self.root:
            return False
        now = paths.at(self.after, path)
        if now is ABSENT:
            return False
        _, template, below = descend(self, path[len(self.root) :])
        if isinstance(template, str) and (reference := REFERENCE.fullmatch(template)):
            return same(paths.at(look_up(self.parameters(), reference[1].split(".")), below), now)
        return not below and not isinstance(template, (dict, list)) and _filled(template, self.parameters()) == now

    def source(self, names: Sequence[str], inside: Sequence[PathStep]) -> tuple[list[str], list[PathStep]]:
        """The parameter at ``names``, and what is ``inside`` it; the item of a list is asked for in the list."""
        if names[0] == "item" and self.overlay is not None:
            return self.overlay.each.split("."), [self.overlay.place, *names[1:], *inside]
        return [*names], [*inside]

    def parameters(self) -> Map:
        """What fills the template."""
        container = {**self.container.parameters, **self.container.fields.get(self.layer, {})} if self.container else {}
        parameters = {**self.scope.parameters, **self.scope.fields.get(self.layer, {}), **container}
        return self.overlay.with_preset(parameters) if self.overlay is not None else parameters


def _built_in(name: str) -> Any:
    """The document of a built-in preset; None where there is none of this name."""
    return data.document("overlays", "presets", f"{name}.yaml") if name in data.names("overlays", "presets") else None


def descend(step: Step, path: Sequence[PathStep]) -> tuple[str, Any, list[PathStep]]:
    """The template along ``path``: how far it goes as text, what stands there, and the steps left when that is a reference."""
    head, template = next(iter(step.template.items()))
    if head == "patch" and path[:1] == ["args"] and step.template.get("flags") is not None:
        return ".flags", step.template["flags"], []
    text = f".{head}" if head else ""
    parameters = step.parameters()
    left = list(path)
    while left and isinstance(template, (dict, list)):
        name, below = _below(template, left[0], parameters)
        if below is ABSENT:
            break
        text, template, left = text + name, below, left[1:]
    return text, template, left


def _below(template: Any, step: PathStep, parameters: Map) -> tuple[str, Any]:
    """The part of a template that one step leads to, with how the step is written; keys and items may be references themselves."""
    if isinstance(template, dict):
        for key, value in template.items():
            if key == step or ("${" in key and _filled({key: 0}, parameters) == {step: 0}):
                return f".{key}", value
        return "", ABSENT
    for place, item in enumerate(template):
        known = _filled(item, parameters)
        if place == step or (isinstance(step, tuple) and isinstance(known, dict) and all(known.get(key) == value for key, value in step)):
            return f"[{place}]", item
    return "", ABSENT


def _filled(template: Any, parameters: Map) -> Any:
    try:
        return compile_template(template)(parameters)
    except (MissingParameterError, CannotComputeError):
        return ABSENT


def engine_path(container: Container) -> list[PathStep]:
    """Where an engine container is in a pod."""
    return ["template", "spec", "containers", (("name", container.name),)]
