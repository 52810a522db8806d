"""Our readers and our writer against the real thing: kustomize, and `kubectl kustomize`, which is kustomize without plugins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.krm.yaml_texts import GO_YAML, HOSTILE

from modelservice.krm import Item, ResourceList, fast, parse, write_resource_list, write_yaml

EXAMPLES = sorted(path.parent for path in (Path(__file__).resolve().parents[2] / "examples").glob("*/kustomization.yaml"))
# Few will ever write these, and the fast reader leaves them to the full one, also as kustomize writes them: plain, if it can.
LEFT_TO_THE_FULL_READER = ["12e4567", "0x", "--", ":a", "<<", "\n", "\xa0", "\ufeff", "\u200d", "\ue000", "a\u3000b"]


def _built(kubectl: Path, folder: Path, text: str, name: str = "a.yaml") -> str:
    (folder / "kustomization.yaml").write_text(f"resources: [{name}]\n", encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def _build(kubectl: Path, folder: Path, text: str, name: str = "a.yaml") -> Any:
    return parse(_built(kubectl, folder, text, name))


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


def test_the_fast_reader_takes_strings_as_kustomize_writes_them(kubectl: Path, tmp_path: Path) -> None:
    """The form that kustomize gives to strings and blocks, wherever they stand, does not go the slow way."""
    texts = [text for text in HOSTILE if text not in LEFT_TO_THE_FULL_READER]
    resource = _resource({"a": texts, "b": [{"c": text, "d": [[text]]} for text in texts]})
    assert fast.read(_built(kubectl, tmp_path, write_yaml(resource))) == [resource]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_the_fast_reader_takes_what_kustomize_sends(example: Path, kustomize: Path, tmp_path: Path) -> None:
    """No request of an example goes the slow way."""
    function = tmp_path / "modelservice-fn"
    real = Path(sys.executable).parent / function.name
    function.write_text(
        f'#!/bin/sh\nrequest=$(mktemp "{tmp_path}/request-XXXXXX")\ncat >"$request"\nexec "{real}" <"$request"\n', encoding="utf-8"
    )
    function.chmod(0o755)
    command = (kustomize, "build", "--enable-alpha-plugins", "--enable-exec", example)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    requests = [path.read_text(encoding="utf-8") for path in tmp_path.glob("request-*")]
    assert requests
    assert all(fast.read(request) is not None for request in requests)


def test_there_are_examples() -> None:
    """The test above runs at least once."""
    assert EXAMPLES
