"""What the build makes of bases, overlays and schemas."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.tasks.scripts import script
from yaml12 import parse_yaml

from modelservice import data
from modelservice.config import validation

ROOT = Path(__file__).resolve().parents[2]
built_data = script("built_data")


def test_it_is_what_the_files_say() -> None:
    """Every file of bases and overlays is in it, as YAML reads it."""
    found, sources = built_data.documents()
    read: set[str] = set()
    for name, content in found.items():
        files = [file for file in sources[name] if file.endswith(".yaml")]
        texts = [parse_yaml((ROOT / file).read_text(encoding="utf-8")) for file in files]
        if files:
            assert content == (texts if (ROOT / name).is_dir() else texts[0])
        read.update(files)
    assert read == {path.relative_to(ROOT).as_posix() for folder in ("bases", "overlays") for path in (ROOT / folder).rglob("*.yaml")}


def test_it_is_the_same_as_json() -> None:
    """Nothing that YAML can say and JSON cannot, such as a key that is a number."""
    found, _ = built_data.documents()
    assert json.loads(json.dumps(found)) == found


def test_folders_are_among_the_sources() -> None:
    """So that a file that is new is seen."""
    _, sources = built_data.documents()
    folders = {
        path.relative_to(ROOT).as_posix()
        for name in built_data.FOLDERS
        for path in [ROOT / name, *(ROOT / name).rglob("*")]
        if path.is_dir()
    }
    assert folders <= {one for name in built_data.FOLDERS for one in sources[name]}


@pytest.mark.parametrize("name", ["modelservice", "overlay", "profile"])
def test_a_schema_without_words_says_the_same(name: str) -> None:
    """It is a schema, and has every rule that the quick check knows, in its place."""
    whole = validation.schema(name)
    bare = built_data.without_words(whole)
    Draft202012Validator.check_schema(bare)
    assert _rules(bare) == _rules(whole)
    assert _rules(whole) != _rules({**whole, "properties": {}})


def _rules(node: object, place: str = "") -> set[tuple[str, str]]:
    """Return each rule of a schema with its place."""
    if not isinstance(node, dict):
        return {(place, json.dumps(node))}
    found: set[tuple[str, str]] = set()
    for key, value in node.items():
        if key in ("properties", "$defs"):
            found.update(*(_rules(inner, f"{place}/{key}/{name}") for name, inner in value.items()))
        elif key in ("items", "additionalProperties"):
            found |= _rules(value, f"{place}/{key}")
        elif key == "anyOf":
            found.update(*(_rules(inner, f"{place}/{key}/{index}") for index, inner in enumerate(value)))
        elif key in ("type", "enum", "const", "required", "pattern", "maxLength", "minimum", "maximum", "minItems", "$ref"):
            found.add((f"{place}/{key}", json.dumps(value)))
    return found


def test_what_is_there_is_current() -> None:
    """`make bytecode`, which runs before the tests, made it of the files as they are."""
    found, _ = built_data.documents()
    assert {name: data.built(name) for name in found} == found
