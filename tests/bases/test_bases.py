"""The bases: one manifest per kind, read the same by both readers, with no reference to what is not there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.compose.made import document, make
from tests.compose.samples import SAMPLES

from modelservice.config import ModelService
from modelservice.config.validation import checked
from modelservice.krm import parse
from modelservice.plan import Plan

Map = dict[str, Any]

FOLDER = Path(__file__).resolve().parents[2] / "bases"
FILES = sorted(FOLDER.glob("*.yaml"))
PROFILES = sorted(FOLDER.glob("profiles/*.yaml"))
PARTS = ("container", "podtemplate")  # of which objects are made
# file -> a sample that has it
MADE_BY = {
    "computedomain": "NVLink",
    "deployment": "furiosa",
    "destinationrule": "routes of Istio",
    "gcpbackendpolicy": "routes of GKE",
    "healthcheckpolicy": "routes of GKE",
    "disaggregatedset": "one set of roles",
    "httproute": "routes",
    "inferenceobjective": "routes of Istio",
    "inferencepool": "routes",
    "leaderworkerset": "multinode",
    "podmonitor": "everything of a role",
    "replicaset": "requester",
    "resourceclaimtemplate": "claims",
    "serviceaccount": "furiosa",
}


def read(file: Path) -> Any:
    """Read a file with the reader for what people write."""
    return parse(file.read_bytes())


def test_there_are_bases() -> None:
    """The tests below have something to look at."""
    assert len(FILES) > len(PARTS)
    assert [file.stem for file in PROFILES] == ["furiosa-2026.3", "furiosa", "llm-d"]


@pytest.mark.parametrize("file", [*FILES, *PROFILES], ids=lambda file: str(file.stem))
def test_a_base_is_one_document_in_a_files_own_words(file: Path) -> None:
    """Each file is one YAML document and ends in one line break."""
    text = file.read_text(encoding="utf-8")
    assert isinstance(read(file), dict)
    assert text.endswith("\n")
    assert "\t" not in text


@pytest.mark.parametrize("file", [file for file in FILES if file.stem not in PARTS], ids=lambda file: str(file.stem))
def test_a_base_is_an_object_named_after_its_kind(file: Path) -> None:
    """Every base is a manifest with name, namespace when there is one, and labels; the file is called so, too."""
    base = read(file)
    assert base["kind"].lower() == file.stem.rpartition("-")[2]
    assert base["metadata"].get("namespace") == (None if base["kind"].startswith("Cluster") else "${namespace?}")
    assert "${" in base["metadata"]["name"]
    assert "labels}" in base["metadata"]["labels"]


@pytest.mark.parametrize("file", [file for file in FILES if file.stem not in PARTS], ids=lambda file: str(file.stem))
def test_every_base_is_made_by_a_sample(file: Path) -> None:
    """A base that no config leads to is dead."""
    kind = read(file)["kind"]
    sample = "routes of Istio" if file.stem.startswith("endpoint-picker-") else MADE_BY[file.stem]
    assert kind in make(SAMPLES[sample]).kinds()


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.stem))
def test_references_lead_to_parameters(file: Path) -> None:
    """Every ``${path}`` of a base, but for those that compose adds, is a parameter of some plan."""
    known = [
        {**scope.parameters, **extra}
        for spec in SAMPLES.values()
        for plan in [Plan(ModelService(document(spec)))]
        for scope in (plan.service, *plan.roles)
        for extra in ([{}] if scope is plan.service else [one.parameters for one in scope.containers])
    ]
    added = {"pod": {}, "serverPatch": "", "containers": [], "item": {"name": "chat", "priority": 1}}
    for path in re.findall(r"\$\{([^}?]+)\}", file.read_text(encoding="utf-8")):
        assert any(is_there({**parameters, **added}, path) for parameters in known), path


def is_there(parameters: Map, path: str) -> bool:
    """Say whether a parameter is there and not null."""
    value: Any = parameters
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value is not None


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: str(file.stem))
def test_a_profile_is_a_model_service_itself(file: Path) -> None:
    """The defaults of a profile conform to the schema that users' configs must conform to."""
    profile = read(file)
    assert checked(profile, "modelservice")[1] == []
    assert profile["metadata"]["name"] == file.stem


def sorted_lists(value: Any) -> Any:
    """Return a value with its lists of maps in an order that does not depend on who wrote them."""
    if isinstance(value, dict):
        return {key: sorted_lists(below) for key, below in value.items()}
    if isinstance(value, list) and all(isinstance(item, dict) for item in value):
        return sorted((sorted_lists(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


@pytest.mark.parametrize("file", PROFILES, ids=lambda file: str(file.stem))
def test_a_profile_written_out_changes_nothing(file: Path) -> None:
    """A user who copies a profile's defaults into their own config gets what they had, generated items first."""
    spec = {key: value for key, value in read(file)["spec"].items() if key != "modelArtifacts"}
    plain = {"profile": file.stem}
    assert sorted_lists(make({**plain, **spec}).objects) == sorted_lists(make(plain).objects)
