"""Our reader and our writer against the real thing: `kubectl kustomize`, which is kustomize without plugins."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.krm.yaml_texts import GO_YAML, HOSTILE

from modelservice.krm import Item, ResourceList, parse, write_resource_list, write_yaml


def _build(kubectl: Path, folder: Path, text: str, name: str = "a.yaml") -> Any:
    (folder / "kustomization.yaml").write_text(f"resources: [{name}]\n", encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return parse(done.stdout)


def _resource(values: object) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Example", "metadata": {"name": "a"}, "values": values}


def test_strings_survive(kubectl: Path, tmp_path: Path) -> None:
    """Every string that we write comes out of kustomize as the same string, wherever it stands."""
    resource = _resource({"a": HOSTILE, "b": [{"c": text, "d": [[text]]} for text in HOSTILE]})
    assert _build(kubectl, tmp_path, write_yaml(resource)) == resource


def test_keys_survive(kubectl: Path, tmp_path: Path) -> None:
    """Every key that we write comes out of kustomize, but for `<<`, which it takes for a merge even in quotes."""
    resource = _resource(dict.fromkeys([text for text in HOSTILE if text != "<<"], 1))
    assert _build(kubectl, tmp_path, write_yaml(resource)) == resource


def test_strings_survive_as_json(kubectl: Path, tmp_path: Path) -> None:
    """The JSON that kustomize gets as our answer, and reads as YAML, holds the same strings for it."""
    resource = _resource(HOSTILE)
    answer = json.loads(write_resource_list(ResourceList([Item(resource)])))
    assert answer["items"] == [resource]
    text = write_resource_list(ResourceList([Item(resource)])).decode()
    assert _build(kubectl, tmp_path, text.partition('"items":[')[2].rpartition("]")[0]) == resource


def test_plain_scalars_are_read_as_kustomize_does(kubectl: Path, tmp_path: Path) -> None:
    """A plain scalar is to us what it is to kustomize: the same number, boolean, null or text."""
    plain = [text for text, _ in GO_YAML if text != "2024-01-01"]
    text = write_yaml(_resource([])).replace("[]", "") + "".join(f"- {scalar}\n" for scalar in plain)
    built, read = _build(kubectl, tmp_path, text)["values"], parse(text)["values"]
    assert [(scalar is True or scalar is False, scalar) for scalar in read] == [
        (scalar is True or scalar is False, scalar) for scalar in built
    ]


def test_values_survive(kubectl: Path, tmp_path: Path) -> None:
    """Numbers, booleans, nulls within lists and empty collections come out of kustomize as they went in."""
    values: list[Any] = [0, -1, 2**63 - 1, 0.5, 1e-05, 1e22, -1.5e300, True, False, None, [], {}, [[[]]], {"a": {"b": [1, [2]]}}]
    assert _build(kubectl, tmp_path, write_yaml(_resource(values)))["values"] == values
