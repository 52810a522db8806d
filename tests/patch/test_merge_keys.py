"""The data about merge keys: that it is what the schemas say, and what callers may add."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from modelservice.patch import PatchError, strategic_merge

DATA = Path("generator/modelservice/patch")
CACHE = {"apiVersion": "example.com/v1", "kind": "Cache", "spec": {"shards": [{"name": "a"}]}}


def test_data_is_what_the_script_makes(root: Path) -> None:
    """merge_keys.json is what generator/tasks/merge_keys.py makes of the installed kubernetes-validate."""
    run = subprocess.run([sys.executable, root / "generator" / "tasks" / "merge_keys.py", "--check"], capture_output=True, check=False)
    assert run.returncode == 0, run.stderr.decode()


def test_types_that_are_named_exist(root: Path) -> None:
    """Every type that a kind, a field or a custom resource names is there."""
    data = json.loads((root / DATA / "merge_keys.json").read_text(encoding="utf-8"))
    fields = [field for fields in data["types"].values() for field in fields.values()]
    named = {*data["kinds"].values(), *(field if isinstance(field, str) else field[0] for field in fields)}
    custom = json.loads((root / DATA / "custom_resources.json").read_text(encoding="utf-8"))
    named |= {value for paths in custom.values() for value in paths.values() if isinstance(value, str)}
    assert named - {""} == data["types"].keys()


def test_what_matters_most() -> None:
    """The lists of a pod merge by the keys that everybody knows."""
    pod = {
        "containers": ["name"],
        "initContainers": ["name"],
        "volumes": ["name"],
        "imagePullSecrets": ["name"],
        "hostAliases": ["ip"],
        "resourceClaims": ["name"],
        "topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
    }
    target: dict[str, Any] = {"apiVersion": "v1", "kind": "Pod", "spec": {field: [dict.fromkeys(keys, "a")] for field, keys in pod.items()}}
    patch: dict[str, Any] = {"spec": {field: [dict.fromkeys(keys, "b")] for field, keys in pod.items()}}
    result: Any = strategic_merge(target, patch)
    assert all(len(result["spec"][field]) == 2 for field in pod)


def test_merge_keys_of_callers_are_not_kept() -> None:
    """What one call adds is not known to the next one, and is for its kind alone."""
    patch = {"spec": {"shards": [{"name": "b"}]}}
    with_keys: Any = strategic_merge(CACHE, patch, merge_keys={"example.com/Cache": {"spec.shards": ["name"]}})
    without: Any = strategic_merge(CACHE, patch, merge_keys={"example.com/Other": {"spec.shards": ["name"]}})
    assert [item["name"] for item in with_keys["spec"]["shards"]] == ["b", "a"]
    assert without["spec"]["shards"] == [{"name": "b"}]


@pytest.mark.parametrize("head", [{}, {"kind": ["Pod"], "apiVersion": "v1"}, {"kind": "Pod", "apiVersion": 1}, {"apiVersion": "v1"}])
def test_odd_kinds_are_unknown(head: dict[str, Any]) -> None:
    """Without a proper kind and apiVersion, lists are replaced."""
    result: Any = strategic_merge({**head, "spec": {"containers": [{"name": "a"}]}}, {"spec": {"containers": [{"name": "b"}]}})
    assert result["spec"]["containers"] == [{"name": "b"}]


@pytest.mark.parametrize(
    ("kind", "paths", "message"),
    [
        ("example.com/v1/Cache", {}, "merge keys of example.com/v1/Cache: a kind is written group/Kind, without its version"),
        ("example.com/Cache", ["spec.shards"], "merge keys of example.com/Cache: this is a map from paths of fields to keys"),
        ("example.com/Cache", {"spec.shards": "PodTemplat"}, "spec.shards is 'PodTemplat', which is neither"),
        ("example.com/Cache", {"spec.shards": [""]}, "spec.shards is [''], which is neither"),
        ("example.com/Cache", {"spec.shards": [1]}, "spec.shards is [1], which is neither"),
        ("example.com/Cache", {"spec.shards[].a": "PodSpec"}, "spec.shards[].a is below shards[], the items of a list without"),
    ],
)
def test_bad_merge_keys(kind: str, paths: Any, message: str) -> None:
    """Merge keys that make no sense are refused, with the kind and the path that they are about."""
    with pytest.raises(PatchError) as caught:
        strategic_merge(CACHE, {}, merge_keys={kind: paths})
    assert message in str(caught.value)
    assert caught.value.path == f"merge keys of {kind}"
