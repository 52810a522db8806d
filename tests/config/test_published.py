"""Published schemas: what editors are told is what configs are held against, with presets and defaults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modelservice import data
from modelservice.config import validation
from modelservice.config.patches_config import patches_spec
from modelservice.config.published import KINDS, json_schema
from modelservice.config.validation_config import validation_spec
from modelservice.generate import generate
from modelservice.krm import parse_all

ROOT = Path(__file__).resolve().parents[2]
HEAD: dict[str, Any] = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "metadata": {"name": "a"}}
DOCUMENTS = [
    pytest.param(document, id=f"{path.relative_to(ROOT)}-{index}")
    for folder in ("examples", "plugins", "docs")
    for path in sorted((ROOT / folder).glob("**/*.yaml"))
    for index, document in enumerate(parse_all(path.read_bytes()))
    if isinstance(document, dict) and document.get("kind") in KINDS and str(document.get("apiVersion")).startswith("modelservice.")
]


def errors(document: Any, schema: Any = None) -> list[str]:
    """Return what the published schema says of a document, as paths."""
    validator = Draft202012Validator(schema or json_schema(document["kind"]))
    return ["/".join(map(str, error.absolute_path)) for error in validator.iter_errors(document)]


def service(**spec: Any) -> dict[str, Any]:
    """Return a ModelService."""
    return {**HEAD, "kind": "ModelService", "spec": spec}


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_a_schema(kind: str) -> None:
    """Of the draft that it names, whole in itself, with nothing in it that nothing refers to."""
    schema = json_schema(kind)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == kind
    text = json.dumps(schema)
    for name in schema.get("$defs", {}):
        assert f'"#/$defs/{name}"' in text
    assert text.count('"$ref"') >= len(schema.get("$defs", {}))
    assert "x-must-be" not in text
    assert text == json.dumps(json_schema(kind))


def test_making_it_leaves_the_schema_alone() -> None:
    """What configs are held against does not change."""
    before = json.dumps(validation.schema("modelservice"))
    for kind in KINDS:
        json_schema(kind)
    assert json.dumps(validation.schema("modelservice")) == before


def test_there_are_documents() -> None:
    """The examples have some of ours."""
    assert len(DOCUMENTS) > 20


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_example_is_valid(document: dict[str, Any]) -> None:
    """What the project shows is right by the schema that it prints."""
    assert errors(document) == []


@pytest.mark.parametrize("path", sorted((ROOT / "overlays").glob("**/*.yaml")), ids=lambda path: str(path.name))
def test_each_overlay_is_valid(path: Path) -> None:
    """So are the built-in overlays."""
    (document,) = parse_all(path.read_bytes())
    assert errors(document) == []


@pytest.mark.parametrize(
    ("spec", "place"),
    [
        ({"decod": {}}, "spec"),
        ({"decode": {"replicas": "2"}}, "spec/decode/replicas"),
        ({"presets": [{"name": "shm", "size": "1Gi"}]}, "spec/presets/0"),
        ({"presets": [{"name": "spread", "whenUnsatisfiable": "Never"}]}, "spec/presets/0"),
        ({"presets": [{"name": "hpa"}]}, "spec/presets/0"),
        ({"presets": [{"size": "1Gi"}]}, "spec/presets/0"),
        ({"checks": {"nonsense": "off"}}, "spec/checks"),
        ({"overlays": [{"kind": "Overlay"}]}, "spec/overlays/0"),
        ({"routing": {"servicePort": 0}}, "spec/routing/servicePort"),
    ],
)
def test_what_is_wrong_is_seen(spec: dict[str, Any], place: str) -> None:
    """An editor marks what a run refuses."""
    assert place in errors(service(**spec))
    (generated,) = generate([service(modelArtifacts={"name": "a/b"}, **spec)])
    assert generated.failed


@pytest.mark.parametrize(
    "spec",
    [
        {"presets": ["shm", {"name": "shm", "sizeLimit": "1Gi"}, {"name": "shm", "sizeLimit": None}]},
        {"presets": ["of-our-own", {"name": "of-our-own", "any": 1}]},
        {"profile": "of-our-own"},
        {"profile": None, "decode": None, "presets": None},
    ],
)
def test_what_may_be_right_is_left_alone(spec: dict[str, Any]) -> None:
    """Presets and profiles of one's own, and nulls, are none of its business."""
    assert errors(service(**spec)) == []


def test_presets_of_ones_own() -> None:
    """Overlays and Profiles that are given are completed like the built-in ones."""
    parameters = {"size": {"type": "integer", "description": "How many."}}
    overlay = {**HEAD, "kind": "Overlay", "metadata": {"name": "ours"}, "spec": {"parameters": parameters}}
    profile = {**HEAD, "kind": "Profile", "metadata": {"name": "acme"}, "spec": {}}
    schema = json_schema("ModelService", [overlay], [profile])
    assert errors(service(presets=[{"name": "ours", "size": 1}]), schema) == []
    assert errors(service(presets=[{"name": "ours"}]), schema) == ["spec/presets/0"]
    assert errors(service(presets=[{"name": "ours", "size": "1"}]), schema) == ["spec/presets/0"]
    assert "acme" in schema["properties"]["spec"]["properties"]["profile"]["anyOf"][0]["enum"]


def test_every_preset_is_completed_with_its_parameters() -> None:
    """By name, with what it does, and as a map with each parameter, its default and its meaning."""
    items = json_schema("ModelService")["properties"]["spec"]["properties"]["presets"]["items"]["anyOf"]
    names = {item["const"]: item["description"] for item in items if "const" in item}
    assert sorted(names) == sorted(data.names("overlays", "presets"))
    assert names["shm"].startswith("A memory-backed /dev/shm")
    maps = {item["properties"]["name"]["const"]: item for item in items if "const" in item.get("properties", {}).get("name", {})}
    assert maps["hpa"]["required"] == ["name", "maxReplicas"]
    assert maps["hpa"]["properties"]["minReplicas"] == {"type": ["integer", "null"], "default": 1, "description": "The fewest replicas."}
    assert maps["hpa"]["properties"]["metric"]["description"].endswith("Default: ${waitingMetric}")
    assert maps["spread"]["properties"]["whenUnsatisfiable"]["enum"] == ["ScheduleAnyway", "DoNotSchedule", None]


def test_which_defaults_a_schema_has() -> None:
    """One that both profiles have is a default; else the description says whose is which."""
    schema = json_schema("ModelService")
    spec, role = schema["properties"]["spec"]["properties"], schema["$defs"]["role"]["properties"]
    assert spec["routing"]["properties"]["servicePort"]["default"] == 8000
    assert spec["accelerator"]["properties"]["type"]["description"].endswith(
        'Default: "furiosa" (furiosa, furiosa-2026.3), "nvidia" (llm-d).'
    )
    assert "Default: 1 (furiosa decode, furiosa-2026.3 decode, llm-d decode, " in role["replicas"]["description"]
    assert "true (furiosa decode, furiosa-2026.3 decode, llm-d decode, llm-d prefill)" in role["create"]["description"]
    tensor = role["parallelism"]["properties"]["tensor"]["description"]
    assert all(default in tensor for default in ("Default: 4 (furiosa decode, ", "8 (furiosa-2026.3 decode, ", "1 (llm-d decode, "))
    assert schema["$defs"]["container"]["properties"]["image"]["description"].count("Default: ") == 1


def test_each_default_is_valid() -> None:
    """A default conforms to what stands beside it."""
    found = 0
    for node in nodes(schema := json_schema("ModelService")):
        if "default" in node and "const" not in node:
            assert Draft202012Validator({**node, "$defs": schema["$defs"]}).is_valid(node["default"]), node
            found += 1
    assert found > 20


def nodes(value: Any) -> list[dict[str, Any]]:
    """Return the maps of a schema, save the names of fields."""
    if isinstance(value, list):
        return [node for below in value for node in nodes(below)]
    if not isinstance(value, dict):
        return []
    maps = [below for key in ("properties", "$defs") for below in value.get(key, {}).values()]
    rest = [below for key, below in value.items() if key not in ("properties", "$defs", "default", "enum", "const")]
    return [value, *nodes(maps), *nodes(rest)]


def test_a_profile_has_a_spec_within() -> None:
    """What stands under defaults is held against the spec of a ModelService, without profile."""
    assert errors({**HEAD, "kind": "Profile", "spec": {"extends": "llm-d", "defaults": {"decode": {"replicas": 2}}}}) == []
    assert errors({**HEAD, "kind": "Profile", "spec": {"defaults": {"decod": 1}}}) == ["spec/defaults"]
    assert errors({**HEAD, "kind": "Profile", "spec": {"defaults": {"profile": "llm-d"}}}) == ["spec/defaults"]


PATCHES: list[tuple[str, Any, bool]] = [
    ("Validation", {"checks": {"image-tag": "off"}, "external": ["Secret/a"], "kubernetesVersion": "1.34"}, True),
    ("Validation", {"patches": []}, False),
    ("Validation", None, True),
    ("Patches", {"patches": [{"patch": {}, "target": {"kind": "Deployment"}}]}, True),
    ("Patches", {"patches": [{"patch": {}, "target": {"role": "decode"}}]}, False),
    ("Patches", {"patches": [], "checks": {"kubernetes-fields": "off"}}, True),
    ("Patches", {"patches": [], "checks": {"image-tag": "off"}}, False),
    ("Patches", {}, False),
    ("Patches", {"patches": None}, False),
]


@pytest.mark.parametrize(("kind", "spec", "right"), PATCHES)
def test_the_parts_of_a_model_service(kind: str, spec: Any, right: bool) -> None:
    """A Validation and a Patches are right by the schema where they are right for a run."""
    document = {**HEAD, "kind": kind, "spec": spec}
    assert (errors(document) == []) is right
    _, problems = (validation_spec if kind == "Validation" else patches_spec)(document)
    assert (problems == []) is right
