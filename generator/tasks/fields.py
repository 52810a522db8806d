"""Write two tables into README.md: `python generator/tasks/fields.py`.

That of every field comes from the schema and the profiles' defaults, that of the presets from overlays/presets.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from yaml12 import parse_yaml

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "generator/modelservice/config/modelservice.schema.json"
BEGIN, END = "<!-- fields: make made -->\n", "<!-- end of fields -->\n"
PRESETS_BEGIN, PRESETS_END = "<!-- presets: make made -->\n", "<!-- end of presets -->\n"
PROFILES = ("furiosa", "furiosa-2026.3", "llm-d")
TYPES = {"object": "map", "array": "list", "string": "text", "integer": "number", "number": "number", "boolean": "true, false"}

Node = dict[str, Any]


def table() -> str:
    """The table, as Markdown: field, type, default by profile, meaning."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    defaults = {name: _profile(name) for name in PROFILES}
    heads = ["field", "type", *(f"default ({name})" for name in PROFILES), "meaning"]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for path, node in _fields(schema["properties"]["spec"], schema, ""):
        shown = [_shown(_default(defaults[name], path)) for name in PROFILES]
        cells = [f"`{path}`", _type(node, schema), *shown, node.get("description", "").replace("|", "&#124;")]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _profile(name: str) -> Node:
    document: Any = parse_yaml((ROOT / f"bases/profiles/{name}.yaml").read_text(encoding="utf-8"))
    spec: Node = document["spec"]
    return spec


def with_table(readme: str) -> str:
    """``readme`` with the table of fields between its marks made anew."""
    return _between(readme, BEGIN, table(), END)


def presets() -> str:
    """The table of presets, as Markdown: name, meaning, parameters with type, default and meaning."""
    lines = ["| preset | what it does | parameters |", "|---|---|---|"]
    for path in sorted((ROOT / "overlays/presets").glob("*.yaml")):
        document: Any = parse_yaml(path.read_text(encoding="utf-8"))
        parameters = "<br>".join(_parameter(name, one) for name, one in (document["spec"].get("parameters") or {}).items())
        cells = [f"`{document['metadata']['name']}`", document["metadata"]["annotations"]["description"], parameters]
        lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def with_presets(readme: str) -> str:
    """``readme`` with the table of presets between its marks made anew."""
    return _between(readme, PRESETS_BEGIN, presets(), PRESETS_END)


def _parameter(name: str, parameter: Node) -> str:
    choices = f"one of {', '.join(f'`{value}`' for value in parameter['enum'])}" if "enum" in parameter else TYPES[parameter["type"]]
    default = parameter.get("default")
    said = "must be given" if "default" not in parameter else f"default {_shown(default)}" if default is not None else ""
    return f"`{name}` ({', '.join(part for part in (choices, said) if part)}): {parameter['description']}"


def _between(readme: str, begin: str, text: str, end: str) -> str:
    before, _, rest = readme.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}{text}{end}{after}"


def _fields(node: Node, schema: Node, path: str) -> Iterator[tuple[str, Node]]:
    for name, below in node.get("properties", {}).items():
        here = f"{path}.{name}" if path else name
        if name in ("prefill", "encode"):
            yield here, {"type": ["object"], "description": below["description"]}
            continue
        resolved = _resolved(below, schema)
        yield here, resolved
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
    """Write the tables into README.md."""
    readme = ROOT / "README.md"
    readme.write_text(with_presets(with_table(readme.read_text(encoding="utf-8"))), encoding="utf-8")
    sys.stdout.write("README.md: the tables of fields and presets are up to date\n")


if __name__ == "__main__":
    main()
