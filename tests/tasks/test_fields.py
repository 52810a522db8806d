"""The tables of fields and presets in README.md, made by generator/tasks/fields.py from the schema, the profiles and the presets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.compose.made import document
from tests.tasks.scripts import script

from modelservice import data
from modelservice.config.modelservice import ModelService
from modelservice.config.validation import schema

Map = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
TYPES = {"map", "list", "list of text", "text", "number", "true, false"}


FIELDS = script("fields")
PROFILES = FIELDS.PROFILES
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROWS: dict[str, list[str]] = {
    cells[0].strip("`"): cells[1:]
    for line in FIELDS.table().splitlines()[2:]
    for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
}


def test_the_readme_has_the_table() -> None:
    """README.md is what `make docs` would write: run it after a change of the schema or of a profile."""
    assert FIELDS.table() in README
    assert FIELDS.with_table(README) == README


def test_only_the_table_is_written() -> None:
    """What stands before and after the marks stays, and an old table goes whole; a second time changes nothing."""
    old = f"before\n{FIELDS.BEGIN}| old |\n| table |\n{FIELDS.END}after\n"
    new = FIELDS.with_table(old)
    assert new == f"before\n{FIELDS.BEGIN}{FIELDS.table()}{FIELDS.END}after\n"
    assert FIELDS.with_table(new) == new


def test_the_readme_has_the_table_of_presets() -> None:
    """A row each, with its parameters; written between its own marks."""
    assert FIELDS.with_presets(README) == README
    rows = {line.split("`")[1]: line for line in FIELDS.presets().splitlines()[2:]}
    assert list(rows) == data.names("overlays", "presets")
    for name, row in rows.items():
        document = data.document("overlays", "presets", f"{name}.yaml")
        assert row.count(" | ") == 2
        assert document["metadata"]["annotations"]["description"] in row
        for parameter in document["spec"].get("parameters", {}):
            assert f"`{parameter}` (" in row
    assert "`claim` (text, must be given): " in rows["model-cache-pvc"]
    assert "(one of `ScheduleAnyway`, `DoNotSchedule`, default `ScheduleAnyway`): " in rows["spread"]
    assert "`sizeLimit` (text): " in rows["shm"]


def properties(node: Map, path: str = "") -> Iterator[str]:
    """Yield the paths of all fields that the schema names, in their order; those of prefill and encode are decode's."""
    root = schema("modelservice")
    node = {**root["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node
    for key, below in node.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        yield here
        if here not in ("prefill", "encode"):
            yield from properties(below, here)
            for mark, inner in (("[]", "items"), (".*", "additionalProperties")):
                whole = {**root["$defs"][below["$ref"].rpartition("/")[2]], **below} if "$ref" in below else below
                if isinstance(whole.get(inner), dict) and "$ref" in whole[inner]:
                    yield from properties(whole[inner], here + mark)


def test_every_field_has_its_row() -> None:
    """All fields of the schema are there, in its order, and no others."""
    assert list(ROWS) == list(dict.fromkeys(properties(schema("modelservice")["properties"]["spec"])))
    for path in ("patches[].target.role", "decode.containers[].flags", "checks.references", "external", "routing.proxy.image", "prefill"):
        assert path in ROWS


@pytest.mark.parametrize("path", ROWS)
def test_each_row_has_a_type_in_words(path: str) -> None:
    """A type is a word that users know, an enumeration its values; the table has as many columns everywhere."""
    kind, *defaults, _ = ROWS[path]
    assert len(defaults) == len(PROFILES)
    if kind.startswith("one of "):
        assert re.fullmatch(r"one of `[^`]+`(, `[^`]+`)*", kind)
    else:
        assert set(kind.split(" or ")) <= TYPES, kind
    for default in defaults:
        assert default == "" or re.fullmatch(r"`[^`]+`", default)


@pytest.mark.parametrize("profile", PROFILES)
def test_defaults_are_those_that_count(profile: str) -> None:
    """A default in the table is what a config gets that says nothing of the field; where there is one, it is in the table."""
    spec = ModelService(document({"profile": profile, "modelArtifacts": {"name": None}})).spec
    column = 1 + PROFILES.index(profile)
    for path, row in ROWS.items():
        if path.startswith(("profile", "modelArtifacts.name", "modelArtifacts.uri")):
            continue
        value: Any = spec
        for key in path.replace("[]", ".0").split("."):
            if isinstance(value, list):
                value = value[0] if key == "0" and value else None
            else:
                value = value.get(key) if isinstance(value, dict) else None
        shown = "" if value is None or isinstance(value, (dict, list)) else f"`{str(value).lower() if isinstance(value, bool) else value}`"
        assert row[column] == shown, path


def test_the_fields_that_need_words_have_them() -> None:
    """Whatever this project adds to the charts' keys is explained in the table."""
    for path in ("profile", "presets", "overlays", "patches", "mergeKeys", "checks", "external", "decode.containers[].flags"):
        assert ROWS[path][-1].endswith("."), path
