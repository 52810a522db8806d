"""`modelservice diff` on what other tools make of the same objects."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.terminal import Said, call
from tests.conftest import Build, Kpt
from tests.integration.folders import Map, stream, write

from modelservice.krm import write_documents

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(path.parent for path in ROOT.glob("examples/**/README.md"))
UNPATCHED = ("furiosa-rngd-hf", "furiosa-rngd-pvc", "kpt-package", "profile", "vllm-pd")  # the folder alone says everything
SAME = Said(0, "", "")
HELM = ("ServiceAccount", "Secret", "ConfigMap", "PersistentVolumeClaim", "Service", "Deployment")  # of its order of installation


def as_helm_has_it(objects: list[Map]) -> str:
    """The objects as `helm template` prints them: by kind, keys sorted, a comment before each, and empty documents."""
    ordered = sorted(objects, key=lambda one: (HELM.index(one["kind"]) if one["kind"] in HELM else len(HELM), one["metadata"]["name"]))
    texts = [f"---\n# Source: chart/templates/a.yaml\n{write_documents([json.loads(json.dumps(one, sort_keys=True))])}" for one in ordered]
    return "---\n# Source: chart/templates/none.yaml\n".join(texts)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_differs_from_itself_by_no_tool(example: Path, kustomize_build: Build, kpt_fn: Kpt, tmp_path: Path) -> None:
    """Through kustomize, through kpt, in the order and with the comments of Helm: nothing is told."""
    built = kustomize_build(example)
    assert built.returncode == 0, built.stderr
    write(tmp_path, {"built.yaml": built.stdout, "package/built.yaml": built.stdout})
    file = str(tmp_path / "built.yaml")
    assert call("diff", file, "-", stdin=as_helm_has_it(stream(built.stdout))) == SAME
    assert call("diff", "-", file, stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": stream(built.stdout)[::-1]})) == SAME
    through_kpt = kpt_fn("source", "package")
    assert through_kpt.returncode == 0, through_kpt.stderr
    assert call("diff", "-", file, stdin=through_kpt.stdout) == SAME


@pytest.mark.parametrize("name", UNPATCHED)
def test_a_folder_is_what_kustomize_builds_of_it(name: str, kustomize_build: Build) -> None:
    """Where no kustomization changes anything."""
    example = ROOT / "examples" / name
    assert call("diff", str(example), "-", stdin=kustomize_build(example).stdout) == SAME
