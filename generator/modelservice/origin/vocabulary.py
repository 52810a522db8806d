"""What a field of a ModelService is: from the schema, the profiles, the overlays that use it, the pages of the checks that speak of it.

What it changes is seen by composing a small ModelService with it and without it.
"""

from __future__ import annotations

import re

from modelservice import data
from modelservice.compose import compose
from modelservice.config import API_VERSION, ModelService
from modelservice.config.modelservice import BUILT_IN
from modelservice.config.validation import schema
from modelservice.config.written import value_at
from modelservice.kubernetes.types import type_named
from modelservice.origin.by_patch import identity_of
from modelservice.origin.parameters import fields_of, is_passed_on
from modelservice.origin.paths import PathError
from modelservice.patch.three_way import changes
from modelservice.plan import Plan
from modelservice.template import REFERENCE
from modelservice.texts import cut, listed
from modelservice.workloads import ROLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    Map = dict[str, Any]
    Steps = tuple[str, ...]

TYPES = {"object": "map", "array": "list", "string": "text", "integer": "number", "number": "number", "boolean": "true or false"}
ROOTS = {"pod": "PodTemplateSpec", "container": "Container", "proxy": "Container", "otherContainer": "Container"}
WORDS = {"boolean": "true or false", "string": "text", "int32": "number", "int64": "number", "quantity": "quantity, as in 16Gi"}
ANY = "[]"
# of a map in place of a list, the type of an item
KEYED = {"env": "EnvVar", "ports": "ContainerPort", "volumeMounts": "VolumeMount", "volumes": "Volume"}
SMALL: Map = {"modelArtifacts": {"name": "org/model"}, "engine": {"image": "registry.example/engine:v1.0.0"}}


class Field:
    """A field of a ModelService: its ``path``, with [] for any item, the ``type`` in words, and what else is known of it.

    ``kubernetes`` is the Kubernetes type that holds it, where it is one of Kubernetes' own. ``keys`` are the fields below it, each with
    what it means; of a Kubernetes type each with its type.
    """

    def __init__(self, steps: Steps) -> None:
        self.steps = steps
        self.type = self.description = self.kubernetes = self.limits = ""
        self.allowed: list[Any] = []
        self.examples: list[Any] = []
        self.keys: dict[str, str] = {}

    @property
    def path(self) -> str:
        """The path as it is written, from the top of a ModelService."""
        return ".".join(self.steps).replace(f".{ANY}", ANY)


def look_up(path: str) -> Field:
    """The field at ``path``, which begins in spec: ``decode.engine.flags``, ``decode.containers[0].env``; PathError where there is none."""
    steps = _steps(path)
    if steps[:1] == ("spec",):
        steps = steps[1:]
    node, field = schema("modelservice")["properties"]["spec"], Field(("spec",))
    if steps[:1] == ("metadata",):
        node, field, steps = schema("modelservice")["properties"]["metadata"], Field(("metadata",)), steps[1:]
    for place, step in enumerate(steps):
        below = _below(node, step)
        if below is None and (word := _kubernetes_type(field.steps, node)):
            return _of_kubernetes(field, word, steps[place:])
        if below is None:
            raise PathError(_unknown(field, step, node))
        node = below
        is_item = step == ANY or (step.isdecimal() and "items" in node)
        field = Field((*field.steps, ANY if is_item else step))
    return _described(field, node)


def _steps(path: str) -> Steps:
    """The keys of a path; what stands in brackets means any item."""
    return tuple(step for step in re.sub(r"\[[^]]*\]", f".{ANY}", path.strip()).split(".") if step)


def _resolved(node: Map) -> Map:
    if "$ref" not in node:
        return node
    return {**schema("modelservice")["$defs"][node["$ref"].rpartition("/")[2]], **{key: one for key, one in node.items() if key != "$ref"}}


def _below(node: Map, step: str) -> Map | None:
    node = _resolved(node)
    if step == ANY:
        return node.get("items")
    found = (node.get("properties") or {}).get(step)
    if found is None:
        choices = [choice for choice in node.get("anyOf") or [] if step in (choice.get("properties") or {})]
        found = choices[0]["properties"][step] if choices else None
    others = node.get("additionalProperties")
    if found is None and isinstance(others, dict):
        return others
    return found


def _unknown(field: Field, step: str, node: Map) -> str:
    from difflib import get_close_matches  # only for a mistake  # noqa: PLC0415

    node = _resolved(node)
    known = [*(node.get("properties") or {})]
    if not known:
        return f"{field.path} has no fields: it is {_type(node)}"
    if step == ANY:
        return f"{field.path} is no list; it has: {listed(known)}"
    close = get_close_matches(step, known, 1)
    elsewhere = [] if close else [path for path in _every("spec", schema("modelservice")["properties"]["spec"], 4) if path.endswith(f".{step}")]
    meant = f"did you mean {close[0]}? It has" if close else f"did you mean {elsewhere[0]}? It has" if elsewhere else "it has"
    return f"{field.path} has no {cut(step)}; {meant}: {listed(known)}"


def _every(path: str, node: Map, depth: int) -> Iterator[str]:
    for name, below in (_resolved(node).get("properties") or {}).items():
        yield f"{path}.{name}"
        if depth:
            yield from _every(f"{path}.{name}", below, depth - 1)


def _described(field: Field, node: Map) -> Field:
    node = _resolved(node)
    field.type, field.description, field.examples = _type(node), node.get("description") or "", node.get("examples") or []
    field.allowed = [one for one in node.get("enum") or ([node["const"]] if "const" in node else []) if one not in (None, "")]
    limits = [f"at least {node['minimum']}" if "minimum" in node else "", f"at most {node['maximum']}" if "maximum" in node else ""]
    field.limits = node.get("x-must-be") or " and ".join(filter(None, limits))
    inner = _resolved(node["items"]) if "items" in node and not node.get("properties") else node
    others = inner.get("additionalProperties")
    of = inner if inner.get("properties") or not isinstance(others, dict) else _resolved(others)
    field.keys = {name: _resolved(one).get("description") or _type(_resolved(one)) for name, one in (of.get("properties") or {}).items()}
    word = _kubernetes_type(field.steps, node).strip("[]{}")
    if word[:1].isupper():
        field.kubernetes = word
        if (kind := type_named(field.kubernetes)) is not None:
            field.keys = {name: field.keys.get(name) or _in_words(one) for name, one in kind.words.items()}
    return field


def _type(node: Map) -> str:
    given = node.get("type") or [TYPES_OF for TYPES_OF in (one.get("type") for one in node.get("anyOf") or []) if isinstance(TYPES_OF, str)]
    types = [name for name in ([given] if isinstance(given, str) else given) if name != "null"]
    items = _resolved(node.get("items") or {}).get("type") if types == ["array"] else None
    of = " of text" if items in ("string", ["string"]) else ""
    return (" or ".join(dict.fromkeys(TYPES.get(name, name) for name in types)) or "anything") + of


def _in_words(word: str) -> str:
    """A type of the Kubernetes data in words."""
    if word[:1] in "[{":
        return f"{'list' if word[0] == '[' else 'map'} of {_in_words(word[1:-1])}"
    return WORDS.get(word, word)


def _kubernetes_type(steps: Steps, node: Map) -> str:
    """The type of Kubernetes that the content of a field has, by the place to which overlays pass it on; empty where it is ours."""
    if _resolved(node).get("additionalProperties") is False:
        return ""
    if steps[-1] == ANY or (len(steps) > 1 and steps[-2] in KEYED and steps[-1] not in KEYED):
        word = _kubernetes_type(steps[:-1], {})
        return word.strip("[]{}") if word else ""
    pattern = _pattern(steps)
    for use in uses():
        if use.word and pattern in use.fields and (use.word[:1] in "[{" or use.word[:1].isupper()):
            return use.word
    return ""


def _of_kubernetes(field: Field, word: str, steps: Steps) -> Field:
    """A field within one of Kubernetes' own vocabulary."""
    holder = field
    for step in steps:
        if step == ANY or word[:1] == "{":
            word, name = word[1:-1] if word[:1] in "[{" else word, ANY if step == ANY else step
        else:
            kind = type_named(word.strip("[]{}"))
            if kind is None:
                raise PathError(f"{holder.path} has no fields: it is {_in_words(word)}")
            if step not in kind.words and holder.steps[-1] in KEYED:  # a map in place of a list: a key of it
                word, name = word.strip("[]"), step
            elif step not in kind.words:
                from modelservice.kubernetes.suggestions import nearest  # noqa: PLC0415

                raise PathError(f"{holder.path} has no {cut(step)}, as {kind.name} has none{nearest(step, kind.words)}; it has: {listed([*kind.words])}")
            else:
                word, name = kind.words[step], step
                field.kubernetes = kind.name
        owner = field.kubernetes
        holder = Field((*holder.steps, name))
        holder.kubernetes = owner
        field = holder
    field.type = _in_words(word)
    kind = type_named(word.strip("[]{}"))
    field.keys = {name: _in_words(one) for name, one in kind.words.items()} if kind is not None else {}
    field.kubernetes = field.kubernetes or (kind.name if kind else "")
    return field


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
        for folder in ("automatic", "presets", "spec"):
            for document in data.folder("overlays", folder):
                name = f"{'preset' if folder == 'presets' else 'overlay'} {document['metadata']['name']}"
                for patch in document["spec"].get("patches") or []:
                    target = patch["target"] if isinstance(patch["target"], str) else patch["target"]["kind"]
                    _USES.extend(_uses(name, patch.get("patch"), target, ROOTS.get(target, ""), ""))
                    _USES.extend(_uses(name, patch.get("flags"), f"{target} flags", "", ""))
                for manifest in document["spec"].get("resources") or []:
                    if isinstance(manifest, dict):
                        _USES.extend(_uses(name, manifest, manifest["kind"], "", ""))
        for name in sorted({*data.names("bases")} - {*data.names("bases", "profiles"), *data.names("bases", "engines")}):
            document = data.document("bases", f"{name}.yaml") if f"bases/{name}.yaml" in data.paths("bases") else {}
            root = "Container" if name == "container" else ""
            _USES.extend(_uses(f"bases/{name}.yaml", document, document.get("kind") or name, root, ""))
    return _USES


def _uses(name: str, template: Any, target: str, word: str, path: str) -> Iterator[Use]:
    if isinstance(template, str):
        for reference in REFERENCE.finditer(template):
            if not reference[1].startswith("preset."):
                is_alone = reference.group() == template
                yield Use(name, reference[1], f"{target}{path}", word if is_alone else "")
    elif isinstance(template, dict):
        kind = type_named(word.strip("[]{}")) if word[:1].isupper() else None
        for key, below in template.items():
            yield from _uses(name, key, target, "", f"{path}.{key}") if "${" in key else ()
            yield from _uses(name, below, target, kind.words.get(key, "") if kind else "", f"{path}.{key}")
    elif isinstance(template, list):
        for item in template:
            told = next((f"[{key}={item[key]}]" for key in ("name", "key") if isinstance(item, dict) and "${" not in str(item.get(key, "${"))), ANY)
            yield from _uses(name, item, target, word[1:-1] if word[:1] == "[" else "", f"{path}{told}")


def _pattern(steps: Steps) -> str:
    """A field as ``fields_of`` writes it; `engine` is the container that it goes over."""
    written = ["*" if step in ROLES else step for step in steps]
    if written[:2] == ["spec", "engine"]:
        written[1:2] = ["*", "containers", ANY]
    elif written[1:3] == ["*", "engine"]:
        written[2:3] = ["containers", ANY]
    return ".".join(written).replace(f".{ANY}", "[*]", 1) if written[2:4] == ["containers", ANY] else ".".join(written).replace(f".{ANY}", ANY)


def used_by(field: Field) -> list[Use]:
    """The overlays and bases that pass a field on, or something in it, or what it is in."""
    pattern = _pattern(field.steps)
    found = {}
    for use in uses():
        for one in use.fields:
            if one == pattern or one.startswith((f"{pattern}.", f"{pattern}[")) or (use.parts and pattern.startswith((f"{one}.", f"{one}["))):
                found[(use.name, use.place)] = use
    return list(found.values()) if len(field.steps) > 1 else []


def defaults(field: Field) -> dict[str, Any]:
    """What each built-in profile says of a field; None where it says nothing."""
    found = {}
    for profile in BUILT_IN:
        spec = data.document("bases", "profiles", f"{profile}.yaml")["spec"]
        steps = [*field.steps]
        if steps[1:2] == ["engine"]:
            steps[1:2] = ["decode", "containers", ANY]
        elif steps[2:3] == ["engine"]:
            steps[2:3] = ["containers", ANY]
        found[profile] = value_at(spec, ".".join(steps).replace(f".{ANY}", "[0]")) if steps[0] == "spec" else None
    return found


def example(field: Field) -> Any:
    """A value that the field may have: the schema's example, a profile's default, an allowed one, or one of its type."""
    given = [*defaults(field).values()]
    for value in (*field.examples, *([not one for one in given[-1:] if one is not None] if field.type == TYPES["boolean"] else given), *field.allowed):
        if value not in (None, {}, []):
            return value
    ours = [] if field.kubernetes or field.type.startswith("list") else [*field.keys]
    if ours:
        return {ours[0]: example(look_up(f"{field.path}.{ours[0]}"))}
    first = field.type.partition(" or ")[0]
    return {"true": True, "number": 1, "list": [], "list of text": ["TEXT"], "map": {}, "text": "TEXT"}.get(first, {})


_PAGES: dict[str, str] = {}


def _pages() -> dict[str, str]:
    if not _PAGES:
        _PAGES.update((name, data.text("docs", "checks", f"{name}.md")) for name in data.names("docs", "checks", ending=".md") if name != "README")
    return _PAGES


def checks_of(field: Field) -> list[str]:
    """The checks that speak of a field, by what their pages say: a message about it or a part of it, or its name among the words."""
    pattern = _pattern(field.steps)
    if len(field.steps) < 2:
        return []
    found = []
    for name, text in _pages().items():
        told = re.findall(r": ((?:spec|metadata)\.[\w.\[\]/-]+): ", text.partition("```text\n")[2])
        words = [word for word in re.findall(r"`([^`\n]+)`", text.partition("```yaml")[0])]
        spoken = {_pattern(_steps(one)) for one in told} | {_pattern(("spec", *_steps(word.partition(":")[0].removeprefix("spec.")))) for word in words}
        if any(one == pattern or one.startswith((f"{pattern}.", f"{pattern}[")) for one in spoken):
            found.append(name)
    return found


def changed_by(field: Field) -> dict[str, list[str]]:
    """What changes in the objects of a small ModelService of each profile when the field has another value: paths by object."""
    return {profile: found for profile in BUILT_IN if (found := [*_changes(profile, field)])}


def _changes(profile: str, field: Field) -> Iterator[str]:
    if field.steps[0] != "spec" or ANY in field.steps or field.kubernetes:
        return
    spec = {**SMALL, "profile": profile}
    before = _objects(spec)
    default = defaults(field)[profile]
    seen: dict[str, None] = {}
    for value in _others(field, default):
        after = _objects(_with(spec, field.steps[1:], value))
        for path in _between(before, after):
            seen.setdefault(path)
    yield from seen


def _others(field: Field, default: Any) -> Iterator[Any]:
    if field.type == "true or false":
        yield not default
    elif field.allowed:
        yield from (one for one in field.allowed if one != default)
    elif field.type.startswith("number"):
        yield (default or 1) * 8 + 1
    elif field.type.startswith("text"):
        yield f"{default or 'x'}x"


def _with(value: Map, steps: Sequence[str], new: Any) -> Map:
    step, *rest = steps
    return {**value, step: _with(value.get(step) or {}, rest, new) if rest else new}


def _objects(spec: Map) -> dict[Any, Map]:
    document = {"apiVersion": API_VERSION, "kind": "ModelService", "metadata": {"name": "model"}, "spec": spec}
    config = ModelService(document)
    plan = Plan(config)
    if config.problems or plan.problems.results:
        return {}
    composition = compose(plan)
    return {} if composition.problems else {identity_of(one): one for one in composition.objects}


def _between(before: dict[Any, Map], after: dict[Any, Map]) -> Iterator[str]:
    if not after:
        return
    for identity in dict.fromkeys((*before, *after)):
        name = f"{identity[0]}/{identity[1]}"
        if identity not in before or identity not in after:
            yield f"{name} {'comes' if identity in after else 'goes'}"
        else:
            yield from (f"{name} {path}" for path in changes(before[identity], after[identity]))
