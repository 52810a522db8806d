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


SERVICE: dict[str, Any] = {"apiVersion": "modelservice.llm-d.ai/v1alpha1", "kind": "ModelService", "metadata": {"name": "chat"}}


@pytest.mark.parametrize("role", ["decode", "prefill"])
def test_the_lists_of_a_model_service_merge_as_a_pods(role: str) -> None:
    """Containers, what is in them and what roles share with pods merge by Kubernetes' keys; what has none is replaced."""
    lists = {"volumes": "name", "initContainers": "name", "imagePullSecrets": "name", "resourceClaims": "name"}
    in_container = {"env": "name", "volumeMounts": "mountPath", "ports": "containerPort"}
    deep = {"extraConfig": {"env": [{"name": "a"}]}}

    def part(value: str) -> dict[str, Any]:
        container = {"name": "vllm", **{field: [{key: value}] for field, key in in_container.items()}, "args": [value], **deep}
        pod = {field: [{key: value}] for field, key in lists.items()}
        return {**pod, "containers": [container, {"name": value}], "tolerations": [{"key": value}], "extraConfig": dict(pod)}

    target = {**SERVICE, "spec": {role: part("a")}}
    target["spec"][role]["containers"][0]["image"] = "vllm:1"
    result: Any = strategic_merge(target, {"spec": {role: part("b")}})
    merged = result["spec"][role]
    assert all(len(merged[field]) == len(merged["extraConfig"][field]) == 2 for field in lists)
    assert [container["name"] for container in merged["containers"]] == ["vllm", "b", "a"]
    vllm = merged["containers"][0]
    assert all(len(vllm[field]) == 2 for field in in_container)
    assert (vllm["image"], vllm["args"], len(vllm["extraConfig"]["env"])) == ("vllm:1", ["b"], 1)
    assert merged["tolerations"] == [{"key": "b"}]


def test_ports_of_a_model_service_are_told_by_their_protocol() -> None:
    """53/UDP is another port than 53/TCP, as in a pod."""
    ports = [{"containerPort": 53, "protocol": protocol, "name": protocol.lower()} for protocol in ("UDP", "TCP")]
    patch = {"spec": {"decode": {"containers": [{"name": "x", "ports": [{"containerPort": 53, "protocol": "UDP", "name": "dns"}]}]}}}
    result: Any = strategic_merge({**SERVICE, "spec": {"decode": {"containers": [{"name": "x", "ports": ports}]}}}, patch)
    assert [port["name"] for port in result["spec"]["decode"]["containers"][0]["ports"]] == ["dns", "tcp"]


def test_maps_where_lists_would_merge_are_maps() -> None:
    """Who writes a map in such a place has it merged as one: by its keys, null removes."""
    containers = {"vllm": {"image": "vllm:1", "env": {"A": "1", "B": "2"}}, "side": {"image": "s:1"}}
    patch = {"spec": {"decode": {"containers": {"vllm": {"env": {"B": None, "C": "3"}}}}}}
    result: Any = strategic_merge({**SERVICE, "spec": {"decode": {"containers": containers}}}, patch)
    expected = {"vllm": {"image": "vllm:1", "env": {"A": "1", "C": "3"}}, "side": {"image": "s:1"}}
    assert result["spec"]["decode"]["containers"] == expected
    listed = {"spec": {"decode": {"containers": [{"name": "vllm", "image": "vllm:1", "env": {"A": "1", "B": "2"}}]}}}
    by_name = {"spec": {"decode": {"containers": [{"name": "vllm", "env": {"B": None, "C": "3"}}]}}}
    result = strategic_merge({**SERVICE, **listed}, by_name)
    assert result["spec"]["decode"]["containers"] == [{"name": "vllm", "image": "vllm:1", "env": {"A": "1", "C": "3"}}]


def test_containers_without_names_are_not_lost() -> None:
    """A ModelService may have a container without a name: it stays where its list is not patched, and a patch of the list is refused."""
    service = {**SERVICE, "spec": {"decode": {"replicas": 1, "containers": [{"image": "vllm:1"}, {"name": "side", "image": "side:1"}]}}}
    result: Any = strategic_merge(service, {"spec": {"decode": {"replicas": 2}}})
    assert result["spec"]["decode"]["containers"] == service["spec"]["decode"]["containers"]
    for item in ({"name": "side", "tty": True}, {"image": "vllm:2"}):
        with pytest.raises(PatchError, match=r"^spec\.decode\.containers: the (target|patch) has an item without a proper name"):
            strategic_merge(service, {"spec": {"decode": {"containers": [item]}}})


def test_a_map_over_a_list_is_refused() -> None:
    """The two forms of one field do not mix in a patch; the error names the place."""
    listed = {"spec": {"decode": {"containers": [{"name": "vllm", "env": [{"name": "A", "value": "1"}]}]}}}
    with pytest.raises(PatchError, match=r"spec\.decode\.containers\[name=vllm\]\.env: the patch has a map where the target has a list"):
        strategic_merge({**SERVICE, **listed}, {"spec": {"decode": {"containers": [{"name": "vllm", "env": {"A": "2"}}]}}})


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
