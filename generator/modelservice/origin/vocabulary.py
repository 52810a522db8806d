"""What a field of a ModelService is: from the schema and the profiles; of Kubernetes' own fields from what is known of its types."""

from __future__ import annotations

from modelservice import data
from modelservice.config.rules import BUILT_IN
from modelservice.config.validation import schema
from modelservice.config.written import KEYS, value_at
from modelservice.kubernetes.types import type_named
from modelservice.origin.paths import PathError
from modelservice.origin.uses import ANY_ITEM, pattern_of, steps_of, uses
from modelservice.texts import cut, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    Map = dict[str, Any]
    Steps = tuple[str, ...]

BOOLEAN = "true or false"
TYPES = {"object": "map", "array": "list", "string": "text", "integer": "number", "number": "number", "boolean": BOOLEAN}
WORDS = {"boolean": BOOLEAN, "string": "text", "int32": "number", "int64": "number", "quantity": "quantity, as in 16Gi"}


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
        return ".".join(self.steps).replace(f".{ANY_ITEM}", ANY_ITEM)


def look_up(path: str) -> Field:
    """The field at ``path``, which begins in spec: ``decode.engine.flags``, ``decode.containers[0].env``; PathError where there is none."""
    steps = steps_of(path)
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
        is_item = step == ANY_ITEM or (step.isdecimal() and "items" in node)
        field = Field((*field.steps, ANY_ITEM if is_item else step))
    return _described(field, node)


def _resolved(node: Map) -> Map:
    if "$ref" not in node:
        return node
    return {**schema("modelservice")["$defs"][node["$ref"].rpartition("/")[2]], **{key: one for key, one in node.items() if key != "$ref"}}


def _below(node: Map, step: str) -> Map | None:
    node = _resolved(node)
    if step == ANY_ITEM:
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
    if step == ANY_ITEM:
        return f"{field.path} is no list; it has: {listed(known)}"
    close = get_close_matches(step, known, 1)
    elsewhere = (
        [] if close else [path for path in _every("spec", schema("modelservice")["properties"]["spec"], 4) if path.endswith(f".{step}")]
    )
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
    given = node.get("type") or [one["type"] for one in node.get("anyOf") or [] if isinstance(one.get("type"), str)]
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
    if steps[-1] == ANY_ITEM or (len(steps) > 1 and steps[-2] in KEYS and steps[-1] not in KEYS):
        word = _kubernetes_type(steps[:-1], {})
        return word.strip("[]{}") if word else ""
    pattern = pattern_of(steps)
    for use in uses():
        if use.word and pattern in use.fields and (use.word[:1] in "[{" or use.word[:1].isupper()):
            return use.word
    return ""


def _of_kubernetes(field: Field, word: str, steps: Steps) -> Field:
    """What ``steps`` lead to in ``field``, whose content is of the Kubernetes type that ``word`` names."""
    for step in steps:
        kind, below = type_named(word.strip("[]{}")), Field((*field.steps, step))
        is_key = word[:1] == "{" or (field.steps[-1] in KEYS and (kind is None or step not in kind.words))  # of a map in place of a list
        if step == ANY_ITEM or is_key:
            word, below.kubernetes = word[1:-1] if word[:1] in "[{" else word, field.kubernetes
        elif kind is None:
            raise PathError(f"{field.path} has no fields: it is {_in_words(word)}")
        elif step not in kind.words:
            from modelservice.kubernetes.suggestions import nearest  # noqa: PLC0415

            why = f"as {kind.name} has none{nearest(step, kind.words)}"
            raise PathError(f"{field.path} has no {cut(step)}, {why}; it has: {listed([*kind.words])}")
        else:
            word, below.kubernetes = kind.words[step], kind.name
        field = below
    kind = type_named(word.strip("[]{}"))
    field.type = _in_words(word)
    field.keys = {name: _in_words(one) for name, one in kind.words.items()} if kind is not None else {}
    field.kubernetes = field.kubernetes or (kind.name if kind is not None else "")
    return field


def defaults(field: Field) -> dict[str, Any]:
    """What each built-in profile says of a field; None where it says nothing."""
    found = {}
    for profile in BUILT_IN:
        spec = data.document("bases", "profiles", f"{profile}.yaml")["spec"]
        steps = [*field.steps]
        if steps[1:2] == ["engine"]:
            steps[1:2] = ["decode", "containers", ANY_ITEM]
        elif steps[2:3] == ["engine"]:
            steps[2:3] = ["containers", ANY_ITEM]
        found[profile] = value_at(spec, ".".join(steps).replace(f".{ANY_ITEM}", "[0]")) if steps[0] == "spec" else None
    return found


def example(field: Field) -> Any:
    """A value that the field may have: the schema's example, a profile's default, an allowed one, or one of its type."""
    given = [*defaults(field).values()]
    for value in (
        *field.examples,
        *([not one for one in given[-1:] if one is not None] if field.type == BOOLEAN else given),
        *field.allowed,
    ):
        if value not in (None, {}, []):
            return value
    ours = [] if field.kubernetes or field.type.startswith("list") else [*field.keys]
    if ours:
        return {ours[0]: example(look_up(f"{field.path}.{ours[0]}"))}
    first = field.type if field.type == BOOLEAN else field.type.partition(" or ")[0]
    return {BOOLEAN: True, "number": 1, "list": [], "list of text": ["TEXT"], "map": {}, "text": "TEXT"}.get(first, {})


def example_document(field: Field) -> Any:
    """The part of a ModelService that says an example of a field, with what is required beside it."""
    node: Map | None = schema("modelservice")
    return _with_example(field, node, ())


def _with_example(field: Field, node: Map | None, above: Steps) -> Any:
    if len(above) == len(field.steps):
        return example(field)
    step = field.steps[len(above)]
    here = _resolved(node or {})
    below = _with_example(field, _below(here, step) if node else None, (*above, step))
    if step == ANY_ITEM:
        return [below]
    choices = [one for one in here.get("anyOf") or [] if step in (one.get("properties") or {})]
    required = [name for one in (here, *choices) for name in one.get("required") or () if name != step] if above else []
    return {**{name: example(look_up(Field((*above, name)).path)) for name in required}, step: below}
