"""Documents that conform to a schema, or that almost do: made from the schema alone, for tests of what is refused."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from modelservice.config.validation import schema

Map = dict[str, Any]

# What a document can hold at all: krm reads whole numbers as integers, however they are written.
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 70000),
    st.floats(0.1, 0.9),
    st.sampled_from(["", "x", "8000", "0", "1e3", "Always", "furiosa", "hf", "exactly"]),
)
ANYTHING = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=2) | st.dictionaries(st.sampled_from("xyz"), below, max_size=2), max_leaves=4
)


def valid(node: Map, root: Map) -> st.SearchStrategy[Any]:
    """Return a strategy of values that conform to ``node``, made from the schema alone."""
    if "$ref" in node:
        return valid(root["$defs"][node["$ref"].rpartition("/")[2]], root)
    if "anyOf" in node:
        return st.one_of([valid(choice, root) for choice in node["anyOf"]])
    if "enum" in node:
        return st.sampled_from(node["enum"])
    if "const" in node:
        return st.just(node["const"])
    types = node.get("type", ["null", "object", "array", "string"])
    return st.one_of([of_type(name, node, root) for name in ([types] if isinstance(types, str) else types)])


def of_type(name: str, node: Map, root: Map) -> st.SearchStrategy[Any]:
    """Return a strategy of values of one type that conform to ``node``."""
    if name == "object":
        return valid_objects(node, root)
    if name == "array":
        items = valid(node["items"], root) if isinstance(node.get("items"), dict) else ANYTHING
        return st.lists(items, min_size=node.get("minItems", 0), max_size=2)
    plain: dict[str, st.SearchStrategy[Any]] = {
        "string": st.from_regex(node["pattern"]) if "pattern" in node else st.text("ab/:-", max_size=5),
        "integer": st.integers(node.get("minimum", 0), min(node.get("maximum", 9), 9)),
        "number": st.floats(0.1, 0.9),
        "boolean": st.booleans(),
        "null": st.none(),
    }
    return plain[name]


@st.composite
def valid_objects(draw: st.DrawFn, node: Map, root: Map) -> Map:
    """Draw a map with what it must have, and some of what it may have."""
    properties, others = node.get("properties", {}), node.get("additionalProperties", True)
    required = node.get("required", [])
    chosen = draw(st.lists(st.sampled_from(sorted(properties)), max_size=3)) if properties else []
    made = {key: draw(valid(properties[key], root)) for key in dict.fromkeys([*required, *chosen])}
    if others is not False:
        value = valid(others, root) if isinstance(others, dict) else ANYTHING
        made |= draw(st.dictionaries(st.sampled_from(["k1", "k2"]), value, max_size=2))
    return made


@st.composite
def mutated(draw: st.DrawFn, name: str) -> Map:
    """Draw a document that conforms, and then change it in some places."""
    changed: Any = draw(valid(schema(name), schema(name)))
    for _ in range(draw(st.integers(1, 3))):
        changed = draw(mutations(changed))
    return changed if isinstance(changed, dict) else {}


@st.composite
def mutations(draw: st.DrawFn, value: Any) -> Any:
    """Draw ``value`` with another value, a key more, or a key less somewhere in it."""
    if isinstance(value, dict) and value and draw(st.integers(0, 4)):
        key = draw(st.sampled_from(list(value)))
        return {**value, key: draw(mutations(value[key]))}
    if isinstance(value, list) and value and draw(st.booleans()):
        index = draw(st.integers(0, len(value) - 1))
        return [*value[:index], draw(mutations(value[index])), *value[index + 1 :]]
    if isinstance(value, dict) and draw(st.booleans()):
        if len(value) > 0 and draw(st.booleans()):
            dropped = draw(st.sampled_from(list(value)))
            return {key: item for key, item in value.items() if key != dropped}
        return {**value, draw(st.sampled_from(["nonsense", "name", "replicas"])): draw(ANYTHING)}
    return draw(ANYTHING)
