"""Write docs/reference/fields.md, every field of a ModelService: `python generator/tasks/fields.py`.

It comes from the schema and the profiles' defaults.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from yaml12 import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "generator/modelservice/config/modelservice.schema.json"
PAGE = ROOT / "docs/reference/fields.md"
PROFILES = ("furiosa", "furiosa-2026.3", "llm-d")
TYPES = {"object": "map", "array": "list", "string": "text", "integer": "number", "number": "number", "boolean": "true, false"}

Node = dict[str, Any]


class Row(NamedTuple):
    """A field: its path, its type in words, its default by profile, and what it means."""

    path: str
    type: str
    defaults: Node
    meaning: str


INTRODUCTION = """\
# Fields

What stands under `spec:` of a ModelService. A list replaces its default, a map is merged into it, `null` deletes it. Kubernetes' own
objects (`volumes`, `securityContext`, …) are passed on, once they are what Kubernetes takes. `modelservice explain FIELD` says the same
of a field, and what uses it.

Where the profiles have different defaults, each is named; a default without a name is that of all.
"""
# What has the fields of another, and is not written out again.
OF_ITS_OWN = ("create", "replicas")  # of which a role has defaults of its own
SAME = {"prefill": "decode", "encode": "decode", "decode.engine": "engine"}


def page() -> str:
    """The page, as Markdown: a table for the fields that stand alone, and one for each that has others below it."""
    own, sections = [], []
    for name, rows in sections_of(fields()):
        if len(rows) == 1:
            own += rows
        else:
            sections.append(f"## {name}\n\n{_table(rows)}")
    return "\n".join([INTRODUCTION, f"## Of the service\n\n{_table(own)}", *sections])


def sections_of(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows by the first key of their path, in their order."""
    return ((name, list(group)) for name, group in groupby(rows, lambda row: row.path.partition(".")[0].partition("[")[0]))


def fields() -> list[Row]:
    """Every field, in the schema's order."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    defaults = {name: _profile(name) for name in PROFILES}
    return [
        Row(path, _type(node, schema), {name: _default(spec, path) for name, spec in defaults.items()}, node.get("description", ""))
        for path, node in _fields(schema["properties"]["spec"], schema, "")
    ]


def _table(rows: list[Row]) -> str:
    lines = ["| field | type | default | meaning |", "|---|---|---|---|"]
    for row in rows:
        cells = [f"`{row.path}`", row.type, _defaults(row.defaults), row.meaning]
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _defaults(defaults: Node) -> str:
    shown = {name: _shown(value) for name, value in defaults.items()}
    if len(set(shown.values())) == 1:
        return shown[PROFILES[0]]
    return "<br>".join(f"{name.replace('-', '&#8209;')}:&nbsp;{value or 'none'}" for name, value in shown.items())  # each on its line


def _profile(name: str) -> Node:
    document: Any = parse_yaml((ROOT / f"bases/profiles/{name}.yaml").read_text(encoding="utf-8"))
    spec: Node = document["spec"]
    return spec


def _fields(node: Node, schema: Node, path: str) -> Iterator[tuple[str, Node]]:
    for name, below in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        resolved = _resolved(below, schema)
        if here in SAME:
            same = f"{below['description'].removesuffix('.').removesuffix('; the same fields as decode')}; the same fields as {SAME[here]}."
            yield here, {"type": ["object"], "description": same}
            yield from ((f"{here}.{key}", resolved["properties"][key]) for key in OF_ITS_OWN if key in resolved["properties"])
            continue
        yield here, resolved
        if name == "checks":
            continue  # one each, of one type: docs/checks has them
        yield from _fields(resolved, schema, here)
        for mark, key in (("[]", "items"), (".*", "additionalProperties")):
            inner = resolved.get(key)
            if isinstance(inner, dict) and "$ref" in inner:
                yield from _fields(_resolved(inner, schema), schema, here + mark)


def _resolved(node: Node, schema: Node) -> Node:
    if "$ref" not in node:
        return node
    return {
        **schema["$defs"][node["$ref"].rpartition("/")[2]],
        **{key: value for key, value in node.items() if key != "$ref"},
    }


def _type(node: Node, schema: Node) -> str:
    if "enum" in node:
        return "one of " + ", ".join(f"`{value}`" for value in node["enum"] if value)
    given = node.get("type", [])
    types = [name for name in ([given] if isinstance(given, str) else given) if name != "null"]
    items = _resolved(node.get("items", {}), schema).get("type") if types == ["array"] else None
    of = " of text" if items in ("string", ["string"]) else ""
    return " or ".join(TYPES.get(name, name) for name in types) + of


def _default(spec: Node, path: str) -> Any:
    value: Any = spec
    for key in path.replace("[]", ".0").split("."):
        if key == "0":
            value = value[0] if isinstance(value, list) and value else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value


def _shown(value: Any) -> str:
    if value is None or isinstance(value, (dict, list)):
        return ""
    return f"`{json.dumps(value) if isinstance(value, bool) else value}`"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write("docs/reference/fields.md is up to date\n")


if __name__ == "__main__":
    main()
