"""docs/reference/fields.md, made by generator/tasks/fields.py from the schema and the profiles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.compose.made import document
from tests.tasks.scripts import script

from modelservice.config.modelservice import ModelService
from modelservice.config.validation import schema

Map = dict[str, Any]

ROOT = Path(__file__).resolve().parents[2]
TYPES = {"map", "list", "list of text", "text", "number", "true, false"}


FIELDS = script("fields")
PROFILES = FIELDS.PROFILES
ROWS: dict[str, Any] = {row.path: row for row in FIELDS.fields()}


def test_the_page_is_current() -> None:
    """The page is what `make made` would write: run it after a change of the schema or of a profile."""
    assert FIELDS.PAGE.read_text(encoding="utf-8") == FIELDS.page()


def test_the_page_has_every_field_once() -> None:
    """A row each, in the table of its first key."""
    for path in ROWS:
        assert FIELDS.page().count(f"\n| `{path}` | ") == 1


def properties(node: Map, path: str = "") -> Iterator[str]:
    """Yield the paths of all fields that the schema names, in their order; of what has the same fields as another, its own alone."""
    root = schema("modelservice")
    node = {**root["$defs"][node["$ref"].rpartition("/")[2]], **node} if "$ref" in node else node
    for key, below in node.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        yield here
        if here in ("prefill", "encode"):
            yield from (f"{here}.create", f"{here}.replicas")
        elif here not in ("checks", "decode.engine"):
            yield from properties(below, here)
            for mark, inner in (("[]", "items"), (".*", "additionalProperties")):
                whole = {**root["$defs"][below["$ref"].rpartition("/")[2]], **below} if "$ref" in below else below
                if isinstance(whole.get(inner), dict) and "$ref" in whole[inner]:
                    yield from properties(whole[inner], here + mark)


def test_every_field_has_its_row() -> None:
    """All fields of the schema are there, in its order, and no others."""
    assert list(ROWS) == list(dict.fromkeys(properties(schema("modelservice")["properties"]["spec"])))
    for path in ("patches[].target.role", "decode.containers[].flags", "checks", "external", "routing.proxy.image", "prefill.create"):
        assert path in ROWS


@pytest.mark.parametrize("path", ROWS)
def test_each_row_has_a_type_in_words(path: str) -> None:
    """A type is a word that users know, an enumeration its values."""
    if ROWS[path].type.startswith("one of "):
        assert re.fullmatch(r"one of `[^`]+`(, `[^`]+`)*", ROWS[path].type)
    else:
        assert set(ROWS[path].type.split(" or ")) <= TYPES, ROWS[path].type


@pytest.mark.parametrize("profile", PROFILES)
def test_defaults_are_those_that_count(profile: str) -> None:
    """A default is what a config gets that says nothing of the field; where there is one, it is in the row."""
    spec = ModelService(document({"profile": profile, "modelArtifacts": {"name": None}})).spec
    for path, row in ROWS.items():
        if path.startswith(("profile", "modelArtifacts.name", "modelArtifacts.uri")):
            continue
        value: Any = spec
        for key in path.replace("[]", ".0").split("."):
            if isinstance(value, list):
                value = value[0] if key == "0" and value else None
            else:
                value = value.get(key) if isinstance(value, dict) else None
        if not isinstance(value, (dict, list)):
            assert row.defaults[profile] == value, path


def test_a_default_is_said_once_where_all_profiles_have_it() -> None:
    """Where they differ, each is named, also one that has none."""
    page = FIELDS.page()
    assert "| `routing.servicePort` | number or text | `8000` |" in page
    assert "| `decode.parallelism.tensor` | number | furiosa:&nbsp;`4`<br>furiosa&#8209;2026.3:&nbsp;`8`<br>llm&#8209;d:&nbsp;`1` |" in page
    assert "furiosa:&nbsp;none<br>furiosa&#8209;2026.3:&nbsp;none<br>llm&#8209;d:&nbsp;`vllm-decode`" in page


def test_every_field_is_explained() -> None:
    """A row has its meaning, in a sentence."""
    of_kustomize = {"patches[].options.allowNameChange", "patches[].options.allowKindChange"}  # whose names say it
    assert {path for path, row in ROWS.items() if not row.meaning.endswith(".")} <= of_kustomize
