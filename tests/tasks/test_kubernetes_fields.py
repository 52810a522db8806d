"""The tables of Kubernetes' fields, made by generator/tasks/kubernetes_fields.py."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "generator" / "modelservice" / "kubernetes"
FILES = ("fields.json", "more_fields.json", "custom_resources.json")
WORDS = {"string", "boolean", "int32", "int64", "number", "bytes", "time", "quantity", "int-or-string", "object", "any"}
TABLES: dict[str, Any] = {name: json.loads((FOLDER / name).read_text(encoding="utf-8")) for name in FILES}
TYPES: dict[str, dict[str, str]] = {name: fields for table in TABLES.values() for name, fields in table["types"].items()}


def test_the_files_are_what_the_script_makes(root: Path) -> None:
    """fields.json and more_fields.json are what the script makes of the installed kubernetes-validate: run `make made`."""
    script = root / "generator" / "tasks" / "kubernetes_fields.py"
    run = subprocess.run([sys.executable, script, "--check"], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()


def test_every_type_that_is_named_is_there() -> None:
    """A field holds a word, or a type that has its entry; each type is in one file, and so is each kind."""
    named = {word.strip("[]{}") for fields in TYPES.values() for word in fields.values()}
    kinds = [kind for table in TABLES.values() for kind in table["kinds"]]
    assert named - WORDS <= TYPES.keys()
    assert {name for table in TABLES.values() for name in table["kinds"].values()} <= TYPES.keys()
    assert len(kinds) == len(set(kinds))
    assert sum(len(table["types"]) for table in TABLES.values()) == len(TYPES)


@pytest.mark.parametrize("section", ["required", "keys", "since", "limits"])
def test_what_is_said_of_types_is_about_their_fields(section: str) -> None:
    """Every section names types and fields that there are."""
    for table in TABLES.values():
        for name, fields in table.get(section, {}).items():
            assert set(fields) <= TYPES[name].keys()


def test_what_workloads_are_made_of_loads_without_the_rest() -> None:
    """The file that is read first holds all that a Deployment can have but its status."""
    here = TABLES["fields.json"]["types"]
    waiting, seen = ["Deployment"], set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            assert name in here
            inner = [word.strip("[]{}") for field, word in here[name].items() if field not in ("status", "managedFields")]
            waiting += [word for word in inner if word not in WORDS]


@pytest.mark.parametrize(
    ("name", "field", "word"),
    [
        ("Deployment", "spec", "DeploymentSpec"),
        ("Container", "env", "[EnvVar]"),
        ("ContainerPort", "containerPort", "int32"),
        ("ResourceRequirements", "limits", "{quantity}"),
        ("HTTPGetAction", "port", "int-or-string"),
        ("Secret", "data", "{bytes}"),
        ("ObjectMeta", "creationTimestamp", "time"),
        ("HTTPRoute.Rule", "matches", "[HTTPRoute.Match]"),
        ("LeaderWorkerSet.LeaderWorkerTemplate", "workerTemplate", "PodTemplateSpec"),
    ],
)
def test_what_everybody_knows(name: str, field: str, word: str) -> None:
    """Fields hold what they are known to hold."""
    assert TYPES[name][field] == word


def test_versions() -> None:
    """Later fields and kinds have the version that brought them; what is gone has the one that it is gone from."""
    usual, rest = TABLES["fields.json"], TABLES["more_fields.json"]
    assert usual["since"]["Volume"] == {"image": "1.31"}
    assert usual["kinds_since"] == {"resource.k8s.io/v1/ResourceClaimTemplate": "1.34"}
    assert rest["removed"]["autoscaling/v2beta2/HorizontalPodAutoscaler"] == "1.26"
    assert "name" not in usual["since"].get("Container", {})
