"""Who uses a field of a ModelService: overlays and bases, by their parameters; checks, by what their pages say."""

from __future__ import annotations

import re

from modelservice import data
from modelservice.kubernetes.types import type_named
from modelservice.origin.parameters import fields_of, is_passed_on
from modelservice.template import references
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Map = dict[str, Any]

ANY_ITEM = "[]"
# the Kubernetes types of what patches go to
ROOTS = {
    "pod": "PodTemplateSpec",
    "leader": "PodTemplateSpec",
    "worker": "PodTemplateSpec",
    "container": "Container",
    "proxy": "Container",
    "otherContainer": "Container",
}


def steps_of(path: str) -> tuple[str, ...]:
    """The keys of a path; what stands in brackets means any item."""
    return tuple(step for step in re.sub(r"\[[^]]*\]", f".{ANY_ITEM}", path.strip()).split(".") if step)


def pattern_of(steps: Sequence[str]) -> str:
    """A field as ``fields_of`` writes it; `engine` is the container that it goes over."""
    written = ["*" if step in ROLES else step for step in steps]
    if written[:2] == ["spec", "engine"]:
        written[1:2] = ["*", "containers", ANY_ITEM]
    elif written[1:3] == ["*", "engine"]:
        written[2:3] = ["containers", ANY_ITEM]
    text = ".".join(written).replace(f".{ANY_ITEM}", ANY_ITEM)
    return text.replace(ANY_ITEM, "[*]", 1) if written[2:4] == ["containers", ANY_ITEM] else text


class Use:
    """Where an overlay or base uses a parameter: the ``fields`` it comes from, as patterns, and the ``place`` it goes to.

    ``word`` is the Kubernetes type there, where the parameter stands alone; ``parts``: whether what is in a field goes along.
    """

    def __init__(self, name: str, parameter: str, place: str, word: str) -> None:
        self.name, self.place, self.word = name, place, word
        self.fields, self.parts = fields_of(parameter.split(".")), is_passed_on(parameter.split("."))


_USES: list[Use] = []


def uses() -> list[Use]:
    """The places of parameters in all overlays and bases."""
    if not _USES:
        for folder in ("automatic", "modes", "presets", "spec"):
            for document in data.folder("overlays", folder):
                name = f"{'preset' if folder == 'presets' else 'overlay'} {document['metadata']['name']}"
                for patch in document["spec"].get("patches") or []:
                    target = patch["target"] if isinstance(patch["target"], str) else patch["target"]["kind"]
                    _USES.extend(_uses(name, patch.get("patch"), target, ROOTS.get(target, ""), ""))
                    _USES.extend(_uses(name, patch.get("flags"), f"{target} flags", "", ""))
                for manifest in document["spec"].get("resources") or []:
                    if isinstance(manifest, dict):
                        _USES.extend(_uses(name, manifest, manifest["kind"], "", ""))
        for file in data.paths("bases"):
            if file.count("/") == 1:
                document = data.document(*file.split("/"))
                root = "Container" if file == "bases/container.yaml" else ""
                _USES.extend(_uses(file, document, document.get("kind") or root.lower(), root, ""))
    return _USES


def _uses(name: str, template: Any, target: str, word: str, path: str) -> Iterator[Use]:
    if isinstance(template, str):
        for parameter, optional in references(template):
            if not parameter.startswith("preset."):
                is_alone = template == f"${{{parameter}{'?' * optional}}}"
                yield Use(name, parameter, f"{target}{path}", word if is_alone else "")
    elif isinstance(template, dict):
        kind = type_named(word.strip("[]{}")) if word[:1].isupper() else None
        for key, below in template.items():
            yield from _uses(name, key, target, "", f"{path}.{key}") if "${" in key else ()
            yield from _uses(name, below, target, kind.words.get(key, "") if kind else "", f"{path}.{key}")
    elif isinstance(template, list):
        for item in template:
            keys = [key for key in ("name", "key") if isinstance(item, dict) and "${" not in str(item.get(key, "${"))]
            told = f"[{keys[0]}={item[keys[0]]}]" if keys else ANY_ITEM
            yield from _uses(name, item, target, word[1:-1] if word[:1] == "[" else "", f"{path}{told}")


def used_by(steps: Sequence[str]) -> list[Use]:
    """The overlays and bases that pass the field at ``steps`` on, or something in it, or what it is in."""
    pattern = pattern_of(steps)
    found = {}
    for use in uses():
        for one in use.fields:
            if (
                one == pattern
                or one.startswith((f"{pattern}.", f"{pattern}["))
                or (use.parts and pattern.startswith((f"{one}.", f"{one}[")))
            ):
                found[(use.name, use.place)] = use
    return list(found.values()) if len(steps) > 1 else []


_PAGES: dict[str, str] = {}


def _pages() -> dict[str, str]:
    if not _PAGES:
        _PAGES.update(
            (name, data.text("docs", "checks", f"{name}.md")) for name in data.names("docs", "checks", ending=".md") if name != "README"
        )
    return _PAGES


def checks_of(steps: Sequence[str]) -> list[str]:
    """The checks that speak of a field, by what their pages say: a message about it or a part of it, or its name among the words."""
    pattern = pattern_of(steps)
    if len(steps) < 2:
        return []
    found = []
    for name, text in _pages().items():
        told = re.findall(r": ((?:spec|metadata)\.[\w.\[\]/-]+): ", text.partition("```text\n")[2])
        words = re.findall(r"`([^`\n]+)`", text.partition("```yaml")[0])
        spoken = {pattern_of(steps_of(one)) for one in told} | {
            pattern_of(("spec", *steps_of(word.partition(":")[0].removeprefix("spec.")))) for word in words
        }
        if any(one == pattern or one.startswith((f"{pattern}.", f"{pattern}[")) for one in spoken):
            found.append(name)
    return found
